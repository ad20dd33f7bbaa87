"""What a job file says: source, steps and sink of one feed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession

from millrace.config import Config, ConfigurationError, Feed, Kafka
from millrace.io import delta, kafka
from millrace.io.checkpoint import Checkpoint
from millrace.io.kafka import stream
from millrace.io.sink import Sink
from millrace.records.ledger import OffsetRange

Step = Callable[[DataFrame], DataFrame]


class Source(Protocol):
    """Where a feed's lines come from: the Kafka source's columns, and ``topic_id``."""

    def lines(self, max_lines_per_batch: int) -> DataFrame:
        """The lines; a batch of a stream takes at most ``max_lines_per_batch``."""


@dataclass(frozen=True)
class KafkaSource:
    """The feed's topic, read as a stream from where the checkpoint says."""

    spark: SparkSession
    servers: Kafka
    topic: kafka.Topic
    checkpoint: Checkpoint
    isolation: stream.Isolation = "read_uncommitted"

    def lines(self, max_lines_per_batch: int) -> DataFrame:
        """The stream; on one machine with one task a core."""
        starts = self.checkpoint.starts()
        lines = stream.lines(
            self.spark,
            self.servers,
            self.topic,
            max_lines_per_batch,
            starts,
            isolation=self.isolation,
        )
        context = self.spark.sparkContext
        # A second wave of tasks takes a small batch as long as the first. On a cluster the cores
        # are not known yet, and a plan is made once.
        is_local = (context.master or "").startswith("local")
        return lines.coalesce(context.defaultParallelism) if is_local else lines


@dataclass(frozen=True)
class ArchiveSource:
    """The feed's archive at one version, read as one batch: all of it, or some offsets."""

    spark: SparkSession
    archive: str
    feed: Feed
    version: int
    ranges: Sequence[OffsetRange] | None = None

    def lines(self, max_lines_per_batch: int) -> DataFrame:
        """All that the version holds of it, whatever ``max_lines_per_batch`` is."""
        lines = delta.lines(self.spark, self.archive, self.feed, self.version)
        return lines if self.ranges is None else lines.where(delta.among(self.ranges))


@dataclass(frozen=True)
class Run:
    """One run of a job over one feed."""

    spark: SparkSession
    conf: Config
    feed: Feed
    query: str
    source: KafkaSource | ArchiveSource

    def ordered_source(self) -> KafkaSource:
        """The feed's topic as one sequence, without records of transactions that were aborted.

        Raises ConfigurationError where the topic has several partitions, between which nothing
        tells an order, or where the run is over an archive.
        """
        if not isinstance(self.source, KafkaSource):
            raise ConfigurationError(f"{self.query} reads Kafka alone")
        topic = self.source.topic
        if topic.partitions != 1:
            raise ConfigurationError(
                f"topic {topic.name!r} has {topic.partitions} partitions: changes need one, so that"
                " a truncate keeps its place among the changes of all keys"
            )
        return replace(self.source, isolation="read_committed")


@dataclass(frozen=True)
class Flow:
    """The way of a feed's lines: from the source through the steps, in their order, to the sink."""

    source: Source
    steps: Sequence[Step]
    sink: Sink
    interval_s: float = 2
    max_lines_per_batch: int | None = None

    def rows(self, max_lines_per_batch: int) -> DataFrame:
        """What the sink is given; ``max_lines_per_batch`` holds where the flow names none."""
        rows = self.source.lines(self.max_lines_per_batch or max_lines_per_batch)
        for step in self.steps:
            rows = step(rows)
        return rows


Job = Callable[[Run], Flow]
