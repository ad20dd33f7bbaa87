"""Documents held against the lines they came from: each line in exactly one place."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from millrace.config import Config, Feed
from millrace.io import kafka, mongo
from millrace.io.kafka.existing import Existing, existing
from millrace.io.mongo import coverage, orphans
from millrace.io.mongo.client import Document
from millrace.io.mongo.coverage import Committed
from millrace.io.mongo.time_spans import TimeSpan
from millrace.proof.parts import PartFault
from millrace.proof.stored import Stored, stored
from millrace.records.ledger import OffsetRange, merged
from millrace.records.ranges import after, size, spanned, within, without


@dataclass(frozen=True)
class Documents:
    """What MongoDB holds of one topic's committed lines.

    ``present`` are all offsets that have a document, committed or not.
    ``missing`` are lines that are nowhere, ``in_both`` a record and a letter at once, ``doubled``
    more than one record, ``extra`` documents of lines that were never committed. ``empty`` are
    offsets that no record ever filled or that were compacted away, ``expired`` such as nothing
    holds any more, by which the ledger's counts are met. ``to_replay`` is when the first and the
    last line were received that a replay puts right, ``stray_ids`` name documents of no line.
    ``faults`` name the lines of records that hold several: one is missing, doubled or in both.
    """

    topic: str
    topic_id: str
    committed: list[OffsetRange]
    present: list[OffsetRange]
    records: int
    letters: int
    missing: list[OffsetRange] = field(default_factory=list)
    in_both: list[OffsetRange] = field(default_factory=list)
    doubled: list[OffsetRange] = field(default_factory=list)
    extra: list[OffsetRange] = field(default_factory=list)
    empty: int = 0
    expired: int = 0
    lost_of_expired: int = 0
    to_replay: tuple[datetime, datetime] | None = None
    stray_ids: list[str] = field(default_factory=list)
    faults: list[PartFault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether each committed line is there, once."""
        wrong = self.missing or self.in_both or self.doubled or self.extra
        return not wrong and not self.lost_of_expired


def documents(
    conf: Config,
    feed: Feed,
    topic: kafka.Topic,
    archived: Sequence[OffsetRange],
    since: datetime | None,
) -> list[Documents]:
    """What MongoDB holds of each topic that the feed ever had, the earliest first.

    Of batches whose lines were all received after ``since``, and within the feed's retention.
    """
    db = mongo.database(conf.mongo)
    since = _latest(since, _retained_since(feed))
    query = f"ingest-{feed.name}"
    everything = coverage.committed(db, query)
    topics = coverage.committed(db, query, since) if since else everything
    known = {topic.topic_id: topic.ranges for topic in everything}
    lost = coverage.lost(db, query)
    starts = [topic.earliest for topic in topics]
    verdicts = []
    for position, committed in enumerate(topics):
        until = starts[position + 1] if position + 1 < len(topics) else None
        is_first = position == 0 and since is None
        span = TimeSpan(None if is_first else committed.earliest, until)
        whole = known[committed.topic_id]
        of_others = without(_of_others(known, committed), whole)
        held = stored(db, feed, committed.topic, committed.topic_id, span, of_others)
        # Asked for after the scan: what came meanwhile may be written already.
        is_current = committed.topic_id == topic.id
        available = kafka.offsets(conf.kafka, topic) if is_current else []
        if since is None:
            # Lines that Kafka still has from before the first that the ledger names.
            committed.ranges = merged(
                [*committed.ranges, *without(available, after(available, whole))]
            )
        known_of = merged([*whole, *lost])
        verdicts.append(
            _judged(conf, db, feed.name, committed, known_of, held, available, archived)
        )
    return verdicts


def _of_others(known: dict[str, list[OffsetRange]], own: Committed) -> list[OffsetRange]:
    """What other topics have committed, as offsets of this one."""
    return [
        replace(offsets, topic=own.topic, topic_id=own.topic_id)
        for topic_id, ranges in known.items()
        for offsets in ranges
        if topic_id != own.topic_id
    ]


def _judged(
    conf: Config,
    db: Database[Document],
    feed: str,
    topic: Committed,
    whole: list[OffsetRange],
    held: Stored,
    available: list[OffsetRange],
    archived: Sequence[OffsetRange],
) -> Documents:
    candidates = without(topic.ranges, held.present)
    asked = within(candidates, available)
    there = existing(conf.kafka, asked) if asked else Existing([])
    rest = without(candidates, asked)
    in_archive = within(rest, archived)
    expired = without(rest, spanned(archived))
    ahead = after(available, whole)  # A batch that is not committed yet may be writing them.
    in_both, doubled = within(held.in_both, topic.ranges), within(held.doubled, topic.ranges)
    extra = without(without(held.present, whole), ahead)
    times = [time for time in (there.earliest, there.latest) if time]
    times += orphans.received(db, feed, in_both)
    return Documents(
        topic.topic,
        topic.topic_id,
        topic.ranges,
        held.present,
        held.records,
        held.letters,
        missing=merged([*there.ranges, *in_archive]),
        in_both=in_both,
        doubled=doubled,
        extra=extra,
        empty=size(candidates) - size(there.ranges) - size(in_archive) - size(expired),
        expired=size(expired),
        lost_of_expired=_lost(db, f"ingest-{feed}", expired, held.present),
        to_replay=(min(times), max(times)) if times else None,
        stray_ids=orphans.stray_ids(db, feed, doubled, extra),
        faults=[fault for fault in held.faults if _is_of(fault, topic.ranges)],
    )


def _is_of(fault: PartFault, committed: list[OffsetRange]) -> bool:
    return any(
        offsets.partition == fault.partition
        and offsets.from_offset <= fault.offset < offsets.until_offset
        for offsets in committed
    )


def _lost(
    db: Database[Document], query: str, expired: list[OffsetRange], present: list[OffsetRange]
) -> int:
    """How many lines the ledger counted, in batches with expired offsets, that are not there."""
    batches = {tuple(ranges): rows for ranges, rows in coverage.counted_rows(db, query, expired)}
    return sum(max(0, rows - size(within(ranges, present))) for ranges, rows in batches.items())


def _retained_since(feed: Feed) -> datetime | None:
    """What was received earlier may have been removed, as the feed asks for."""
    if not feed.retention_days:
        return None
    return datetime.now(UTC) - timedelta(days=feed.retention_days)


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time), default=None)
