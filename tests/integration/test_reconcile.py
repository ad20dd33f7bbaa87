"""`reconcile` and `revise` on real servers: what is spoilt by hand is named, and mended."""

import json
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from pyspark.sql import SparkSession
from support.commandline import millrace
from support.lines import recent
from support.pipeline import ROOT, Pipeline, pipeline

from millrace.cli.advice import advice
from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import reconciliations
from millrace.proof.reconcile import Verdict, reconcile
from millrace.proof.revise import revise
from millrace.records.ledger import OffsetRange
from millrace.records.reconciliations import Reconciliation

FEED = "proof"
LINES = 6000
FAULTS = 2.5
OWN: dict[str, Any] = {
    "name": FEED,
    "topic": FEED,
    "format": "combined",
    "service_name": "web",
    "max_lateness_s": 60,
}


def reconciled_as_scheduled(pipe: Pipeline, *options: str, code: int) -> str:
    """Standard output of `millrace reconcile`, from a process of its own."""
    program = str(Path(sys.executable).with_name("millrace"))
    done = subprocess.run(
        [program, "reconcile", *options, "--conf", str(pipe.file)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == code, done.stdout + done.stderr[-3000:]
    return done.stdout


def said(pipe: Pipeline, *arguments: str, code: int = 0) -> str:
    """Standard output of a command."""
    ended = millrace(*arguments, conf=pipe.file)
    assert ended.code == code, ended.said
    return ended.out


def kept(pipe: Pipeline) -> Reconciliation:
    """What is kept of the feed's last reconcile."""
    outcomes = reconciliations.latest(mongo.database(pipe.conf.mongo))
    return next(outcome for outcome in outcomes if outcome.feed == FEED)


def verdict(pipe: Pipeline, spark: SparkSession) -> Verdict:
    return reconcile(spark, pipe.conf, pipe.conf.feed(FEED))


def offsets(ranges: list[OffsetRange]) -> set[tuple[int, int]]:
    return {
        (item.partition, offset)
        for item in ranges
        for offset in range(item.from_offset, item.until_offset)
    }


def in_ledger(rows: list[dict[str, Any]]) -> set[tuple[int, int]]:
    return offsets([OffsetRange(**item) for row in rows for item in json.loads(row["ranges"])])


def lines(count: int, seed: int, minutes_ago: int, faults: float = FAULTS) -> list[bytes]:
    return recent("combined", count, seed=seed, minutes=minutes_ago, faults=faults)


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """Lines of fifteen minutes, sent at once, taken by each job in several batches."""
    folder = tmp_path_factory.mktemp("proof")
    pipe = pipeline(folder, conf_file, OWN, max_lines_per_batch=LINES // 3)
    pipe.send(FEED, lines(LINES, 1, minutes_ago=15))
    for job in ("archive", "ingest", "aggregate"):
        pipe.run_within(spark, job)
    return pipe


def requests_by_minute(pipe: Pipeline) -> Counter[datetime]:
    """What the documents say of the minutes that are stored as figures, by MongoDB itself."""
    minute = {"$dateTrunc": {"date": "$timestamp", "unit": "minute"}}
    stages = [{"$group": {"_id": minute, "n": {"$sum": 1}}}]
    found = pipe.documents(FEED).aggregate(stages)
    return Counter({row["_id"].replace(tzinfo=None): row["n"] for row in found})


def events_by_minute(pipe: Pipeline) -> Counter[datetime]:
    rows = pipe.select(
        "SELECT window_start, SUM(events) AS n FROM levels_by_minute"
        f" WHERE feed = '{FEED}' GROUP BY window_start"
    )
    return Counter({row["window_start"]: int(row["n"]) for row in rows})


@pytest.mark.slow
def test_late_lines_are_counted_shown_and_revised(pipe: Pipeline, spark: SparkSession) -> None:
    found = verdict(pipe, spark)
    assert found.holds
    (documents,), compared = found.documents, found.recount.compared
    assert (documents.records, documents.letters) == (5910, 90)
    assert found.archive
    assert found.archive.lines == found.recount.lines == LINES
    assert found.lag == {"ingest": 0, "aggregate": 0, "archive": 0}
    # The faults date some lines hours back: the watermark drops them, the documents have them.
    expected, stored = requests_by_minute(pipe), events_by_minute(pipe)
    lacking = expected - stored
    assert lacking
    assert not stored - expected
    assert compared.late == lacking

    open_window = max(stored)
    came = revise(spark, pipe.conf, pipe.conf.feed(FEED), [*compared.late, open_window])
    assert set(came.windows) == set(compared.late)
    assert list(came.refused) == [open_window]
    assert "open" in came.refused[open_window]
    assert events_by_minute(pipe) == expected
    rows = pipe.select(
        "SELECT DISTINCT window_start FROM traffic_by_minute"
        f" WHERE feed = '{FEED}' AND revised_at IS NOT NULL"
    )
    assert {row["window_start"] for row in rows} <= set(compared.late)
    again = verdict(pipe, spark)
    assert again.holds
    assert not again.recount.compared.late
    # A batch run again by the job leaves what was revised.
    pipe.run_within(spark, "aggregate")
    assert events_by_minute(pipe) == expected


def test_what_was_spoilt_by_hand_is_named_and_mended(pipe: Pipeline, spark: SparkSession) -> None:
    chosen = random.Random(7).sample(list(pipe.documents(FEED).find({}, {"kafka": 1})), 7)
    pipe.documents(FEED).delete_many({"_id": {"$in": [row["_id"] for row in chosen]}})
    (window,) = pipe.select(
        f"SELECT * FROM traffic_by_minute WHERE feed = '{FEED}' ORDER BY 1, 2, 3, 4, 5, 6 LIMIT 1"
    )
    pipe.select(
        "UPDATE traffic_by_minute SET bytes = bytes + 1"
        f" WHERE feed = '{FEED}' AND window_start = '{window['window_start']}'"
        f" AND http_route = '{window['http_route']}' AND method = '{window['method']}'"
        f" AND status_class = '{window['status_class']}'"
    )
    (found,) = map(json.loads, reconciled_as_scheduled(pipe, "--json", code=1).splitlines())
    assert not found["holds"]
    (documents,) = found["documents"]
    missing = offsets([OffsetRange(**item) for item in documents["missing"]])
    assert missing == {(row["kafka"]["partition"], row["kafka"]["offset"]) for row in chosen}
    assert found["figures"]["differing"] == [
        {
            "table": "traffic_by_minute",
            "window_start": window["window_start"].isoformat(),
            "rows": 1,
        }
    ]
    shown = said(pipe, "reconcile", "--feed", FEED, code=1)
    outcome = kept(pipe)
    assert not outcome.holds
    assert {name: count for name, count in outcome.faults.items() if count} == {
        "missing": 7,
        "differing": 1,
    }
    (replay,) = [line for line in shown.splitlines() if "millrace replay" in line]
    said(pipe, *replay.split("millrace ")[1].split())
    said(pipe, "revise", "--feed", FEED, "--from-reconcile")
    assert f"{FEED}: holds" in said(pipe, "reconcile")
    outcome = kept(pipe)
    assert outcome.holds
    assert not any(outcome.faults.values())


def test_doubles_and_strangers_are_named(pipe: Pipeline, spark: SparkSession) -> None:
    documents, db = pipe.documents(FEED), mongo.database(pipe.conf.mongo)
    one, two, three = documents.aggregate([{"$sample": {"size": 3}}])
    place = (one["kafka"]["partition"], one["kafka"]["offset"])
    double = one | {"_id": one["_id"][:-1] + "x"}
    letter = {"_id": f"{FEED}/{two['_id']}", "feed": FEED, "kafka": two["kafka"], "status": "new"}
    far = {"topic": FEED, "partition": 0, "offset": 10**9}
    stranger = three | {"_id": f"{three['_id'][:-12]}{10**9:012d}", "kafka": far}
    documents.insert_many([double, stranger])
    db.dead_letters.insert_one(letter)
    (found,) = verdict(pipe, spark).documents
    assert not found.holds
    assert offsets(found.doubled) == {place}
    assert offsets(found.in_both) == {(two["kafka"]["partition"], two["kafka"]["offset"])}
    assert offsets(found.extra) == {(0, 10**9)}
    assert not found.missing
    assert found.stray_ids == sorted([double["_id"], stranger["_id"]])
    received = two["received_at"].replace(tzinfo=UTC)
    assert found.to_replay == (received, received)
    documents.delete_many({"_id": {"$in": found.stray_ids}})
    db.dead_letters.delete_one({"_id": letter["_id"]})
    assert verdict(pipe, spark).holds


def test_a_ledger_that_lacks_lines_is_named_and_revise_leaves_the_figures(
    pipe: Pipeline, spark: SparkSession
) -> None:
    of_query = f"WHERE query = 'aggregate-{FEED}'"
    rows = pipe.select(f"SELECT * FROM batches {of_query} ORDER BY batch_id")
    before = events_by_minute(pipe)
    # As a backup that is restored leaves it, and as a batch does whose row is gone.
    for gone, kept in ((rows[-1], rows[:-1]), (rows[0], rows[1:])):
        pipe.select(f"DELETE FROM batches {of_query} AND batch_id = {gone['batch_id']}")
        found = verdict(pipe, spark)
        assert not found.holds
        assert offsets(found.forgotten["aggregate"]) == in_ledger([gone])
        assert found.recount.counted
        assert offsets(found.recount.counted) == in_ledger(kept)
        shown = "\n".join(advice(found))
        assert "aggregate --from archive" in shown
        assert "revise" not in shown
        came = revise(spark, pipe.conf, pipe.conf.feed(FEED), list(before))
        assert not came.windows
        assert events_by_minute(pipe) == before
        columns = ", ".join(gone)
        values = ", ".join(f"'{value}'" for value in gone.values())
        pipe.select(f"INSERT INTO batches ({columns}) VALUES ({values})")
    assert verdict(pipe, spark).holds


def test_an_archive_that_is_gone_is_named(
    pipe: Pipeline, spark: SparkSession, tmp_path: Path
) -> None:
    elsewhere = pipe.conf.storage.model_copy(update={"archive": str(tmp_path)})
    conf = pipe.conf.model_copy(update={"storage": elsewhere})
    found = reconcile(spark, conf, conf.feed(FEED))
    assert not found.holds
    assert len(offsets(found.forgotten["archive"])) == LINES
    assert not found.forgotten["ingest"]


@pytest.mark.slow
def test_what_is_no_loss_is_not_called_one(pipe: Pipeline, spark: SparkSession) -> None:
    producer = Producer(
        {"bootstrap.servers": pipe.conf.kafka.bootstrap_servers, "transactional.id": FEED}
    )
    producer.init_transactions()
    for part in range(3):
        producer.begin_transaction()
        for line in lines(50, 10 + part, minutes_ago=1, faults=0):
            producer.produce(FEED, line)
        producer.commit_transaction()
    for job in ("ingest", "aggregate", "archive"):
        pipe.run_within(spark, job)
    found = verdict(pipe, spark)
    assert found.holds
    (documents,) = found.documents
    assert documents.empty >= 3  # a marker in each partition that a transaction wrote to
    # Half of each partition expires in Kafka: the archive has it.
    ends = {item.partition: item.until_offset for item in found.in_kafka}
    halves = [TopicPartition(FEED, number, end // 2) for number, end in ends.items()]
    admin = AdminClient({"bootstrap.servers": pipe.conf.kafka.bootstrap_servers})
    for future in admin.delete_records(halves).values():
        future.result()
    expired = verdict(pipe, spark)
    assert expired.holds
    assert expired.recount.since is None
    assert expired.recount.lines == found.recount.lines
    gone = pipe.documents(FEED).find_one_and_delete(
        {"kafka.partition": 0, "kafka.offset": {"$lt": ends[0] // 2}}
    )
    (documents,) = verdict(pipe, spark).documents
    assert offsets(documents.missing) == {(0, gone["kafka"]["offset"])}
    pipe.documents(FEED).insert_one(gone)


@pytest.mark.slow
def test_it_holds_while_jobs_run(pipe: Pipeline, spark: SparkSession) -> None:
    with pipe.running("ingest"), pipe.running("aggregate"):
        for seed in range(20, 24):
            pipe.send(FEED, lines(1000, seed, minutes_ago=1))
            found = verdict(pipe, spark)
            assert found.holds, found
