"""Delta Lake: the archive, with the lines as they came."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import uuid4

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DateType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from millrace.config import Feed
from millrace.crash import crash_point
from millrace.io import receipt
from millrace.io.delta_log import entries, location, lost
from millrace.observe import steps
from millrace.records import received
from millrace.records.ledger import Available, Batch, OffsetRange
from millrace.records.ranges import without

_HEADER = StructType([StructField("key", StringType()), StructField("value", BinaryType())])
# The Kafka source's own columns, then ours.
SCHEMA = StructType(
    [
        StructField("key", BinaryType()),
        StructField("value", BinaryType()),
        StructField("topic", StringType()),
        StructField("partition", IntegerType()),
        StructField("offset", LongType()),
        StructField("timestamp", TimestampType()),
        StructField("timestampType", IntegerType()),
        StructField("headers", ArrayType(_HEADER)),
        StructField("topic_id", StringType()),
        StructField("date", DateType()),
    ]
)
# What files are found by; statistics of the rest would be counted for nobody.
_SKIPPED_BY = ("topic_id", "partition", "offset", "timestamp")
_IDENTITY = ["topic_id", "partition", "offset"]


def prepare(spark: SparkSession, archive: str, feed: Feed) -> None:
    """Creates the archive where there is none."""
    # By the writer: DeltaTable.createIfNotExists takes a path that begins with a dot for a name.
    (
        spark.createDataFrame([], SCHEMA)
        .write.format("delta")
        .mode("ignore")
        .partitionBy("date")
        .option("delta.dataSkippingStatsColumns", ",".join(_SKIPPED_BY))
        .save(location(archive, feed))
    )


def exists(spark: SparkSession, archive: str, feed: Feed, version: int | None = None) -> bool:
    """Whether anything of the feed is archived, now or at a version."""
    is_there = DeltaTable.isDeltaTable(spark, location(archive, feed))
    return is_there and not lines(spark, archive, feed, version).isEmpty()


def lines(spark: SparkSession, archive: str, feed: Feed, version: int | None = None) -> DataFrame:
    """The feed's archived records: the Kafka source's columns, ``topic_id`` and ``date``.

    Without a version each action on them sees the newest; with one all see the same lines.
    """
    reader = spark.read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    return reader.load(location(archive, feed))


def available(
    spark: SparkSession, archive: str, feed: Feed, version: int | None = None
) -> tuple[Available, ...]:
    """What is archived of each partition, now or at a version; empty where nothing is.

    Where lines were lost it reaches back to the first line after them.
    """
    if not exists(spark, archive, feed, version):
        return ()
    milliseconds = F.unix_millis("timestamp")
    is_plausible = receipt.plausible(F.col("timestamp"))
    bounds = (
        lines(spark, archive, feed, version)
        .where(_is_after(lost(spark, archive, feed)))
        .groupBy("topic", "topic_id", "partition")
        .agg(
            F.min("offset").alias("first"),
            F.max("offset").alias("last"),
            F.min_by(milliseconds, F.when(is_plausible, F.col("offset"))).alias("received_ms"),
        )
        .orderBy("topic_id", "partition")
    )
    return tuple(
        Available(
            OffsetRange(
                row["topic"], row["topic_id"], row["partition"], row["first"], row["last"] + 1
            ),
            _instant(row["received_ms"]),
        )
        for row in bounds.collect()
    )


def _instant(milliseconds: int | None) -> datetime:
    """As for a partition of a topic: without a plausible timestamp it begins now."""
    if milliseconds is None:
        return datetime.now(UTC)
    return received.received_at(milliseconds)


def spans(
    spark: SparkSession, archive: str, feed: Feed, version: int | None = None
) -> list[OffsetRange]:
    """The offsets from the first to the last archived of each partition, but for lost ones."""
    if not exists(spark, archive, feed, version):
        return []
    bounds = (
        lines(spark, archive, feed, version)
        .groupBy("topic", "topic_id", "partition")
        .agg(F.min("offset").alias("first"), F.max("offset").alias("last"))
    )
    found = [
        OffsetRange(row["topic"], row["topic_id"], row["partition"], row["first"], row["last"] + 1)
        for row in bounds.collect()
    ]
    return without(found, lost(spark, archive, feed))


def _is_after(lost: Sequence[OffsetRange]) -> Column:
    """Whether a row stands behind everything that was lost of its partition."""
    condition = F.lit(True)
    for item in lost:
        is_same = (F.col("topic_id") == item.topic_id) & (F.col("partition") == item.partition)
        condition &= ~(is_same & (F.col("offset") < item.until_offset))
    return condition


def sink(spark: SparkSession, archive: str, feed: Feed) -> Callable[[DataFrame, Batch], None]:
    """A function that appends one batch of a Kafka source's rows, with ``topic_id``, once.

    It creates the archive where there is none. Delta refuses a batch of the same checkpoint that
    it holds already. What another checkpoint wrote is left out by a look at the archived rows, in
    those batches only whose offsets reach back to them. The batch's ledger entry is the commit's
    ``userMetadata``.
    """
    prepare(spark, archive, feed)
    held = spans(spark, archive, feed)
    path = location(archive, feed)
    committed = entries(spark, archive, feed)

    def write(rows: DataFrame, batch: Batch) -> None:
        new = rows.withColumn("date", F.to_date(receipt.stored(F.col("timestamp"))))
        overlapping = [r for r in held if any(_overlap(r, taken) for taken in batch.ranges)]
        if overlapping:
            archived = rows.sparkSession.read.format("delta").load(path)
            new = new.join(
                archived.where(among(batch.ranges)).select(*_IDENTITY), _IDENTITY, "left_anti"
            )
        entry = {
            "query": batch.query,
            "checkpoint_id": batch.checkpoint_id,
            "batch_id": batch.id,
            "ranges": [asdict(item) for item in batch.ranges],
        }
        # Delta drops a batch below its application's last one unseen. One with other offsets comes
        # where a checkpoint was put back; the look at the archived rows keeps its lines single.
        own = [known for known in committed if known["checkpoint_id"] == batch.checkpoint_id]
        is_below = any(known["batch_id"] >= batch.id for known in own)
        is_new = is_below and entry not in own
        application = f"{batch.checkpoint_id}/{uuid4()}" if is_new else batch.checkpoint_id
        crash_point("before_delta_write")
        with steps.step(rows.sparkSession, batch, "append lines"):
            (
                new.select(*SCHEMA.fieldNames())
                .write.format("delta")
                .mode("append")
                .option("txnAppId", application)
                .option("txnVersion", batch.id)
                .option("userMetadata", json.dumps(entry))
                .save(path)
            )
        crash_point("after_delta_write")

    return write


def compact(spark: SparkSession, archive: str, feed: Feed, keep_hours: int) -> tuple[int, int]:
    """Makes few large files of many small ones; how many there were of these, and are of those.

    Files that no version of the last ``keep_hours`` needs are deleted.
    """
    table = DeltaTable.forPath(spark, location(archive, feed))
    done = table.optimize().executeCompaction().select("metrics.*").collect()[0]
    table.vacuum(keep_hours)
    return int(done["numFilesRemoved"]), int(done["numFilesAdded"])


def _overlap(one: OffsetRange, other: OffsetRange) -> bool:
    return (
        (one.topic_id, one.partition) == (other.topic_id, other.partition)
        and one.from_offset < other.until_offset
        and other.from_offset < one.until_offset
    )


def among(ranges: Sequence[OffsetRange]) -> Column:
    """Whether an archived row has one of these offsets; Delta skips files by their statistics."""
    condition = F.lit(False)
    for item in ranges:
        condition |= (
            (F.col("topic_id") == item.topic_id)
            & (F.col("partition") == item.partition)
            & F.col("offset").between(item.from_offset, item.until_offset - 1)
        )
    return condition
