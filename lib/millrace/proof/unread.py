"""Lines that no batch of a job ever read, and that Kafka has no more: lost, unless archived."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pyspark.sql import SparkSession

from millrace.config import Config, Feed
from millrace.io import kafka
from millrace.io.checkpoint import Checkpoint
from millrace.io.ledgers import LEDGERS
from millrace.proof.archived import gone_through
from millrace.proof.forgotten import JOBS
from millrace.records.ledger import OffsetRange, Taken, merged
from millrace.records.ranges import unread, within, without


@dataclass(frozen=True)
class Unread:
    """Offsets that the batches of a job passed over, by what became of them.

    ``lost`` are nowhere, ``archived`` stand in the archive alone, and of ``accepted`` a person
    said that they are lost.
    """

    lost: list[OffsetRange] = field(default_factory=list)
    archived: list[OffsetRange] = field(default_factory=list)
    accepted: list[OffsetRange] = field(default_factory=list)


def unread_by_job(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    topic: kafka.Topic,
    in_kafka: Sequence[OffsetRange],
    held_there: Sequence[OffsetRange] | None,
    documented: Sequence[OffsetRange],
) -> dict[str, Unread]:
    """What each job passed over. ``held_there`` are the archive's offsets, None where unknown.

    What is ``documented`` is no loss: those documents are judged by themselves.
    """
    taken = {job: _taken(spark, conf, feed, topic, job) for job in JOBS}
    if held_there is not None:
        ranges = gone_through(spark, conf.storage.archive, feed, held_there)
        taken["archive"] = replace(taken["archive"], ranges=ranges)
    # Where `ingest` went through as well, the proof of documents answers for each offset.
    proven = {"ingest": [], "aggregate": [], "archive": taken["ingest"].ranges}
    by_job = {}
    for job, of_job in taken.items():
        accepted = LEDGERS[job](spark, conf, feed).lost()
        gone = without(unread(of_job, in_kafka), merged([*accepted, *proven[job]]))
        if job != "aggregate":
            gone = without(gone, documented)
        archived = [] if job == "archive" else within(gone, held_there or [])
        by_job[job] = Unread(without(gone, archived), archived, without(accepted, of_job.ranges))
    return by_job


def passed_over(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    topic: kafka.Topic,
    in_kafka: Sequence[OffsetRange],
) -> list[OffsetRange]:
    """What the batches of `aggregate` passed over, and nobody has accepted as lost."""
    taken = _taken(spark, conf, feed, topic, "aggregate")
    return without(unread(taken, in_kafka), LEDGERS["aggregate"](spark, conf, feed).lost())


def _taken(spark: SparkSession, conf: Config, feed: Feed, topic: kafka.Topic, job: str) -> Taken:
    """What the ledger says; where it says nothing of a partition, the checkpoint may."""
    taken = LEDGERS[job](spark, conf, feed).taken()
    checkpoint = Checkpoint(spark, conf.storage.checkpoints, f"{job}-{feed.name}")
    if checkpoint.note().get("topic_id") != topic.id:
        return taken
    first = {(topic.id, number): start for number, start in checkpoint.first(topic.name).items()}
    return replace(taken, first=first | taken.first)
