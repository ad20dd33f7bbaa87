"""Kafka records made of generated lines, as a DataFrame with the Kafka source's columns."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame, SparkSession

from millrace.io.sink import MicroBatch, Sink
from millrace.records.formats import Layout
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.write_result import WriteResult
from millrace.simulate.lines import generate

SCHEMA = (
    "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp, "
    "timestampType int, headers array<struct<key: string, value: binary>>, topic_id string"
)
RECEIVED_AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # clocks change in Europe
TOPIC_ID = "an-id-of-22-characters"


def values(format: Layout, count: int, *, faults: float = 4.0, seed: int = 7) -> list[bytes]:
    """Generated lines of the ten minutes before they are received."""
    start = RECEIVED_AT - timedelta(minutes=10)
    lines = generate(format, count, seed=seed, start=start, end=RECEIVED_AT, faults_percent=faults)
    return [line.value for line in lines]


def recent(
    format: Layout,
    count: int,
    *,
    seed: int,
    minutes: int = 5,
    faults: float = 0.0,
    until: datetime | None = None,
) -> list[bytes]:
    """Generated lines of the minutes up to now, or to another time."""
    end = until or datetime.now(UTC)
    start = end - timedelta(minutes=minutes)
    lines = generate(format, count, seed=seed, start=start, end=end, faults_percent=faults)
    return [line.value for line in lines]


def kafka_rows(
    spark: SparkSession,
    lines: Sequence[bytes],
    *,
    topic: str,
    first_offset: int = 0,
    received_at: datetime = RECEIVED_AT,
) -> DataFrame:
    """The lines as records of partition 0, a millisecond apart."""
    rows = [
        (
            None,
            value,
            topic,
            0,
            first_offset + number,
            received_at + timedelta(milliseconds=first_offset + number),
            1,
            None,
            TOPIC_ID,
        )
        for number, value in enumerate(lines)
    ]
    return spark.createDataFrame(rows, SCHEMA)


def offsets(topic: str, start: int, end: int) -> tuple[OffsetRange, ...]:
    """The range of a batch that takes ``start`` to ``end`` of partition 0."""
    return (OffsetRange(topic, TOPIC_ID, 0, start, end),)


def store(sink: Sink, rows: DataFrame, batch: Batch) -> WriteResult:
    """Writes rows as a batch, by a sink that is prepared as a job that starts prepares it."""
    sink.prepare()
    return sink.write(MicroBatch.of(batch, rows))
