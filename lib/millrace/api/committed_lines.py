"""The lines of a tail as MongoDB has them: of each batch that is committed, those that match."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pymongo.errors import PyMongoError

from millrace.api import pages
from millrace.api.documents import plain, time_text
from millrace.api.follower import Follower
from millrace.api.frames import Item, Line, Told, as_json, in_order, missed
from millrace.api.service import Search, Service
from millrace.errors import one_line
from millrace.io.mongo import tail
from millrace.io.mongo.batches import Batches, Row
from millrace.io.mongo.client import Document, refusal
from millrace.io.mongo.letters import places
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mongo.tail import Wanted
from millrace.records.ledger import OffsetRange
from millrace.records.positions import Partition, Positions, passed, text, unseen

MOST_LINES = 500  # of one batch
MOST_LATE = 100  # batches: who watches and is later misses those between
_MOST_AWAY = 10_000  # the same of who was cut off, and comes back
_MOST_BYTES = 4 * 2**20
_COUNTED_TO = 100_000  # of the lines that are not shown
_ROWS_AT_ONCE = 16
_IDLE_S = 1.0


@dataclass(frozen=True)
class _Read:
    """What a batch has for a query: some lines, and what there is to say of the others."""

    lines: tuple[Line, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0


_NOTHING = _Read()


@dataclass
class CommittedLines:
    """Lines of the batches that are committed after what was ``seen`` of each feed.

    A feed that is not in ``seen`` begins now, with up to ``last`` lines that are there already.
    """

    own: Service
    follower: Follower
    asked: Search
    seen: dict[str, Positions]
    last: int = 0
    _live: set[str] = field(default_factory=set)
    _first: list[Item] = field(default_factory=list)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Feeds are followed meanwhile; raises pymongo's errors where the server is away."""
        names = [feed.name for feed in self.asked.feeds]
        async with self.follower.watched(names):
            is_new = not self.seen
            for name in names:
                self._begin(name, self.follower.batches(name))
            if self.last and is_new:
                self._first += await self.follower.ask(self._there_already)
            yield

    async def items(self) -> AsyncIterator[list[Item]]:
        """What there is to tell, as it comes; now and then nothing."""
        yield self._first
        is_told = False
        while not self.follower.is_closing:
            changed, is_idle, trouble = self.follower.changed, True, self.follower.trouble
            try:
                for feed in self.asked.feeds:
                    async for items in self._next(feed.name):
                        is_idle = False
                        yield items
            except PyMongoError as error:
                trouble = one_line(refusal(self.own.conf.mongo, error))
            if trouble and not is_told:
                yield [Told("problem", {"status": 503, "detail": trouble})]
            is_told = trouble is not None
            if is_idle or trouble:
                yield []
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), _IDLE_S)

    def _begin(self, feed: str, batches: Batches) -> None:
        seen, end = self.seen.get(feed), batches.end
        if seen is None:
            self.seen[feed] = end
        elif end and not {topic_id for topic_id, _ in seen} <= {topic_id for topic_id, _ in end}:
            # Of a topic that was not committed yet, or of another ledger: what is between, nobody
            # knows.
            self.seen[feed] = end | seen
            self._first.append(missed(feed))

    async def _next(self, feed: str) -> AsyncIterator[list[Item]]:
        """The items of the next batches of a feed; of none where all was seen."""
        batches = self.follower.batches(feed)
        if not batches.has_unseen(self.seen[feed]):
            self._live.add(feed)
            return
        ahead = await self.follower.ask(partial(batches.ahead, self.seen[feed], _ROWS_AT_ONCE))
        late = len(ahead.rows) + ahead.more
        if late > (MOST_LATE if feed in self._live else _MOST_AWAY):
            yield [self._missed(feed, batches, ahead.rows[0], late)]
            return
        for row in ahead.rows:
            yield await self._of_batch(feed, row)

    async def _of_batch(self, feed: str, row: Row) -> list[Item]:
        """Its lines, and in the end that all of it was seen, shown or not."""
        offsets = unseen(row.ranges, self.seen[feed])
        read = _NOTHING
        if offsets:
            match, api = self.asked.asked.mongo, self.own.conf.api
            wanted = Wanted(row, offsets, match, api.max_query_s, self.asked.request_id)
            key = (feed, row, offsets, repr(match))
            read = await self.follower.read(key, partial(_read, self.own, feed, wanted))
        self.seen[feed] = passed(row.ranges, self.seen[feed])
        event = "more" if read.more else None
        return [*read.lines, Told(event, read.more, feed, self.seen[feed])]

    def _missed(self, feed: str, batches: Batches, first: Row, late: int) -> Told:
        """What is told of batches that are left out; the feed goes on with what comes now."""
        seen, newest = self.seen[feed], batches.newest or first
        self.seen[feed] = batches.end
        starts = {own.partition: own.from_offset for own in first.ranges}
        records = sum(
            max(0, own.until_offset - max(starts.get(own.partition, 0), _offset(seen, own)))
            for own in newest.ranges
        )
        told = {"batches": late, "records": records, "resume": text({feed: seen})}
        return missed(feed, self.seen[feed], **told, **_times(first, newest))

    def _there_already(self) -> list[Item]:
        """The last lines that match, of batches that are committed: the others come by theirs."""
        questions = [
            replace(one, match={"$and": [part for part in (one.match, committed) if part]})
            for one in self.asked.questions()
            if (committed := self._committed(one.feed))
        ]
        if not questions:
            return []
        found = pages.page(self.own.db, questions, self.last, self.own.conf.api.max_query_s)
        return [
            Line(_content(self.own, one.feed, one.document), one.feed, None, (0, 0))
            for one in reversed(found.items)
        ]

    def _committed(self, feed: str) -> Document | None:
        """What documents match that are of batches which were committed when the tail began."""
        newest, seen = self.follower.batches(feed).newest, self.seen[feed]
        ends = [
            replace(own, from_offset=0, until_offset=_offset(seen, own))
            for own in (newest.ranges if newest else ())
        ]
        return {"$or": places(ends)} if ends else None


def _read(own: Service, feed: str, wanted: Wanted) -> _Read:
    """Lines of a batch, up to a number and a size, and how many there are beyond these."""
    topic_ids = {one.partition: one.topic_id for one in wanted.row.ranges}
    lines: list[tuple[str, Line]] = []
    size, is_cut = 0, False
    more: dict[str, Any] = {"feed": feed, "shown": 0, "more": None, "relation": "unknown"}
    more |= _times(wanted.row, wanted.row)
    try:
        for document in tail.documents(own.db, feed, wanted, MOST_LINES + 1):
            if len(lines) == MOST_LINES or size > _MOST_BYTES:
                is_cut = True
                break
            line = _line(own, feed, document, topic_ids)
            lines.append((document["_id"], line))
            size += len(line.content)
        if not is_cut:
            return _Read(in_order(lines), size=size)
        more["shown"] = len(lines)
        more["more"], more["relation"] = _beyond(own, feed, wanted, len(lines))
    except OutOfTimeError:
        pass
    return _Read(in_order(lines), more, size)


def _beyond(own: Service, feed: str, wanted: Wanted, shown: int) -> tuple[int, str]:
    if wanted.is_whole:
        return max(1, wanted.row.rows_written - shown), "exact"
    counted = tail.count(own.db, feed, wanted, shown + _COUNTED_TO)
    return counted - shown, "at_least" if counted == shown + _COUNTED_TO else "exact"


def _line(own: Service, feed: str, document: Document, topic_ids: Mapping[int, str]) -> Line:
    kafka = document["kafka"]
    partition: Partition = topic_ids[kafka["partition"]], kafka["partition"]
    offset, part = kafka["offset"], kafka.get("part")
    following = (offset + 1, 0) if part is None else (offset, part + 1)
    return Line(_content(own, feed, document), feed, partition, following)


def _content(own: Service, feed: str, document: Document) -> bytes:
    return as_json({"feed": feed} | plain(document, own.conf.api.hidden))


def _offset(seen: Positions, own: OffsetRange) -> int:
    return seen.get((own.topic_id, own.partition), (0, 0))[0]


def _times(first: Row, last: Row) -> dict[str, str | None]:
    """Since when, and until when, the lines of batches were received, as far as they tell."""
    begun = [time_text(one.earliest) for one in first.received if one.earliest]
    ended = [time_text(one.latest) for one in last.received if one.latest]
    return {"since": min(begun, default=None), "until": max(ended, default=None)}
