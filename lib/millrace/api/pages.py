"""Pages of documents, searched in slices of time: never a time-out, never a silent cut."""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from pymongo.database import Database

from millrace.io.mongo import search
from millrace.io.mongo.client import Document
from millrace.io.mongo.search import OutOfTimeError, Question

Place = tuple[datetime, str, str]
"""Where a document stands among those of several feeds: its time, its id, its feed."""

_FIRST_SLICE = timedelta(minutes=1)
_GROWTH = 4
_SHORTEST_SLICE = timedelta(milliseconds=1)


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
    clock: Callable[[], float] = time.monotonic,
) -> Page:
    """The first ``size`` matches of all feeds, the slices of time that come first searched first.

    Slices grow while little is found. One for which the server needs too long is halved; once
    ``max_s`` seconds are over, what was found by then is the answer.
    """
    ends_at = clock() + max_s
    newest_first = questions[0].newest_first
    items: list[Found] = []
    slices = Slices(questions[0].since, questions[0].until, newest_first, after)
    while not slices.is_done:
        left_s = ends_at - clock()
        if left_s <= 0:
            return Page(items, slices.reached, is_complete=False)
        since, until = slices.next
        asked = [replace(one, since=since, until=until) for one in questions]
        try:
            # Half of what is left, so that there is time for less where this is too much.
            found = _of_slice(db, asked, size - len(items), left_s / 2, after)
        except OutOfTimeError:
            if not slices.halve():
                return Page(items, slices.reached, is_complete=False)
            continue
        items += found
        if len(items) == size:
            return Page(items, items[-1].place[0], is_complete=False)
        slices.advance()
    return Page(items, slices.reached, is_complete=True)


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


class Slices:
    """The spans of time that are searched one after the other, from ``after`` on."""

    def __init__(
        self, since: datetime, until: datetime, newest_first: bool, after: Place | None
    ) -> None:
        self._since, self._until, self._newest_first = since, until, newest_first
        if after and newest_first:
            self._until = min(until, after[0] + _SHORTEST_SLICE)
        elif after:
            self._since = max(since, after[0])
        self._length = _FIRST_SLICE

    @property
    def is_done(self) -> bool:
        return self._since >= self._until

    @property
    def reached(self) -> datetime:
        """How far all was searched: down to it, or up to it."""
        return self._until if self._newest_first else self._since

    @property
    def next(self) -> tuple[datetime, datetime]:
        length = min(self._length, self._until - self._since)
        if self._newest_first:
            return self._until - length, self._until
        return self._since, self._since + length

    def advance(self, *, grow: bool = True) -> None:
        """Goes on with the next one, of a longer time unless told otherwise."""
        since, until = self.next
        if self._newest_first:
            self._until = since
        else:
            self._since = until
        if grow:
            self._length *= _GROWTH

    def halve(self) -> bool:
        """Takes less at once; False where there is no less."""
        since, until = self.next
        self._length = (until - since) // (2 * _SHORTEST_SLICE) * _SHORTEST_SLICE
        return bool(self._length)
