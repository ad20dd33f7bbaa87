"""When a record was received: Kafka's timestamp, where it can be that.

With ``message.timestamp.type=CreateTime`` producers say it, in any unit, by any clock; Kafka writes
-1 where there is none.
"""

from datetime import UTC, datetime, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

EPOCH = datetime.fromtimestamp(0, tz=UTC)
# Fixed, so that a line comes to the same whenever it is read: FIRST to END (not included).
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)
ID_DIGITS = 13  # of the milliseconds that ids begin with

_MS = timedelta(milliseconds=1)
_FIRST_MS, _END_MS = (FIRST - EPOCH) // _MS, (END - EPOCH) // _MS
_NO_ID_MS = 10**ID_DIGITS  # in the year 2286: ids, BSON and Python's datetime hold all before it


def is_plausible(milliseconds: int) -> bool:
    """Whether a Kafka timestamp can be a time of receipt."""
    return _FIRST_MS <= milliseconds < _END_MS


def received_at(milliseconds: int) -> datetime:
    """The time that is stored for a Kafka timestamp, in UTC; the epoch where it counts as none.

    So it does where an id could not hold it: before 1970, and from 2286-11-20 on.
    """
    return EPOCH + (milliseconds if 0 <= milliseconds < _NO_ID_MS else 0) * _MS


def plausible(timestamp: Column) -> Column:
    """``is_plausible`` of a Kafka source's ``timestamp``; false where that is null."""
    is_plausible = F.unix_millis(timestamp).between(_FIRST_MS, _END_MS - 1)
    return F.coalesce(is_plausible, F.lit(False))


def stored(timestamp: Column) -> Column:
    """``received_at`` of a Kafka source's ``timestamp``, as a timestamp; never null."""
    milliseconds = F.unix_millis(timestamp)
    is_held = milliseconds.between(0, _NO_ID_MS - 1)
    return F.when(is_held, timestamp).otherwise(F.timestamp_millis(F.lit(0)))


def implausible(timestamp: Column) -> Column:
    """What is wrong with a Kafka source's ``timestamp``, in words; null where nothing is."""
    shown = F.coalesce(F.unix_millis(timestamp).cast("string"), F.lit("none"))
    said = F.concat(
        F.lit("Kafka's timestamp: "),
        shown,
        F.lit(f" ms; expected {FIRST:%Y-%m-%d} to {END:%Y-%m-%d}, not included"),
    )
    return F.when(~plausible(timestamp), said)
