"""`reconcile` and `revise` on real servers: what is spoilt by hand is named, and mended."""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer
from pyspark.sql import SparkSession
from support.commandline import millrace
from support.job_process import JobProcess
from support.lines import recent
from support.pipeline import JOB_TIMEOUT_S, Pipeline, pipeline, wait_until

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import reconciliations
from millrace.proof.advice import advice
from millrace.proof.reconcile import Verdict, reconcile
from millrace.proof.revise import revise
from millrace.records.ledger import OffsetRange
from millrace.records.reconciliations import Reconciliation
from millrace.records.tables import LATENESS, LEVELS, TRAFFIC, fed_by

JOBS = ("archive", "ingest", "aggregate")
BATCH = 400
FAULTS = 2.5
# Feeds with their numbers of lines: one batch, or several. `proof_kept` is left as it was.
QUICK = {
    "proof_missing": BATCH,
    "proof_changed": BATCH,
    "proof_doubled": BATCH,
    "proof_kept": 2 * BATCH,
    "proof_touched": BATCH,
    "proof_every": BATCH,
}
LATE = 4 * BATCH
LATE_LETTERS = 24  # 40 lines have faults, three of five of these kinds make letters
SLOW = {"proof_late": LATE, "proof_revised": LATE, "proof_again": LATE, "proof_states": LATE}
MINUTE = timedelta(minutes=1)


def said(pipe: Pipeline, *arguments: str, code: int = 0) -> str:
    """Standard output of a command."""
    ended = millrace(*arguments, conf=pipe.file)
    assert ended.code == code, ended.said
    return ended.out


def said_as_json(pipe: Pipeline, *, code: int) -> dict[str, Any]:
    """What `reconcile` prints of the one feed."""
    (found,) = map(json.loads, said(pipe, "reconcile", "--json", code=code).splitlines())
    assert isinstance(found, dict)
    return found


def kept(pipe: Pipeline) -> Reconciliation:
    """What is kept of the last reconcile of the one feed."""
    outcome = reconciliations.of(mongo.database(pipe.conf.mongo), pipe.conf.feeds[0].name)
    assert outcome
    return outcome


def faults(outcome: Reconciliation) -> dict[str, int]:
    return {name: count for name, count in outcome.faults.items() if count}


def verdict(pipe: Pipeline, spark: SparkSession, feed: str) -> Verdict:
    return reconcile(spark, pipe.conf, pipe.conf.feed(feed))


def offsets(ranges: list[OffsetRange]) -> set[tuple[int, int]]:
    return {
        (item.partition, offset)
        for item in ranges
        for offset in range(item.from_offset, item.until_offset)
    }


def place(document: dict[str, Any]) -> tuple[int, int]:
    return document["kafka"]["partition"], document["kafka"]["offset"]


def in_ledger(rows: list[dict[str, Any]]) -> set[tuple[int, int]]:
    return offsets([OffsetRange(**item) for row in rows for item in json.loads(row["ranges"])])


def lines(count: int, seed: int, minutes_ago: int, faults: float = FAULTS) -> list[bytes]:
    return recent("combined", count, seed=seed, minutes=minutes_ago, faults=faults)


def caught_up(
    folder: Path, conf_file: Path, spark: SparkSession, counts: dict[str, int]
) -> Pipeline:
    """Lines of fifteen minutes for each feed, sent at once, and taken by each job."""
    feeds = (
        {
            "name": name,
            "topic": name,
            "format": "combined",
            "service_name": "web",
            "max_lateness_s": 60,
        }
        for name in counts
    )
    pipe = pipeline(folder, conf_file, *feeds, max_lines_per_batch=BATCH)
    for name, count in counts.items():
        pipe.send(name, lines(count, 1, minutes_ago=15))
    for job in JOBS:
        pipe.run_within(spark, job)
    return pipe


@pytest.fixture(scope="module")
def quick(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    return caught_up(tmp_path_factory.mktemp("quick"), conf_file, spark, QUICK)


@pytest.fixture(scope="module")
def slow(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    return caught_up(tmp_path_factory.mktemp("slow"), conf_file, spark, SLOW)


@pytest.fixture
def alone(
    servers: Config, conf_file: Path, country_database: str, spark: SparkSession, tmp_path: Path
) -> Pipeline:
    """One feed, which is the test's own."""
    return caught_up(tmp_path, conf_file, spark, {f"proof_{uuid4().hex[:8]}": BATCH})


def requests_by_minute(pipe: Pipeline, feed: str) -> Counter[datetime]:
    """What the documents say of the minutes that are stored as figures, by MongoDB itself."""
    minute = {"$dateTrunc": {"date": "$timestamp", "unit": "minute"}}
    found = pipe.documents(feed).aggregate([{"$group": {"_id": minute, "n": {"$sum": 1}}}])
    return Counter({row["_id"].replace(tzinfo=None): row["n"] for row in found})


def events_by_minute(pipe: Pipeline, feed: str) -> Counter[datetime]:
    rows = pipe.select(
        "SELECT window_start, SUM(events) AS n FROM levels_by_minute"
        f" WHERE feed = '{feed}' GROUP BY window_start"
    )
    return Counter({row["window_start"]: int(row["n"]) for row in rows})


def states(pipe: Pipeline, feed: str) -> dict[tuple[str, datetime], tuple[str, int]]:
    """What was found of each window of each table: its state, and the late lines it lacks."""
    rows = pipe.select(f"SELECT * FROM reconciled_windows WHERE feed = '{feed}'")
    return {(r["table"], r["window_start"]): (r["state"], r["late_lines"]) for r in rows}


@pytest.mark.slow
def test_late_lines_are_counted_and_are_no_fault(slow: Pipeline, spark: SparkSession) -> None:
    found = verdict(slow, spark, "proof_late")
    assert found.holds
    (documents,) = found.documents
    assert (documents.records, documents.letters) == (LATE - LATE_LETTERS, LATE_LETTERS)
    assert found.archive
    assert found.archive.lines == found.recount.lines == LATE
    assert found.lag == dict.fromkeys(JOBS, 0)
    # The faults date some lines hours back: the watermark drops them, the documents have them.
    expected, stored = requests_by_minute(slow, "proof_late"), events_by_minute(slow, "proof_late")
    lacking = expected - stored
    assert lacking
    assert not stored - expected
    assert found.recount.compared.late == lacking


@pytest.mark.slow
def test_late_lines_are_added_to_windows_that_are_closed(
    slow: Pipeline, spark: SparkSession
) -> None:
    feed = "proof_revised"
    expected, stored = requests_by_minute(slow, feed), events_by_minute(slow, feed)
    late, open_window = expected - stored, max(stored)
    came = revise(spark, slow.conf, slow.conf.feed(feed), [*late, open_window])
    assert set(came.windows) == set(late)
    assert list(came.refused) == [open_window]
    assert "open" in came.refused[open_window]
    assert events_by_minute(slow, feed) == expected
    rows = slow.select(
        "SELECT DISTINCT window_start FROM traffic_by_minute"
        f" WHERE feed = '{feed}' AND revised_at IS NOT NULL"
    )
    assert {row["window_start"] for row in rows} == set(late) != set()
    again = verdict(slow, spark, feed)
    assert again.holds
    assert not again.recount.compared.late


@pytest.mark.slow
def test_a_batch_that_the_job_runs_again_leaves_what_was_revised(
    slow: Pipeline, spark: SparkSession
) -> None:
    feed = "proof_again"
    own = slow.only(feed)
    expected = requests_by_minute(own, feed)
    late = expected - events_by_minute(own, feed)
    assert revise(spark, own.conf, own.conf.feed(feed), list(late)).rows
    before = last_batch(own, feed)
    forget_commits(own, feed, since=before["batch_id"])
    own.run_within(spark, "aggregate")
    again = last_batch(own, feed)
    assert again["batch_id"] == before["batch_id"]
    assert again["touched"] == before["touched"]
    runs = [list(map(datetime.fromisoformat, run)) for run in json.loads(again["touched"])]
    assert {start for _, start in states(own, feed)} == {
        start for start in late if not any(first <= start < until for first, until in runs)
    }
    assert again["committed_at"] > before["committed_at"]
    assert events_by_minute(own, feed) == expected


@pytest.mark.slow
def test_each_closed_window_of_each_table_has_its_state(
    slow: Pipeline, spark: SparkSession
) -> None:
    feed, own = "proof_states", slow.only("proof_states")
    tables = [table.name for table in fed_by("combined")]
    closed = max(events_by_minute(own, feed)) - timedelta(
        seconds=own.conf.feed(feed).max_lateness_s
    )
    lines = requests_by_minute(own, feed)
    late = lines - events_by_minute(own, feed)
    windows = {start for start in lines if start + MINUTE <= closed}
    assert windows > late.keys() != set()
    assert max(lines) not in windows

    said(own, "reconcile")
    found = states(own, feed)
    assert {key for key in found if key[1] in lines} == {(t, w) for t in tables for w in windows}
    assert {w: found[LEVELS.name, w] for w in windows} == {
        w: ("late", late[w]) if w in late else ("equal", 0) for w in windows
    }
    assert all(state == ("equal", 0) for (_, start), state in found.items() if start not in late)
    assert all(found[LATENESS.name, start] == ("equal", 0) for start in windows)

    changed = TRAFFIC.name, min(windows - late.keys())
    of_window = f"feed = '{feed}' AND window_start = '{changed[1]}'"
    own.select(f"UPDATE {TRAFFIC.name} SET bytes = bytes + 1 WHERE {of_window} LIMIT 1")
    said(own, "reconcile", code=1)
    assert states(own, feed) == found | {changed: ("differs", 0)}

    said(own, "revise", "--feed", feed, "--from-reconcile")
    assert states(own, feed) == dict.fromkeys(found, ("equal", 0))
    assert events_by_minute(own, feed) == lines
    said(own, "reconcile")
    assert states(own, feed) == dict.fromkeys(found, ("equal", 0))


def test_a_window_is_known_until_a_batch_has_a_line_of_it(
    quick: Pipeline, spark: SparkSession
) -> None:
    feed, own = "proof_touched", quick.only("proof_touched")
    assert verdict(own, spark, feed).holds
    found = states(own, feed)
    assert set(found.values()) == {("equal", 0)}
    start = sorted({start for _, start in found})[3]
    until = start.replace(tzinfo=UTC) + MINUTE
    own.send(feed, recent("combined", 1, seed=3, minutes=1, until=until))
    own.run_within(spark, "aggregate")
    left = {key: state for key, state in found.items() if key[1] != start}
    assert left
    assert states(own, feed) == left
    # Whether Spark has dropped the line or not: it is told.
    for job in ("archive", "ingest"):
        own.run_within(spark, job)
    lacking = requests_by_minute(own, feed) - events_by_minute(own, feed)
    assert verdict(own, spark, feed).holds
    again = states(own, feed)
    assert set(again) >= set(found)
    assert again[LEVELS.name, start] == (("late", 1) if lacking[start] else ("equal", 0))


def last_batch(pipe: Pipeline, feed: str) -> dict[str, Any]:
    of_query = f"WHERE query = 'aggregate-{feed}'"
    return pipe.select(f"SELECT * FROM batches {of_query} ORDER BY batch_id DESC LIMIT 1")[0]


def forget_commits(pipe: Pipeline, feed: str, since: int) -> None:
    """Leaves the checkpoint as a crash does after that batch was written."""
    checkpoint = Path(pipe.conf.storage.checkpoints) / f"aggregate-{feed}"
    for folder, first in (("commits", since), ("offsets", since + 1)):
        for file in (checkpoint / folder).iterdir():
            number = file.name.strip(".").removesuffix(".crc")
            if number.isdigit() and int(number) >= first:
                file.unlink()


def test_missing_documents_are_named_by_their_offsets_and_replayed(
    quick: Pipeline, spark: SparkSession
) -> None:
    own, documents = quick.only("proof_missing"), quick.documents("proof_missing")
    chosen = random.Random(7).sample(list(documents.find({}, {"kafka": 1})), 7)
    documents.delete_many({"_id": {"$in": [row["_id"] for row in chosen]}})
    (found,) = said_as_json(own, code=1)["documents"]
    missing = offsets([OffsetRange(**item) for item in found["missing"]])
    assert missing == {place(row) for row in chosen}
    shown = said(own, "reconcile", code=1)
    assert faults(kept(own)) == {"missing": 7}
    (replay,) = [line for line in shown.splitlines() if "millrace replay" in line]
    said(own, *replay.split("millrace ")[1].split())
    assert "proof_missing: holds" in said(own, "reconcile")
    assert kept(own).holds
    assert not faults(kept(own))


def test_a_figure_that_was_changed_is_named_by_its_window_and_revised(
    quick: Pipeline, spark: SparkSession
) -> None:
    own = quick.only("proof_changed")
    of_feed = "WHERE feed = 'proof_changed'"
    (row,) = own.select(
        f"SELECT * FROM traffic_by_minute {of_feed} ORDER BY 1, 2, 3, 4, 5, 6 LIMIT 1"
    )
    key = ("window_start", "http_route", "method", "status_class")
    changed = " AND ".join(f"{name} = '{row[name]}'" for name in key)
    own.select(f"UPDATE traffic_by_minute SET bytes = bytes + 1 {of_feed} AND {changed}")
    window = row["window_start"].isoformat()
    assert said_as_json(own, code=1)["figures"]["differing"] == [
        {"table": "traffic_by_minute", "window_start": window, "rows": 1}
    ]
    assert faults(kept(own)) == {"differing": 1}
    said(own, "revise", "--feed", "proof_changed", "--from-reconcile")
    assert said_as_json(own, code=0)["holds"]


@pytest.mark.slow
def test_it_goes_on_while_something_is_wrong_and_ends_well(quick: Pipeline, tmp_path: Path) -> None:
    own, feed = quick.only("proof_every"), "proof_every"
    windows = f"feed = '{feed}' ORDER BY window_start LIMIT 1"
    own.select(f"UPDATE countries_by_minute SET bytes = bytes + 1 WHERE {windows}")
    command = [str(Path(sys.executable).with_name("millrace")), "reconcile", "--every", "1s"]
    service = JobProcess([*command, "--conf", str(own.file)], tmp_path / "log", {})
    try:

        def has_told(what: str, times: int) -> bool:
            assert not service.has_ended, service.told()
            return service.stderr().count(what) >= times

        failing = f"does not hold: {feed}"
        wait_until(
            lambda: has_told(failing, 2), "two that fail", timeout_s=JOB_TIMEOUT_S, poll_s=0.1
        )
        assert faults(kept(own)) == {"differing": 1}
        own.select(f"UPDATE countries_by_minute SET bytes = bytes - 1 WHERE {windows}")
        wait_until(lambda: kept(own).holds, "one that holds", timeout_s=JOB_TIMEOUT_S, poll_s=0.1)
        service.ask_to_stop()
        assert service.exit_code() == 0
        assert "Traceback" not in service.stderr()
    finally:
        service.end()


def test_doubles_and_strangers_are_named(quick: Pipeline, spark: SparkSession) -> None:
    feed = "proof_doubled"
    documents, db = quick.documents(feed), mongo.database(quick.conf.mongo)
    one, two, three = documents.aggregate([{"$sample": {"size": 3}}])
    double = one | {"_id": one["_id"][:-1] + "x"}
    letter = {"_id": f"{feed}/{two['_id']}", "feed": feed, "kafka": two["kafka"], "status": "new"}
    far = {"topic": feed, "partition": 0, "offset": 10**9}
    stranger = three | {"_id": f"{three['_id'][:-12]}{10**9:012d}", "kafka": far}
    documents.insert_many([double, stranger])
    db.dead_letters.insert_one(letter)
    (found,) = verdict(quick, spark, feed).documents
    assert not found.holds
    assert offsets(found.doubled) == {place(one)}
    assert offsets(found.in_both) == {place(two)}
    assert offsets(found.extra) == {(0, 10**9)}
    assert not found.missing
    assert found.stray_ids == sorted([double["_id"], stranger["_id"]])
    received = two["received_at"].replace(tzinfo=UTC)
    assert found.to_replay == (received, received)
    documents.delete_many({"_id": {"$in": found.stray_ids}})
    db.dead_letters.delete_one({"_id": letter["_id"]})
    assert verdict(quick, spark, feed).holds


# The last as a backup that is restored leaves it, the first as a batch does whose row is gone.
@pytest.mark.parametrize("gone", [-1, 0], ids=["the last", "the first"])
def test_a_ledger_that_lacks_lines_is_named_and_revise_leaves_the_figures(
    quick: Pipeline, spark: SparkSession, gone: int
) -> None:
    feed = "proof_kept"
    of_query = f"WHERE query = 'aggregate-{feed}'"
    rows = quick.select(f"SELECT * FROM batches {of_query} ORDER BY batch_id")
    before = events_by_minute(quick, feed)
    quick.select(
        "INSERT INTO reconciled_windows"
        f" VALUES ('{feed}', '{TRAFFIC.name}', '{max(before)}', 'equal', 0, UTC_TIMESTAMP(), 2)"
        " ON DUPLICATE KEY UPDATE state = 'equal'"
    )
    with without(quick, rows.pop(gone)) as row:
        assert rows
        found = verdict(quick, spark, feed)
        assert not found.holds
        assert not states(quick, feed)  # Any window may lack a line.
        assert offsets(found.forgotten["aggregate"]) == in_ledger([row])
        assert offsets(found.recount.counted) == in_ledger(rows)
        shown = "\n".join(one.text for one in advice(found))
        assert "aggregate --from archive" in shown
        assert "revise" not in shown
        came = revise(spark, quick.conf, quick.conf.feed(feed), list(before))
        assert not came.windows
        assert events_by_minute(quick, feed) == before


@contextmanager
def without(pipe: Pipeline, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The ledger of figures without that row, for a while."""
    own = f"query = '{row['query']}' AND batch_id = {row['batch_id']}"
    pipe.select(f"DELETE FROM batches WHERE {own}")
    try:
        yield row
    finally:
        values = ", ".join(f"'{value}'" for value in row.values())
        pipe.select(f"INSERT INTO batches ({', '.join(row)}) VALUES ({values})")


def test_an_archive_that_is_gone_is_named(
    quick: Pipeline, spark: SparkSession, tmp_path: Path
) -> None:
    elsewhere = quick.conf.storage.model_copy(update={"archive": str(tmp_path)})
    conf = quick.conf.model_copy(update={"storage": elsewhere})
    found = reconcile(spark, conf, conf.feed("proof_kept"))
    assert not found.holds
    assert len(offsets(found.forgotten["archive"])) == QUICK["proof_kept"]
    assert not found.forgotten["ingest"]


@pytest.mark.slow
def test_markers_of_transactions_are_not_called_lost(alone: Pipeline, spark: SparkSession) -> None:
    (feed,) = alone.conf.feeds
    producer = Producer(
        {"bootstrap.servers": alone.conf.kafka.bootstrap_servers, "transactional.id": feed.name}
    )
    producer.init_transactions()
    for part in range(3):
        producer.begin_transaction()
        for line in lines(50, 10 + part, minutes_ago=1, faults=0):
            producer.produce(feed.topic, line)
        producer.commit_transaction()
    for job in JOBS:
        alone.run_within(spark, job)
    found = verdict(alone, spark, feed.name)
    assert found.holds
    (documents,) = found.documents
    assert documents.records + documents.letters == BATCH + 150
    assert documents.empty >= 3  # a marker in each partition that a transaction wrote to


@pytest.mark.slow
def test_lines_that_expired_in_kafka_are_not_called_lost(
    alone: Pipeline, spark: SparkSession
) -> None:
    (feed,) = alone.conf.feeds
    halves = alone.expire_half(feed.name)
    found = verdict(alone, spark, feed.name)
    assert found.holds
    assert len(offsets(found.in_kafka)) == BATCH - sum(halves.values()) < BATCH
    # The archive has them.
    assert found.recount.since is None
    assert found.recount.lines == BATCH


@pytest.mark.slow
def test_a_document_of_a_line_that_expired_in_kafka_is_missed(
    alone: Pipeline, spark: SparkSession
) -> None:
    (feed,) = alone.conf.feeds
    halves = alone.expire_half(feed.name)
    expired = {
        "$or": [{"kafka.partition": p, "kafka.offset": {"$lt": o}} for p, o in halves.items()]
    }
    gone = alone.documents(feed.name).find_one_and_delete(expired)
    (documents,) = verdict(alone, spark, feed.name).documents
    assert offsets(documents.missing) == {place(gone)}


@pytest.mark.slow
def test_it_holds_while_jobs_run(alone: Pipeline, spark: SparkSession) -> None:
    (feed,) = alone.conf.feeds
    query = f"ingest-{feed.name}"
    with alone.running("ingest"), alone.running("aggregate"):
        for seed in range(20, 24):
            after = len(alone.ledger(query))
            alone.send(feed.name, lines(5 * BATCH, seed, minutes_ago=1))
            wait_until_written(alone, query, after)
            found = verdict(alone, spark, feed.name)
            assert found.holds, found


def wait_until_written(pipe: Pipeline, query: str, after: int) -> None:
    """Waits until the query has more batches in its ledger; others are still to come."""
    wait_until(
        lambda: len(pipe.ledger(query)) > after, "a batch", timeout_s=JOB_TIMEOUT_S, poll_s=0.1
    )
