"""What is known of some rows of figures, by which the number of stored lines can be told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymysql.cursors import DictCursor

from millrace.api.service import Service
from millrace.config import Feed
from millrace.io.mongo import standing as documents
from millrace.io.mongo.standing import UnknownError
from millrace.io.mysql import standing
from millrace.io.mysql.figures import Chosen
from millrace.records.received import EPOCH
from millrace.records.tables import WINDOW_S, Table

_MINUTE = timedelta(seconds=WINDOW_S)
_SHARE = 8  # of the time of a query one look may take


def look_s(own: Service) -> float:
    """How many seconds one of several looks may take."""
    return own.conf.api.max_query_s / _SHARE


@dataclass(frozen=True)
class Rows:
    """Rows of a feed's figures: of whole minutes, with some values of the table's keys."""

    feed: Feed
    table: Table
    since: datetime
    until: datetime
    keys: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        """How many minutes they are of."""
        return (self.until - self.since) // _MINUTE

    @property
    def received_from(self) -> datetime:
        """The earliest that a line of theirs can have been received."""
        return self.since - timedelta(seconds=self.feed.max_future_skew_s)

    @property
    def late_from(self) -> datetime:
        """From when on a line of theirs that is received is late."""
        return self.until + timedelta(seconds=self.feed.max_lateness_s)


@dataclass(frozen=True)
class Facts:
    """What is known of some rows, by MySQL as of one moment.

    ``taken`` is how far `ingest` came before that, ``counted_ends`` how far `aggregate` did, of the
    same topic. What `ingest` lacks of that was received from ``missing_from`` on, as far as is
    known, and had ``missing_late`` late lines; None where it lacks nothing.
    """

    is_closed: bool
    vouched: standing.Vouched
    counted: standing.Counted
    taken: documents.Taken | None
    counted_ends: documents.Ends
    missing_from: datetime | None
    missing_late: int


def facts(own: Service, rows: Rows) -> Facts:
    """What is known of the rows.

    Raises OutOfTimeError of either server where it cannot be told in time.
    """
    taken = documents.taken(own.db, rows.feed.name, look_s(own))
    with own.mysql.cursor() as cursor:
        return _facts(cursor, rows, taken, look_s(own))


def _facts(cursor: DictCursor, rows: Rows, taken: documents.Taken | None, max_s: float) -> Facts:
    feed, span = rows.feed, (rows.since, rows.until)
    newest = standing.newest(cursor, [feed.name]).get(feed.name)
    found = standing.vouched(
        cursor, rows.table, [feed.name], *span, max(_MINUTE, rows.until - rows.since), max_s
    )
    counted = standing.counted(cursor, Chosen(rows.table, [feed.name], *span, rows.keys), max_s)
    ends = standing.counted_ends(cursor, feed.name, taken.topic_id) if taken else {}
    missing_from, late = _missing_from(taken, ends), 0
    if missing_from:
        late = standing.late_since(cursor, feed.name, missing_from)
    return Facts(
        standing.is_closed(newest, feed, rows.until),
        found.get((feed.name, 0), standing.Vouched()),
        counted,
        taken,
        ends,
        missing_from,
        late,
    )


def _missing_from(taken: documents.Taken | None, counted_ends: documents.Ends) -> datetime | None:
    lacking = [n for n, end in counted_ends.items() if taken and end > taken.ends.get(n, 0)]
    if not taken or not lacking:
        return None
    try:
        return min(map(taken.received_until, lacking))
    except UnknownError:
        return EPOCH
