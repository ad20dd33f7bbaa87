"""One contract for every sink: a batch is in it once, however it came there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from support import warehouse_content
from support.last_records import last_records
from support.lines import kafka_rows, offsets, store, values

from millrace.config import Config, Feed
from millrace.config.entities import Entities
from millrace.io import delta, mongo, mysql, reference_data, warehouse
from millrace.io.cleansed_sink import CleansedSink
from millrace.io.delta import DeltaSink
from millrace.io.delta import log as delta_log
from millrace.io.mongo import entity_store
from millrace.io.mongo.changes_sink import ChangesSink
from millrace.io.mongo.sink import MongoSink
from millrace.io.mysql.sink import MysqlSink
from millrace.io.warehouse.sink import WarehouseSink
from millrace.records import history, tables
from millrace.records.entities import Entity, Field
from millrace.records.entity_json import encoded, row_json
from millrace.records.ledger import Batch, StoredFigures
from millrace.records.warehouse import PRODUCTS, REQUESTS, Table
from millrace.transform import stage
from millrace.transform.changes import to_changes
from millrace.transform.spec import Spec
from millrace.transform.warehouse import to_rows
from millrace.windows.figures import figures

TOPIC = "lines"
LINES = 600
HALF = LINES // 2


@dataclass(frozen=True)
class Tried:
    """A sink under test: how rows get in, and all that it holds of the feed."""

    conf: Config
    write: Callable[[DataFrame, Batch], object]
    content: Callable[[], Any]
    batches: Callable[[], int]


def spec(conf: Config, feed: Feed) -> Spec:
    return reference_data.spec(conf, feed)


def mongo_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    of = spec(conf, feed)
    return stored_in_mongo(conf, feed, lambda rows: stage.to_records(rows, of))


def mongo_sink_of_many_letters(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    """The same sink, with more letters than ride back: a batch's lines are read again for them."""
    of = spec(conf, feed)

    def with_few_carried(rows: DataFrame) -> DataFrame:
        is_first = F.col("is_carried") & (F.col("kafka.offset") < HALF // 2)
        return stage.to_records(rows, of).withColumn("is_carried", is_first)

    return stored_in_mongo(conf, feed, with_few_carried)


def stored_in_mongo(conf: Config, feed: Feed, step: Callable[[DataFrame], DataFrame]) -> Tried:
    db = mongo.database(conf.mongo)

    def write(rows: DataFrame, batch: Batch) -> None:
        store(MongoSink(conf.mongo, feed), step(rows), batch)

    def content() -> Any:
        letters = list(db.dead_letters.find({"feed": feed.name}).sort("_id"))
        return list(db[feed.name].find().sort("_id")), letters

    return Tried(
        conf,
        write,
        content,
        lambda: db.batches.count_documents({"query": feed.name}),
    )


def mysql_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    mysql.prepare(conf.mysql)
    of, lateness_s = spec(conf, feed), feed.max_lateness_s

    def write(rows: DataFrame, batch: Batch) -> None:
        counted = tuple(mysql.counted_offsets(conf.mysql, feed.name, excluding=batch.checkpoint_id))
        sink = MysqlSink(conf.mysql, feed, stored=StoredFigures(counted))
        counts = stage.to_counts(rows, of, lateness_s)
        store(sink, figures(counts, lateness_s), batch)

    def query(statement: str) -> Any:
        with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
            cursor.execute(statement, (feed.name,))
            return cursor.fetchall()

    def content() -> Any:
        found = {
            t.name: query(f"SELECT * FROM {t.name} WHERE feed = %s ORDER BY 1, 2, 3, 4")
            for t in tables.TABLES
        }
        return {name: sorted(map(str, rows)) for name, rows in found.items()}

    return Tried(conf, write, content, lambda: len(query("SELECT * FROM batches WHERE query = %s")))


def delta_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    def write(rows: DataFrame, batch: Batch) -> None:
        store(DeltaSink(spark, conf.storage.archive, feed), rows, batch)

    def content() -> Any:
        return sorted(map(str, delta.lines(spark, conf.storage.archive, feed).collect()))

    def batches() -> int:
        table = DeltaTable.forPath(spark, delta_log.location(conf.storage.archive, feed))
        return table.history().where("userMetadata IS NOT NULL").count()

    return Tried(conf, write, content, batches)


SERIES = Entity(
    "",
    "postgres",
    "public.series",
    TOPIC,
    ("id",),
    (Field("id", "int", "id"), Field("title", "string", "title")),
)
ROWS = 100  # keys of changes, each of which changes several times
# Of the line with the offset n a change of the row n % ROWS at the position n: every seventh is a
# delete, and every hundred and first has no row, so that it is a letter.
CHANGE = f"""
    to_json(named_struct(
        'op', if(offset % 7 = 0, 'd', 'u'),
        'before', named_struct('id', offset % {ROWS}),
        'after', if(offset % 101 = 0, null,
            named_struct('id', offset % {ROWS}, 'title', sha2(value, 256))),
        'source', named_struct('ts_ms', offset, 'sequence', concat('[null,"', offset, '"]'))))
"""


def changes_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    db, entity = mongo.database(conf.mongo), replace(SERIES, name=feed.name)
    entities = Entities((entity,), {"title": {feed.name: "title"}})

    def write(rows: DataFrame, batch: Batch) -> None:
        # As the job reads them: one task has all of a partition, in the order of its offsets.
        ordered = rows.coalesce(1).sortWithinPartitions("offset")
        changed = ordered.withColumn("value", F.expr(CHANGE).cast("binary"))
        told = to_changes(changed, entity, feed.max_record_bytes)
        store(ChangesSink(conf.mongo, feed, entities), told, batch)

    def content() -> Any:
        letters = list(db.dead_letters.find({"feed": feed.name}).sort("_id"))
        told = list(db[history.collection(feed.name)].find().sort("_id"))
        return list(db[feed.name].find().sort("_id")), letters, told

    batches = lambda: db.batches.count_documents({"query": feed.name})  # noqa: E731
    return Tried(conf, write, content, batches)


def cleansed_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    """The rows that the store has, in a topic: what is read of it are the last ones of each key."""
    stored, topic = changes_sink(spark, conf, feed), f"{feed.name}-data"
    db, entity = mongo.database(conf.mongo), replace(SERIES, name=feed.name)
    query = f"{feed.name}_data"

    def write(rows: DataFrame, batch: Batch) -> None:
        stored.write(rows, batch)
        changed = rows.withColumn("value", F.expr(CHANGE).cast("binary"))
        told = to_changes(changed, entity, feed.max_record_bytes)
        sink = CleansedSink(conf.kafka, conf.mongo, feed, entity, topic, feed.name)
        store(sink, told, replace(batch, query=query))

    def content() -> Any:
        last = last_records(conf.kafka, topic)
        shown = {
            json.dumps({"id": row["_id"]}, separators=(",", ":")).encode(): json.loads(value)
            for row in db[feed.name].find({"change.deleted": None})
            if (value := encoded(row_json(entity, entity_store.fields(row))))
        }
        assert {key: json.loads(value) for key, value in last.items()} == shown
        return sorted(last.items())

    return Tried(conf, write, content, lambda: db.batches.count_documents({"query": query}))


# Of the line with the offset n the nth change of the product n % ROWS; every hundred and first has
# no price, so that it is dead.
PRICE = f"""
    to_json(named_struct(
        'timestamp', timestamp, 'product_id', concat('P', offset % {ROWS}), 'stock', offset,
        'price', if(offset % 101 = 0, null, offset / 100)))
"""


def requests_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    return stored_in_warehouse(conf, feed, REQUESTS, "value")


def products_sink(spark: SparkSession, conf: Config, feed: Feed) -> Tried:
    return stored_in_warehouse(conf, feed, PRODUCTS, PRICE)


def stored_in_warehouse(conf: Config, feed: Feed, table: Table, value: str) -> Tried:
    of, own = spec(conf, feed), conf.warehouse
    assert own
    warehouse.prepare(own)

    def write(rows: DataFrame, batch: Batch) -> None:
        told = rows.withColumn("value", F.expr(value).cast("binary"))
        store(WarehouseSink(own, feed, table), to_rows(told, of, table), batch)

    batches = "SELECT 1 FROM raw.batches WHERE feed = %(feed)s"
    return Tried(
        conf,
        write,
        lambda: warehouse_content.content(own, feed.name),
        lambda: len(warehouse_content.select(own, batches, feed=feed.name)),
    )


SINKS = {
    "cleansed": cleansed_sink,
    "mongo": mongo_sink,
    "mongo_many": mongo_sink_of_many_letters,
    "mysql": mysql_sink,
    "delta": delta_sink,
    "changes": changes_sink,
    "warehouse_requests": requests_sink,
    "warehouse_products": products_sink,
}


Fresh = Callable[[], tuple[Tried, Feed]]


@pytest.fixture(params=SINKS)
def fresh(request: pytest.FixtureRequest, spark: SparkSession, country_database: str) -> Fresh:
    """Makes a sink of one kind for a feed that nothing was written of yet."""
    kind = request.param
    conf: Config = request.getfixturevalue(
        "warehouse" if kind.startswith("warehouse") else "servers"
    )

    def make() -> tuple[Tried, Feed]:
        name = f"{kind}_{uuid4().hex[:8]}"
        feed = Feed(name=name, topic=TOPIC, format="combined", service_name="web")
        return SINKS[kind](spark, conf, feed), feed

    return make


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return values("combined", LINES)


def batch(feed: Feed, checkpoint: str, number: int, start: int, end: int) -> Batch:
    return Batch(feed.name, checkpoint, number, offsets(TOPIC, start, end))


def without_name(content: Any, feed: Feed) -> str:
    return str(content).replace(feed.name, "feed")


def test_the_same_batch_twice_changes_nothing(
    fresh: Fresh, spark: SparkSession, lines: list[bytes]
) -> None:
    sink, feed = fresh()
    rows = kafka_rows(spark, lines, topic=TOPIC)
    sink.write(rows, batch(feed, "a", 0, 0, LINES))
    before = sink.content()
    sink.write(rows.repartition(3), batch(feed, "a", 0, 0, LINES))
    assert before
    assert sink.content() == before
    assert sink.batches() == 1


def test_half_a_batch_then_the_whole_is_the_whole(
    fresh: Fresh, spark: SparkSession, lines: list[bytes]
) -> None:
    rows = kafka_rows(spark, lines, topic=TOPIC)
    at_once, other = fresh()
    at_once.write(rows, batch(other, "a", 0, 0, LINES))

    sink, feed = fresh()
    sink.write(kafka_rows(spark, lines[:HALF], topic=TOPIC), batch(feed, "a", 0, 0, HALF))
    half = sink.content()
    sink.write(rows, batch(feed, "b", 0, 0, LINES))
    assert half != sink.content()
    assert without_name(sink.content(), feed) == without_name(at_once.content(), other)


def test_a_new_checkpoint_over_existing_data_changes_nothing(
    fresh: Fresh, spark: SparkSession, lines: list[bytes]
) -> None:
    sink, feed = fresh()
    sink.write(kafka_rows(spark, lines, topic=TOPIC), batch(feed, "a", 0, 0, LINES))
    before = sink.content()
    first = kafka_rows(spark, lines[:HALF], topic=TOPIC)
    second = kafka_rows(spark, lines[HALF:], topic=TOPIC, first_offset=HALF)
    # A sink is made anew for a new checkpoint, as a job that starts does.
    again = SINKS[feed.name.rpartition("_")[0]](spark, sink.conf, feed)
    again.write(first, batch(feed, "b", 0, 0, HALF))
    again.write(second, batch(feed, "b", 1, HALF, LINES))
    assert again.content() == before
    assert again.batches() == 3
