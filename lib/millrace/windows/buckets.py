"""Response times in buckets: counts of them add up, percentiles of percentiles do not."""

from bisect import bisect_left

# Thirteen bounds a decade, each 10^(1/13) = 1.194 times the one before: a percentile read from
# the buckets is at most 20 % above the true one. From 0.1 ms to 10^9 ms, nearly twelve days.
_A_DECADE = 13
_FIRST_EXPONENT = -_A_DECADE
BOUNDS_MS = tuple(
    round(10 ** (exponent / _A_DECADE), 4) for exponent in range(_FIRST_EXPONENT, 9 * _A_DECADE + 1)
)
_TEXTS = tuple(f"{bound:.4f}" for bound in BOUNDS_MS)
_LAST = len(BOUNDS_MS) - 1


def le_ms(response_time_ms: float) -> str:
    """The upper bound, with four decimals, of the bucket of a response time in ms.

    Bounds are inclusive; what exceeds the last bound is counted there.
    """
    return _TEXTS[min(bisect_left(BOUNDS_MS, response_time_ms), _LAST)]
