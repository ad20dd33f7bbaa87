"""Kafka held against the ledger, MongoDB, the archive and MySQL: is each line there, once?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pyspark.sql import SparkSession

from millrace.config import Config, Feed
from millrace.io import delta, kafka, mongo
from millrace.io.ledgers import LEDGERS
from millrace.io.mongo import coverage
from millrace.proof.archived import Archived, archived
from millrace.proof.documents import Documents, documents
from millrace.proof.forgotten import forgotten, gone_past, lines_among, uncounted
from millrace.proof.recount import Recount, recount
from millrace.proof.unread import Unread, unread_by_job
from millrace.records.ledger import OffsetRange, merged
from millrace.records.ranges import after, size, spanned, without
from millrace.records.reconciliations import Fault


@dataclass(frozen=True)
class Archive:
    """What the archive lacks of the lines that others have, and holds more than once."""

    lines: int
    missing: list[OffsetRange]
    doubled: list[OffsetRange]

    @property
    def holds(self) -> bool:
        """Whether each line up to the last one archived is there, once."""
        return not self.missing and not self.doubled


@dataclass(frozen=True)
class Verdict:
    """Whether all that was committed of a feed is where it should be.

    ``lag`` has, by job, the number of lines to come, ``forgotten`` those that the job has gone past
    and that its sink knows nothing of, ``unread`` what Kafka deleted before the job read it.
    """

    feed: str
    in_kafka: list[OffsetRange]
    documents: list[Documents]
    archive: Archive | None
    recount: Recount
    lag: dict[str, int] = field(default_factory=dict)
    forgotten: dict[str, list[OffsetRange]] = field(default_factory=dict)
    unread: dict[str, Unread] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether all holds."""
        return (
            all(each.holds for each in self.documents)
            and not any(self.forgotten.values())
            and not any(own.lost for own in self.unread.values())
            and (self.archive is None or self.archive.holds)
            and not self.recount.compared.differing
            and not self.is_nothing_compared
        )

    @property
    def faults(self) -> dict[Fault, int]:
        """How much is wrong, by kind: lines, and windows of a table that differ."""
        archive = self.archive or Archive(0, [], [])
        lost = sum(each.lost_of_expired for each in self.documents)
        return {
            "missing": self._lines("missing") + lost + size(archive.missing),
            "doubled": self._lines("doubled") + size(archive.doubled),
            "in_both": self._lines("in_both"),
            "never_committed": self._lines("extra"),
            "forgotten": sum(size(ranges) for ranges in self.forgotten.values()),
            "lost": sum(size(own.lost) for own in self.unread.values()),
            "differing": len(self.recount.compared.differing),
            "uncompared": int(self.is_nothing_compared),
        }

    def _lines(self, fault: str) -> int:
        return sum(size(getattr(each, fault)) for each in self.documents)

    @property
    def is_nothing_compared(self) -> bool:
        """Whether lines were counted, and none of their windows can be counted again whole.

        Of a time that was asked for, in which nothing came, there is nothing to compare either.
        """
        is_cut_by_loss = self.recount.since == self.recount.first_complete_window
        is_nothing = not self.recount.compared.windows
        return bool(self.recount.lines) and is_nothing and is_cut_by_loss


def reconcile(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    since: datetime | None = None,
    on_progress: Callable[[str], None] = lambda what: None,
) -> Verdict:
    """Holds everything of a feed against each other, up to what each job has committed.

    Jobs may run meanwhile. Whatever is found wrong is looked at twice, so that a line on its way
    from one place to another is not taken for lost.
    """
    topic = kafka.topic(conf.kafka, feed.topic)
    past = gone_past(spark, conf, feed, topic)
    on_progress("the archive")
    in_archive = archived(spark, conf.storage.archive, feed, since)
    held_there = [offsets for each in in_archive.values() for offsets in each.ranges]
    in_mongo = _documents(conf, feed, topic, held_there, since, on_progress)
    on_progress("figures")
    counted_again = recount(
        spark, conf, feed, since, lambda hour: on_progress(f"figures of {hour:%Y-%m-%d %H:00}")
    )
    available = kafka.offsets(conf.kafka, topic)
    archive = None
    if in_archive:
        archive = _archive(spark, conf, feed, in_archive, available, in_mongo, since)
    known = {
        "ingest": _ledger(conf, feed)
        if since
        else [r for each in in_mongo for r in each.committed],
        "aggregate": counted_again.counted,
        "archive": _archived_ends(spark, conf, feed) if since else held_there,
    }
    lag = {job: size(after(available, ranges)) for job, ranges in known.items()}
    present = [offsets for each in in_mongo for offsets in each.present]
    whole = None if since else held_there
    unread = unread_by_job(spark, conf, feed, topic, available, whole, present)
    unknown = {
        job: merged(
            [
                *forgotten(conf, past.get(job, []), ranges, available, held_there),
                *unread[job].archived,
            ]
        )
        for job, ranges in known.items()
    }
    uncounted_lines = uncounted(conf, counted_again.counted, available)
    unknown["aggregate"] = merged([*unknown["aggregate"], *uncounted_lines])
    return Verdict(feed.name, available, in_mongo, archive, counted_again, lag, unknown, unread)


def _documents(
    conf: Config,
    feed: Feed,
    topic: kafka.Topic,
    archived: list[OffsetRange],
    since: datetime | None,
    on_progress: Callable[[str], None],
) -> list[Documents]:
    """What MongoDB holds; where something is wrong, as a second look finds it."""
    on_progress("documents")
    verdicts = documents(conf, feed, topic, archived, since)
    if all(each.holds for each in verdicts):
        return verdicts
    on_progress("documents, again")
    return documents(conf, feed, topic, archived, since)


def _ledger(conf: Config, feed: Feed) -> list[OffsetRange]:
    db = mongo.database(conf.mongo)
    return [
        offsets for each in coverage.committed(db, f"ingest-{feed.name}") for offsets in each.ranges
    ]


def _archived_ends(spark: SparkSession, conf: Config, feed: Feed) -> list[OffsetRange]:
    return [partition.offsets for partition in delta.available(spark, conf.storage.archive, feed)]


def _archive(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    in_archive: dict[str, Archived],
    available: Sequence[OffsetRange],
    in_mongo: Sequence[Documents],
    since: datetime | None,
) -> Archive:
    """Holes count where Kafka has a record at them, or MongoDB a document of it."""
    missing: list[OffsetRange] = []
    lost = LEDGERS["archive"](spark, conf, feed).lost()
    for topic_id, each in in_archive.items():
        current = [offsets for offsets in available if offsets.topic_id == topic_id]
        known = spanned([*each.ranges, *([] if since else _before(current, each.ranges))])
        holes = without(known, merged([*each.ranges, *lost]))
        documented = [offsets for one in in_mongo for offsets in one.present]
        missing += lines_among(conf, holes, current, documented)
    lines = sum(each.lines for each in in_archive.values())
    return Archive(
        lines, merged(missing), [r for each in in_archive.values() for r in each.doubled]
    )


def _before(available: Sequence[OffsetRange], ranges: Sequence[OffsetRange]) -> list[OffsetRange]:
    """What Kafka has of each partition before the first of ``ranges``."""
    return [
        OffsetRange(
            offsets.topic,
            offsets.topic_id,
            offsets.partition,
            offsets.from_offset,
            span.from_offset,
        )
        for offsets in available
        for span in spanned(ranges)
        if span.partition == offsets.partition and offsets.from_offset < span.from_offset
    ]
