"""The lines that figures were computed from, read again from wherever they still are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession

from millrace.config import Config, Feed
from millrace.io import delta, kafka
from millrace.io.kafka import batch
from millrace.records.completeness import first_complete_window
from millrace.records.ledger import Available, OffsetRange
from millrace.records.ranges import size, within, without


@dataclass(frozen=True)
class CountedLines:
    """Lines read again: the Kafka source's columns.

    Windows that start before ``first_complete_window`` lack lines that are nowhere any more.
    ``earliest_received_at`` is when the first line was received that a source has.
    """

    rows: DataFrame
    lines: int
    first_complete_window: datetime | None
    earliest_received_at: datetime


def counted_lines(
    spark: SparkSession, conf: Config, feed: Feed, counted: Sequence[OffsetRange]
) -> CountedLines:
    """The lines of the offsets ``counted``: from Kafka where it has them, else from the archive."""
    topic = kafka.topic(conf.kafka, feed.topic)
    in_kafka = kafka.available(conf.kafka, topic)
    in_archive = list(delta.available(spark, conf.storage.archive, feed))
    from_kafka = within(counted, [source.offsets for source in in_kafka])
    rest = without(counted, from_kafka)
    from_archive = within(rest, [source.offsets for source in in_archive])
    rows = batch.read_ranges(spark, conf.kafka, topic, from_kafka)
    if from_archive:
        archived = delta.lines(spark, conf.storage.archive, feed).where(delta.among(from_archive))
        rows = rows.unionByName(archived.select(rows.columns))
    start = None
    if without(rest, from_archive):
        sources = _reaching_back([*in_kafka, *in_archive], topic.id)
        start = first_complete_window(sources, counted, max_future_skew_s=feed.max_future_skew_s)
    earliest = min(source.earliest_received_at for source in [*in_kafka, *in_archive])
    return CountedLines(rows, size(from_kafka) + size(from_archive), start, earliest)


def _reaching_back(sources: Sequence[Available], topic_id: str) -> list[Available]:
    """Of each partition of the topic the source that reaches back the furthest."""
    furthest: dict[int, Available] = {}
    for item in sources:
        if item.offsets.topic_id == topic_id:
            known = furthest.setdefault(item.offsets.partition, item)
            furthest[item.offsets.partition] = min(
                known, item, key=lambda source: source.offsets.from_offset
            )
    return list(furthest.values())
