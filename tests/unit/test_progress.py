"""What Spark reports of a query becomes metrics."""

import json
from collections.abc import Mapping
from typing import Any

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

QUERY = "aggregate-progress"
RUN = "11111111-1111-1111-1111-111111111111"
ID = "22222222-2222-2222-2222-222222222222"
PROGRESS: dict[str, Any] = {
    "id": ID,
    "runId": RUN,
    "name": QUERY,
    "timestamp": "2026-03-29T10:00:00.000Z",
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
def told() -> list[tuple[str, Mapping[int, int]]]:
    return []


@pytest.fixture
def health() -> Health:
    health = Health(max_silence_s=60)
    health.expect([QUERY])
    return health


@pytest.fixture
def listener(health: Health, told: list[tuple[str, Mapping[int, int]]]) -> ProgressListener:
    listener = ProgressListener(health, lambda query, offsets: told.append((query, offsets)))
    started = {"id": ID, "runId": RUN, "name": QUERY, "timestamp": "2026-03-29T10:00:00.000Z"}
    listener.onQueryStarted(QueryStartedEvent.fromJson(started))
    return listener


def progress(**changed: Any) -> QueryProgressEvent:
    return QueryProgressEvent.fromJson({"progress": PROGRESS | changed})


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"query": QUERY, "feed": "progress", **labels})


def test_a_batch_sets_durations_state_and_watermark(listener: ProgressListener) -> None:
    before = value("millrace_watermark_dropped_rows_total") or 0
    listener.onQueryProgress(progress())
    assert value("millrace_batch_phase_seconds_sum", phase="latestOffset") == pytest.approx(0.01)
    assert value("millrace_batch_phase_seconds_sum", phase="triggerExecution") is None
    assert value("millrace_state_rows") == 42
    assert value("millrace_state_memory_bytes") == 4096
    assert value("millrace_watermark_timestamp_seconds") == 1774777800
    assert value("millrace_watermark_dropped_rows_total") == before + 3


def test_a_batch_tells_how_far_the_query_is(
    listener: ProgressListener, told: list[tuple[str, Mapping[int, int]]]
) -> None:
    listener.onQueryProgress(progress())
    assert told == [(QUERY, {0: 9, 1: 2})]


def test_a_watermark_at_the_epochs_beginning_is_none(listener: ProgressListener) -> None:
    changed = progress(eventTime={"watermark": "1970-01-01T00:00:00.000Z"})
    listener.onQueryProgress(changed)
    assert value("millrace_watermark_timestamp_seconds") in (None, 1774777800)


@pytest.mark.parametrize("event", ["progress", "idle"])
def test_a_batch_or_nothing_to_do_is_progress(
    listener: ProgressListener, health: Health, event: str
) -> None:
    assert health.complaints() == [f"{QUERY}: no progress yet"]
    if event == "progress":
        listener.onQueryProgress(progress())
    else:
        idle = {"id": ID, "runId": RUN, "timestamp": "2026-03-29T10:00:00.000Z"}
        listener.onQueryIdle(QueryIdleEvent.fromJson(idle))
    assert health.complaints() == []


def test_a_query_is_active_from_its_start_to_its_end(listener: ProgressListener) -> None:
    assert value("millrace_query_active") == 1
    ended = {"id": ID, "runId": RUN, "exception": None, "errorClassOnException": None}
    listener.onQueryTerminated(QueryTerminatedEvent.fromJson(ended))
    assert value("millrace_query_active") == 0
    listener.drain(timeout_s=0)


def test_offsets_are_read_from_what_sparks_source_writes() -> None:
    assert offsets(json.dumps({"t": {"0": 7, "11": 0}})) == {0: 7, 11: 0}
    assert offsets("None") == {}
