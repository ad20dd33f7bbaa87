"""Response times in buckets: counts of them add up, percentiles of percentiles do not."""

from pyspark.sql import Column
from pyspark.sql import functions as F

# Thirteen bounds a decade, each 10^(1/13) = 1.194 times the one before: a percentile read from
# the buckets is at most 20 % above the true one. From 0.1 ms to 10^9 ms, nearly twelve days.
_A_DECADE = 13
_FIRST_EXPONENT = -_A_DECADE
BOUNDS_MS = tuple(
    round(10 ** (exponent / _A_DECADE), 4) for exponent in range(_FIRST_EXPONENT, 9 * _A_DECADE + 1)
)


def le_ms(response_time_ms: Column) -> Column:
    """The upper bound (decimal, ms) of the bucket of a response time; null for null.

    Bounds are inclusive; what exceeds the last bound is counted there.
    """
    bounds = F.array(*(F.lit(bound) for bound in BOUNDS_MS))
    last = F.lit(len(BOUNDS_MS) - 1)
    above_zero = F.greatest(response_time_ms, F.lit(BOUNDS_MS[0]))
    estimate = F.ceil(F.log10(above_zero) * _A_DECADE).cast("int") - _FIRST_EXPONENT
    place = F.least(F.greatest(estimate, F.lit(0)), last)
    # Bounds are rounded, logarithms inexact: the estimate may be one off either way.
    lower = F.greatest(place - 1, F.lit(0))
    upper = F.least(place + 1, last)
    bound = (
        F.when(response_time_ms <= F.get(bounds, lower), F.get(bounds, lower))
        .when(response_time_ms <= F.get(bounds, place), F.get(bounds, place))
        .otherwise(F.get(bounds, upper))
    )
    return F.when(response_time_ms.isNotNull(), bound).cast("decimal(14,4)")
