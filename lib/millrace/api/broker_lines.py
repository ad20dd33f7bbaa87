"""The lines of a tail as the broker has them, parsed here: for when ``ingest`` is down."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import bson as client_bson
from anyio import CancelScope, CapacityLimiter, to_thread
from bson.codec_options import CodecOptions
from confluent_kafka import KafkaException

from millrace.api.documents import plain
from millrace.api.follower import Follower
from millrace.api.frames import Item, Line, Told, as_json, in_order, missed
from millrace.api.problems import ProblemError
from millrace.api.service import Search, Service
from millrace.config import ConfigurationError, Feed
from millrace.errors import one_line
from millrace.io import kafka, reference_data
from millrace.io.kafka.tail import Tail
from millrace.io.mongo.client import Document
from millrace.records import bson, received
from millrace.records.positions import Positions
from millrace.search import Query as Asked
from millrace.transform.chain import Letter, Outcome, compiled

_MOST_LINES = 500  # of a feed at once
_MOST_LATE = 50_000  # records: who comes back and is later misses those between
_PAUSE_S = 0.3
_AS_STORED: CodecOptions[Document] = CodecOptions(tz_aware=True)


@dataclass
class BrokerLines:
    """Lines of the records that come after what was ``seen`` of each feed.

    A feed that is not in ``seen`` begins now, with about ``last`` records that are there already.
    """

    own: Service
    follower: Follower
    asked: Search
    seen: dict[str, Positions]
    last: int = 0
    _topics: list["_Topic"] = field(default_factory=list)
    _thread: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """The topics are read meanwhile; raises ProblemError where one cannot be."""
        try:
            for feed in self.asked.feeds:
                await to_thread.run_sync(self._open, feed, limiter=self._thread)
            yield
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._close, limiter=self._thread)

    async def items(self) -> AsyncIterator[list[Item]]:
        """What there is to tell, as it comes; now and then nothing."""
        yield [told for topic in self._topics for told in topic.first]
        is_told = False
        while not self.follower.is_closing:
            trouble = None
            for topic in self._topics:
                yield await to_thread.run_sync(topic.next, limiter=self._thread)
                trouble = trouble or topic.trouble
            if trouble and not is_told:
                yield [Told("problem", {"status": 503, "detail": trouble})]
            is_told = trouble is not None
            await asyncio.sleep(_PAUSE_S)

    def _open(self, feed: Feed) -> None:
        try:
            own = _Topic(self.own, feed, self.asked.asked)
            self._topics.append(own)
            own.begin(self.seen.get(feed.name), self.last)
        except (ConfigurationError, KafkaException) as error:
            raise ProblemError(503, one_line(error)) from None
        self.seen[feed.name] = own.seen

    def _close(self) -> None:
        for topic in self._topics:
            topic.close()


class _Topic:
    """The topic of one feed; every method is for one thread at a time."""

    def __init__(self, own: Service, feed: Feed, asked: Asked) -> None:
        self._feed, self._asked, self._hidden = feed, asked, own.conf.api.hidden
        self._spec = reference_data.spec(own.conf, feed, needs_country=False)
        self._topic = kafka.topic(own.conf.kafka, feed.topic)
        self._tail = Tail(own.conf.kafka, self._topic)
        self._is_live = False
        self.seen: Positions = {}
        self.first: list[Item] = []
        self.trouble: str | None = None

    def begin(self, seen: Positions | None, last: int) -> None:
        """Goes to what comes after what was seen, or to the end but for some records."""
        spans = self._tail.spans()
        share = -(-last // max(1, len(spans)))
        gone = 0
        for number, (low, high) in spans.items():
            key = self._topic.id, number
            offset, part = (seen or {}).get(key, (low if seen is not None else high - share, 0))
            gone += max(0, low - offset) if seen is not None else 0
            is_there = low <= offset <= high
            self.seen[key] = (offset, part) if is_there else (max(low, min(offset, high)), 0)
        if gone:
            self.first.append(missed(self._feed.name, records=gone))
        self._tail.go_to({number: offset for (_, number), (offset, _) in self.seen.items()})

    def next(self) -> list[Item]:
        """The lines that are there; sets ``trouble`` where the broker does not answer."""
        try:
            taken = self._tail.take(_MOST_LINES)
            items: list[Item] = [*in_order(self._lines(taken.records))]
            self._advance(taken.following)
            behind = self._behind()
            self._is_live = self._is_live or not behind
            if taken.is_full and behind and (self._is_live or behind > _MOST_LATE):
                items.append(self._left_out(len(taken.records), behind))
        except KafkaException as error:
            self.trouble = error.args[0].str()
            return []
        self.trouble = taken.trouble
        return [*items, Told(None, {}, self._feed.name, self.seen)]

    def close(self) -> None:
        """Ends the connection."""
        self._tail.close()

    def _advance(self, following: dict[int, int]) -> None:
        ends = {(self._topic.id, number): (end, 0) for number, end in following.items()}
        self.seen = self.seen | {key: max(end, self.seen[key]) for key, end in ends.items()}

    def _behind(self) -> int:
        ends = self._tail.ends()
        return sum(max(0, end - self.seen[self._topic.id, n][0]) for n, end in ends.items())

    def _left_out(self, shown: int, behind: int) -> Told:
        """Goes to the end; what is told of the records between."""
        self._advance(self._tail.ends())
        self._tail.go_to({number: offset for (_, number), (offset, _) in self.seen.items()})
        if self._is_live:
            told = {"feed": self._feed.name, "shown": shown, "more": behind, "relation": "at_most"}
            told |= {"since": None, "until": None}
            return Told("more", told, self._feed.name, self.seen)
        self._is_live = True
        return missed(self._feed.name, self.seen, records=behind)

    def _lines(self, records: Sequence[kafka.Record]) -> Iterator[tuple[str, Line]]:
        for record in records:
            value, size, most = record.value, None, self._spec.max_record_bytes
            if value is not None and len(value) > most:
                value, size = value[:most], len(value)
            place = self._topic.id, record.partition, record.offset
            found = compiled(self._spec).outcomes(value, size, record.timestamp_ms, place)
            key = self._topic.id, record.partition
            for part, outcome in enumerate(found):
                following = (record.offset, part + 1) if len(found) > 1 else (record.offset + 1, 0)
                if following <= self.seen[key]:
                    continue
                own = (part, len(found)) if len(found) > 1 else None
                document = self._document(record, outcome, own)
                if document is not None:
                    content = as_json({"feed": self._feed.name} | plain(document, self._hidden))
                    yield document["_id"], Line(content, self._feed.name, key, following)

    def _document(
        self, record: kafka.Record, outcome: Outcome, part: tuple[int, int] | None
    ) -> Document | None:
        """The line as it is stored, or why it will not be; None where it does not match."""
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        number, parts = part or (None, None)
        id = received.record_id(record.timestamp_ms, record.partition, record.offset, number)
        identity = {"_id": id, "kafka": place | ({"part": number, "parts": parts} if part else {})}
        if not isinstance(outcome, Letter):
            raw = self._feed.store_raw
            stored = bson.record(self._feed.layout, outcome | identity, raw=raw).raw
            document = client_bson.decode(stored, _AS_STORED)
            return document if self._asked.matches(document) else None
        if self._asked.text.strip():
            return None  # It has no field that a query could ask for.
        return identity | {
            "received_at": received.received_at(record.timestamp_ms),
            "raw": outcome.value,
            "dead": outcome.reason,
            "detail": outcome.detail,
        }
