"""Delta Lake: the archive, with the lines as they came."""

from collections.abc import Sequence
from datetime import UTC, datetime

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
from millrace.io import receipt
from millrace.io.delta.log import location, lost
from millrace.records import received
from millrace.records.ledger import Available, OffsetRange, merged
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
    return is_prepared(spark, archive, feed) and not lines(spark, archive, feed, version).isEmpty()


def is_prepared(spark: SparkSession, archive: str, feed: Feed) -> bool:
    """Whether the feed has an archive, if only an empty one: no file of lines is read for it."""
    return DeltaTable.isDeltaTable(spark, location(archive, feed))


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
    if not is_prepared(spark, archive, feed):
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
    if not is_prepared(spark, archive, feed):
        return []
    bounds = (
        lines(spark, archive, feed, version)
        .groupBy("topic", "topic_id", "partition")
        .agg(F.min("offset").alias("first"), F.max("offset").alias("last"))
    )
    ranges = [
        OffsetRange(row["topic"], row["topic_id"], row["partition"], row["first"], row["last"] + 1)
        for row in bounds.collect()
    ]
    return without(ranges, lost(spark, archive, feed))


def _is_after(lost: Sequence[OffsetRange]) -> Column:
    """Whether a row stands behind everything that was lost of its partition."""
    condition = F.lit(True)
    for offsets in lost:
        is_same = (F.col("topic_id") == offsets.topic_id) & (
            F.col("partition") == offsets.partition
        )
        condition &= ~(is_same & (F.col("offset") < offsets.until_offset))
    return condition


def compact(spark: SparkSession, archive: str, feed: Feed, keep_hours: int) -> tuple[int, int]:
    """Makes few large files of many small ones; how many there were of these, and are of those.

    Files that no version of the last ``keep_hours`` needs are deleted.
    """
    table = DeltaTable.forPath(spark, location(archive, feed))
    done = table.optimize().executeCompaction().select("metrics.*").collect()[0]
    table.vacuum(keep_hours)
    return int(done["numFilesRemoved"]), int(done["numFilesAdded"])


def beyond(ranges: Sequence[OffsetRange]) -> Column:
    """Whether an archived row has none of these offsets; Delta skips files by their statistics.

    So it asks for what there may be: a file of several partitions could not be skipped by what it
    must not have.
    """
    by_topic: dict[str, dict[int, list[OffsetRange]]] = {}
    for offsets in merged([*ranges]):
        by_topic.setdefault(offsets.topic_id, {}).setdefault(offsets.partition, []).append(offsets)
    is_other_topic, condition = F.lit(True), F.lit(False)
    for topic_id, by_partition in by_topic.items():
        is_other_topic &= F.col("topic_id") != topic_id
        # A topic has its partitions from 0 on, so those that are later added come after the last.
        partitions = range(max(by_partition) + 1)
        is_within = F.col("partition") >= len(partitions)
        for partition in partitions:
            is_free = _is_free(by_partition.get(partition, []))
            is_within |= (F.col("partition") == partition) & is_free
        condition |= (F.col("topic_id") == topic_id) & is_within
    return condition | is_other_topic


def _is_free(ranges: Sequence[OffsetRange]) -> Column:
    """Whether an offset of a partition is before, between or after ``ranges``, merged."""
    condition, start = F.lit(False), 0
    for offsets in ranges:
        if start < offsets.from_offset:
            condition |= F.col("offset").between(start, offsets.from_offset - 1)
        start = offsets.until_offset
    return condition | (F.col("offset") >= start)


def among(ranges: Sequence[OffsetRange]) -> Column:
    """Whether an archived row has one of these offsets; Delta skips files by their statistics."""
    condition = F.lit(False)
    for offsets in ranges:
        condition |= (
            (F.col("topic_id") == offsets.topic_id)
            & (F.col("partition") == offsets.partition)
            & F.col("offset").between(offsets.from_offset, offsets.until_offset - 1)
        )
    return condition
