"""Which offsets the archive holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from millrace.config import Feed
from millrace.io import delta, receipt
from millrace.io.delta import log as delta_log
from millrace.records.ledger import OffsetRange, merged
from millrace.records.ranges import STRIPE, Stripe, held, size, within


@dataclass(frozen=True)
class Archived:
    """The archive's offsets of one topic, and those that it has more than once."""

    topic_id: str
    ranges: list[OffsetRange]
    lines: int
    doubled: list[OffsetRange]


def archived(
    spark: SparkSession, archive: str, feed: Feed, since: datetime | None
) -> dict[str, Archived]:
    """What is archived, by topic id; of lines received after ``since`` alone."""
    if not delta.is_prepared(spark, archive, feed):
        return {}
    lines = delta.lines(spark, archive, feed)
    if since:
        is_since = receipt.stored(F.col("timestamp")) >= F.lit(since)
        lines = lines.where((F.col("date") >= F.lit(since.date())) & is_since)
    rows: Iterator[Row] = lines.transform(_stripes).toLocalIterator(prefetchPartitions=True)
    by_topic = {}
    for (topic, topic_id), of_topic in groupby(rows, lambda row: (row["topic"], row["topic_id"])):
        by_topic[topic_id] = _of_topic(lines, topic, topic_id, of_topic)
    return by_topic


def gone_through(
    spark: SparkSession, archive: str, feed: Feed, held_there: Sequence[OffsetRange]
) -> list[OffsetRange]:
    """The offsets that batches of ``archive`` went through, of which it holds ``held_there``.

    A gap within a batch whose rows are all there never was a line: Kafka had none at it.
    """
    whole = [
        offsets
        for commit in delta_log.commits(spark, archive, feed)
        if size(within(commit.ranges, held_there)) >= commit.rows
        for offsets in commit.ranges
    ]
    return merged([*held_there, *whole])


def archived_among(
    spark: SparkSession, archive: str, feed: Feed, ranges: Sequence[OffsetRange]
) -> list[OffsetRange]:
    """Those of the offsets that the archive holds."""
    if not ranges or not delta.is_prepared(spark, archive, feed):
        return []
    lines = delta.lines(spark, archive, feed).where(delta.among(ranges))
    found: list[OffsetRange] = []
    rows: Iterator[Row] = lines.transform(_stripes).toLocalIterator()
    for (topic, topic_id), of_topic in groupby(rows, lambda row: (row["topic"], row["topic_id"])):
        stripes = (
            Stripe(row["partition"], row["start"], row["count"], row["bits"]) for row in of_topic
        )
        found += held(stripes, topic, topic_id)
    return merged(found)


def _of_topic(archive: DataFrame, topic: str, topic_id: str, rows: Iterator[Row]) -> Archived:
    doubtful: list[Stripe] = []
    lines = 0

    def stripes() -> Iterator[Stripe]:
        nonlocal lines
        for row in rows:
            stripe = Stripe(row["partition"], row["start"], row["count"], row["bits"])
            lines += stripe.count
            if not stripe.is_single:
                doubtful.append(stripe)
            yield stripe

    ranges = held(stripes(), topic, topic_id)
    return Archived(topic_id, ranges, lines, _doubled(archive, topic, topic_id, doubtful))


def _doubled(
    archive: DataFrame, topic: str, topic_id: str, doubtful: list[Stripe]
) -> list[OffsetRange]:
    """The offsets that occur more than once, looked up in the stripes that have some."""
    if not doubtful:
        return []
    condition = F.lit(False)
    for stripe in doubtful:
        is_within = F.col("offset").between(stripe.start, stripe.start + STRIPE - 1)
        condition |= (F.col("partition") == stripe.partition) & is_within
    rows = (
        archive.where((F.col("topic_id") == topic_id) & condition)
        .groupBy("partition", "offset")
        .count()
        .where("count > 1")
        .collect()
    )
    return merged(
        [
            OffsetRange(topic, topic_id, row["partition"], row["offset"], row["offset"] + 1)
            for row in rows
        ]
    )


def _stripes(lines: DataFrame) -> DataFrame:
    """Columns as ``records.ranges.Stripe`` has them, ``bits`` not summed but each set once."""
    place = F.pmod("offset", F.lit(STRIPE)).cast("int")
    bit = F.call_function("shiftleft", F.lit(1).cast("bigint"), place)
    start = F.col("offset") - place
    return (
        lines.groupBy("topic", "topic_id", "partition", start.alias("start"))
        .agg(F.count(F.lit(1)).alias("count"), F.bit_or(bit).alias("bits"))
        .orderBy("topic", "topic_id", "partition", "start")
    )
