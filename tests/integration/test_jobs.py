"""The three jobs on real servers, run as users run them."""

from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from pyspark.sql import SparkSession
from support.lines import recent
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.io import kafka
from millrace.records import tables
from millrace.records.formats import Format

LINES = 4000
FAULTS = 2.5  # percent: 100 lines, 20 of each of the five kinds, three of which are dead
DEAD = 60
FEEDS: tuple[dict[str, Any], ...] = (
    {"name": "web", "topic": "web", "format": "combined", "service_name": "shop"},
    {"name": "api", "topic": "api", "format": "app", "service_name": "shop"},
)
# Other tests write to the same tables and to the same collection of letters.
OWN = "WHERE feed IN ('web', 'api')"
COLLECTIONS: dict[str, dict[str, Any]] = {
    "web": {},
    "api": {},
    "dead_letters": {"feed": {"$in": ["web", "api"]}},
}


def lines(format: Format, seed: int) -> list[bytes]:
    return recent(format, LINES, seed=seed, faults=FAULTS)


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """Both feeds sent, and every job run once until it caught up."""
    pipe = pipeline(tmp_path_factory.mktemp("jobs"), conf_file, *FEEDS)
    pipe.send("web", lines("combined", 1))
    pipe.send("api", lines("app", 2))
    for job in ("archive", "ingest", "aggregate"):
        pipe.run(job)
    return pipe


def figures(pipe: Pipeline) -> dict[str, list[str]]:
    return {
        table.name: sorted(map(str, pipe.select(f"SELECT * FROM {table.name} {OWN}")))
        for table in tables.TABLES
    }


def documents(pipe: Pipeline) -> dict[str, list[Any]]:
    return {
        name: [str(document) for document in pipe.documents(name).find(own).sort("_id")]
        for name, own in COLLECTIONS.items()
    }


def archived(pipe: Pipeline) -> int:
    return sum(
        path.stat().st_size > 0
        for path in Path(pipe.conf.storage.archive).glob("*/date=*/*.parquet")
    )


def test_each_line_is_one_document_or_one_dead_letter(pipe: Pipeline) -> None:
    for feed in ("web", "api"):
        assert pipe.letters(feed) == DEAD
        assert pipe.documents(feed).count_documents({}) == LINES - DEAD
        places = pipe.documents(feed).distinct("kafka.offset", {"kafka.partition": 0})
        dead = pipe.documents("dead_letters").distinct(
            "kafka.offset", {"feed": feed, "kafka.partition": 0}
        )
        assert not set(places) & set(dead)


def test_the_ledger_has_the_rows_and_the_offsets_of_each_batch(pipe: Pipeline) -> None:
    for feed in ("web", "api"):
        rows = pipe.ledger(f"ingest-{feed}")
        assert sum(row["rows_in"] for row in rows) == LINES
        assert sum(row["rows_dead"] for row in rows) == DEAD
        assert sum(row["rows_written"] for row in rows) == LINES - DEAD
        ranges = [item for row in rows for item in row["ranges"]]
        assert sum(r["until_offset"] - r["from_offset"] for r in ranges) == LINES
        taken = [r for r in ranges if r["until_offset"] > r["from_offset"]]
        assert all(r["min_received_at"] <= r["max_received_at"] for r in taken)


def test_sums_of_figures_are_the_counts_of_documents(pipe: Pipeline) -> None:
    for feed in ("web", "api"):
        with_status = pipe.documents(feed).count_documents({"status_code": {"$exists": True}})
        timed = pipe.documents(feed).count_documents({"response_time_ms": {"$exists": True}})
        sums = {
            table: int(
                pipe.select(
                    f"SELECT SUM(n) AS n FROM (SELECT {column} AS n FROM {table}"
                    f" WHERE feed = '{feed}') AS t"
                )[0]["n"]
                or 0
            )
            for table, column in (
                ("traffic_by_minute", "requests"),
                ("latency_by_minute", "requests"),
                ("levels_by_minute", "events"),
                ("lateness_by_minute", "late_lines"),
            )
        }
        assert sums["traffic_by_minute"] == with_status
        assert sums["latency_by_minute"] == timed
        assert sums["levels_by_minute"] == LINES - DEAD
        assert sums["lateness_by_minute"] == 20
    countries = "SELECT SUM(requests) AS n FROM countries_by_minute WHERE feed = 'web'"
    assert pipe.select(countries)[0]["n"] == LINES - DEAD


def test_views_agree_with_their_tables(pipe: Pipeline) -> None:
    by_route = pipe.select(f"SELECT SUM(timed_requests) AS n FROM api_latency {OWN}")[0]["n"]
    timed = pipe.select(f"SELECT SUM(timed_requests) AS n FROM traffic_by_minute {OWN}")[0]["n"]
    assert by_route == timed
    share = pipe.select("SELECT SUM(percent) AS p FROM country_share WHERE feed = 'web'")[0]["p"]
    assert abs(float(share) - 100) < 0.01
    shares = pipe.select(f"SELECT * FROM latency_percentiles_by_minute {OWN}")
    assert all(row["p50"] <= row["p95"] <= row["p99"] for row in shares)
    assert sum(row["requests"] for row in shares) == timed


def test_a_second_run_changes_nothing(pipe: Pipeline, spark: SparkSession) -> None:
    before = documents(pipe), figures(pipe), archived(pipe)
    for job in ("archive", "ingest", "aggregate"):
        pipe.run_within(spark, job)
    assert (documents(pipe), figures(pipe), archived(pipe)) == before


def test_lost_checkpoints_change_nothing_even_after_kafka_expired_half(
    pipe: Pipeline, spark: SparkSession
) -> None:
    before = documents(pipe), figures(pipe)
    for feed in pipe.conf.feeds:
        expire_half(pipe, feed.topic)
    for job in ("archive", "ingest", "aggregate"):
        pipe.forget(job)
        pipe.run_within(spark, job)
    assert (documents(pipe), figures(pipe)) == before


def expire_half(pipe: Pipeline, topic: str) -> None:
    admin = AdminClient(kafka.client_properties(pipe.conf.kafka))
    found = kafka.available(pipe.conf.kafka, kafka.topic(pipe.conf.kafka, topic))
    halves = [
        TopicPartition(topic, item.offsets.partition, item.offsets.until_offset // 2)
        for item in found
    ]
    for future in admin.delete_records(halves).values():
        future.result()


def test_the_archive_gives_the_same_documents_and_figures(
    pipe: Pipeline, spark: SparkSession
) -> None:
    before = documents(pipe), figures(pipe)
    database = pipe.documents("web").database
    for name, own in COLLECTIONS.items():
        database[name].delete_many(own)
    for table in tables.TABLES:
        pipe.select(f"DELETE FROM {table.name} {OWN}")
    for job in ("ingest", "aggregate"):
        pipe.run_within(spark, job, "archive")
    assert (documents(pipe), figures(pipe)) == before


def test_new_lines_after_all_that_are_added_once(pipe: Pipeline, spark: SparkSession) -> None:
    pipe.send("web", lines("combined", 3))
    for job in ("archive", "ingest", "aggregate"):
        pipe.run_within(spark, job)
    assert pipe.documents("web").count_documents({}) == 2 * (LINES - DEAD)
    # Kafka lacks a part of the present minutes, so the stream leaves them; the archive has all.
    errors = pipe.run("aggregate", "--from", "archive")
    assert "stay as they are" not in errors
    sums = pipe.select("SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = 'web'")
    late = pipe.select("SELECT SUM(late_lines) AS n FROM lateness_by_minute WHERE feed = 'web'")
    assert sums[0]["n"] == 2 * (LINES - DEAD)
    assert late[0]["n"] == 40
