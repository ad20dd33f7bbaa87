"""A running job as it is seen from outside: metrics, health, log, traces, Spark's event log."""

import json
import os
import signal
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from support.lines import recent
from support.otlp import receiver
from support.pipeline import Pipeline, pipeline, wait_until
from support.places import free_port

from millrace import config
from millrace.config import Config
from millrace.io import mongo
from millrace.simulate.send import send

FEED = {"name": "seen", "topic": "seen", "format": "combined", "service_name": "web"}
LINES = 2000
FAULTS = 5.0  # percent: 100 lines, 20 of each of the five kinds, three of which are dead
DEAD = 60
START_S = 120
END_S = 60


@dataclass
class Seen:
    """What a run of ``ingest`` showed."""

    pipe: Pipeline
    samples: dict[str, list[tuple[dict[str, str], float]]] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    spans: list[tuple[str, Span]] = field(default_factory=list)

    def value(self, name: str, **labels: str) -> float:
        """The sum of a metric over the series with these labels."""
        series = self.samples.get(name, [])
        return sum(value for own, value in series if labels.items() <= own.items())

    def named(self, name: str) -> Span:
        """The first span of that name."""
        return next(span for _, span in self.spans if span.name == name)


def read(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return str(response.read().decode())


def is_ready(port: int) -> bool:
    try:
        return read(port, "/readyz") == "200 OK\n"
    except OSError:
        return False


def scraped(port: int) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(read(port, "/metrics")):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def has_all(port: int) -> bool:
    lag = scraped(port).get("millrace_lag_lines", [])
    return len(lag) == 2 and not any(value for _, value in lag)


@pytest.fixture(scope="module")
def seen(
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Seen:
    folder = tmp_path_factory.mktemp("seen")
    pipe = pipeline(folder, conf_file, FEED)
    content = yaml.safe_load(pipe.file.read_text())
    port = free_port()
    content["metrics"] = {"port": {"ingest": port}, "interval_s": 1}
    content["logs"] = {"format": "json"}
    content["storage"]["event_logs"] = str(folder / "events")
    content["spark"]["conf"]["spark.eventLog.compress"] = "false"
    pipe.file.write_text(yaml.safe_dump(content))
    seen = Seen(Pipeline(pipe.file, config.load(pipe.file)))
    made = recent("combined", LINES, seed=5, faults=FAULTS)
    send(seen.pipe.conf.kafka, "seen", made, traced=True)
    with receiver() as received:
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = received.endpoint
        try:
            with seen.pipe.running("ingest") as process:
                wait_until(lambda: is_ready(port), "it is ready", timeout_s=START_S, poll_s=0.5)
                wait_until(lambda: has_all(port), "it has all", timeout_s=START_S, poll_s=0.5)
                seen.samples = scraped(port)
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate(timeout=END_S)
                assert process.returncode == 0, errors
        finally:
            del os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
        seen.spans = received.spans
    seen.said = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    return seen


def test_counters_are_the_counts_of_documents_and_letters(seen: Seen) -> None:
    assert seen.value("millrace_input_lines_total", query="ingest-seen") == LINES
    assert seen.value("millrace_lines_total", outcome="record") == LINES - DEAD
    assert seen.value("millrace_lines_total", outcome="dead_letter") == DEAD
    letters = mongo.database(seen.pipe.conf.mongo).dead_letters
    reasons = Counter(row["reason"] for row in letters.find({"feed": "seen"}))
    told = {own["reason"]: value for own, value in seen.samples["millrace_dead_letters_total"]}
    assert told == reasons


def test_anomalies_are_counted_by_severity(seen: Seen) -> None:
    stored = seen.pipe.documents("seen").find({"anomaly": {"$exists": True}})
    severities = Counter(row["anomaly"].get("severity", "-") for row in stored)
    told = {own["severity"]: value for own, value in seen.samples["millrace_anomalies_total"]}
    assert told == severities
    assert severities


def test_lag_is_told_of_each_partition(seen: Seen) -> None:
    partitions = {own["partition"] for own, _ in seen.samples["millrace_lag_seconds"]}
    assert partitions == {"0", "1"}
    assert seen.value("millrace_lag_lines") == seen.value("millrace_lag_seconds") == 0
    assert seen.value("millrace_kafka_up") == 1


def test_a_batch_is_told_with_its_phases_and_its_sink(seen: Seen) -> None:
    batches = seen.value("millrace_batch_duration_seconds_count")
    assert batches >= 1
    phases = {own["phase"] for own, _ in seen.samples["millrace_batch_phase_seconds_count"]}
    assert {"latestOffset", "queryPlanning", "addBatch", "commitOffsets"} <= phases
    assert seen.value("millrace_sink_write_seconds_count", sink="mongodb") == batches
    assert seen.value("millrace_query_active") == 1
    assert seen.value("millrace_storage_free_bytes", storage="archive") > 0


def test_every_line_of_the_log_is_an_object_that_says_what_it_is_of(seen: Seen) -> None:
    batches = [said for said in seen.said if "lines in" in said["message"]]
    assert batches
    assert {(said["query"], said["feed"]) for said in batches} == {("ingest-seen", "seen")}
    assert [said["batch_id"] for said in batches] == list(range(len(batches)))
    assert {said["service_name"] for said in seen.said} == {"millrace-ingest"}


def test_no_log_line_has_a_line_of_the_feed(seen: Seen) -> None:
    said = json.dumps(seen.said)
    raw = [row["raw"] for row in seen.pipe.documents("seen").find({}, {"raw": 1}).limit(50)]
    assert raw
    assert not [line for line in raw if line in said]


def test_a_batch_is_one_trace_of_its_phases_and_steps(seen: Seen) -> None:
    root = seen.named("process seen")
    mine = [span for _, span in seen.spans if span.trace_id == root.trace_id]
    below = {span.name for span in mine if span.parent_span_id == root.span_id}
    assert below == {"read", "plan", "write", "commit"}
    write = next(span for span in mine if span.name == "write")
    steps = {span.name for span in mine if span.parent_span_id == write.span_id}
    assert steps == {"parse and insert records", "write dead letters", "write the ledger"}
    for span in mine:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert {service for service, _ in seen.spans} == {"millrace-ingest"}


def test_a_trace_is_linked_to_those_of_its_lines(seen: Seen) -> None:
    linked = {link.trace_id for link in seen.named("process seen").links}
    assert 0 < len(linked) <= 8
    assert all(len(trace_id) == 16 and any(trace_id) for trace_id in linked)


def test_sparks_event_log_has_the_jobs_by_the_names_of_their_steps(seen: Seen) -> None:
    folder = Path(seen.pipe.conf.storage.event_logs or "")
    files = list(folder.glob("eventlog_v2_*/events_1_*"))
    assert len(files) == 1
    text = files[0].read_text()
    assert '"spark.job.description":"ingest-seen: batch 0: parse and insert records"' in text
