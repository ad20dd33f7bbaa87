"""Lines that Kafka deleted before a query read them: found, told, and accepted by a person."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from millrace.config import Config, ConfigurationError, Feed
from millrace.io import kafka
from millrace.io.checkpoint import Checkpoint
from millrace.io.delta.ledger import DeltaLedger
from millrace.io.kafka import Topic
from millrace.io.ledgers import LEDGERS, Ledger
from millrace.proof.archived import archived, archived_among, gone_through
from millrace.records.ledger import OffsetRange, Taken, merged
from millrace.records.ranges import size, unread, without

_log = logging.getLogger(__name__)
_NAMED = 10


@dataclass(frozen=True)
class Loss:
    """What Kafka no longer has of the lines that a query was to read next.

    ``unread`` are the offsets that no batch has taken, those among them that the archive or, of a
    batch that never ended, the sink holds being ``archived`` and ``stored``. ``starts`` is where
    the query can go on, by partition; None where its checkpoint can be read on from.
    """

    job: str
    topic: Topic
    unread: list[OffsetRange]
    stored: list[OffsetRange]
    archived: list[OffsetRange]
    starts: dict[int, int] | None
    last_batch_at: datetime | None
    first_left_at: datetime | None

    @property
    def lost(self) -> list[OffsetRange]:
        """The offsets of lines that are nowhere."""
        return without(without(self.unread, self.stored), self.archived)

    def sentence(self) -> str:
        """What was lost, in one line, and what can be done."""
        gone = without(self.unread, self.stored)
        told = [
            f"Kafka deleted {size(gone):,} {'line' if size(gone) == 1 else 'lines'} of topic"
            f" {self.topic.name!r} before they were read: {_named(gone)}."
        ]
        if self.last_batch_at:
            told.append(f"The last batch began at {_iso(self.last_batch_at)}.")
        if self.first_left_at:
            told.append(f"The first line that is left was received at {_iso(self.first_left_at)}.")
        if self.archived:
            told.append(
                f"The archive has {size(self.archived):,} of them: run ./spark-submit.sh"
                f" {self.job} --from archive, then start the job again."
            )
        if self.lost:
            told.append(f"To continue without them: ./spark-submit.sh {self.job} --accept-loss")
        return " ".join(told)


def find(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    job: str,
    topic: Topic,
    checkpoint: Checkpoint,
    *,
    is_whole: bool = False,
) -> Loss | None:
    """What Kafka deleted before the job read it; None where its query can go on, or begin.

    A job that keeps no ledger cannot tell. Where the checkpoint tells how far the query has come,
    only what comes next is looked at; with ``is_whole`` what was lost between earlier batches too.
    """
    if job not in LEDGERS:
        return None
    in_kafka = kafka.offsets(conf.kafka, topic)
    position = checkpoint.position(topic.name, topic.id)
    following = {offsets.partition: offsets.until_offset for offsets in position}
    is_cut_off = bool(position) and any(
        offsets.from_offset > following.get(offsets.partition, 0) for offsets in in_kafka
    )
    if position and not is_cut_off and not is_whole:
        return None
    ledger = LEDGERS[job](spark, conf, feed)
    taken = _taken(spark, conf, feed, ledger, is_whole=is_whole)
    gone = unread(taken, in_kafka) if is_whole or not position else []
    if is_cut_off:
        first = {(topic.id, offsets.partition): 0 for offsets in position}
        gone = merged([*gone, *unread(Taken(position, first), in_kafka)])
    gone = without(without(gone, taken.ranges), ledger.lost())
    if not gone and not is_cut_off:
        return None
    archive = conf.storage.archive
    return Loss(
        job,
        topic,
        unread=gone,
        stored=ledger.stored(gone),
        archived=[] if job == "archive" else archived_among(spark, archive, feed, gone),
        starts=_starts(in_kafka, following) if is_cut_off else None,
        last_batch_at=checkpoint.last_batch_at(),
        first_left_at=_first_left_at(conf, topic, gone),
    )


def _taken(
    spark: SparkSession, conf: Config, feed: Feed, ledger: Ledger, *, is_whole: bool
) -> Taken:
    """What the job's batches have taken; of an archive as a whole, as its rows tell."""
    taken = ledger.taken()
    if not (is_whole and isinstance(ledger, DeltaLedger)):
        return taken
    by_topic = archived(spark, conf.storage.archive, feed, None).values()
    held = [offsets for topic_held in by_topic for offsets in topic_held.ranges]
    return replace(taken, ranges=gone_through(spark, conf.storage.archive, feed, held))


def _first_left_at(conf: Config, topic: Topic, gone: Sequence[OffsetRange]) -> datetime | None:
    """When the first line was received that Kafka still has of the partitions of ``gone``."""
    cut = {offsets.partition for offsets in gone}
    left = [one for one in kafka.available(conf.kafka, topic) if one.offsets.partition in cut]
    times = (one.earliest_received_at for one in left if size([one.offsets]))
    return min(times, default=None)


def told(
    spark: SparkSession, conf: Config, feed: Feed, job: str, topic: Topic, checkpoint: Checkpoint
) -> str | None:
    """The sentence about what Kafka deleted before the job read it; None where that is nothing."""
    try:
        loss = find(spark, conf, feed, job, topic, checkpoint)
    except ConfigurationError:
        return None  # A server is away: the query failed of something else, or that is next.
    return loss.sentence() if loss and size(loss.unread) else None


def settle(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    loss: Loss,
    checkpoint: Checkpoint,
    *,
    accept: bool,
) -> bool:
    """Whether the query can go on: nothing is lost, or a person accepts it.

    Then the loss stands in the ledger, and a checkpoint that cannot be read on is moved aside.
    """
    if (loss.lost or loss.archived) and not accept:
        return False
    if loss.lost:
        ledger = LEDGERS[loss.job](spark, conf, feed)
        ledger.accept_loss(without(loss.unread, loss.archived), datetime.now(UTC))
        _log.warning("loss of %d lines accepted: %s", size(loss.lost), _named(loss.lost))
    if loss.starts is not None:
        aside = checkpoint.begin_anew(loss.starts)
        _log.warning(
            "Kafka no longer has the lines that follow the last batch: the new checkpoint starts"
            " at the first line that Kafka still has; the old checkpoint is kept at %s",
            aside,
        )
    return True


def _starts(in_kafka: Sequence[OffsetRange], following: dict[int, int]) -> dict[int, int]:
    """Where each partition can be read on: at the next offset, or at the first that is left."""
    return {
        offsets.partition: max(offsets.from_offset, following.get(offsets.partition, 0))
        for offsets in in_kafka
    }


def _named(ranges: Sequence[OffsetRange]) -> str:
    named = [
        f"partition {offsets.partition} offsets {offsets.from_offset} to {offsets.until_offset - 1}"
        for offsets in ranges[:_NAMED]
    ]
    rest = len(ranges) - len(named)
    return ", ".join(named) + (f" and {rest} more ranges" if rest else "")


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
