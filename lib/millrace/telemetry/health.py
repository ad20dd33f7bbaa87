"""Whether a job is well: it lives, and each of its queries made progress not long ago."""

import threading
import time
from collections.abc import Iterable


class Health:
    """What the queries of a job have done, as of now; safe to use from several threads."""

    def __init__(self, max_silence_s: float) -> None:
        self._max_silence_s = max_silence_s
        self._last_progress: dict[str, float | None] = {}
        self._is_started = False
        self._lock = threading.Lock()

    def expect(self, queries: Iterable[str]) -> None:
        """Names the queries that are to run; before that, a job is not ready."""
        with self._lock:
            self._last_progress = dict.fromkeys(queries)
            self._is_started = True

    def progressed(self, query: str) -> None:
        """Notes that a query has ended a batch, or found nothing to do."""
        with self._lock:
            self._last_progress[query] = time.monotonic()

    def complaints(self) -> list[str]:
        """What is not well, a line each; none where every query made progress within its limit."""
        with self._lock:
            if not self._is_started:
                return ["no query has started yet"]
            progress = dict(self._last_progress)
        now = time.monotonic()
        return [
            f"{query}: no progress yet"
            if last is None
            else f"{query}: no progress for {now - last:.0f} s"
            for query, last in sorted(progress.items())
            if last is None or now - last > self._max_silence_s
        ]
