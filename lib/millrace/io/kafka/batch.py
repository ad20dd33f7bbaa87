"""Kafka read as a batch: the records of known offsets, and the offsets of a span of time."""

import json
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce

from confluent_kafka import Consumer, KafkaException, TopicPartition
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Kafka
from millrace.io.kafka.client import TIMEOUT_S, Topic, consumer, timestamp_type
from millrace.io.kafka.stream import spark_options
from millrace.io.kafka.timestamps import greatest
from millrace.records.ledger import OffsetRange, merged
from millrace.records.received import EPOCH

_COLUMNS = (
    "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp, "
    "timestampType int, headers array<struct<key: string, value: binary>>, topic_id string"
)
# Each broker stamps by its own clock: a new leader's may be behind the one before.
_CLOCKS_APART_MS = 60_000


def read_ranges(
    spark: SparkSession, kafka: Kafka, topic: Topic, ranges: Iterable[OffsetRange]
) -> DataFrame:
    """The topic's records of these offsets, each once: the columns of ``stream.lines``.

    Ranges may touch or overlap; an empty one has none. Nothing is read before the rows are asked
    for, and then it fails where Kafka no longer has some of them. Raises ValueError where a range
    is of another topic.
    """
    asked = merged(list(ranges))
    others = {offsets.topic_id for offsets in asked} - {topic.id}
    if others:
        raise ValueError(f"topic {topic.name} has the id {topic.id}, not {', '.join(others)}")
    reads = [_read(spark, kafka, topic, one) for one in _one_a_partition(asked)]
    empty = spark.createDataFrame([], _COLUMNS)
    return reduce(DataFrame.unionByName, reads) if reads else empty


def offsets_for_times(
    kafka: Kafka, topic: Topic, start: datetime, until: datetime
) -> list[OffsetRange]:
    """The offsets among which lies every record of the topic received in [start, until).

    There may be records of other times among them. A partition without any has no range. Raises
    UnreachableError where the broker does not tell.
    """
    with consumer(kafka, "batch", {"isolation.level": "read_uncommitted"}) as opened:  # as Spark
        spans = [_watermarks(opened, topic, number) for number in range(topic.partitions)]
        starts = _first_since(opened, topic, start, 0)
        by_broker = _is_stamped_by_broker(kafka, topic)
        ends = _first_since(opened, topic, until, _CLOCKS_APART_MS) if by_broker else {}
    ranges = [
        OffsetRange(
            topic.name,
            topic.id,
            number,
            max(low, starts.get(number, high)),
            min(high, ends.get(number, high)),
        )
        for number, (low, high) in enumerate(spans)
    ]
    return [offsets for offsets in ranges if offsets.from_offset < offsets.until_offset]


def _is_stamped_by_broker(kafka: Kafka, topic: Topic) -> bool:
    """Whether records are in the order of their timestamps, so that these tell where some end.

    A producer's clock may say anything, as it did where one record is of the time to come.
    """
    if timestamp_type(kafka, topic.name) != "LogAppendTime":
        return False
    latest_ms = time.time() * 1000 + _CLOCKS_APART_MS
    return all(greatest_ms <= latest_ms for greatest_ms, _ in greatest(kafka, topic).values())


def _one_a_partition(ranges: Sequence[OffsetRange]) -> list[list[OffsetRange]]:
    """The same ranges in groups, none with two of one partition: a read takes no more."""
    groups: list[list[OffsetRange]] = []
    for offsets in ranges:
        for group in groups:
            if all(offsets.partition != other.partition for other in group):
                group.append(offsets)
                break
        else:
            groups.append([offsets])
    return groups


def _read(
    spark: SparkSession, kafka: Kafka, topic: Topic, ranges: Sequence[OffsetRange]
) -> DataFrame:
    starts = {str(offsets.partition): offsets.from_offset for offsets in ranges}
    ends = {str(offsets.partition): offsets.until_offset for offsets in ranges}
    return (
        spark.read.format("kafka")
        .options(**spark_options(kafka))
        .option("assign", json.dumps({topic.name: [offsets.partition for offsets in ranges]}))
        .option("startingOffsets", json.dumps({topic.name: starts}))
        .option("endingOffsets", json.dumps({topic.name: ends}))
        .option("includeHeaders", "true")
        .load()
        .withColumn("topic_id", F.lit(topic.id))
    )


def _watermarks(consumer: Consumer, topic: Topic, number: int) -> tuple[int, int]:
    partition = TopicPartition(topic.name, number)
    low, high = consumer.get_watermark_offsets(partition, timeout=TIMEOUT_S)
    return low, high


def _first_since(
    consumer: Consumer, topic: Topic, since: datetime, margin_ms: int
) -> dict[int, int]:
    """The first offset of each partition received at ``since`` or after; none where none was."""
    milliseconds = max(0, (since - EPOCH) // timedelta(milliseconds=1)) + margin_ms
    if not milliseconds:
        return dict.fromkeys(range(topic.partitions), 0)  # Those without a timestamp as well.
    asked = [TopicPartition(topic.name, number, milliseconds) for number in range(topic.partitions)]
    answers = consumer.offsets_for_times(asked, timeout=TIMEOUT_S)
    for answer in answers:
        if answer.error:
            raise KafkaException(answer.error)
    return {answer.partition: answer.offset for answer in answers if answer.offset >= 0}
