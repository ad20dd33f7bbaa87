"""When this process was last seen to get on: a statement answered, a step done, rows that flow.

By that a batch that works for hours is told from one that waits for a server that is silent.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Activity:
    """The last sign of work, and the batches in hand; safe to use from several threads."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._began: dict[str, float] = {}
        self._lock = Lock()

    def note(self) -> None:
        """Notes that a piece of work was done just now."""
        self._last = time.monotonic()

    @property
    def last(self) -> float:
        """When the last piece of work was done, by the monotonic clock, in seconds."""
        return self._last

    @contextmanager
    def batch(self, query: str) -> Iterator[None]:
        """What is done within is a batch of ``query``, in hand."""
        with self._lock:
            self._began[query] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                del self._began[query]

    def silent(self) -> dict[str, float]:
        """For how many seconds nothing was seen of each batch in hand, by its query."""
        with self._lock:
            began = dict(self._began)
        now = time.monotonic()
        return {query: now - max(start, self._last) for query, start in began.items()}


ACTIVITY = Activity()
