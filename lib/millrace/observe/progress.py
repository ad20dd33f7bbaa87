"""Spark's reports of its queries' progress, as metrics."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pyspark.sql.streaming import StreamingQueryListener
from pyspark.sql.streaming.listener import (
    QueryIdleEvent,
    QueryProgressEvent,
    QueryStartedEvent,
    QueryTerminatedEvent,
    StreamingQueryProgress,
)

from millrace.telemetry import metrics
from millrace.telemetry.health import Health

Offsets = Mapping[int, int]


class ProgressListener(StreamingQueryListener):
    """Sets the metrics of each query from what Spark reports of it.

    ``on_offsets`` is told how far a query has committed, by partition; ``on_batch`` of each batch.
    """

    def __init__(
        self,
        health: Health,
        on_offsets: Callable[[str, Offsets], None],
        on_batch: Callable[[StreamingQueryProgress], None] = lambda progress: None,
    ) -> None:
        self._health = health
        self._on_offsets = on_offsets
        self._on_batch = on_batch
        self._names: dict[str, str] = {}
        self._none_runs = threading.Event()
        self._none_runs.set()

    def drain(self, timeout_s: float) -> None:
        """Waits until every query's end is reported: what it did before is then reported too."""
        self._none_runs.wait(timeout_s)

    def onQueryStarted(self, event: QueryStartedEvent) -> None:  # noqa: N802
        """Notes a query's name: later reports have its id alone."""
        name = event.name or ""
        self._names[str(event.runId)] = name
        self._none_runs.clear()
        metrics.QUERY_ACTIVE.labels(*metrics.of(name)).set(1)

    def onQueryProgress(self, event: QueryProgressEvent) -> None:  # noqa: N802
        """Takes in a batch that was committed."""
        progress = event.progress
        query = progress.name or ""
        self._progressed(query)
        _measure(query, progress)
        for source in progress.sources:
            self._on_offsets(query, offsets(source.endOffset))
        self._on_batch(progress)

    def onQueryIdle(self, event: QueryIdleEvent) -> None:  # noqa: N802
        """Takes in that there was nothing to do."""
        self._progressed(self._names.get(str(event.runId), ""))

    def onQueryTerminated(self, event: QueryTerminatedEvent) -> None:  # noqa: N802
        """Takes in a query's end."""
        name = self._names.pop(str(event.runId), "")
        metrics.QUERY_ACTIVE.labels(*metrics.of(name)).set(0)
        if not self._names:
            self._none_runs.set()

    def _progressed(self, query: str) -> None:
        self._health.progressed(query)
        metrics.LAST_PROGRESS.labels(*metrics.of(query)).set(time.time())


def offsets(text: str) -> dict[int, int]:
    """The offsets that Spark's Kafka source names, of the one topic that it reads.

    None where it names no offsets: a query's first batch has none to start from.
    """
    by_topic: dict[str, dict[str, int]] = json.loads(text) if text.startswith("{") else {}
    return {
        int(number): offset
        for partitions in by_topic.values()
        for number, offset in partitions.items()
    }


def _measure(query: str, progress: StreamingQueryProgress) -> None:
    labels = metrics.of(query)
    metrics.LAST_COMMIT.labels(*labels).set(time.time())
    durations = dict(progress.durationMs)
    metrics.BATCH_SECONDS.labels(*labels).observe(durations.pop("triggerExecution", 0) / 1000)
    for phase, took_ms in durations.items():
        metrics.PHASE_SECONDS.labels(*labels, phase).observe(took_ms / 1000)
    for state in progress.stateOperators:
        metrics.STATE_ROWS.labels(*labels).set(state.numRowsTotal)
        metrics.STATE_BYTES.labels(*labels).set(state.memoryUsedBytes)
        metrics.DROPPED_BY_WATERMARK.labels(*labels).inc(state.numRowsDroppedByWatermark)
    watermark = _instant(progress.eventTime)
    if watermark:
        metrics.WATERMARK.labels(*labels).set(watermark)


def _instant(event_time: Mapping[str, Any]) -> float | None:
    """The watermark in seconds; none where it is still the epoch's beginning, or there is none."""
    text = event_time.get("watermark")
    return epoch_s(text) or None if text else None


def epoch_s(text: str) -> float:
    """A time as Spark's reports have it, ISO 8601 in UTC, in seconds since 1970."""
    # Python's reader knows the letter Z from 3.11 on.
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
