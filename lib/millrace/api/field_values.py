"""The values of a field: those that figures have, or those of the newest lines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pymysql import MySQLError

from millrace.api import instants
from millrace.api.documents import plain
from millrace.api.exact import MINUTE
from millrace.api.named_values import NamedField, shortened
from millrace.api.row_facts import look_s
from millrace.api.service import Search, Service
from millrace.api.slices import Slices, Span
from millrace.config import Feed
from millrace.errors import UnreachableError
from millrace.io.mongo import search
from millrace.io.mongo.client import Document
from millrace.io.mysql import figures
from millrace.io.mysql.figures import Chosen
from millrace.records.names import OTHER
from millrace.records.tables import COUNTRIES, LEVELS, NO_VALUE, SHOP, TEMPLATES, Key, Table
from millrace.search import columns
from millrace.windows.key_matches import counted, is_own, path

LOOKED_AT = 5_000  # lines, the newest that match
_MOST_VALUES = 1_000
_TELLING = (LEVELS, TEMPLATES, SHOP, COUNTRIES)

Source = Literal["figures", "counted"]


@dataclass(frozen=True)
class FoundValues:
    """How many lines have each value, of ``looked_at`` lines between two times."""

    hits: Counter[Any]
    source: Source
    looked_at: int
    since: datetime
    until: datetime
    searched_until: datetime

    @property
    def is_partial(self) -> bool:
        """Whether there was no time to look at as many lines as an answer is of."""
        return self.searched_until > self.since and self.looked_at < LOOKED_AT


def told_values(own: Service, asked: Search, field: NamedField) -> FoundValues | None:
    """The values by the figures of whole minutes; None where these do not tell them."""
    feeds = [
        feed
        for feed in asked.feeds
        if field.name in {column.name for column in columns([feed.layout])}
    ]
    found = _telling(feeds, field)
    if found is None:
        return None
    table, key = found
    keys = {path(each): each for each in table.keys}
    required = asked.asked.required
    if not asked.asked.is_exact_on(keys) or not all(required.values()):
        return None
    if not all(is_own(keys[name], value) for name, own in required.items() for value in own):
        return None
    wanted = {keys[name].name: values for name, values in required.items()}
    since, until = instants.floor(asked.since, MINUTE), instants.ceiling(asked.until, MINUTE)
    chosen = Chosen(table, [feed.name for feed in feeds], since, until, wanted)
    try:
        with own.mysql.cursor() as cursor:
            rows = figures.rows(
                cursor, chosen, [key.name], until - since, _MOST_VALUES + 1, look_s(own)
            )
    except (UnreachableError, MySQLError, figures.OutOfTimeError):
        return None
    if not rows or len(rows) > _MOST_VALUES:
        return None
    hits = Counter({row[key.name]: int(row[table.lines]) for row in rows})
    looked_at = hits.total()
    for value in (NO_VALUE, OTHER):
        del hits[value]
    return FoundValues(hits, "figures", looked_at, since, until, since)


def counted_values(own: Service, asked: Search, field: NamedField) -> FoundValues:
    """The values of the newest lines that match, as far as there is time."""
    hits, looked_at = Counter[Any](), 0

    def look(span: Span, look_s: float) -> bool:
        nonlocal looked_at
        stages = _stages(field, LOOKED_AT - looked_at)
        for row in search.grouped_of_each(own.db, asked.between(*span).questions(), stages, look_s):
            looked_at += row["lines"]
            hits.update({plain(one).get("value"): one["n"] for one in row["values"]})
        return looked_at < LOOKED_AT

    slices = Slices(asked.since, asked.until, True, None)
    slices.walk(own.conf.api.max_query_s, look)
    del hits[None]  # of lines that have none
    span = (asked.since, asked.until)
    return FoundValues(hits, "counted", looked_at, *span, slices.reached)


def _telling(feeds: Sequence[Feed], field: NamedField) -> tuple[Table, Key] | None:
    """The table that counts every line of the feeds which has the field, and its key."""
    for table in _TELLING:
        for key in table.keys:
            is_whole = all(
                feed.layout in table.layouts
                and (table is TEMPLATES or not counted(table, feed.layout))
                for feed in feeds
            )
            if feeds and is_whole and path(key) == field.name:
                return table, key
    return None


def _stages(field: NamedField, left: int) -> list[Document]:
    """What makes one row of the newest lines: how many they are, and how many have each value."""
    once: Any = 1
    unwound: list[Document] = []
    if field.is_list:
        # A line without any is one line, too; of several values its first one counts the line.
        options = {"preserveNullAndEmptyArrays": True, "includeArrayIndex": "at"}
        unwound = [{"$unwind": {"path": "$value", **options}}]
        once = {"$cond": [{"$gt": ["$at", 0]}, 0, 1]}
    told = {"sortBy": {"n": -1}, "output": {"value": "$_id", "n": "$n"}}
    return [
        {"$sort": {"timestamp": -1}},
        {"$limit": left},
        {"$project": {"_id": 0, "value": field.value}},
        *unwound,
        {"$group": {"_id": shortened("$value"), "n": {"$sum": 1}, "lines": {"$sum": once}}},
        {
            "$group": {
                "_id": None,
                "lines": {"$sum": "$lines"},
                "values": {"$topN": {"n": _MOST_VALUES, **told}},
            }
        },
    ]
