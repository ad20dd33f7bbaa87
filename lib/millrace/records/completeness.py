"""Which windows can be computed whole from what a source still has."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from millrace.records.ledger import Available, OffsetRange
from millrace.records.tables import WINDOW_S


def closed_until(newest: datetime, max_lateness_s: int) -> datetime:
    """Until when windows have ended that `aggregate` writes no more, by its newest window's start.

    What comes for them is late.
    """
    return newest - timedelta(seconds=max_lateness_s)


def first_complete_window(
    available: Sequence[Available],
    counted: Sequence[OffsetRange],
    *,
    max_future_skew_s: int,
) -> datetime | None:
    """The start of the first window to write, so that no figure is made smaller; None: all of them.

    ``counted`` are the offsets that stored figures were computed from. Where the source has all of
    them from the beginning, every window comes out whole. Else only windows do that begin after
    the first record of every partition: a line may be dated ``max_future_skew_s`` after its
    receipt at most, so each later window's lines were received after that record.
    """
    if not counted or all(any(_reaches(a, r) for a in available) for r in counted):
        return None
    latest = max(a.earliest_received_at for a in available)
    earliest_event = latest + timedelta(seconds=max_future_skew_s)
    seconds = -(-earliest_event.timestamp() // WINDOW_S) * WINDOW_S
    return datetime.fromtimestamp(seconds, tz=earliest_event.tzinfo)


def _reaches(available: Available, counted: OffsetRange) -> bool:
    return (available.offsets.topic_id, available.offsets.partition) == (
        counted.topic_id,
        counted.partition,
    ) and available.offsets.from_offset <= counted.from_offset
