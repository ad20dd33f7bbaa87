"""Which lines of a feed's archive a reader that keeps a ledger has yet to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from millrace.config import Feed
from millrace.io.delta.archive import beyond, lines
from millrace.records.ledger import OffsetRange
from millrace.records.ranges import without


@dataclass(frozen=True)
class Unread:
    """The offsets that are to be read, and how many lines the archive has at them.

    Each partition's begin where the ledger ends; so where there are fewer lines than offsets, some
    are missing, or never were lines.
    """

    ranges: list[OffsetRange]
    lines: int


def unread(
    spark: SparkSession, archive: str, feed: Feed, version: int, taken: Sequence[OffsetRange]
) -> Unread:
    """What a version of the archive has beyond the offsets that were ``taken``."""
    rows = (
        lines(spark, archive, feed, version)
        .where(beyond(taken))
        .groupBy("topic", "topic_id", "partition")
        .agg(
            F.min("offset").alias("first"),
            F.max("offset").alias("last"),
            F.count(F.lit(1)).alias("lines"),
        )
        .orderBy("topic_id", "partition")
        .collect()
    )
    ranges = []
    for row in rows:
        ends = (
            offsets.until_offset
            for offsets in taken
            if (offsets.topic_id, offsets.partition) == (row["topic_id"], row["partition"])
            and offsets.until_offset <= row["first"]
        )
        start, until = max(ends, default=row["first"]), row["last"] + 1
        ranges.append(OffsetRange(row["topic"], row["topic_id"], row["partition"], start, until))
    return Unread(without(ranges, taken), sum(row["lines"] for row in rows))
