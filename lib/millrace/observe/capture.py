"""Background checks of change capture: Kafka Connect, its connectors, and what databases say."""

import time
from collections.abc import Callable
from functools import partial

from millrace.config import Changes, Config, ConfigurationError, UnreachableError, entities
from millrace.io import sources
from millrace.io.connect import Connect
from millrace.io.kafka.heartbeat import heartbeat_age_s
from millrace.records import capture
from millrace.records.entities import Source
from millrace.telemetry import metrics

TOLD_BY = "changes"  # the job that stores what connectors bring
EVERY = 3  # intervals of the other checks: each look opens connections


def checks(conf: Config) -> dict[str, Callable[[], None]]:
    """The checks by name; each sets its metrics, and raises as ``io`` does where none answers.

    Raises ConfigurationError where the configuration captures nothing.
    """
    captured = entities.of(conf)
    assert conf.changes is not None
    found: dict[str, Callable[[], None]] = {
        "connectors": partial(_connectors, conf.changes, captured.sources)
    }
    for source in captured.sources:
        found[f"heartbeat of {source}"] = partial(_heartbeat, conf, conf.changes, source)
        found[f"state of {source}"] = partial(_state, conf.changes, captured, source)
    return found


def _connectors(changes: Changes, read: tuple[Source, ...]) -> None:
    try:
        with Connect(changes) as connect:
            for source in read:
                status = connect.status(capture.connector(changes.name, source))
                is_running = status is not None and status.is_running
                metrics.CONNECTOR_RUNNING.labels(source).set(is_running)
    except (ConfigurationError, UnreachableError):
        metrics.CONNECT_UP.set(0)
        for source in read:
            # What it said last may not be so any more.
            metrics.CONNECTOR_RUNNING.labels(source).set(float("nan"))
        raise
    metrics.CONNECT_UP.set(1)


def _heartbeat(conf: Config, changes: Changes, source: Source) -> None:
    age_s = heartbeat_age_s(conf.kafka, capture.heartbeat_topic(changes.name, source))
    if age_s is not None:
        metrics.HEARTBEAT.labels(source).set(time.time() - age_s)


def _state(changes: Changes, captured: entities.Entities, source: Source) -> None:
    try:
        state = sources.state(changes, captured.of(source))
    except (ConfigurationError, UnreachableError):
        metrics.SOURCE_UP.labels(source).set(0)
        metrics.SOURCE_CAPTURED.labels(source).set(float("nan"))
        raise
    metrics.SOURCE_UP.labels(source).set(1)
    metrics.SOURCE_CAPTURED.labels(source).set(not state.is_wrong)
    metrics.SOURCE_LOST.labels(source).set(state.is_lost)
    if state.retained_bytes is not None:
        metrics.SLOT_RETAINED.labels(source).set(state.retained_bytes)
    if state.free_bytes is not None:
        metrics.SLOT_FREE.labels(source).set(state.free_bytes)
