"""Lines that a job has committed in its checkpoint, but that are missing in its sink.

Happens when a sink is restored from a backup, or removed, while the checkpoint is kept: no job
would ever read those lines again.
"""

from collections.abc import Sequence

from pyspark.sql import SparkSession

from millrace.config import Config, Feed
from millrace.io import kafka
from millrace.io.checkpoint import Checkpoint
from millrace.io.kafka.existing import existing
from millrace.records.ledger import OffsetRange, merged
from millrace.records.ranges import after, within, without

JOBS = ("ingest", "aggregate", "archive")


def gone_past(
    spark: SparkSession, conf: Config, feed: Feed, topic: kafka.Topic
) -> dict[str, list[OffsetRange]]:
    """Of each job with a checkpoint of this topic: every offset up to the last it has committed.

    To be asked before the sinks are: a job writes to its sink first.
    """
    committed = {}
    for job in JOBS:
        checkpoint = Checkpoint(spark, conf.storage.checkpoints, f"{job}-{feed.name}")
        if checkpoint.note().get("topic_id") == topic.id:
            committed[job] = checkpoint.committed(topic.id)
    return committed


def forgotten(
    conf: Config,
    past: Sequence[OffsetRange],
    known: Sequence[OffsetRange],
    available: Sequence[OffsetRange],
    archived: Sequence[OffsetRange],
) -> list[OffsetRange]:
    """The lines among ``past`` after the last that are ``known``: in Kafka, or else archived."""
    return lines_among(conf, after(past, known), available, archived)


def uncounted(
    conf: Config, counted: Sequence[OffsetRange], available: Sequence[OffsetRange]
) -> list[OffsetRange]:
    """The lines that Kafka has before the last ``counted`` one, and that are not counted."""
    until = [
        offsets for offsets in available if offsets.topic_id in {one.topic_id for one in counted}
    ]
    before = without(without(until, after(until, counted)), counted)
    return lines_among(conf, before, available, [])


def is_gapless(
    conf: Config,
    past: Sequence[OffsetRange],
    counted: Sequence[OffsetRange],
    available: Sequence[OffsetRange],
) -> bool:
    """Whether `aggregate` has ``counted`` all lines up to the last that it has gone ``past``."""
    return not after(past, counted) and not uncounted(conf, counted, available)


def lines_among(
    conf: Config,
    ranges: Sequence[OffsetRange],
    available: Sequence[OffsetRange],
    elsewhere: Sequence[OffsetRange],
) -> list[OffsetRange]:
    """Which of the offsets are lines: in Kafka not all are, transaction markers for one.

    Where Kafka no longer reaches, those that are among ``elsewhere``.
    """
    asked = within(ranges, available)
    there = existing(conf.kafka, asked).ranges if asked else []
    return merged([*there, *within(without(ranges, asked), elsewhere)])
