"""Batches written as `ingest` writes them, without Spark, and clients of the tail over HTTP."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from bson import Int64
from pymongo import ReplaceOne

from millrace.api import tokens
from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.records import ledger
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.received import EPOCH, record_id

DEADLINE_S = 60
TAIL = "/v1/logs/tail"
_MS = timedelta(milliseconds=1)
_NOTHING: Mapping[str, Any] = {}


def new_feed() -> Feed:
    """A feed that no other test has."""
    name = f"tail_{uuid4().hex[:8]}"
    return Feed(name=name, topic=name, format="app", service_name="app")


@dataclass
class Ingest:
    """Writes batches of a feed, documents first, each partition's lines in the order of time."""

    conf: Config
    feed: Feed
    partitions: int = 2
    topic_id: str = field(default_factory=lambda: uuid4().hex)
    checkpoint: str = field(default_factory=lambda: str(uuid4()))
    number: int = 0
    now: datetime = datetime(2026, 5, 1, tzinfo=UTC)
    committed_at: datetime = datetime(2026, 5, 1, tzinfo=UTC)
    taken: dict[int, int] = field(default_factory=dict)
    lines: dict[tuple[int, int], list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The collections of the feed are there before the first batch."""
        mongo.prepare(self.conf.mongo, self.feed)
        self.db = mongo.database(self.conf.mongo)
        self._next: Counter[int] = Counter()

    @property
    def ids(self) -> list[str]:
        """The ids of all documents that were written."""
        return [one["_id"] for own in self.lines.values() for one in own]

    @property
    def has_waiting(self) -> bool:
        """Whether a next batch would have lines: else there is none."""
        return any(end > self.taken.get(partition, 0) for partition, end in self._next.items())

    def receive(self, count: int, parts: int = 1, **values: Any) -> None:
        """Puts records into the topic, one partition after the other; each of so many lines."""
        for n in range(count):
            partition = n % self.partitions
            offset = self._next[partition]
            self._next[partition] += 1
            self.now += _MS * (n % 3)
            self.lines[partition, offset] = [
                self._document(partition, offset, part if parts > 1 else None, parts, values)
                for part in range(parts)
            ]

    def receive_until(self, partition: int, until: int) -> None:
        """Puts records into one partition until it has so many."""
        for offset in range(self._next[partition], until):
            self.now += _MS
            self.lines[partition, offset] = [self._document(partition, offset, None, 1, {})]
        self._next[partition] = max(self._next[partition], until)

    def batch(self, most: int = 1_000_000, *, commits: bool = True) -> Batch:
        """Writes a batch of what waits in the topic, at most so many records of a partition."""
        ranges = []
        for partition in range(self.partitions):
            start = self.taken.get(partition, 0)
            until = min(self._next[partition], start + most)
            self.taken[partition] = until
            ranges.append(OffsetRange(self.feed.topic, self.topic_id, partition, start, until))
        batch = Batch(f"ingest-{self.feed.name}", self.checkpoint, self.number, tuple(ranges))
        self.number += 1
        self.write(batch, commits=commits)
        return batch

    def write(self, batch: Batch, *, commits: bool = True) -> None:
        """Writes a batch, in place of the same one where it was written before."""
        made = [one for each in batch.ranges for one in self._of(each)]
        writes: list[Any] = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in made]
        if writes:
            self.db[self.feed.name].bulk_write(writes, ordered=False)
        if commits and batch.lines:
            self.commit(batch, len(made))

    def commit(self, batch: Batch, written: int) -> None:
        """Writes the row of a batch."""
        row = {
            "_id": batch.key,
            "query": batch.query,
            "checkpoint_id": batch.checkpoint_id,
            "batch_id": batch.id,
            "committed_at": self.committed_at,
            "ranges": [asdict(one) | self._times(one) for one in batch.ranges],
            "rows_in": batch.lines,
            "parts_in": written,
            "rows_written": written,
            "rows_dead": 0,
        }
        self.db[ledger.COLLECTION].replace_one({"_id": batch.key}, row, upsert=True)

    def begin_anew(self) -> None:
        """Goes on by a new checkpoint, from the topic's first record."""
        self.checkpoint, self.number, self.taken = str(uuid4()), 0, {}

    def _of(self, offsets: OffsetRange) -> list[dict[str, Any]]:
        numbers = range(offsets.from_offset, offsets.until_offset)
        return [one for n in numbers for one in self.lines[offsets.partition, n]]

    def _times(self, offsets: OffsetRange) -> dict[str, datetime | None]:
        times = [one["received_at"] for one in self._of(offsets)]
        return {
            "min_received_at": min(times, default=None),
            "max_received_at": max(times, default=None),
        }

    def _document(
        self, partition: int, offset: int, part: int | None, parts: int, values: dict[str, Any]
    ) -> dict[str, Any]:
        kafka = {"topic": self.feed.topic, "partition": partition, "offset": Int64(offset)}
        if part is not None:
            kafka |= {"part": part, "parts": parts}
        fixed = {
            "_id": record_id((self.now - EPOCH) // _MS, partition, offset, part),
            "kafka": kafka,
            "received_at": self.now,
            "timestamp": self.now,
            "service_name": "app",
            "level": "INFO",
            "message": f"line {partition}/{offset}",
            "parser_version": 1,
        }
        return fixed | values


@dataclass
class Event:
    """A server-sent event as a client comes to have it."""

    id: str
    name: str
    data: dict[str, Any]


class Watcher:
    """A client that keeps what it gets, and goes on where it was cut off."""

    deadline_s: float = DEADLINE_S

    def __init__(self, parameters: Mapping[str, Any] = _NOTHING, kind: str = "sse") -> None:
        self.parameters = {"format": kind} | dict(parameters)
        self._kind = kind
        self.cursor: str | None = None
        self.events: list[Event] = []

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines that came."""
        return [event.data for event in self.events if event.name == "message"]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [line["_id"] for line in self.lines]

    def told(self, name: str) -> list[dict[str, Any]]:
        """What other events of a name said."""
        return [event.data for event in self.events if event.name == name]

    @contextmanager
    def watching(self, conf: Config) -> Iterator[httpx.Response]:
        """An answer that has begun; on leaving it is cut off."""
        headers = {"Authorization": f"Bearer {tokens.stored(conf.stack)}"}
        if self.cursor is not None:
            headers["Last-Event-ID"] = self.cursor
        url = f"http://127.0.0.1:{conf.api.port}{TAIL}"
        asked: dict[str, Any] = {"params": self.parameters, "headers": headers}
        with httpx.stream("GET", url, timeout=DEADLINE_S, **asked) as answer:
            if answer.status_code == 200:
                self._chunks, self._buffer = answer.iter_raw(), b""
            yield answer

    def watch(self, conf: Config, most_bytes: int = 10**9, until: Any = None) -> None:
        """Takes what comes: so many bytes, as far as whole frames go, or until something is so."""
        with self.watching(conf) as answer:
            assert answer.status_code == 200, answer.read()
            self.take(most_bytes, until)

    def take(self, most_bytes: int = 10**9, until: Any = None) -> None:
        """The same of an answer that has begun."""
        ends_at = time.monotonic() + self.deadline_s
        while most_bytes > 0 and not (until is not None and until()):
            assert time.monotonic() < ends_at, f"not in time: {self.events[-3:]}"
            chunk = next(self._chunks)
            self._buffer += chunk[:most_bytes]
            most_bytes -= len(chunk)
            *frames, self._buffer = self._buffer.split(b"\n\n" if self._kind == "sse" else b"\n")
            for frame in frames:
                self._frame(frame)

    def _frame(self, frame: bytes) -> None:
        if self._kind == "ndjson":
            data = json.loads(frame)
            self.cursor, name = data.pop("_cursor"), data.pop("_event", "message")
        else:
            fields: dict[str, str] = {}
            for line in frame.decode().split("\n"):
                name, _, value = line.partition(": ")
                assert name not in fields, frame
                fields[name] = value
            self.cursor = fields["id"]
            if "data" not in fields:
                return
            name, data = fields.get("event", "message"), json.loads(fields["data"])
        self.events.append(Event(self.cursor, name, data))


@contextmanager
def background(work: Any) -> Iterator[None]:
    """Runs beside the test; what it raises is raised here."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(120)
    assert not thread.is_alive()
    if errors:
        raise errors[0]
