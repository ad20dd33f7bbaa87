"""A batch and what it took from Kafka: the names that ledger rows and sinks share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from millrace.records.formats import Format

COLLECTION = "batches"
NEWEST_INDEX = "query_time"  # by query, then by when it was committed
FROM_ARCHIVE = "archive-"  # what a checkpoint's id begins with where a batch is of archived lines
LOST = "lost"  # the state of a ledger's row that names lines which a person gave up
FORMATS = "formats"  # of a row: the declared formats by name, each with version and digest


def declared(formats: Sequence[Format]) -> dict[str, dict[str, Any]]:
    """What a row says of the declared ones of a feed's formats."""
    return {
        format.name: {"version": format.version, "digest": format.digest}
        for format in formats
        if format.kind
    }


def feed_of(query: str) -> str:
    """The feed that a query reads: queries are named ``<job>-<feed>``."""
    return query.partition("-")[2]


@dataclass(frozen=True)
class OffsetRange:
    """The offsets ``from_offset`` to ``until_offset`` (not included) of one partition."""

    topic: str
    topic_id: str
    partition: int
    from_offset: int
    until_offset: int

    def within(self, others: "Sequence[OffsetRange]") -> bool:
        """Whether one of ``others`` holds every offset of this range."""
        if self.from_offset >= self.until_offset:
            return True
        return any(
            (other.topic_id, other.partition) == (self.topic_id, self.partition)
            and other.from_offset <= self.from_offset
            and self.until_offset <= other.until_offset
            for other in others
        )


@dataclass(frozen=True)
class Batch:
    """One micro-batch of one query, named so that the same batch always has the same name."""

    query: str
    checkpoint_id: str
    id: int
    ranges: tuple[OffsetRange, ...]

    @property
    def key(self) -> str:
        """``<query>/<checkpoint id>/<batch id>``, unique over all time."""
        return f"{self.query}/{self.checkpoint_id}/{self.id}"

    @property
    def lines(self) -> int:
        """How many offsets its ranges span."""
        return sum(offsets.until_offset - offsets.from_offset for offsets in self.ranges)


@dataclass(frozen=True)
class Received:
    """The earliest and the latest ``received_at`` among a partition's rows of a batch.

    Of those that are plausible: None where none is.
    """

    earliest: datetime | None
    latest: datetime | None


def merged(ranges: list[OffsetRange]) -> list[OffsetRange]:
    """The same offsets as ranges that neither touch nor overlap, none empty, in order."""
    result: list[OffsetRange] = []
    taken = [offsets for offsets in ranges if offsets.from_offset < offsets.until_offset]
    for offsets in sorted(taken, key=lambda r: (r.topic_id, r.partition, r.from_offset)):
        last = result[-1] if result else None
        if (
            last
            and (last.topic_id, last.partition) == (offsets.topic_id, offsets.partition)
            and offsets.from_offset <= last.until_offset
        ):
            until = max(last.until_offset, offsets.until_offset)
            result[-1] = OffsetRange(
                last.topic, last.topic_id, last.partition, last.from_offset, until
            )
        else:
            result.append(offsets)
    return result


def first_offsets(ranges: Sequence[OffsetRange]) -> dict[tuple[str, int], int]:
    """Where the first of each partition's ranges begins, by topic id and partition."""
    first: dict[tuple[str, int], int] = {}
    for offsets in ranges:
        key = (offsets.topic_id, offsets.partition)
        first[key] = min(first.get(key, offsets.from_offset), offsets.from_offset)
    return first


@dataclass(frozen=True)
class Taken:
    """The offsets that a sink's batches have taken, merged, and where each partition's first began.

    ``first`` is by topic id and partition. Where it ``is_complete`` a partition that it lacks, of a
    topic that it has, was added later, and begins at 0.
    """

    ranges: list[OffsetRange]
    first: dict[tuple[str, int], int]
    is_complete: bool = True

    def begins_at(self, offsets: OffsetRange) -> int | None:
        """Where the partition of ``offsets`` begins; None where none of it was ever to be taken."""
        is_added = self.is_complete and any(
            topic_id == offsets.topic_id for topic_id, _ in self.first
        )
        return self.first.get((offsets.topic_id, offsets.partition), 0 if is_added else None)


@dataclass(frozen=True)
class Available:
    """What a source still has of one partition, and when the first record of it was received."""

    offsets: OffsetRange
    earliest_received_at: datetime


@dataclass(frozen=True)
class StoredFigures:
    """What figures that are stored already ask of a run that writes to the same tables.

    Offsets within ``counted`` are in the figures as they stand. Windows that start before
    ``first_complete_window`` cannot be computed whole any more. Where ``batches`` is given, the
    query had so many in the ledger, and nothing may be written once it has more.
    """

    counted: tuple[OffsetRange, ...] = ()
    first_complete_window: datetime | None = None
    batches: int | None = None


NOTHING_STORED = StoredFigures()
