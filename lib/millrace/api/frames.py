"""What a tail tells, as server-sent events or as JSON lines, each with where to go on."""

import heapq
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from millrace.records import positions
from millrace.records.positions import Next, Partition, Positions

Kind = Literal["sse", "ndjson"]
MEDIA_TYPES: Mapping[Kind, str] = {"sse": "text/event-stream", "ndjson": "application/x-ndjson"}
CURSOR, EVENT = "_cursor", "_event"  # what a JSON line has beside its fields
_RETRY_MS = 2_000  # a browser that was cut off asks again


@dataclass(frozen=True, slots=True)
class Line:
    """A line as JSON, and what comes next once it was seen; None of one that was there before."""

    content: bytes
    feed: str
    partition: Partition | None
    next: Next


@dataclass(frozen=True, slots=True)
class Told:
    """Something else that is told, if anything, and what of a feed was seen by then."""

    event: str | None
    values: Mapping[str, Any]
    feed: str | None = None
    seen: Positions | None = None


Item = Line | Told


class _Form(Protocol):
    def line(self, content: bytes, cursor: bytes) -> bytes: ...
    def told(self, event: str, values: Mapping[str, Any], cursor: bytes) -> bytes: ...
    def sign(self, cursor: bytes) -> bytes: ...


class _Sse:
    """Server-sent events: of a line the default event, of all else one with a name."""

    def line(self, content: bytes, cursor: bytes) -> bytes:
        return b"id: %b\ndata: %b\n\n" % (cursor, content)

    def told(self, event: str, values: Mapping[str, Any], cursor: bytes) -> bytes:
        data = as_json(values)
        return b"event: %b\nid: %b\nretry: %d\ndata: %b\n\n" % (
            event.encode(),
            cursor,
            _RETRY_MS,
            data,
        )

    def sign(self, cursor: bytes) -> bytes:
        # Without data it is no event, but what comes after is asked for by its id.
        return b": waiting\nid: %b\n\n" % cursor


class _Ndjson:
    """JSON lines."""

    def line(self, content: bytes, cursor: bytes) -> bytes:
        return b'%b, "%b": "%b"}\n' % (content[:-1], CURSOR.encode(), cursor)

    def told(self, event: str, values: Mapping[str, Any], cursor: bytes) -> bytes:
        return self.line(as_json({EVENT: event, **values}), cursor)

    def sign(self, cursor: bytes) -> bytes:
        return self.told("waiting", {}, cursor)


class Frames:
    """Frames what one watcher is told."""

    def __init__(self, kind: Kind, seen: Mapping[str, Positions]) -> None:
        self._form: _Form = _Sse() if kind == "sse" else _Ndjson()
        self._seen = {feed: dict(own) for feed, own in seen.items()}
        self._texts = {feed: positions.text({feed: own}) for feed, own in seen.items()}
        self.lines = 0

    @property
    def cursor(self) -> bytes:
        """What of all feeds was seen, as text."""
        return ";".join(self._texts.values()).encode()

    def of(self, items: Iterable[Item]) -> bytes:
        """The frames of some items."""
        return b"".join(map(self._frame, items))

    def sign(self) -> bytes:
        """A sign of life."""
        return self._form.sign(self.cursor)

    def _frame(self, item: Item) -> bytes:
        if isinstance(item, Line):
            self.lines += 1
            if item.partition is not None:
                self._seen[item.feed][item.partition] = item.next
                self._texts[item.feed] = positions.text({item.feed: self._seen[item.feed]})
            return self._form.line(item.content, self.cursor)
        if item.feed is not None and item.seen is not None:
            self._seen[item.feed] = dict(item.seen)
            self._texts[item.feed] = positions.text({item.feed: item.seen})
        return self._form.told(item.event, item.values, self.cursor) if item.event else b""


def missed(feed: str, seen: Positions | None = None, **known: Any) -> Told:
    """What is told of lines that are passed over: what is ``known`` of how many, and of when."""
    unknown = dict.fromkeys(("batches", "records", "since", "until", "resume"))
    return Told("missed", {"feed": feed} | unknown | known, feed, seen)


def as_json(values: Mapping[str, Any]) -> bytes:
    """A JSON object on one line.

    ASCII: what a log line has in it ends no line of the answer, whoever splits it.
    """
    return json.dumps(values).encode()


def in_order(lines: Iterable[tuple[str, Line]]) -> tuple[Line, ...]:
    """The lines by their keys, but those of a partition in the order of their offsets.

    So what comes next in each partition says which of them were seen.
    """
    partitions: dict[Partition | None, list[tuple[str, Line]]] = {}
    for one in lines:
        partitions.setdefault(one[1].partition, []).append(one)
    for own in partitions.values():
        own.sort(key=lambda one: one[1].next)
    merged = heapq.merge(*partitions.values(), key=lambda one: one[0])
    return tuple(line for _, line in merged)
