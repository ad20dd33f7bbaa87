"""Event times that cannot be: a line dated long after it was received."""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def guard(max_future_skew_s: int) -> Callable[[DataFrame], DataFrame]:
    """A transform that puts ``received_at`` in place of a ``timestamp`` too far after it.

    Adds ``timestamp_claimed``, the line's own time where it was replaced, else null. Lines whose
    ``received_at`` cannot be are dead letters already.
    """

    def transform(records: DataFrame) -> DataFrame:
        received = F.col("received_at")
        limit = received + F.make_dt_interval(secs=F.lit(max_future_skew_s))
        is_ahead = F.col("timestamp") > limit
        return records.withColumns(
            {
                "timestamp_claimed": F.when(is_ahead, F.col("timestamp")),
                "timestamp": F.when(is_ahead, received).otherwise(F.col("timestamp")),
            }
        )

    return transform
