"""How often messages match each template, and which templates come and go, as MySQL has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pymysql.cursors import DictCursor
from pymysql.err import ProgrammingError

from millrace.config import Feed
from millrace.io.mysql.figures import ask
from millrace.records.tables import NO_VALUE

_NO_SUCH_TABLE = 1146

Change = Literal["new", "vanished"]

_EVENTS = """SELECT template_id, SUM(events) AS events FROM templates_by_minute
WHERE feed = %s AND window_start >= %s AND window_start < %s GROUP BY template_id"""
# In the running hour none has vanished: it may yet come.
_CHANGES = """SELECT template_id, `change` FROM template_changes_by_hour
WHERE feed = %s
AND (window_start = %s OR (window_start > %s AND window_start < %s AND `change` = 'new'))"""
_CHANGES_BETWEEN = """SELECT window_start, template_id, `change` FROM template_changes_by_hour
WHERE feed = %s AND window_start > %s AND window_start < %s
ORDER BY window_start DESC, template_id LIMIT %s"""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Seen:
    """A feed's templates as they were seen, by id: events, and ``new`` or ``vanished``."""

    events: dict[str, int]
    changes: dict[str, Change]

    @property
    def total(self) -> int:
        """How many events have a message."""
        return sum(self.events.values())

    @property
    def unmatched(self) -> int:
        """How many of them match no template."""
        return self.events.get(NO_VALUE, 0)


def seen(cursor: DictCursor, feed: Feed, since: datetime, until: datetime) -> Seen:
    """What was seen between two times (UTC, without a zone); nothing before `aggregate` has run.

    New are those whose first event lies in the hour of ``until`` or the one before, vanished those
    that had events two hours before, and none in the hour before.
    """
    hour_before = until.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    try:
        cursor.execute(_EVENTS, (feed.name, since, until))
        events = {row["template_id"]: int(row["events"]) for row in cursor.fetchall()}
        cursor.execute(_CHANGES, (feed.name, hour_before, hour_before, until))
        changes = {row["template_id"]: row["change"] for row in cursor.fetchall()}
    except ProgrammingError as error:
        if error.args[0] != _NO_SUCH_TABLE:
            raise
        return Seen({}, {})  # `aggregate` makes the tables when it first starts
    return Seen(events, changes)


def changes(
    cursor: DictCursor, feed: Feed, since: datetime, until: datetime, limit: int, max_s: float
) -> list[dict[str, Any]]:
    """The feed's templates that are new or have vanished in the hours of a span, the latest first.

    Times are UTC, without a zone: ``window_start`` is the hour of the first message, or the first
    hour without one. Raises OutOfTimeError where the server needs longer than ``max_s``.
    """
    try:
        # The hour that ``since`` is in has begun before it.
        ask(cursor, _CHANGES_BETWEEN, (feed.name, since - _HOUR, until, limit), max_s)
    except ProgrammingError as error:
        if error.args[0] != _NO_SUCH_TABLE:
            raise
        return []
    return list(cursor.fetchall())
