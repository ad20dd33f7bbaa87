"""``records.received`` over a Kafka source's rows, where Spark alone looks at them."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from millrace.records.received import END_MS, FIRST_MS, NO_ID_MS


def plausible(timestamp: Column) -> Column:
    """``is_plausible`` of a Kafka source's ``timestamp``; false where that is null."""
    is_plausible = F.unix_millis(timestamp).between(FIRST_MS, END_MS - 1)
    return F.coalesce(is_plausible, F.lit(False))


def stored(timestamp: Column) -> Column:
    """``received_at`` of a Kafka source's ``timestamp``, as a timestamp; never null."""
    milliseconds = F.unix_millis(timestamp)
    is_held = milliseconds.between(0, NO_ID_MS - 1)
    return F.when(is_held, timestamp).otherwise(F.timestamp_millis(F.lit(0)))
