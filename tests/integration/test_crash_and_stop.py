"""How a job ends: killed in mid-batch, asked to stop, or failed; and what comes after."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka.admin import AdminClient
from pyspark.sql import SparkSession
from support.lines import values
from support.pipeline import Pipeline, kill, pipeline, wait_until

from millrace.config import Config
from millrace.io import kafka, mongo

MANY = 60_000
FEW = 500
START_S = 90


@pytest.fixture
def pipe(servers: Config, conf_file: Path, country_database: str, tmp_path: Path) -> Pipeline:
    """One feed, named anew for each test."""
    name = f"f{uuid4().hex[:8]}"
    feed: dict[str, Any] = {"name": name, "topic": name, "format": "combined"}
    return pipeline(tmp_path, conf_file, feed | {"service_name": "web"})


def name_of(pipe: Pipeline) -> str:
    return pipe.conf.feeds[0].name


def count(pipe: Pipeline) -> int:
    return int(pipe.documents(name_of(pipe)).count_documents({}))


def test_a_driver_killed_in_mid_batch_loses_and_doubles_nothing(pipe: Pipeline) -> None:
    feed = name_of(pipe)
    pipe.send(feed, values("combined", MANY, faults=5))
    dead = MANY * 5 // 100 * 3 // 5
    with pipe.running("ingest") as process:
        wait_until(lambda: count(pipe) > 0, timeout_s=START_S, what="first documents")
        kill(process)
    assert 0 < count(pipe) < MANY - dead
    assert pipe.ledger(f"ingest-{feed}") == []
    committed = Path(pipe.conf.storage.checkpoints) / f"ingest-{feed}" / "commits"
    assert not [path for path in committed.glob("*") if path.name.isdigit()]

    pipe.run("ingest")
    assert count(pipe) == MANY - dead
    assert pipe.letters(feed) == dead
    places = pipe.documents(feed).aggregate(
        [
            {"$group": {"_id": ["$kafka.partition", "$kafka.offset"], "n": {"$sum": 1}}},
            {"$match": {"n": {"$gt": 1}}},
        ]
    )
    assert list(places) == []
    assert [row["rows_in"] for row in pipe.ledger(f"ingest-{feed}")] == [MANY]


def terminate(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)


def interrupt(process: subprocess.Popen[str]) -> None:
    # As a terminal does on Ctrl-C: to the JVM as well.
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize("ask", [terminate, pytest.param(interrupt, marks=pytest.mark.slow)])
def test_a_job_asked_to_stop_finishes_its_batch_and_ends_with_0(pipe: Pipeline, ask: Any) -> None:
    feed = name_of(pipe)
    pipe.send(feed, values("combined", MANY))
    with pipe.running("ingest") as process:
        wait_until(lambda: count(pipe) > 0, timeout_s=START_S, what="first documents")
        ask(process)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors[-2000:]
    ledger = pipe.ledger(f"ingest-{feed}")
    committed = Path(pipe.conf.storage.checkpoints) / f"ingest-{feed}" / "commits"
    assert [row["rows_in"] for row in ledger] == [MANY]
    assert [path.name for path in committed.glob("*") if path.name.isdigit()] == ["0"]


def test_a_failed_query_ends_the_job_with_1_and_one_line_that_says_why(pipe: Pipeline) -> None:
    feed = name_of(pipe)
    mongo.prepare(pipe.conf.mongo, pipe.conf.feeds[0])
    refuse_all: dict[str, Any] = {"validator": {"no_such_field": {"$exists": True}}}
    mongo.database(pipe.conf.mongo).command("collMod", feed, **refuse_all)
    pipe.send(feed, values("combined", FEW))
    errors = pipe.run("ingest", code=1)
    line = next(line for line in errors.splitlines() if line.startswith(f"ingest-{feed} failed:"))
    assert "Document failed validation" in line
    assert pipe.ledger(f"ingest-{feed}") == []


@pytest.mark.slow
def test_a_topic_made_again_stops_the_job_with_a_sentence(
    pipe: Pipeline, spark: SparkSession
) -> None:
    feed = name_of(pipe)
    pipe.send(feed, values("combined", FEW))
    pipe.run_within(spark, "ingest")
    before = count(pipe)
    admin = AdminClient(kafka.client_properties(pipe.conf.kafka))
    admin.delete_topics([feed])[feed].result()
    wait_until(
        lambda: feed not in admin.list_topics(timeout=5).topics, timeout_s=20, what="deletion"
    )
    kafka.create_topics(pipe.conf.kafka, [feed])
    pipe.send(feed, values("combined", 2 * FEW))
    errors = pipe.run("ingest", code=1)
    assert f"topic '{feed}' was deleted and recreated" in errors
    assert count(pipe) == before

    pipe.forget("ingest")
    pipe.run_within(spark, "ingest")
    assert count(pipe) + pipe.letters(feed) == 3 * FEW


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        pytest.param(
            *("MILLRACE__KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1", "kafka.bootstrap_servers"),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("MILLRACE__MONGO__URI", "mongodb://127.0.0.1:1/", "mongo.uri"),
            marks=pytest.mark.slow,
        ),
        ("MILLRACE__STREAM__MAX_LINES_PER_BATCH", "many", "MAX_LINES_PER_BATCH"),
    ],
)
def test_a_wrong_setting_ends_the_job_with_2_and_one_line(
    pipe: Pipeline, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    errors = pipe.run("ingest", code=2)
    own = [line for line in errors.splitlines() if line.startswith("ingest:")]
    assert len(own) == 1
    assert expected in own[0]
    assert "Traceback" not in errors
