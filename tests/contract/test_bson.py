"""Whatever writes a record or a letter writes the same bytes; and whatever comes can be stored."""

import random
import sys
from types import ModuleType
from typing import Any
from uuid import uuid4

import bson as bson_library
import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from support.lines import RECEIVED_AT, kafka_rows, offsets, store, values

from millrace.config import Config, Feed
from millrace.io import mongo, reference_data
from millrace.io.mongo.sink import MongoSink
from millrace.records import bson, received
from millrace.records.formats import OWN_LAYOUTS, Layout
from millrace.records.ledger import Batch
from millrace.transform import stage
from millrace.transform.chain import Letter, compiled
from millrace.transform.spec import Spec

RAW = CodecOptions(document_class=RawBSONDocument)
TABLES = {
    "combined": ("lines_combined",),
    "app": ("lines_app",),
    "shop": ("lines_shop", "lines_shop_details"),
    "syslog": ("lines_syslog", "lines_syslog_bsd"),
}
MAPS = ("attributes", "filters", "structured_data")
RAW_TYPES: CodecOptions[dict[str, Any]] = CodecOptions(document_class=dict, tz_aware=True)
HOSTILE_LINES = 25_000
# What is hard on some reader, encoder or store, as parts of lines and as values in JSON.
PARTS = (
    *(b'"', b"\\", b" ", b"-", b"{", b"}", b"[", b"]", b"\xff", b"\0", b"\n", b":", b",", b"e9"),
    *(b"\\ud800", b"\\u0000", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"99999", b"1e999", b"null"),
    *(b"2147483648", b"-2147483649", b"9223372036854775808", b"123456789012345.12345", b"NaN"),
    *(b"Infinity", b"1e400", b"9" * 5_000, b"[" * 200_000, b"10000-01-01T00:00:00Z", b"-0.0"),
)


def table_lines(format: Layout, folder: str, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The lines of a format's tables: each with what it comes to, in tests/unit."""
    monkeypatch.syspath_prepend(folder)
    found: list[bytes] = []
    for name in TABLES[format]:
        module: ModuleType = sys.modules.get(name) or __import__(name)
        for table in (module.RECORDS, module.LETTERS):
            sent = [case[0] for case in table.values() if case[0] is not None]
            found += [one.encode() if isinstance(one, str) else one for one in sent]
    return found


def stored(
    spark: SparkSession,
    conf: Config,
    format: Layout,
    lines: list[bytes],
    *,
    letters_ride_back: bool = True,
) -> tuple[Feed, Spec]:
    """Writes the lines as a batch of ``ingest`` to a feed of their own."""
    name = f"b{uuid4().hex[:8]}"
    feed = Feed(name=name, topic="t", format=format, service_name="web")
    spec = reference_data.spec(conf, feed)
    mongo.prepare(conf.mongo, feed)
    rows = kafka_rows(spark, lines, topic="t").transform(stage.to_records, spec)
    if not letters_ride_back:
        rows = rows.withColumn("is_carried", F.lit(False))
    batch = Batch(name, "a", 0, offsets("t", 0, len(lines)))
    store(MongoSink(conf.mongo, feed), rows, batch)
    return feed, spec


def in_order(raw: bytes) -> bytes:
    """The same document, its maps in the order of their keys.

    The connector takes a map of more than four entries in an order of its own.
    """

    def ordered(value: Any, name: str = "") -> Any:
        if not isinstance(value, dict):
            return [ordered(one) for one in value] if isinstance(value, list) else value
        names = sorted(value) if name in MAPS else value
        within = name if name == "structured_data" else ""
        return {key: ordered(value[key], within or key) for key in names}

    return bytes(bson_library.encode(ordered(bson_library.decode(raw, RAW_TYPES))))


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_the_encoder_writes_the_bytes_that_the_connector_writes(
    spark: SparkSession,
    servers: Config,
    country_database: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    format: Layout,
) -> None:
    folder = str(request.config.rootpath / "tests" / "unit")
    lines = [*table_lines(format, folder, monkeypatch), *values(format, 500)]
    feed, spec = stored(spark, servers, format, lines)
    documents = mongo.database(servers.mongo).get_collection(feed.name, codec_options=RAW)
    found = {row["kafka"]["offset"]: bytes(row.raw) for row in documents.find()}
    first_ms = int(RECEIVED_AT.timestamp() * 1_000)
    wrong, count = [], 0
    for offset, line in enumerate(lines):
        fields = compiled(spec).outcome(line, None, first_ms + offset)
        if isinstance(fields, Letter):
            assert offset not in found
            continue
        fields["_id"] = received.record_id(first_ms + offset, 0, offset)
        fields["kafka"] = {"topic": "t", "partition": 0, "offset": offset}
        count += 1
        made = bytes(bson.record(format, fields, raw=True).raw)
        if in_order(made) != in_order(found[offset]):
            wrong.append(
                (line[:200], bson_library.decode(made), bson_library.decode(found[offset]))
            )
    assert wrong == []
    assert count == len(found) > 500


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_letters_that_ride_back_have_the_bytes_that_the_connector_writes(
    spark: SparkSession, servers: Config, country_database: str, format: Layout
) -> None:
    lines = [b"", b"x", b"\xff", b"y" * 300_000, *values(format, 100, faults=100)]
    found: list[dict[int, Any]] = []
    for carried in (True, False):
        # Where there is no room for them on the way back, the connector writes them.
        feed, _ = stored(spark, servers, format, lines, letters_ride_back=carried)
        letters = mongo.database(servers.mongo).get_collection("dead_letters", codec_options=RAW)
        rows = letters.find({"feed": feed.name})
        name = feed.name.encode()
        found.append(
            {row["kafka"]["offset"]: bytes(row.raw).replace(name, b"feed") for row in rows}
        )
    assert len(found[0]) > 4
    assert found[0] == found[1]


def mutated(dice: random.Random, line: bytes) -> bytes:
    """The line after a few accidents."""
    for _ in range(dice.randrange(1, 4)):
        first = dice.randrange(len(line) + 1)
        last = min(len(line), first + dice.randrange(12))
        part = dice.choice(PARTS)
        if len(part) > 1_000 and dice.random() > 0.001:
            part = b"1"
        between = dice.choice((b"", line[first:last] * 2, part, part + line[first:last]))
        line = line[:first] + between + line[last:]
    return line


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_whatever_comes_is_stored_once_and_can_be_read(
    spark: SparkSession, servers: Config, country_database: str, format: Layout
) -> None:
    dice = random.Random(7)
    sound = values(format, 1_000, faults=0)
    noise = [dice.randbytes(dice.randrange(80)) for _ in range(HOSTILE_LINES // 10)]
    lines = [
        *noise,
        *(mutated(dice, dice.choice(sound)) for _ in range(HOSTILE_LINES - len(noise))),
    ]
    feed, _ = stored(spark, servers, format, lines)
    db = mongo.database(servers.mongo)
    records = [row["kafka"]["offset"] for row in db[feed.name].find()]
    letters = list(db.dead_letters.find({"feed": feed.name}))
    assert sorted([*records, *(row["kafka"]["offset"] for row in letters)]) == [*range(len(lines))]
    assert len(records) > HOSTILE_LINES // 20
    assert [row for row in letters if row["reason"] == "internal_error"] == []
