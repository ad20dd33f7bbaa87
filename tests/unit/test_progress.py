"""What Spark reports of a query becomes metrics."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from pyspark.sql.streaming.listener import (
    QueryIdleEvent,
    QueryProgressEvent,
    QueryStartedEvent,
    QueryTerminatedEvent,
)

from millrace.observe.progress import ProgressListener, offsets
from millrace.telemetry.health import Health

RUN = "11111111-1111-1111-1111-111111111111"
OTHER_RUN = "33333333-3333-3333-3333-333333333333"
ID = "22222222-2222-2222-2222-222222222222"
AT = "2026-03-29T10:00:00.000Z"
PROGRESS: dict[str, Any] = {
    "id": ID,
    "runId": RUN,
    "timestamp": AT,
    "batchId": 4,
    "batchDuration": 1500,
    "durationMs": {"triggerExecution": 1500, "addBatch": 1200, "latestOffset": 10},
    "eventTime": {"watermark": "2026-03-29T09:50:00.000Z"},
    "stateOperators": [
        {
            "operatorName": "stateStoreSave",
            "numRowsTotal": 42,
            "numRowsUpdated": 1,
            "numRowsRemoved": 0,
            "allUpdatesTimeMs": 1,
            "allRemovalsTimeMs": 1,
            "commitTimeMs": 1,
            "memoryUsedBytes": 4096,
            "numRowsDroppedByWatermark": 3,
            "numShufflePartitions": 2,
            "numStateStoreInstances": 2,
            "customMetrics": {},
        }
    ],
    "sources": [
        {
            "description": "KafkaV2[Subscribe[t]]",
            "startOffset": '{"t":{"0":5}}',
            "endOffset": '{"t":{"0":9,"1":2}}',
            "latestOffset": '{"t":{"0":9,"1":2}}',
            "numInputRows": 6,
            "inputRowsPerSecond": 1.0,
            "processedRowsPerSecond": 1.0,
            "metrics": {},
        }
    ],
    "sink": {"description": "ForeachBatchSink", "numOutputRows": -1, "metrics": {}},
    "numInputRows": 6,
}


@pytest.fixture
def query() -> str:
    """A query that no other test has: its metrics are kept as long as the process."""
    return f"aggregate-{uuid4().hex[:8]}"


@pytest.fixture
def told() -> list[tuple[str, Mapping[int, int]]]:
    return []


@pytest.fixture
def health(query: str) -> Health:
    health = Health(max_silence_s=60)
    health.expect([query])
    return health


@pytest.fixture
def listener(
    health: Health, query: str, told: list[tuple[str, Mapping[int, int]]]
) -> ProgressListener:
    """It has been told that the query has started."""
    listener = ProgressListener(health, lambda query, offsets: told.append((query, offsets)))
    listener.onQueryStarted(started(query, RUN))
    return listener


def started(query: str, run: str) -> QueryStartedEvent:
    return QueryStartedEvent.fromJson({"id": ID, "runId": run, "name": query, "timestamp": AT})


def progress(query: str, **changed: Any) -> QueryProgressEvent:
    return QueryProgressEvent.fromJson({"progress": PROGRESS | {"name": query} | changed})


def ended(run: str) -> QueryTerminatedEvent:
    end = {"id": ID, "runId": run, "exception": None, "errorClassOnException": None}
    return QueryTerminatedEvent.fromJson(end)


def value(name: str, query: str, **labels: str) -> float | None:
    feed = query.partition("-")[2]
    return REGISTRY.get_sample_value(name, {"query": query, "feed": feed, **labels})


def test_a_batch_sets_durations_state_and_watermark(listener: ProgressListener, query: str) -> None:
    listener.onQueryProgress(progress(query))
    latest_offset_s = value("millrace_batch_phase_seconds_sum", query, phase="latestOffset")
    assert latest_offset_s == pytest.approx(0.01)
    assert value("millrace_batch_phase_seconds_sum", query, phase="triggerExecution") is None
    assert value("millrace_state_rows", query) == 42
    assert value("millrace_state_memory_bytes", query) == 4096
    assert value("millrace_watermark_timestamp_seconds", query) == 1774777800
    assert value("millrace_watermark_dropped_rows_total", query) == 3


def test_a_batch_tells_how_far_the_query_is(
    listener: ProgressListener, query: str, told: list[tuple[str, Mapping[int, int]]]
) -> None:
    listener.onQueryProgress(progress(query))
    assert told == [(query, {0: 9, 1: 2})]


def test_a_watermark_at_the_epochs_beginning_is_none(
    listener: ProgressListener, query: str
) -> None:
    beginning = {"watermark": "1970-01-01T00:00:00.000Z"}
    listener.onQueryProgress(progress(query, eventTime=beginning))
    assert value("millrace_state_rows", query) == 42
    assert value("millrace_watermark_timestamp_seconds", query) is None


@pytest.mark.parametrize("event", ["progress", "idle"])
def test_a_batch_or_nothing_to_do_is_progress(
    listener: ProgressListener, health: Health, query: str, event: str
) -> None:
    assert health.complaints() == [f"{query}: no progress yet"]
    if event == "progress":
        listener.onQueryProgress(progress(query))
    else:
        idle = {"id": ID, "runId": RUN, "timestamp": AT}
        listener.onQueryIdle(QueryIdleEvent.fromJson(idle))
    assert health.complaints() == []


def test_a_query_is_active_from_its_start_to_its_end(
    listener: ProgressListener, query: str
) -> None:
    assert value("millrace_query_active", query) == 1
    listener.onQueryTerminated(ended(RUN))
    assert value("millrace_query_active", query) == 0


def test_a_drain_ends_when_the_last_querys_end_is_reported(
    listener: ProgressListener, query: str
) -> None:
    listener.onQueryStarted(started(f"{query}-other", OTHER_RUN))
    listener.onQueryTerminated(ended(RUN))
    with ThreadPoolExecutor(1) as meanwhile:
        drain = meanwhile.submit(listener.drain, timeout_s=60)
        with pytest.raises(TimeoutError):
            drain.result(timeout=0.1)
        listener.onQueryTerminated(ended(OTHER_RUN))
        drain.result(timeout=30)


def test_offsets_are_read_from_what_sparks_source_writes() -> None:
    assert offsets(json.dumps({"t": {"0": 7, "11": 0}})) == {0: 7, 11: 0}
    assert offsets("None") == {}
