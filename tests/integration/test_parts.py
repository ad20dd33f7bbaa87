"""Kafka records that hold several lines: each line in one place, and each fault of one named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.io import mongo
from millrace.proof.parts import PartFault
from millrace.proof.reconcile import Verdict, reconcile
from millrace.simulate.lines import generate

pytestmark = pytest.mark.slow

FEED = "many"
EVENTS, SINGLE = 50, 60
JOBS = ("archive", "ingest", "aggregate")


def request(number: int, events: int, *, dead: int | None = None) -> bytes:
    """An OTLP export request; the event ``dead`` has a time that is none."""
    now = datetime.now(UTC) - timedelta(minutes=2)
    times = [int(now.timestamp() * 1_000 + n) * 1_000_000 for n in range(events)]
    records = [
        {
            "timeUnixNano": "yesterday" if n == dead else str(time),
            "severityNumber": 9,
            "body": {"stringValue": f"event {n} of request {number}"},
        }
        for n, time in enumerate(times)
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "pay"}}]}
    tree = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}
    return json.dumps(tree).encode()


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """Single lines, a request of fifty events, one with a dead event, one of none, an array."""
    feed = {"name": FEED, "topic": FEED, "format": "json", "service_name": "web"}
    made = pipeline(tmp_path_factory.mktemp(FEED), conf_file, feed)
    now = datetime.now(UTC)
    single = generate("pino", SINGLE, seed=1, start=now - timedelta(minutes=3), end=now)
    items = [{"time": now.isoformat(), "level": "info", "msg": f"item {n}"} for n in range(3)]
    made.send(FEED, [line.value for line in single])
    made.send(FEED, [request(1, EVENTS), request(2, 4, dead=2), request(3, 0)])
    made.send(FEED, [json.dumps(items).encode()])
    for job in JOBS:
        made.run_within(spark, job)
    return made


def verdict(pipe: Pipeline, spark: SparkSession) -> Verdict:
    return reconcile(spark, pipe.conf, pipe.conf.feed(FEED))


def fifty(pipe: Pipeline) -> list[dict[str, Any]]:
    """The documents of the request of fifty events, by part."""
    return list(pipe.documents(FEED).find({"kafka.parts": EVENTS}).sort("kafka.part", 1))


def test_each_event_is_a_document_or_a_letter_of_its_own(pipe: Pipeline) -> None:
    found = fifty(pipe)
    assert [row["kafka"]["part"] for row in found] == [*range(EVENTS)]
    first = found[0]["_id"].rpartition("-")[0]
    assert [row["_id"] for row in found] == [f"{first}-{n:05}" for n in range(EVENTS)]
    assert found[7]["message"] == "event 7 of request 1"
    assert found[7]["service_name"] == "pay"
    assert json.loads(found[7]["raw"])["resourceLogs"][0]["resource"]
    letters = list(mongo.database(pipe.conf.mongo).dead_letters.find({"feed": FEED}))
    assert {(row["reason"], row["kafka"].get("part")) for row in letters} == {
        ("bad_timestamp", 2),
        ("bad_envelope", None),
    }
    assert pipe.documents(FEED).count_documents({"kafka.parts": 3}) == 3
    assert pipe.documents(FEED).count_documents({"kafka.part": {"$exists": False}}) == SINGLE


def test_ledger_counts_records_and_lines(pipe: Pipeline) -> None:
    rows = pipe.ledger(f"ingest-{FEED}")
    lines = SINGLE + EVENTS + 4 + 1 + 3
    assert sum(row["rows_in"] for row in rows) == SINGLE + 4
    assert sum(row["parts_in"] for row in rows) == lines
    assert sum(row["rows_written"] for row in rows) == lines - 2
    (figures,) = pipe.select(f"SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = '{FEED}'")
    assert figures["n"] == lines - 2


def test_what_is_spoilt_by_hand_is_named_by_its_part(pipe: Pipeline, spark: SparkSession) -> None:
    assert verdict(pipe, spark).holds
    documents, letters = pipe.documents(FEED), mongo.database(pipe.conf.mongo).dead_letters
    gone, twice, both = (fifty(pipe)[part] for part in (7, 11, 13))
    double = twice | {"_id": f"{twice['_id']}x"}
    letter = {
        "_id": f"{FEED}/{both['_id']}",
        "feed": FEED,
        "kafka": both["kafka"],
        "received_at": both["received_at"],
        "status": "new",
    }
    documents.delete_one({"_id": gone["_id"]})
    documents.insert_one(double)
    letters.insert_one(letter)
    spoilt = verdict(pipe, spark)
    assert not spoilt.holds
    (found,) = spoilt.documents
    place = gone["kafka"]["partition"], gone["kafka"]["offset"]
    assert found.faults == [
        PartFault(*place, 7, EVENTS, "missing"),
        PartFault(*place, 11, EVENTS, "doubled"),
        PartFault(*place, 13, EVENTS, "record and letter"),
    ]
    assert found.stray_ids == [double["_id"]]
    documents.insert_one(gone)
    documents.delete_one({"_id": double["_id"]})
    letters.delete_one({"_id": letter["_id"]})
    assert verdict(pipe, spark).holds


def test_a_batch_that_runs_again_changes_nothing(pipe: Pipeline, spark: SparkSession) -> None:
    before = list(pipe.documents(FEED).find().sort("_id", 1))
    mongo.database(pipe.conf.mongo).batches.delete_many({"query": f"ingest-{FEED}"})
    pipe.forget("ingest")
    pipe.run_within(spark, "ingest")
    assert list(pipe.documents(FEED).find().sort("_id", 1)) == before
    assert verdict(pipe, spark).holds
