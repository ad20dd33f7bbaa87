"""GET /v1/logs/tail: lines as they come, each once, over whatever restarts."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal, Protocol

import anyio
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from millrace.api import problems, service
from millrace.api.committed_lines import MOST_LINES, CommittedLines
from millrace.api.follower import Follower
from millrace.api.frames import MEDIA_TYPES, Frames, Item, Kind, Told
from millrace.api.logs import trusted
from millrace.api.problems import ProblemError
from millrace.api.service import FeedNames, Own, QueryText, Search, Service
from millrace.api.streams import STALLED_S
from millrace.config import Feed
from millrace.records import positions
from millrace.records.positions import Positions

_SIGN_S = 15.0
_PIECE = 50  # lines that are sent at once
_LONGEST_CURSOR = 12 * 1024
_LAST_WITHIN = timedelta(days=1)
_MOST_RAW = 4  # who watch the broker: each reads and parses for itself

SourceName = Annotated[
    Literal["mongo", "kafka"],
    Query(description="`kafka`: as the broker has them, while `ingest` is down."),
]
Format = Annotated[Kind | None, Query(description="In place of the header Accept: sse or ndjson.")]
Last = Annotated[
    int, Query(ge=0, le=MOST_LINES, description="Lines that are there already, to begin with.")
]
After = Annotated[
    str | None,
    Query(max_length=_LONGEST_CURSOR, description="Where to go on: an id, or a `_cursor`."),
]
LastEventId = Annotated[
    str | None,
    Header(max_length=_LONGEST_CURSOR, description="The same; it counts where both are there."),
]
_OpenApi = dict[int | str, dict[str, Any]]
_RESPONSES: _OpenApi = {
    200: {"description": "Lines.", "content": {type: {} for type in MEDIA_TYPES.values()}}
}
router = APIRouter(prefix="/v1/logs", tags=["logs"])


class Source(Protocol):
    """Where lines come from."""

    seen: dict[str, Positions]

    def opened(self) -> AbstractAsyncContextManager[None]:
        """It can be read meanwhile."""

    def items(self) -> AsyncIterator[list[Item]]:
        """What there is to tell, as it comes; now and then nothing."""


@router.get("/tail", response_class=Response, responses=_RESPONSES)
def tail(
    request: Request,
    own: Own,
    feed: FeedNames = [],  # noqa: B006
    q: QueryText = "",
    source: SourceName = "mongo",
    format: Format = None,
    last: Last = 0,
    after: After = None,
    last_event_id: LastEventId = None,
) -> Response:
    """The lines that match, from now on, as each batch of `ingest` is committed.

    As server-sent events, or as JSON lines where `Accept` or `format` says so. Each line has where
    to go on, as its id, or as `_cursor`: handed back as `Last-Event-ID` or `after`, the tail goes
    on with the next one, over whatever was restarted. Beside lines there are events, in JSON lines
    named by `_event`:

    - `more` {feed, shown, more, relation, since, until}: of a batch up to 500 lines are shown;
      `more` are not. They were received between these times.
    - `missed` {feed, batches, records, since, until, resume}: passed over, as who watches was too
      late. What is not known is null; `resume` is where to go on to see them all the same.
    - `trust` {freshness, proof, took_ms}: how fresh and how proven the feeds are, every 15 s.
    - `problem` {status, detail}: a server is away. The tail goes on once it is back.
    """
    asked = _asked(own, service.chosen_feeds(own.conf, feed), q, request.state.request_id)
    seen = _seen(last_event_id or after, asked)
    follower: Follower = request.app.state.follower
    lines: Source
    if source == "mongo":
        lines, most = CommittedLines(own, follower, asked, seen, last), own.conf.api.max_watchers
    else:
        # Here alone, as parsing takes much to import.
        from millrace.api.broker_lines import BrokerLines

        lines, most = BrokerLines(own, follower, asked, seen, last), _MOST_RAW
    if format is None:
        accepted = request.headers.get("accept", "")
        format = "ndjson" if MEDIA_TYPES["ndjson"] in accepted else "sse"
    trust = partial(_trust, own, asked)
    return Tail(lines, follower, trust, format, places=source, most=most)


def _asked(own: Service, feeds: tuple[Feed, ...], q: str, request_id: str) -> Search:
    """The question, of the times that the last lines and those to come may have."""
    now = service.span("now-1m", "now")[1]
    future = timedelta(seconds=max(feed.max_future_skew_s for feed in feeds))
    return Search(feeds, now - _LAST_WITHIN, now + future, service.query(own, q, feeds), request_id)


class Tail(StreamingResponse):
    """Sends what there is to tell, while there is a place for one more who watches."""

    def __init__(
        self,
        source: Source,
        follower: Follower,
        trust: Callable[[], "_Trust"],
        kind: Kind,
        *,
        places: str,
        most: int,
    ) -> None:
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(self._pieces(), headers=headers, media_type=MEDIA_TYPES[kind])
        self._source, self._follower, self._trust, self._kind = source, follower, trust, kind
        self._places, self._most = places, most
        self._lines = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, until the client has left."""
        if self._follower.watching(self._places) >= self._most:
            busy = problems.response(429, "as many watch as may", {"Retry-After": "10"})
            await busy(scope, receive, send)
            return

        async def send_in_time(message: Message) -> None:
            with anyio.fail_after(STALLED_S):
                await send(message)

        # The place is given back as the client leaves, whether lines are on their way or not.
        with self._follower.place(self._places), suppress(TimeoutError):
            async with self._source.opened():
                await super().__call__(scope, receive, send_in_time)
        scope["state"]["told"] = f"{self._lines} lines"

    async def _pieces(self) -> AsyncIterator[bytes]:
        frames = Frames(self._kind, self._source.seen)
        yield frames.sign()
        sign_at = time.monotonic() + _SIGN_S
        trust: asyncio.Task[_Trust] | None = self._ask_trust()
        async for items in self._source.items():
            for start in range(0, len(items), _PIECE):
                if piece := frames.of(items[start : start + _PIECE]):
                    yield piece
            self._lines = frames.lines
            if trust is not None and trust.done():
                told, trust = trust, None
                if not told.cancelled() and not told.exception():
                    yield frames.of([Told("trust", told.result().values)])
            if time.monotonic() >= sign_at:
                yield frames.sign()
                sign_at, trust = time.monotonic() + _SIGN_S, trust or self._ask_trust()

    def _ask_trust(self) -> "asyncio.Task[_Trust]":
        key = ("trust", *sorted(self._source.seen), int(time.monotonic() / _SIGN_S))
        asked = self._follower.read(key, self._trust, self._follower.trusting)
        return asyncio.ensure_future(asked)


@dataclass(frozen=True)
class _Trust:
    values: Mapping[str, Any]
    size: int = 0


def _trust(own: Service, asked: Search) -> _Trust:
    """How fresh the feeds are, and how proven, as every answer has it."""
    return _Trust(trusted(own, asked, time.monotonic()))


def _seen(cursor: str | None, asked: Search) -> dict[str, Positions]:
    if not cursor:
        return {}
    try:
        return positions.parsed(cursor, [feed.name for feed in asked.feeds])
    except ValueError as error:
        raise ProblemError(422, f"after, Last-Event-ID: {error}") from None
