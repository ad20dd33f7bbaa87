"""Event times that cannot be: a line dated long after it was received."""

from millrace.records.received import SECOND


def guarded(timestamp: int, received_at: int, max_future_skew_s: int) -> tuple[int, int | None]:
    """The time that is stored, and the line's own where that is another one; in microseconds.

    ``received_at`` stands in place of a ``timestamp`` that lies more than ``max_future_skew_s``
    seconds after it.
    """
    if timestamp > received_at + max_future_skew_s * SECOND:
        return received_at, timestamp
    return timestamp, None
