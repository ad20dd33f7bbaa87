"""When a record was received: Kafka's timestamp, where it can be that.

With ``message.timestamp.type=CreateTime`` producers say it, in any unit, by any clock; Kafka writes
-1 where there is none.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime.fromtimestamp(0, tz=UTC)
# Fixed, so that a line comes to the same whenever it is read: FIRST to END (not included).
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)
ID_DIGITS = 13  # of the milliseconds that ids begin with

SECOND = 1_000_000  # in the microseconds that a record's times are counted in
_MS = timedelta(milliseconds=1)
FIRST_MS, END_MS = (FIRST - EPOCH) // _MS, (END - EPOCH) // _MS
NO_ID_MS = 10**ID_DIGITS  # in the year 2286: ids, BSON and Python's datetime hold all before it


def is_plausible(milliseconds: int) -> bool:
    """Whether a Kafka timestamp can be a time of receipt."""
    return FIRST_MS <= milliseconds < END_MS


def received_at(milliseconds: int) -> datetime:
    """The time that is stored for a Kafka timestamp, in UTC; the epoch where it counts as none.

    So it does where an id could not hold it: before 1970, and from 2286-11-20 on.
    """
    return EPOCH + (milliseconds if 0 <= milliseconds < NO_ID_MS else 0) * _MS


def stored_us(milliseconds: int) -> int:
    """The same as ``received_at``, in microseconds since 1970."""
    return milliseconds * 1_000 if 0 <= milliseconds < NO_ID_MS else 0


def implausible(milliseconds: int | None) -> str | None:
    """What is wrong with a Kafka timestamp, in words; None where nothing is."""
    if milliseconds is not None and is_plausible(milliseconds):
        return None
    shown = "none" if milliseconds is None else milliseconds
    return (
        f"Kafka's timestamp: {shown} ms; expected {FIRST:%Y-%m-%d} to {END:%Y-%m-%d}, not included"
    )


MOST_PARTS = 99_999  # lines of one Kafka record that ids can count


def record_id(
    milliseconds: int | None, partition: int, offset: int, part: int | None = None
) -> str:
    """The string ``TTTTTTTTTTTTT-PPPPP-OOOOOOOOOOOO`` of a Kafka record.

    Zero-padded, so that ids sort by time; 13 zeros where the timestamp counts as none. Where the
    record holds several lines, ``part`` is added to it: ``-PPPPP``.
    """
    held = stored_us(milliseconds or 0) // 1_000
    whole = f"{held:0{ID_DIGITS}}-{partition:05}-{offset:012}"
    return whole if part is None else f"{whole}-{part:05}"
