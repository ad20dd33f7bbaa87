"""Pages of documents, searched in slices of time: never a time-out, never a silent cut."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from pymongo.database import Database

from millrace.api.slices import Place, Slices, Span
from millrace.io.mongo import search
from millrace.io.mongo.client import Document
from millrace.io.mongo.question import Question


@dataclass(frozen=True)
class Found:
    """A document, and the feed that it is of."""

    feed: str
    document: Document

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.document["timestamp"], self.document["_id"], self.feed


@dataclass(frozen=True)
class Page:
    """Some matches in order, and how far was searched for them.

    ``is_complete`` says whether the whole span was searched; else there may be more from
    ``searched_until`` on, or after the last match.
    """

    items: list[Found]
    searched_until: datetime
    is_complete: bool


def page(
    db: Database[Document],
    questions: Sequence[Question],
    size: int,
    max_s: float,
    after: Place | None = None,
) -> Page:
    """The first ``size`` matches of all feeds, the slices of time that come first searched first.

    Once ``max_s`` seconds are over, what was found by then is the answer.
    """
    newest_first = questions[0].newest_first
    items: list[Found] = []

    def look(span: Span, look_s: float) -> bool:
        asked = [replace(one, since=span[0], until=span[1]) for one in questions]
        items.extend(_of_slice(db, asked, size - len(items), look_s, after))
        return len(items) < size

    slices = Slices(questions[0].since, questions[0].until, newest_first, after)
    is_complete = slices.walk(max_s, look)
    reached = items[-1].place[0] if len(items) == size else slices.reached
    return Page(items, reached, is_complete)


def _of_slice(
    db: Database[Document],
    asked: Sequence[Question],
    size: int,
    max_s: float,
    after: Place | None,
) -> list[Found]:
    """The first matches of a slice, of all feeds in one order."""
    newest_first = asked[0].newest_first
    each = [
        [Found(one.feed, found) for found in search.page(db, one, size, max_s, _own(one, after))]
        for one in asked
    ]
    merged: Iterator[Found] = heapq.merge(
        *each, key=lambda found: found.place, reverse=newest_first
    )
    return list(islice(merged, size))


def _own(asked: Question, after: Place | None) -> search.Place | None:
    """The place of a feed's own documents that ``after``, of any feed, comes to, in this slice.

    Of the same time and id the feed decides which comes first.
    """
    if after is None or not asked.since <= after[0] < asked.until:
        return None
    time, id, feed = after
    is_after = asked.feed < feed if asked.newest_first else asked.feed > feed
    return search.Place(time, id, is_included=is_after)
