"""Looks for new batches, once for all who watch, and reads what they have, once for each query."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from pymongo.errors import PyMongoError

from millrace.config import Config
from millrace.errors import one_line
from millrace.io.mongo.batches import Batches
from millrace.io.mongo.client import refusal, unasked

_LOOK_S = 0.25
_LOOK_AROUND_S, _LOOK_AROUND_MOST_S = 2.0, 10.0
_LOOK_AROUND_SHARE = 4  # that many times as long as it took, within these bounds
_READS_AT_ONCE = 4
_KEPT, _KEPT_BYTES = 256, 32 * 2**20  # of what was read

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Sized(Protocol):
    """What is read."""

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""


S = TypeVar("S", bound=Sized)


class Follower:
    """Follows the batches of all feeds that anyone watches. It is of one event loop."""

    def __init__(self, conf: Config) -> None:
        self._conf = conf
        self._batches: dict[str, Batches] = {}
        self._watchers: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._looking = CapacityLimiter(1)
        self._reading = CapacityLimiter(_READS_AT_ONCE)
        self.trusting = CapacityLimiter(1)  # for what Kafka is asked: it may take long to answer
        self._kept: dict[Hashable, asyncio.Task[Any]] = {}
        self.changed = asyncio.Event()
        self.trouble: str | None = None
        self.is_closing = False

    def watching(self, kind: str) -> int:
        """How many places of a kind are taken."""
        return self._places[kind]

    @contextmanager
    def place(self, kind: str) -> Iterator[None]:
        """Takes one meanwhile."""
        self._places[kind] += 1
        try:
            yield
        finally:
            self._places[kind] -= 1

    @asynccontextmanager
    async def watched(self, feeds: Sequence[str]) -> AsyncIterator[None]:
        """The feeds are followed meanwhile; raises pymongo's errors where the server is away."""
        self._watchers.update(feeds)
        try:
            await self._open(feeds)
            yield
        finally:
            self._watchers.subtract(feeds)
            for feed in feeds:
                if not self._watchers[feed]:
                    self._batches.pop(feed, None)
            if not self._batches and self._task is not None:
                self._task.cancel()
                self._task = None
                self._kept.clear()

    def batches(self, feed: str) -> Batches:
        """Those of a feed that is watched."""
        return self._batches[feed]

    def close(self) -> None:
        """Ends all tails: clients go on with another process, or with this one's successor."""
        self.is_closing = True
        self._wake()

    async def ask(self, question: Callable[[], T]) -> T:
        """What a question to MongoDB comes to, asked in another thread."""
        return await to_thread.run_sync(question, limiter=self._reading)

    async def read(
        self, key: Hashable, question: Callable[[], S], threads: CapacityLimiter | None = None
    ) -> S:
        """The same, asked once for all who ask by the same key at about the same time."""
        task = self._kept.get(key)
        if task is None:
            asked = to_thread.run_sync(question, limiter=threads or self._reading)
            task = self._kept[key] = asyncio.ensure_future(asked)
            task.add_done_callback(lambda done: self._bound(key, done))
        # Who leaves does not take it away from the others.
        result: S = await asyncio.shield(task)
        return result

    def _bound(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        if done.cancelled() or done.exception():
            self._kept.pop(key, None)
            return
        finished = [(one, task.result().size) for one, task in self._kept.items() if task.done()]
        count, total = len(finished), sum(size for _, size in finished)
        for one, size in finished:
            if count <= _KEPT and total <= _KEPT_BYTES:
                break
            del self._kept[one]
            count, total = count - 1, total - size

    async def _open(self, feeds: Sequence[str]) -> None:
        async with self._opening:
            for feed in feeds:
                if feed not in self._batches:
                    opened = partial(Batches, unasked(self._conf.mongo), f"ingest-{feed}")
                    self._batches[feed] = await self.ask(opened)
            if self._task is None:
                self.trouble = None
                self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        around_at = 0.0
        while True:
            began = time.monotonic()
            is_around = began >= around_at
            found = await self._look(is_around)
            now = time.monotonic()
            if is_around:
                pause_s = max(_LOOK_AROUND_S, _LOOK_AROUND_SHARE * (now - began))
                around_at = now + min(pause_s, _LOOK_AROUND_MOST_S)
            if found:
                self._wake()
            await asyncio.sleep(_LOOK_S)

    async def _look(self, is_around: bool) -> bool:
        """Whether there is anything to tell."""
        watched = list(self._batches.values())

        def look() -> bool:
            found = False
            for one in watched:
                found |= one.look_around() if is_around else one.look()
            return found

        trouble = None
        try:
            found = await to_thread.run_sync(look, limiter=self._looking)
        except PyMongoError as error:
            found, trouble = True, one_line(refusal(self._conf.mongo, error))
        except Exception as error:
            found, trouble = True, one_line(error)
            _log.exception("the ledger cannot be followed")
        found, self.trouble = found or self.trouble is not None, trouble
        return found

    def _wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
