"""Lines that Kafka deleted before a job read them: told, accepted, or taken from the archive."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from pyspark.sql import SparkSession
from support.lines import recent
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.io import mongo
from millrace.proof.reconcile import Verdict, reconcile
from millrace.records.ranges import size
from millrace.runtime import job as jobs

JOBS = ("archive", "ingest", "aggregate")
FIRST = 100  # lines of each partition in the first run, and in each one after
DELETED = 50

NewPipeline = Any


@pytest.fixture
def pipe(
    servers: Config, conf_file: Path, country_database: str, spark: SparkSession, tmp_path: Path
) -> Pipeline:
    """A feed of which every job has taken a hundred lines of each of two partitions."""
    name = f"loss_{uuid4().hex[:8]}"
    feed = {"name": name, "topic": name, "format": "combined", "service_name": "web"}
    made = pipeline(tmp_path, conf_file, feed)
    produce(made, {0: FIRST, 1: FIRST})
    for job in JOBS:
        made.run_within(spark, job)
    return made


def feed(pipe: Pipeline) -> str:
    return pipe.conf.feeds[0].name


def produce(pipe: Pipeline, counts: dict[int, int]) -> None:
    producer = Producer({"bootstrap.servers": pipe.conf.kafka.bootstrap_servers})
    for partition, count in counts.items():
        for line in recent("combined", count, seed=partition):
            producer.produce(feed(pipe), line, partition=partition)
    assert producer.flush(60) == 0


def delete(pipe: Pipeline, until: dict[int, int]) -> None:
    """What retention does: Kafka deletes the records before these offsets."""
    admin = AdminClient({"bootstrap.servers": pipe.conf.kafka.bootstrap_servers})
    offsets = [TopicPartition(feed(pipe), number, offset) for number, offset in until.items()]
    for future in admin.delete_records(offsets).values():
        future.result(60)


def proof(pipe: Pipeline, spark: SparkSession) -> Verdict:
    return reconcile(spark, pipe.conf, pipe.conf.feeds[0])


def stored(pipe: Pipeline) -> tuple[int, int, int]:
    """Documents, lines that are counted, and archived lines."""
    (counted,) = pipe.select(
        f"SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = '{feed(pipe)}'"
    )
    from pyarrow import dataset

    archive = Path(pipe.conf.storage.archive) / feed(pipe)
    # Its files hold the column that folders are named after, too.
    archived = dataset.dataset(archive, format="parquet", exclude_invalid_files=True)
    return (
        pipe.documents(feed(pipe)).count_documents({}),
        int(counted["n"]),
        archived.count_rows(),
    )


@pytest.mark.slow
def test_a_loss_in_one_partition_is_told_by_number_accepted_and_then_told_again_as_accepted(
    pipe: Pipeline, spark: SparkSession, caplog: pytest.LogCaptureFixture
) -> None:
    produce(pipe, {0: FIRST, 1: FIRST})
    delete(pipe, {0: FIRST + DELETED})
    for job in JOBS:
        caplog.clear()
        pipe.run_within(spark, job, code=jobs.FAILED)
        (told,) = [record.getMessage() for record in caplog.records if "deleted" in record.message]
        assert f"Kafka deleted {DELETED} lines" in told
        assert "partition 0 offsets 100 to 149" in told
        assert "--accept-loss" in told
    before = proof(pipe, spark)
    assert not before.holds
    assert before.faults["lost"] == DELETED * len(JOBS)
    for job in JOBS:
        pipe.run_within(spark, job, accept_loss=True)
    after = proof(pipe, spark)
    assert {job: size(own.accepted) for job, own in after.unread.items()} == dict.fromkeys(
        JOBS, DELETED
    )
    assert after.faults["lost"] == after.faults["missing"] == after.faults["forgotten"] == 0
    documents, _, archived = stored(pipe)
    assert documents == archived == 4 * FIRST - DELETED
    # And once more, in the other partition.
    produce(pipe, {0: FIRST, 1: FIRST})
    delete(pipe, {1: 2 * FIRST + 7})
    for job in JOBS:
        pipe.run_within(spark, job, code=jobs.FAILED)
        pipe.run_within(spark, job, accept_loss=True)
    twice = proof(pipe, spark)
    assert {size(own.accepted) for own in twice.unread.values()} == {DELETED + 7}
    assert twice.faults["lost"] == twice.faults["missing"] == 0
    documents, _, archived = stored(pipe)
    assert documents == archived == 6 * FIRST - DELETED - 7


@pytest.mark.slow
def test_a_checkpoint_removed_after_a_loss_hides_nothing(
    pipe: Pipeline, spark: SparkSession
) -> None:
    produce(pipe, {0: FIRST, 1: FIRST})
    delete(pipe, {0: FIRST + DELETED, 1: FIRST + 1})
    for job in JOBS:
        pipe.forget(job)
        pipe.run_within(spark, job, code=jobs.FAILED)
    found = proof(pipe, spark)
    assert not found.holds
    assert found.faults["lost"] == (DELETED + 1) * len(JOBS)
    for job in JOBS:
        pipe.run_within(spark, job, accept_loss=True)
    assert proof(pipe, spark).faults["lost"] == 0


@pytest.mark.slow
def test_what_the_archive_has_is_taken_from_there_and_nothing_is_lost(
    pipe: Pipeline, spark: SparkSession, caplog: pytest.LogCaptureFixture
) -> None:
    produce(pipe, {0: FIRST, 1: FIRST})
    pipe.run_within(spark, "archive")
    delete(pipe, {0: FIRST + DELETED})
    for job in ("ingest", "aggregate"):
        caplog.clear()
        pipe.run_within(spark, job, code=jobs.FAILED)
        assert f"The archive has {DELETED} of them" in caplog.text
        assert "--accept-loss" not in caplog.text
        pipe.run_within(spark, job, "archive")
        pipe.run_within(spark, job)
    found = proof(pipe, spark)
    assert found.holds, found.faults
    assert stored(pipe) == (4 * FIRST, 4 * FIRST, 4 * FIRST)
    ledger = mongo.database(pipe.conf.mongo).batches
    assert ledger.count_documents({"state": "lost", "query": f"ingest-{feed(pipe)}"}) == 0


@pytest.mark.slow
def test_a_job_that_starts_late_on_an_old_topic_has_lost_nothing(
    servers: Config, conf_file: Path, country_database: str, spark: SparkSession, tmp_path: Path
) -> None:
    name = f"loss_{uuid4().hex[:8]}"
    own = {"name": name, "topic": name, "format": "combined", "service_name": "web"}
    pipe = pipeline(tmp_path, conf_file, own)
    produce(pipe, {0: FIRST, 1: FIRST})
    delete(pipe, {0: FIRST, 1: DELETED})
    for job in JOBS:
        pipe.run_within(spark, job)
    produce(pipe, {1: FIRST})
    for job in JOBS:
        pipe.run_within(spark, job)
    found = proof(pipe, spark)
    assert found.holds, found.faults
    documents, _, archived = stored(pipe)
    assert documents == archived == 2 * FIRST - DELETED
