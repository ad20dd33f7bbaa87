"""Records whose Kafka timestamp cannot be: no job ends of one, and each is a letter."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)
from prometheus_client import REGISTRY
from pyspark.sql import SparkSession
from rich.console import Console
from support.lines import recent
from support.pipeline import Pipeline, pipeline

from millrace.config import Config, Kafka
from millrace.io import kafka, mongo
from millrace.io.kafka import batch
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Filter
from millrace.observe.lag import Lag
from millrace.proof.reconcile import reconcile
from millrace.proof.replay import replay
from millrace.proof.requeue import requeue
from millrace.tools import tap

FEED = "stamped"
GOOD, A_BATCH = 400, 150
OF_9999 = b'{"timestamp": "9999-01-01T00:00:00Z", "message": "x"}'
OF_TODAY = b'{"timestamp": "%d", "message": "x"}'
NOW_MS = int(datetime.now(UTC).timestamp() * 1000)
TODAY = OF_TODAY % NOW_MS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Kafka's timestamp, the line, and when the letter was received.
POISON: dict[str, tuple[int, bytes, datetime]] = {
    "microseconds": (NOW_MS * 1000, TODAY, EPOCH),
    "none": (-1, TODAY, EPOCH),
    "zero": (0, TODAY, EPOCH),
    "zero, and the line is of 9999": (0, OF_9999, EPOCH),
    "seconds": (NOW_MS // 1000, TODAY, EPOCH + timedelta(milliseconds=NOW_MS // 1000)),
    "the year 9999": (253_370_764_800_000, OF_9999, EPOCH),
    "none, and nothing in it": (-1, b"", EPOCH),
}
SPAN = (EPOCH, datetime(2090, 1, 1, tzinfo=UTC))

pytestmark = pytest.mark.slow


def create(conf: Kafka, topic: str) -> None:
    """A topic of one partition, which takes whatever time a producer says."""
    config = {
        "message.timestamp.type": "CreateTime",
        "message.timestamp.after.max.ms": str(2**63 - 1),
        "retention.ms": "-1",
    }
    admin = AdminClient(kafka.client_properties(conf))
    (made,) = admin.create_topics([NewTopic(topic, num_partitions=1, config=config)]).values()
    made.result()


def produce(spark: SparkSession, conf: Kafka, topic: str, milliseconds: int, line: bytes) -> None:
    """Sends a line with that timestamp: librdkafka takes no zero, Kafka's own producer no -1."""
    if milliseconds < 0:
        producer = Producer(kafka.client_properties(conf))
        producer.produce(topic, line, timestamp=milliseconds)
        assert producer.flush(60) == 0
        return
    jvm = spark.sparkContext._jvm
    assert jvm
    properties = jvm.java.util.Properties()
    properties.put("bootstrap.servers", conf.bootstrap_servers)
    for of in ("key", "value"):
        name = "org.apache.kafka.common.serialization.ByteArraySerializer"
        properties.put(f"{of}.serializer", name)
    clients = jvm.org.apache.kafka.clients.producer
    own = clients.KafkaProducer(properties)
    own.send(clients.ProducerRecord(topic, 0, milliseconds, None, line)).get()
    own.close()


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """A feed with records of each kind and good lines after them, and each job run to its end."""
    feed = {"name": FEED, "topic": FEED, "format": "app", "service_name": "app"}
    create(servers.kafka, FEED)
    made = pipeline(tmp_path_factory.mktemp(FEED), conf_file, feed, max_lines_per_batch=A_BATCH)
    for milliseconds, line, _ in POISON.values():
        produce(spark, made.conf.kafka, FEED, milliseconds, line)
    made.send(FEED, recent("app", GOOD, seed=1))
    for job in ("archive", "ingest", "aggregate"):
        made.run_within(spark, job)
    return made


def found_letters(pipe: Pipeline) -> list[dict[str, Any]]:
    found = letters.find(mongo.database(pipe.conf.mongo), Filter(feed=FEED))
    return sorted(found, key=lambda letter: int(letter["kafka"]["offset"]))


def events(pipe: Pipeline) -> int:
    (row,) = pipe.select(f"SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = '{FEED}'")
    return int(row["n"])


def stored(pipe: Pipeline) -> tuple[list[Any], list[Any], int]:
    return list(pipe.documents(FEED).find().sort("_id")), found_letters(pipe), events(pipe)


def test_good_lines_are_documents_and_figures_and_the_others_letters(pipe: Pipeline) -> None:
    assert pipe.documents(FEED).count_documents({}) == GOOD
    assert events(pipe) == GOOD
    for letter, name in zip(found_letters(pipe), POISON, strict=True):
        milliseconds, line, received_at = POISON[name]
        assert letter["reason"] == "bad_timestamp", name
        assert letter["detail"].startswith(f"Kafka's timestamp: {milliseconds} ms; expected ")
        assert bytes(letter["raw"]) == line
        assert letter["received_at"] == received_at
        begins = (received_at - EPOCH) // timedelta(milliseconds=1)
        assert letter["_id"].startswith(f"{FEED}/{begins:013d}-00000-")


def test_the_ledger_names_times_that_can_be(pipe: Pipeline) -> None:
    times = [
        time
        for row in pipe.ledger(f"ingest-{FEED}")
        for taken in row["ranges"]
        for time in (taken["min_received_at"], taken["max_received_at"])
    ]
    now = datetime.now(UTC)
    assert all(now - timedelta(hours=1) < time < now + timedelta(minutes=1) for time in times)


@pytest.mark.parametrize("since", [None, timedelta(hours=1)])
def test_reconcile_holds(pipe: Pipeline, spark: SparkSession, since: timedelta | None) -> None:
    start = datetime.now(UTC) - since if since else None
    found = reconcile(spark, pipe.conf, pipe.conf.feed(FEED), start)
    assert (found.holds, found.faults) == (True, dict.fromkeys(found.faults, 0))
    (own,) = found.documents
    assert (own.records, own.letters) == (GOOD, len(POISON))


def test_a_missing_letter_is_named_and_a_replay_brings_it_back(
    pipe: Pipeline, spark: SparkSession
) -> None:
    before, feed = stored(pipe), pipe.conf.feed(FEED)
    mongo.database(pipe.conf.mongo).dead_letters.delete_many({"feed": FEED})
    verdict = reconcile(spark, pipe.conf, feed)
    assert verdict.faults["missing"] == len(POISON)
    (found,) = verdict.documents
    assert found.to_replay
    first, last = found.to_replay
    replay(spark, pipe.conf, feed, first, last + timedelta(milliseconds=1), promote=True)
    assert stored(pipe) == before


def test_a_replay_finds_nothing_that_differs(pipe: Pipeline, spark: SparkSession) -> None:
    came = replay(spark, pipe.conf, pipe.conf.feed(FEED), *SPAN)
    assert (came.lines, came.letters) == (GOOD + len(POISON), len(POISON))
    assert came.tally.different == came.tally.outcomes["extra"] == 0


def test_a_topic_that_took_producers_times_before_is_read_to_its_end(pipe: Pipeline) -> None:
    topic = kafka.topic(pipe.conf.kafka, FEED)
    try:
        _set_timestamp_type(pipe.conf.kafka, "LogAppendTime")
        (found,) = batch.offsets_for_times(pipe.conf.kafka, topic, *SPAN)
    finally:
        _set_timestamp_type(pipe.conf.kafka, "CreateTime")
    assert (found.from_offset, found.until_offset) == (0, GOOD + len(POISON))


def _set_timestamp_type(conf: Kafka, value: str) -> None:
    entry = ConfigEntry(
        "message.timestamp.type", value, incremental_operation=AlterConfigOpType.SET
    )
    resource = ConfigResource(ResourceType.TOPIC, FEED, incremental_configs=[entry])
    admin = AdminClient(kafka.client_properties(conf))
    (altered,) = admin.incremental_alter_configs([resource]).values()
    altered.result()


def test_lost_checkpoints_change_nothing(pipe: Pipeline, spark: SparkSession) -> None:
    before = stored(pipe)
    for job in ("archive", "ingest", "aggregate"):
        pipe.forget(job)
        pipe.run_within(spark, job)
    assert stored(pipe) == before
    for job in ("ingest", "aggregate"):
        pipe.run_within(spark, job, "archive")
    assert stored(pipe) == before


def test_letters_that_are_requeued_stay_as_they_were(pipe: Pipeline, spark: SparkSession) -> None:
    before = stored(pipe)
    feed = pipe.conf.feed(FEED)
    done = requeue(pipe.conf, feed, iter(found_letters(pipe)))
    assert done.records == 0
    assert done.still_dead == {"bad_timestamp": len(POISON)}
    assert stored(pipe) == before


def test_tap_shows_them(pipe: Pipeline) -> None:
    out = StringIO()
    lines = GOOD + len(POISON)
    drawn = Console(file=out, width=200)
    tap.tap(pipe.conf, FEED, pipe.conf.feed(FEED), drawn, last=lines, limit=lines)
    assert out.getvalue().count("bad_timestamp") == len(POISON)
    assert f"Kafka's timestamp: {NOW_MS * 1000} ms" in out.getvalue()


def test_lag_counts_from_when_such_a_record_was_first_seen(pipe: Pipeline) -> None:
    lag = Lag(pipe.conf.kafka)
    query = "ingest-first-seen"
    lag.follow(query, FEED, [])
    for number, _ in enumerate(POISON):
        lag.committed(query, {0: number})
        lag.look()
        labels = {"query": query, "feed": "first-seen", "topic": FEED, "partition": "0"}
        waiting = REGISTRY.get_sample_value("millrace_lag_seconds", labels)
        assert waiting is not None
        assert 0 <= waiting < 600


def test_a_new_checkpoint_after_kafka_expired_some_changes_no_figure(
    pipe: Pipeline, spark: SparkSession
) -> None:
    before = stored(pipe)
    admin = AdminClient(kafka.client_properties(pipe.conf.kafka))
    # The first that is left says zero: taken for a time, windows that lack lines would be written.
    for future in admin.delete_records([TopicPartition(FEED, 0, 2)]).values():
        future.result()
    topic = kafka.topic(pipe.conf.kafka, FEED)
    (left,) = kafka.available(pipe.conf.kafka, topic)
    now = datetime.now(UTC)
    assert now - timedelta(hours=1) < left.earliest_received_at <= now
    pipe.forget("aggregate")
    pipe.run_within(spark, "aggregate")
    assert stored(pipe) == before


def test_nanoseconds_end_a_job_with_what_to_do(
    servers: Config, conf_file: Path, country_database: str, spark: SparkSession, tmp_path: Path
) -> None:
    name = "nanoseconds"
    create(servers.kafka, name)
    feed = {"name": name, "topic": name, "format": "app", "service_name": "app"}
    pipe = pipeline(tmp_path, conf_file, feed)
    pipe.send(name, [TODAY])
    produce(spark, pipe.conf.kafka, name, NOW_MS * 1_000_000, TODAY)
    said = pipe.run("ingest", code=1)
    (line,) = [line for line in said.splitlines() if "ingest-nanoseconds failed" in line]
    assert "topic 'nanoseconds': the record at offset 1 of partition 0" in line
    assert f"{NOW_MS * 1_000_000} ms" in line
    assert "kafka-delete-records.sh" in line
    # The way out that it tells.
    admin = AdminClient(kafka.client_properties(pipe.conf.kafka))
    for future in admin.delete_records([TopicPartition(name, 0, 2)]).values():
        future.result()
    rmtree(Path(pipe.conf.storage.checkpoints) / f"ingest-{name}")
    pipe.send(name, [TODAY])
    pipe.run_within(spark, "ingest")
    assert pipe.documents(name).count_documents({}) == 1
