"""The documents that rows of figures count: how they are found, counted, and read page by page."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from pymongo.database import Database

from millrace.api import pages
from millrace.api.pages import Found, Page
from millrace.api.row_facts import Rows
from millrace.api.service import Service
from millrace.io.mongo import received, search, standing
from millrace.io.mongo.client import Document
from millrace.io.mongo.question import SERVICE_TIME, Question
from millrace.io.mongo.received import Received
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mysql.standing import names
from millrace.records.names import OTHER
from millrace.records.tables import LATENESS, LEVEL, SERVICE, Key
from millrace.windows.key_matches import counted, is_own, lateness, look_alikes, matching

_LOOK_S = 0.05


class RowLines(Protocol):
    """The lines of some rows."""

    def count(self, db: Database[Document], limit: int, max_s: float) -> int:
        """How many there are, counted up to ``limit``; raises OutOfTimeError."""

    def page(
        self,
        db: Database[Document],
        size: int,
        max_s: float,
        reached: datetime | None,
        id: str | None,
    ) -> Page:
        """The first of them, the newest first; from where a page ended, that ``reached`` so far."""


def lines_of(own: Service, rows: Rows, comment: str) -> RowLines:
    """How the lines of the rows are found: by when they happened, late ones by their receipt."""
    feed = rows.feed
    if rows.table is LATENESS:
        asked = Received(feed.name, lateness(feed.max_lateness_s), rows.since, rows.until, comment)
        return _ReceivedLines(asked)
    keys = [key for key in rows.table.keys if key.name in rows.keys]
    parts = counted(rows.table, feed.layout)
    for key in keys:
        known = _names(own, rows, key)
        parts.append(_one_of([matching(key, one, known) for one in rows.keys[key.name]]))
    required = {
        key.name: rows.keys[key.name]
        for key in keys
        if key is LEVEL or (key is SERVICE and _is_their_own(own, rows))
    }
    match = {"$and": parts} if parts else {}
    question = Question(feed.name, match, rows.since, rows.until, required, comment=comment)
    return _DatedLines(question)


@dataclass(frozen=True)
class _DatedLines:
    question: Question

    def count(self, db: Database[Document], limit: int, max_s: float) -> int:
        return search.count(db, self.question, limit, max_s)

    def page(
        self,
        db: Database[Document],
        size: int,
        max_s: float,
        reached: datetime | None,
        id: str | None,
    ) -> Page:
        question, place = self.question, None
        if reached and id:
            place = (reached, id, question.feed)
        elif reached:
            question = replace(question, until=reached)
        return pages.page(db, [question], size, max_s, place)


@dataclass(frozen=True)
class _ReceivedLines:
    asked: Received

    def count(self, db: Database[Document], limit: int, max_s: float) -> int:
        return received.count(db, self.asked, limit, max_s)

    def page(
        self,
        db: Database[Document],
        size: int,
        max_s: float,
        reached: datetime | None,
        id: str | None,
    ) -> Page:
        found = received.page(db, self.asked, size, max_s, id)
        items = [Found(self.asked.feed, document) for document in found]
        if len(items) < size:
            return Page(items, self.asked.since, is_complete=True)
        return Page(items, items[-1].place[0], is_complete=False)


def _names(own: Service, rows: Rows, key: Key) -> set[str] | None:
    """What the key calls by name, where that is asked for."""
    if OTHER not in rows.keys[key.name]:
        return None
    with own.mysql.cursor() as cursor:
        return names(cursor, rows.feed.name, key)


def _one_of(matches: list[dict[str, Any]]) -> dict[str, Any]:
    return matches[0] if len(matches) == 1 else {"$or": matches}


def _is_their_own(own: Service, rows: Rows) -> bool:
    """Whether services with another text come to none of the values, so that an index tells all."""
    values = rows.keys[SERVICE.name]
    if not all(is_own(SERVICE, value) for value in values):
        return False
    times = {"timestamp": {"$gte": rows.since, "$lt": rows.until}}
    match = {"$or": [one | times for value in values for one in look_alikes(SERVICE, value)]}
    try:
        return not standing.has_any(own.db, rows.feed.name, match, SERVICE_TIME, _LOOK_S)
    except OutOfTimeError:
        return False
