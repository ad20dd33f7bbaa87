"""Response times in buckets: counts of them add up, percentiles of percentiles do not."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# Thirteen bounds a decade, each 10^(1/13) = 1.194 times the one before: a percentile read from
# the buckets is at most 20 % above the true one. From 0.1 ms to 10^9 ms, nearly twelve days.
_A_DECADE = 13
_FIRST_EXPONENT = -_A_DECADE
BOUNDS_MS = tuple(
    round(10 ** (exponent / _A_DECADE), 4) for exponent in range(_FIRST_EXPONENT, 9 * _A_DECADE + 1)
)


def with_le_ms(records: DataFrame) -> DataFrame:
    """Adds ``le_ms``, the upper bound (decimal(14,4)) of the bucket of ``response_time_ms``.

    Null for null. Bounds are inclusive; what exceeds the last bound is counted there.
    """
    response_time_ms, place = F.col("response_time_ms"), F.col("_place")
    bounds = F.array(*(F.lit(bound) for bound in BOUNDS_MS))
    last = F.lit(len(BOUNDS_MS) - 1)
    above_zero = F.greatest(response_time_ms, F.lit(BOUNDS_MS[0]))
    estimate = F.ceil(F.log10(above_zero) * _A_DECADE).cast("int") - _FIRST_EXPONENT
    # Bounds are rounded, logarithms inexact: the estimate may be one off either way.
    bound = (
        F.when(response_time_ms <= F.get(bounds, place - 1), F.get(bounds, place - 1))
        .when(response_time_ms <= F.get(bounds, place), F.get(bounds, place))
        .otherwise(F.get(bounds, F.least(place + 1, last)))
    )
    le_ms = F.when(response_time_ms.isNotNull(), bound).cast("decimal(14,4)")
    # In steps, each a column: Spark computes an expression anew at each place where it is written.
    return (
        records.withColumn("_place", F.greatest(F.least(estimate, last), F.lit(0)))
        .withColumn("le_ms", le_ms)
        .drop("_place")
    )
