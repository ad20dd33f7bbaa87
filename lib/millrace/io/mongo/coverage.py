"""Which offsets MongoDB holds, counted by the server: a scan that sends back stripes, not lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bson import Int64
from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import HAS_RECORD
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records import dead_letters, ledger
from millrace.records.ledger import OffsetRange
from millrace.records.ranges import STRIPE, Stripe

_STRIPES_NAMED = 1_000  # in one query; to find more than that, all are read
_PLACE: Document = {"$mod": ["$kafka.offset", STRIPE]}
# A table of powers: cheaper for the server than $pow.
_BIT: Document = {"$arrayElemAt": [[Int64(1 << place) for place in range(STRIPE)], _PLACE]}


Offset = tuple[int, int]
"""A partition, and an offset of it."""


@dataclass(frozen=True)
class Documents:
    """Some documents: those of a collection that match."""

    collection: str
    match: Document


def records(feed: str, span: TimeSpan) -> Documents:
    """The feed's records that were received within ``span``."""
    return Documents(feed, span.ids())


def letters(feed: str, span: TimeSpan) -> Documents:
    """The feed's dead letters that are the only place of their line."""
    alone = span.ids(f"{feed}/") | {"$nor": [HAS_RECORD]}
    return Documents(dead_letters.COLLECTION, alone)


def stripes(db: Database[Document], documents: Documents) -> Iterator[Stripe]:
    """The offsets that the documents come from, by partition and start."""
    start = {"$subtract": ["$kafka.offset", _PLACE]}
    stages: list[Document] = [
        {"$match": documents.match},
        {
            "$group": {
                "_id": {"partition": "$kafka.partition", "start": start},
                "count": {"$sum": 1},
                "bits": {"$sum": _BIT},
                "parted": {"$sum": {"$cond": [{"$gt": ["$kafka.parts", None]}, 1, 0]}},
            }
        },
        {"$sort": {"_id.partition": 1, "_id.start": 1}},
    ]
    for row in db[documents.collection].aggregate(stages, allowDiskUse=True):
        key = row["_id"]
        yield Stripe(
            key["partition"], int(key["start"]), row["count"], int(row["bits"]), row["parted"]
        )


@dataclass(frozen=True, slots=True)
class Place:
    """The documents of one offset: how many, and of those that are parts the sums that tell them.

    ``fewest`` and ``most`` are what they say of the number of parts, 0 where a document is none.
    """

    documents: int
    fewest: int = 0
    most: int = 0
    part_sum: int = 0
    square_sum: int = 0

    def __add__(self, other: "Place") -> "Place":
        """Those of both collections."""
        return Place(
            self.documents + other.documents,
            min(self.fewest, other.fewest),
            max(self.most, other.most),
            self.part_sum + other.part_sum,
            self.square_sum + other.square_sum,
        )

    @property
    def is_whole(self) -> bool:
        """Whether each part is there once: their number, sum and sum of squares are right."""
        last = self.most - 1
        sums = (last * self.most // 2, last * self.most * (2 * last + 1) // 6)
        is_one_count = self.fewest == self.most == self.documents
        return is_one_count and (self.part_sum, self.square_sum) == sums


def places(
    db: Database[Document], documents: Documents, within: Sequence[Stripe]
) -> dict[Offset, Place]:
    """What the documents of these stripes come to, by partition and offset."""
    starts = {(stripe.partition, stripe.start) for stripe in within}
    if not starts:
        return {}
    match = documents.match
    if len(starts) <= _STRIPES_NAMED:
        match = {"$and": [match, {"$or": [_of_stripe(*start) for start in sorted(starts)]}]}
    parts = {"$ifNull": ["$kafka.parts", 0]}
    part = {"$toLong": {"$ifNull": ["$kafka.part", 0]}}
    stages: list[Document] = [
        {"$match": match},
        {
            "$group": {
                "_id": {"partition": "$kafka.partition", "offset": "$kafka.offset"},
                "documents": {"$sum": 1},
                "fewest": {"$min": parts},
                "most": {"$max": parts},
                "part_sum": {"$sum": part},
                "square_sum": {"$sum": {"$multiply": [part, part]}},
            }
        },
    ]
    found = {}
    for row in db[documents.collection].aggregate(stages, allowDiskUse=True):
        partition, offset = row["_id"]["partition"], int(row["_id"]["offset"])
        if (partition, offset - offset % STRIPE) in starts:
            found[partition, offset] = Place(
                row["documents"],
                row["fewest"],
                row["most"],
                int(row["part_sum"]),
                int(row["square_sum"]),
            )
    return found


def part_numbers(db: Database[Document], documents: Documents, offset: Offset) -> Iterator[int]:
    """The part of each document of the offset, in no order; those that are none are left out."""
    match = documents.match | {"kafka.partition": offset[0], "kafka.offset": offset[1]}
    for row in db[documents.collection].find(match, {"kafka": 1}):
        if "part" in row["kafka"]:
            yield row["kafka"]["part"]


def _of_stripe(partition: int, start: int) -> Document:
    return {"kafka.partition": partition, "kafka.offset": {"$gte": start, "$lt": start + STRIPE}}


@dataclass
class Committed:
    """What a query has committed of one topic, over all its checkpoints.

    ``first`` is where each partition's first batch began, ``earliest`` when the topic's first line
    was received, ``latest`` when the last of each partition was.
    """

    topic: str
    topic_id: str
    ranges: list[OffsetRange]
    first: dict[int, int] = field(default_factory=dict)
    earliest: datetime | None = None
    latest: dict[int, datetime] = field(default_factory=dict)


def committed(db: Database[Document], query: str, since: datetime | None = None) -> list[Committed]:
    """The ledger of a query by topic, the earliest first.

    With ``since``, of batches that took no line received before it.
    """
    topics: dict[str, Committed] = {}
    match = _of_batches(query)
    if since:
        match["ranges.min_received_at"] = {"$not": {"$lt": since}}
    for row in db[ledger.COLLECTION].find(match):
        for entry in row["ranges"]:
            _add(topics, entry)
    for topic in topics.values():
        topic.ranges = ledger.merged(topic.ranges)
    return sorted(topics.values(), key=lambda topic: topic.earliest or _FAR)


def counted_rows(
    db: Database[Document], query: str, ranges: Sequence[OffsetRange]
) -> Iterator[tuple[list[OffsetRange], int]]:
    """Each batch that took some of ``ranges``: its offsets, and how many lines they were."""
    for offsets in ranges:
        for row in rows_over(db, query, offsets):
            yield [_range(entry) for entry in row["ranges"]], row["rows_in"]


def rows_over(db: Database[Document], query: str, offsets: OffsetRange) -> Iterator[Document]:
    """The ledger's rows of batches that took some of the offsets."""
    taken = {
        "topic_id": offsets.topic_id,
        "partition": offsets.partition,
        "from_offset": {"$lt": offsets.until_offset},
        "until_offset": {"$gt": offsets.from_offset},
    }
    yield from db[ledger.COLLECTION].find(_of_batches(query) | {"ranges": {"$elemMatch": taken}})


def lost(db: Database[Document], query: str) -> list[OffsetRange]:
    """The offsets of the query that a person gave up, merged."""
    rows = db[ledger.COLLECTION].find(_of_query(query) | {"state": ledger.LOST})
    return ledger.merged([_range(entry) for row in rows for entry in row["ranges"]])


_FAR = datetime.max.replace(tzinfo=UTC)
_MERGED_AT = 10_000


def _add(topics: dict[str, Committed], entry: Document) -> None:
    offsets = _range(entry)
    topic = topics.setdefault(offsets.topic_id, Committed(offsets.topic, offsets.topic_id, []))
    topic.ranges.append(offsets)
    start = topic.first.setdefault(offsets.partition, offsets.from_offset)
    topic.first[offsets.partition] = min(start, offsets.from_offset)
    if len(topic.ranges) > _MERGED_AT:
        topic.ranges = ledger.merged(topic.ranges)
    earliest = entry.get("min_received_at")
    if earliest:
        topic.earliest = min(topic.earliest or earliest, earliest)
    latest = entry.get("max_received_at")
    if latest:
        topic.latest[offsets.partition] = max(topic.latest.get(offsets.partition, latest), latest)


def _of_query(query: str) -> Document:
    """The query's rows, which lie together."""
    return {"_id": {"$gte": f"{query}/", "$lt": f"{query}0"}}


def _of_batches(query: str) -> Document:
    return _of_query(query) | {"state": {"$ne": ledger.LOST}}


def _range(entry: Document) -> OffsetRange:
    return OffsetRange(
        entry["topic"],
        entry["topic_id"],
        entry["partition"],
        int(entry["from_offset"]),
        int(entry["until_offset"]),
    )
