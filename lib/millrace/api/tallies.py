"""Lines by steps of time and values, as they are found: in figures, or counted newest first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pymysql import MySQLError

from millrace.api import instants
from millrace.api.buckets import Steps
from millrace.api.documents import plain
from millrace.api.exact import MINUTE, are_told_apart
from millrace.api.named_values import NamedField, shortened
from millrace.api.row_facts import Rows, look_s
from millrace.api.service import Search, Service
from millrace.api.slices import Slices, Span
from millrace.config import Feed
from millrace.errors import UnreachableError
from millrace.io.mongo import search
from millrace.io.mongo.client import Document
from millrace.io.mongo.question import Question
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mysql import figures, standing
from millrace.io.mysql.figures import Chosen
from millrace.records.completeness import closed_until
from millrace.records.tables import LEVELS, NO_VALUE
from millrace.windows.key_matches import wanted

_MOST_ROWS = 20_000
_VALUES = 100  # of a step that a slice of time tells by name


@dataclass
class Tally:
    """The lines of each step by their values, and by what they are known.

    ``told`` has by feed the span that figures tell of. The rest was counted down to
    ``searched_until``. Lines whose value is not told are in ``unnamed``.
    """

    steps: Steps
    searched_until: datetime
    told: dict[str, Span] = field(default_factory=dict)
    lines: dict[int, Counter[Any]] = field(default_factory=dict)
    unnamed: Counter[int] = field(default_factory=Counter)

    def add(self, step: int, value: Any, lines: int) -> None:
        """Takes lines of a step."""
        self.lines.setdefault(step, Counter())[value] += lines

    def is_told(self, feed: str, step: int) -> bool:
        """Whether figures tell the feed's lines of a step."""
        since, until = self.told.get(feed, (self.steps.until, self.steps.until))
        start = self.steps.start(step)
        return since <= start and start + self.steps.length <= until


def tally(own: Service, asked: Search, steps: Steps, by: NamedField | None) -> Tally:
    """The lines that match, by steps and the values of a field, within the time of a query."""
    made = Tally(steps, asked.until)
    for feed in asked.feeds:
        _take_figures(own, asked, feed, by, made)
    _count(own, asked, by, made)
    return made


def _take_figures(
    own: Service, asked: Search, feed: Feed, by: NamedField | None, made: Tally
) -> None:
    """Takes what figures tell: whole steps of closed minutes, where they tell the query's lines."""
    values, length = wanted(asked.asked), made.steps.length
    keys = {key.name for key in LEVELS.keys}
    if values is None or length % MINUTE or (by and by.name not in keys):
        return
    try:
        with own.mysql.cursor() as cursor:
            newest = standing.newest(cursor, [feed.name]).get(feed.name)
            if newest is None:
                return
            closed = closed_until(newest, feed.max_lateness_s).replace(tzinfo=UTC)
            until = instants.floor(min(asked.until, closed), length)
            rows = Rows(feed, LEVELS, instants.ceiling(asked.since, length), until, values)
            if rows.since >= until:
                return
            chosen = Chosen(LEVELS, [feed.name], rows.since, until, values)
            counted = standing.counted(cursor, chosen, look_s(own))
            columns = [by.name] if by else []
            found = figures.rows(cursor, chosen, columns, length, _MOST_ROWS + 1, look_s(own))
        if len(found) > _MOST_ROWS or not are_told_apart(own, rows, counted):
            return
    except (UnreachableError, MySQLError, OutOfTimeError, figures.OutOfTimeError):
        return
    first = (rows.since - made.steps.since) // length
    made.told[feed.name] = (rows.since, until)
    for row in found:
        value = row[by.name] if by else None
        made.add(
            first + int(row["bucket"]),
            None if value == NO_VALUE else value,
            int(row["events"]),
        )


def _count(own: Service, asked: Search, by: NamedField | None, made: Tally) -> None:
    """Counts the rest, slice by slice from the newest on, while there is time."""
    stages = _stages(made.steps, by)

    def questions(span: Span) -> list[Question]:
        return [one for each in asked.questions() for one in _untold(made, each, span)]

    def look(span: Span, look_s: float) -> bool:
        for row in search.grouped_of_each(own.db, questions(span), stages, look_s):
            _add(made, row)
        return True

    slices = Slices(asked.since, asked.until, True, None)
    slices.walk(own.conf.api.max_query_s, look, is_free=lambda span: not questions(span))
    made.searched_until = slices.reached


def _untold(made: Tally, question: Question, span: Span) -> list[Question]:
    """What of a span no figure tells: before, and after what they tell of the feed."""
    since, until = span
    first, end = made.told.get(question.feed, (until, until))
    parts = [(since, min(until, first)), (max(since, end), until)]
    return [
        replace(question, since=start, until=stop)
        for start, stop in dict.fromkeys(parts)
        if start < stop
    ]


def _stages(steps: Steps, by: NamedField | None) -> list[Document]:
    since_begin = {"$subtract": ["$timestamp", steps.since]}
    step = {"$floor": {"$divide": [since_begin, steps.length // timedelta(milliseconds=1)]}}
    if by is None:
        return [{"$group": {"_id": step, "lines": {"$sum": 1}}}]
    told = {"sortBy": {"lines": -1}, "output": {"value": "$_id.value", "lines": "$lines"}}
    return [
        {"$group": {"_id": {"step": step, "value": shortened(by.value)}, "lines": {"$sum": 1}}},
        {
            "$group": {
                "_id": "$_id.step",
                "lines": {"$sum": "$lines"},
                "values": {"$topN": {"n": _VALUES, **told}},
            }
        },
    ]


def _add(made: Tally, row: Document) -> None:
    step, lines = int(row["_id"]), row["lines"]
    values: Sequence[Document] = row.get("values", [{"value": None, "lines": lines}])
    for one in values:
        made.add(step, plain(one).get("value"), one["lines"])
    made.unnamed[step] += lines - sum(one["lines"] for one in values)
