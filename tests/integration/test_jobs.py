"""The three jobs on real servers, run as users run them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from pyspark.sql import SparkSession
from support.lines import recent
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.io import delta, kafka
from millrace.records import tables

JOBS = ("archive", "ingest", "aggregate")
LINES = 1000
FAULTS = 2.5  # percent: 25 lines, 5 of each of the five kinds, three of which are dead
DEAD, LATE = 15, 5
# Feeds that are only looked at, and feeds of tests that change what is there.
FORMATS = {"web": "combined", "api": "app"}
FORMATS |= {"lost": "combined", "gone_web": "combined", "gone_api": "app"}
FORMATS |= {"more": "combined", "half": "combined"}


@pytest.fixture(scope="module")
def sent_at() -> datetime:
    """The time that every feed's lines end at."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def pipe(
    sent_at: datetime,
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """All feeds sent, and every job run once until it caught up."""
    feeds = (
        {"name": name, "topic": name, "format": format, "service_name": "shop"}
        for name, format in FORMATS.items()
    )
    pipe = pipeline(tmp_path_factory.mktemp("jobs"), conf_file, *feeds)
    for number, name in enumerate(FORMATS):
        send(pipe, name, seed=number, until=sent_at)
    for job in JOBS:
        pipe.run(job)
    return pipe


def send(pipe: Pipeline, feed: str, seed: int, **span: Any) -> None:
    """Sends lines to both partitions in turn, so that they have the same offsets."""
    own = pipe.conf.feed(feed)
    producer = Producer(kafka.client_properties(pipe.conf.kafka))
    for number, line in enumerate(recent(own.format, LINES, seed=seed, faults=FAULTS, **span)):
        producer.produce(own.topic, line, partition=number % 2)
    assert producer.flush(30) == 0


# Other tests write to the same tables and to the same collection of letters.
def own_rows(pipe: Pipeline) -> str:
    names = ", ".join(f"'{feed.name}'" for feed in pipe.conf.feeds)
    return f"WHERE feed IN ({names})"


def own_documents(pipe: Pipeline) -> dict[str, dict[str, Any]]:
    names = [feed.name for feed in pipe.conf.feeds]
    return {**{name: {} for name in names}, "dead_letters": {"feed": {"$in": names}}}


def stored(pipe: Pipeline) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Every document, and every figure."""
    documents = {
        name: list(map(str, pipe.documents(name).find(own).sort("_id")))
        for name, own in own_documents(pipe).items()
    }
    figures = {
        table.name: sorted(map(str, pipe.select(f"SELECT * FROM {table.name} {own_rows(pipe)}")))
        for table in tables.TABLES
    }
    return documents, figures


def archive_files(pipe: Pipeline) -> list[Path]:
    folders = [Path(pipe.conf.storage.archive) / feed.name for feed in pipe.conf.feeds]
    return sorted(file for folder in folders for file in folder.glob("date=*/*.parquet"))


def total(pipe: Pipeline, figure: str, table: str, feed: str) -> int:
    statement = f"SELECT COALESCE(SUM({figure}), 0) AS n FROM {table} WHERE feed = '{feed}'"
    return int(pipe.select(statement)[0]["n"])


def places(found: Any) -> list[tuple[int, int]]:
    return [(row["kafka"]["partition"], row["kafka"]["offset"]) for row in found]


def in_kafka(pipe: Pipeline, feed: str) -> list[tuple[int, int]]:
    topic = kafka.topic(pipe.conf.kafka, pipe.conf.feed(feed).topic)
    return [
        (own.partition, offset)
        for own in kafka.offsets(pipe.conf.kafka, topic)
        for offset in range(own.from_offset, own.until_offset)
    ]


@pytest.mark.parametrize("feed", ["web", "api"])
def test_each_line_is_one_document_or_one_dead_letter(pipe: Pipeline, feed: str) -> None:
    records = places(pipe.documents(feed).find())
    letters = places(pipe.documents("dead_letters").find({"feed": feed}))
    assert sorted(records + letters) == sorted(in_kafka(pipe, feed))
    assert (len(records), len(letters)) == (LINES - DEAD, DEAD)


@pytest.mark.parametrize("feed", ["web", "api"])
def test_the_ledger_has_the_rows_and_the_offsets_of_each_batch(pipe: Pipeline, feed: str) -> None:
    rows = pipe.ledger(f"ingest-{feed}")
    assert sum(row["rows_in"] for row in rows) == LINES
    assert sum(row["rows_dead"] for row in rows) == DEAD
    assert sum(row["rows_written"] for row in rows) == LINES - DEAD
    ranges = [item for row in rows for item in row["ranges"]]
    assert sum(r["until_offset"] - r["from_offset"] for r in ranges) == LINES
    taken = [r for r in ranges if r["until_offset"] > r["from_offset"]]
    assert all(r["min_received_at"] <= r["max_received_at"] for r in taken)


@pytest.mark.parametrize("feed", ["web", "api"])
def test_sums_of_figures_are_the_counts_of_documents(pipe: Pipeline, feed: str) -> None:
    with_status = pipe.documents(feed).count_documents({"status_code": {"$exists": True}})
    timed = pipe.documents(feed).count_documents({"response_time_ms": {"$exists": True}})
    assert total(pipe, "requests", "traffic_by_minute", feed) == with_status > 0
    assert total(pipe, "requests", "latency_by_minute", feed) == timed > 0
    assert total(pipe, "events", "levels_by_minute", feed) == LINES - DEAD
    assert total(pipe, "late_lines", "lateness_by_minute", feed) == LATE
    from_countries = LINES - DEAD if feed == "web" else 0
    assert total(pipe, "requests", "countries_by_minute", feed) == from_countries


def test_views_agree_with_their_tables(pipe: Pipeline) -> None:
    own = own_rows(pipe.only("web", "api"))
    by_route = pipe.select(f"SELECT SUM(timed_requests) AS n FROM api_latency {own}")[0]["n"]
    timed = pipe.select(f"SELECT SUM(timed_requests) AS n FROM traffic_by_minute {own}")[0]["n"]
    assert by_route == timed
    share = pipe.select("SELECT SUM(percent) AS p FROM country_share WHERE feed = 'web'")[0]["p"]
    assert abs(float(share) - 100) < 0.01
    shares = pipe.select(f"SELECT * FROM latency_percentiles_by_minute {own}")
    assert all(row["p50"] <= row["p95"] <= row["p99"] for row in shares)
    assert sum(row["requests"] for row in shares) == timed


def test_a_second_run_changes_nothing(pipe: Pipeline, spark: SparkSession) -> None:
    own = pipe.only("web", "api")
    before = stored(own), archive_files(own)
    for job in JOBS:
        own.run_within(spark, job)
    assert (stored(own), archive_files(own)) == before


@pytest.mark.slow
def test_lost_checkpoints_change_nothing_even_after_kafka_expired_half(
    pipe: Pipeline, spark: SparkSession
) -> None:
    own = pipe.only("lost")
    before = stored(own)
    own.expire_half("lost")
    for job in JOBS:
        own.forget(job)
        own.run_within(spark, job)
    assert stored(own) == before


def test_the_archive_gives_the_same_documents_and_figures(
    pipe: Pipeline, spark: SparkSession
) -> None:
    own = pipe.only("gone_web", "gone_api")
    before = stored(own)
    for name, documents in own_documents(own).items():
        own.documents(name).delete_many(documents)
    for table in tables.TABLES:
        own.select(f"DELETE FROM {table.name} {own_rows(own)}")
    assert stored(own) != before
    for job in ("ingest", "aggregate"):
        own.run_within(spark, job, "archive")
    assert stored(own) == before


def test_new_lines_are_added_once(pipe: Pipeline, spark: SparkSession) -> None:
    own = pipe.only("more")
    send(own, "more", seed=20)
    for job in JOBS:
        own.run_within(spark, job)
    assert own.documents("more").count_documents({}) == 2 * (LINES - DEAD)
    assert own.letters("more") == 2 * DEAD
    archived = delta.lines(spark, own.conf.storage.archive, own.conf.feed("more"))
    assert archived.count() == 2 * LINES
    # By now the windows of lines that come late are closed.
    assert total(own, "events", "levels_by_minute", "more") == 2 * (LINES - DEAD) - LATE
    assert total(own, "late_lines", "lateness_by_minute", "more") == 2 * LATE


@pytest.mark.slow
def test_minutes_that_kafka_has_half_of_are_counted_from_the_archive(
    pipe: Pipeline, spark: SparkSession, sent_at: datetime
) -> None:
    own = pipe.only("half")
    own.expire_half("half")
    own.forget("aggregate")
    # Of the minute before the first ones ended: they are late only where this test is very slow.
    send(own, "half", seed=21, minutes=1, until=sent_at)
    for job in ("archive", "aggregate"):
        own.run_within(spark, job)
    # The lines before, which Kafka has no longer, are of the same minutes.
    assert total(own, "events", "levels_by_minute", "half") == LINES - DEAD
    said = own.run("aggregate", "--from", "archive")
    assert "the archive has every line that the stored figures include" in said
    assert total(own, "events", "levels_by_minute", "half") == 2 * (LINES - DEAD)
    assert total(own, "late_lines", "lateness_by_minute", "half") == 2 * LATE
