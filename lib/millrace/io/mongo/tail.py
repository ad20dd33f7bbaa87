"""The documents of a batch: found by when they were received, where they came from, and a query."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pymongo.database import Database
from pymongo.errors import ExecutionTimeout

from millrace.io.mongo.batches import Row
from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import places
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records.ledger import OffsetRange
from millrace.records.positions import Partition, Unseen

_MS = timedelta(milliseconds=1)
_BY_ID = [("_id", 1)]
_QUESTIONS = 4  # about a batch that each take as long as one may


@dataclass(frozen=True)
class Wanted:
    """What is asked of a batch: those of its offsets, and a filter of MongoDB's.

    Each question to the server takes at most ``max_s`` seconds; ``comment`` is told to its log.
    """

    row: Row
    offsets: tuple[Unseen, ...]
    match: Document
    max_s: float
    comment: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every document of the batch is."""
        own = tuple(Unseen(one) for one in self.row.ranges if one.from_offset < one.until_offset)
        return self.offsets == own and not self.match

    @property
    def bounds(self) -> Document:
        """What each question to the server says of itself."""
        return {"hint": _BY_ID, "comment": self.comment}

    def condition(self, span: TimeSpan, offsets: Sequence[Unseen], after: str = "") -> Document:
        """The filter of those offsets, received within a span, with ids after one."""
        branches = [branch for one in offsets for branch in _places(one)]
        parts = [span.ids(), {"_id": {"$gt": after}}, {"$or": branches}, self.match]
        return {"$and": [part for part in parts if part]}

    def spans(self) -> Iterator[tuple[datetime, datetime, list[Unseen]]]:
        """The times in which offsets that are wanted were received, apart and in order.

        A partition that lags has a span of its own: from its lines to the others' nothing is read.
        """
        times = dict(zip(map(_partition, self.row.ranges), self.row.received, strict=True))
        known = [(times[_partition(one.offsets)], one) for one in self.offsets]
        # Without a plausible time of receipt there is no document, only letters.
        dated = [(t.earliest, t.latest, one) for t, one in known if t.earliest and t.latest]
        dated.sort(key=lambda each: each[:2])
        while dated:
            earliest, latest, one = dated.pop(0)
            own = [one]
            while dated and dated[0][0] <= latest:
                _, end, one = dated.pop(0)
                latest = max(latest, end)
                own.append(one)
            yield earliest, latest + _MS, own


def documents(db: Database[Document], feed: str, wanted: Wanted, most: int) -> Iterator[Document]:
    """The first documents that are wanted, at most so many, in the order of their ids.

    Where the server needs longer than a question may take, it is asked for less time at once;
    OutOfTimeError is raised where it does not come to an end by that.
    """
    left, ends_at = most, time.monotonic() + _QUESTIONS * wanted.max_s
    for since, until, offsets in wanted.spans():
        step, after = until - since, ""
        while since < until and left:
            end = min(until, since + step)
            condition = wanted.condition(TimeSpan(since, end), offsets, after)
            found = db[feed].find(condition, sort=_BY_ID, batch_size=left, **wanted.bounds)
            try:
                for document in found.limit(left).max_time_ms(_ms(wanted.max_s)):
                    after, left = document["_id"], left - 1
                    yield document
            except ExecutionTimeout:
                if step == _MS or time.monotonic() >= ends_at:
                    raise OutOfTimeError from None
                step = max(_MS, step // (2 * _MS) * _MS)
                continue
            since, step = end, 2 * step


def count(db: Database[Document], feed: str, wanted: Wanted, most: int) -> int:
    """How many documents are wanted, counted up to ``most``; raises OutOfTimeError."""
    counted = 0
    for since, until, offsets in wanted.spans():
        if counted == most:
            break
        condition = wanted.condition(TimeSpan(since, until), offsets)
        bounds = {"limit": most - counted, "maxTimeMS": _ms(wanted.max_s), **wanted.bounds}
        try:
            counted += db[feed].count_documents(condition, **bounds)
        except ExecutionTimeout:
            raise OutOfTimeError from None
    return counted


def _partition(offsets: OffsetRange) -> Partition:
    return offsets.topic_id, offsets.partition


def _places(wanted: Unseen) -> Sequence[Document]:
    offsets = wanted.offsets
    if not wanted.part:
        return places([offsets])
    first = {"kafka.partition": offsets.partition, "kafka.offset": offsets.from_offset}
    rest = replace(offsets, from_offset=offsets.from_offset + 1)
    return [first | {"kafka.part": {"$gte": wanted.part}}, *places([rest])]


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
