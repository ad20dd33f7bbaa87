"""Records longer than any document: one letter each, and the lines behind them are stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import bson
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from pyspark.sql import SparkSession
from support.commandline import Ended, millrace
from support.lines import kafka_rows, offsets, recent, store
from support.pipeline import Pipeline, pipeline

from millrace.config import Config, Feed
from millrace.io import delta, kafka, mongo, reference_data
from millrace.io.mongo.sink import MongoSink
from millrace.proof.replay import replay
from millrace.records.formats import Layout
from millrace.records.ledger import Batch
from millrace.records.limits import MAX_LINE_BYTES, MAX_RECORD_BYTES
from millrace.transform import stage

pytestmark = pytest.mark.slow

GOOD = 1_000
LONG = b"a" * (17 * 2**20)
LONG_SHA256 = sha256(LONG).hexdigest()
KEPT = 4 * 2**20
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
# A line that becomes a record once its feed takes longer ones.
LATER = json.dumps({"timestamp": NOW.isoformat(), "message": "m" * 300_000}).encode()
FEEDS: tuple[dict[str, Any], ...] = (
    {"name": "long", "topic": "long", "format": "app", "service_name": "app"},
    {"name": "short", "topic": "short", "format": "app", "service_name": "app"}
    | {"max_line_bytes": 1_000, "max_record_bytes": 2_000},
)


@dataclass(frozen=True)
class Long:
    """A feed with one record of 17 MiB before a thousand lines, and what the jobs made of it."""

    spark: SparkSession
    pipe: Pipeline

    def letters(self, feed: str = "long") -> list[dict[str, Any]]:
        return list(mongo.database(self.pipe.conf.mongo).dead_letters.find({"feed": feed}))

    def command(self, *arguments: str) -> Ended:
        return millrace(*arguments, conf=self.pipe.file)

    def replay(self, feed: Feed, *, promote: bool = False) -> dict[str, int]:
        span = NOW - HOUR, datetime.now(UTC) + HOUR
        came = replay(self.spark, self.pipe.conf, feed, *span, promote=promote)
        return {name: count for name, count in came.tally.outcomes.items() if count}


def produce(pipe: Pipeline, topic: str, *values: bytes) -> None:
    """Sends values that no broker takes unless it is told to, compressed, in one batch."""
    properties = kafka.client_properties(pipe.conf.kafka)
    limit = ConfigEntry(
        "max.message.bytes", str(20 * 2**20), incremental_operation=AlterConfigOpType.SET
    )
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[limit])
    admin = AdminClient(properties)  # Kept until the answer is there: its end ends the request.
    for future in admin.incremental_alter_configs([resource]).values():
        future.result()
    large = {
        "compression.type": "zstd",
        "message.max.bytes": 1_000_000_000,
        "batch.size": 2_000_000_000,
        "linger.ms": 1_000,
    }
    producer, errors = Producer(properties | large), list[Any]()
    for value in values:
        producer.produce(topic, value, partition=0, on_delivery=lambda e, _: errors.append(e))
    producer.flush()
    assert errors == [None] * len(values)


@pytest.fixture(scope="module")
def long(
    spark: SparkSession,
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Long]:
    pipe = pipeline(tmp_path_factory.mktemp("long"), conf_file, *FEEDS)
    produce(pipe, "long", LONG)
    pipe.send("long", recent("app", GOOD, seed=1))
    produce(pipe, "short", LATER)
    for job in ("ingest", "ingest", "aggregate", "archive"):
        pipe.run_within(spark, job)
    return Long(spark, pipe)


def test_the_lines_behind_it_are_stored_and_it_is_one_letter(long: Long) -> None:
    assert long.pipe.documents("long").count_documents({}) == GOOD
    (letter,) = long.letters()
    assert (letter["reason"], letter["detail"]) == ("too_long", f"{len(LONG)} bytes")
    assert letter["raw"] == LONG[:KEPT]
    assert (letter["raw_bytes"], letter["raw_sha256"]) == (len(LONG), LONG_SHA256)
    counted = long.pipe.select("SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = 'long'")
    assert counted[0]["n"] == GOOD


def test_the_archive_has_it_whole(long: Long) -> None:
    lines = delta.lines(long.spark, long.pipe.conf.storage.archive, long.pipe.conf.feed("long"))
    found = lines.selectExpr("octet_length(value) AS size", "sha2(value, 256) AS sha256")
    assert found.orderBy("size", ascending=False).first() == (len(LONG), LONG_SHA256)


def test_it_counts_as_a_line_in_its_place(long: Long) -> None:
    ended = long.command("reconcile", "--feed", "long")
    assert ended.code == 0, ended.said


def test_list_and_show_say_that_it_was_cut(long: Long) -> None:
    listed = long.command("dead-letters", "list", "--feed", "long").out
    assert f"{len(LONG)} bytes; the first {KEPT} bytes kept" in " ".join(listed.split())
    (letter,) = long.letters()
    shown = json.loads(long.command("dead-letters", "show", letter["_id"]).out)
    assert (shown["raw_bytes"], shown["raw_sha256"]) == (len(LONG), LONG_SHA256)
    tapped = long.command("tap", "--topic", "short", "--last", "1", "--limit", "1").out
    assert f"too_long  {len(LATER)} bytes" in tapped
    assert len(tapped) < 2_000


def test_it_is_not_parsed_from_the_bytes_that_are_left(long: Long) -> None:
    (letter,) = before = long.letters()
    for chosen, code in ((letter["_id"],), 1), (("--feed", "long"), 0):
        ended = long.command("dead-letters", "requeue", *chosen)
        assert ended.code == code, ended.said
        assert "1 letters were skipped: they hold only the first bytes" in ended.said
        assert "`millrace replay`" in ended.said
        assert long.letters() == before


def test_a_replay_finds_the_same_and_parses_it_where_limits_are_raised(long: Long) -> None:
    assert long.replay(long.pipe.conf.feed("long")) == {"same": GOOD + 1}
    short = long.pipe.conf.feed("short")
    assert long.replay(short) == {"same": 1}
    raised = short.model_copy(update={"max_line_bytes": KEPT, "max_record_bytes": KEPT})
    assert long.replay(raised) == {"letter_to_record": 1}
    before = long.letters("short")
    assert long.replay(raised, promote=True) == {"letter_to_record": 1}
    (document,) = long.pipe.documents("short").find()
    assert (document["raw"], long.letters("short")) == (LATER.decode(), [])
    assert long.replay(short, promote=True) == {"record_to_letter": 1}
    assert long.letters("short") == before


def test_a_letter_of_before_there_was_a_limit_is_what_it_is(long: Long) -> None:
    stored = mongo.database(long.pipe.conf.mongo).dead_letters
    (letter,) = long.letters("short")
    told = {"raw_bytes": "", "raw_sha256": ""}
    stored.update_one({"_id": letter["_id"]}, {"$set": {"raw": LATER}, "$unset": told})
    ended = long.command("dead-letters", "requeue", letter["_id"])
    assert "1 letters are still dead: too_long" in ended.said
    (found,) = long.letters("short")
    assert (found["raw"], found["status"], found["detail"]) == (LATER, "new", letter["detail"])
    assert "kept" not in long.command("dead-letters", "list", "--feed", "short").out
    short = long.pipe.conf.feed("short")
    assert long.replay(short, promote=True) == {"letter_changed": 1}
    assert long.letters("short") == [letter]


def test_a_line_that_is_given_takes_its_place(long: Long) -> None:
    (letter,) = long.letters("short")
    line = json.dumps({"timestamp": NOW.isoformat(), "message": "mended"})
    ended = long.command("dead-letters", "requeue", letter["_id"], "--line", line)
    assert (ended.code, "1 letters became records" in ended.said) == (0, True)
    assert [row["message"] for row in long.pipe.documents("short").find()] == ["mended"]


def test_a_batch_of_more_than_100_megabytes_is_looked_at(long: Long) -> None:
    kafka.create_topics(long.pipe.conf.kafka, ["bulky"])
    produce(long.pipe, "bulky", *[LONG] * 7)
    found = kafka.available(long.pipe.conf.kafka, kafka.topic(long.pipe.conf.kafka, "bulky"))
    assert [item.offsets.until_offset for item in found] == [7, 0]


def filled(head: str, unit: str, tail: str, size: int = MAX_LINE_BYTES) -> bytes:
    """A line of that size, of one unit repeated."""
    head_bytes, unit_bytes, tail_bytes = (part.encode() for part in (head, unit, tail))
    count = (size - len(head_bytes) - len(tail_bytes)) // len(unit_bytes)
    return head_bytes + unit_bytes * count + tail_bytes


def numbered(head: str, unit: str, tail: str) -> bytes:
    """The same, of a unit with a number in it that is different each time."""
    count = (MAX_LINE_BYTES - len(head) - len(tail)) // len(unit % 0x100000)
    return (head + "".join(unit % n for n in range(0x100000, 0x100000 + count)) + tail).encode()


_APP = '{"timestamp": 1774752000, '
_SHOP = '{"timestamp": 1774752000, "event_type": "search", "details": {'
_SYSLOG = "<34>1 2026-03-29T10:00:00Z host app - - "
_ACCESS = '203.0.113.9 - - [29/Mar/2026:10:00:00 +0000] "GET '
# What makes the longest documents, and as many items as are taken for a list.
_MANY_TAGS = f'"tags": [{"1," * 99_999}1], "a": ['
_MANY_ITEMS = f'"items": [{"{}," * 99_999}{{}}], "filters": {{"a": ['
LONGEST: dict[Layout, list[bytes]] = {
    "app": [
        filled(_APP + '"message": "', "m", '"}'),
        filled(_APP + _MANY_TAGS, "1e6,", "1e6]}"),
        filled(_APP + '"tags": [', "1,", "1]}"),
        numbered(_APP + '"a": 1', ',"%x":1', "}"),
    ],
    "shop": [
        filled(_SHOP + '"query": "', "q", '"}}'),
        filled(_SHOP + _MANY_ITEMS, "1e6,", "1e6]}}}"),
    ],
    "syslog": [filled(_SYSLOG + "- ", "m", ""), numbered(_SYSLOG, "[%x]", " m")],
    "combined": [
        filled(_ACCESS + "/", "p", ' HTTP/1.1" 200 5 "-" "-"'),
        filled(_ACCESS + '/ HTTP/1.1" 200 5 "-" "-"', ' "x"', ""),
    ],
}


@pytest.mark.parametrize("format", LONGEST)
def test_a_line_of_the_greatest_length_is_a_document_whatever_it_holds(
    spark: SparkSession, servers: Config, country_database: str, format: Layout
) -> None:
    feed = Feed(name=f"longest_{format}", topic="t", format=format, service_name="s")
    feed = feed.model_copy(update={"max_line_bytes": MAX_LINE_BYTES})
    lines, stored = LONGEST[format], documents_of(spark, servers, feed, LONGEST[format])
    assert [row["raw"].encode() for row in stored] == lines
    assert max(len(bson.encode(row)) for row in stored) > 2 * MAX_LINE_BYTES - 2_000
    if format == "app":
        assert stored[0]["message"] == "m" * len(stored[0]["message"])
        assert [len(row.get("tags", ())) for row in stored] == [0, 100_000, 1, 0]


def test_a_letter_of_the_greatest_length_is_stored(
    spark: SparkSession, servers: Config, country_database: str
) -> None:
    limits = {"max_line_bytes": 1, "max_record_bytes": MAX_RECORD_BYTES}
    feed = Feed(name="greatest", topic="t", format="app", service_name="s", **limits)
    lines = [b"a" * MAX_RECORD_BYTES, b"a" * (MAX_RECORD_BYTES + 1)]
    assert documents_of(spark, servers, feed, lines) == []
    found = mongo.database(servers.mongo).dead_letters.find({"feed": "greatest"}).sort("_id", 1)
    assert [(len(row["raw"]), row.get("raw_bytes")) for row in found] == [
        (MAX_RECORD_BYTES, None),
        (MAX_RECORD_BYTES, MAX_RECORD_BYTES + 1),
    ]


def documents_of(
    spark: SparkSession, conf: Config, feed: Feed, lines: list[bytes]
) -> list[dict[str, Any]]:
    """The documents that ``ingest`` makes of the lines."""
    mongo.prepare(conf.mongo, feed)
    rows = kafka_rows(spark, lines, topic="t", received_at=NOW)
    refined = rows.transform(stage.to_records, reference_data.spec(conf, feed))
    batch = Batch(feed.name, "a", 0, offsets("t", 0, len(lines)))
    store(MongoSink(conf.mongo, feed), refined, batch)
    return list(mongo.database(conf.mongo)[feed.name].find().sort("_id", 1))
