"""Event times that cannot be: a line dated long after it was received."""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# A received time before this is no clock's reading but Kafka's "none" or a producer's zero.
_FIRST_PLAUSIBLE = "2000-01-01T00:00:00Z"


def guard(max_future_skew_s: int) -> Callable[[DataFrame], DataFrame]:
    """A transform that puts ``received_at`` in place of a ``timestamp`` too far after it.

    Adds ``timestamp_claimed``, the line's own time where it was replaced, else null.
    """

    def transform(records: DataFrame) -> DataFrame:
        received = F.col("received_at")
        is_plausible = received >= F.lit(_FIRST_PLAUSIBLE).cast("timestamp")
        limit = received + F.make_dt_interval(secs=F.lit(max_future_skew_s))
        is_ahead = is_plausible & (F.col("timestamp") > limit)
        return records.withColumns(
            {
                "timestamp_claimed": F.when(is_ahead, F.col("timestamp")),
                "timestamp": F.when(is_ahead, received).otherwise(F.col("timestamp")),
            }
        )

    return transform
