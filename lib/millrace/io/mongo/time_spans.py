"""Times of receipt, as bounds of ids: these begin with the milliseconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.io.mongo.client import Document
from millrace.records import received

_MS = timedelta(milliseconds=1)
_LAST_MS = 10**received.ID_DIGITS - 1
_LAST_ID = "~"


@dataclass(frozen=True)
class TimeSpan:
    """The times of receipt, ``since`` to ``until`` (not included); None where there is no end."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def first(self) -> str:
        """What ids from ``since`` on are not less than."""
        return _id(self.since) if self.since else ""

    @property
    def end(self) -> str:
        """What ids before ``until`` are less than."""
        return _id(self.until) if self.until else _LAST_ID

    def ids(self, prefix: str = "") -> Document:
        """The same as a match of ``_id``."""
        return {"_id": {"$gte": prefix + self.first, "$lt": prefix + self.end}}

    def implausible_beside(self) -> "list[TimeSpan]":
        """The times that no record can have been received at, but for those within the span."""
        spans = []
        if self.since:
            spans.append(TimeSpan(until=min(self.since, received.FIRST)))
        if self.until:
            spans.append(TimeSpan(since=max(self.until, received.END)))
        return spans


def _id(time: datetime) -> str:
    milliseconds = min(max(0, (time - received.EPOCH) // _MS), _LAST_MS)
    return f"{milliseconds:0{received.ID_DIGITS}d}"
