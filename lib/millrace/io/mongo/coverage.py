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

_PLACE: Document = {"$mod": ["$kafka.offset", STRIPE]}
# A table of powers: cheaper for the server than $pow.
_BIT: Document = {"$arrayElemAt": [[Int64(1 << place) for place in range(STRIPE)], _PLACE]}


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
            }
        },
        {"$sort": {"_id.partition": 1, "_id.start": 1}},
    ]
    for row in db[documents.collection].aggregate(stages, allowDiskUse=True):
        key = row["_id"]
        yield Stripe(key["partition"], int(key["start"]), row["count"], int(row["bits"]))


def offsets(
    db: Database[Document], documents: Documents, within: Sequence[Stripe]
) -> Iterator[tuple[int, int]]:
    """The partition and offset of each document of these stripes, in no order."""
    places = [
        {
            "kafka.partition": stripe.partition,
            "kafka.offset": {"$gte": stripe.start, "$lt": stripe.start + STRIPE},
        }
        for stripe in within
    ]
    if not places:
        return
    for row in db[documents.collection].find(documents.match | {"$or": places}, {"kafka": 1}):
        yield row["kafka"]["partition"], int(row["kafka"]["offset"])


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
        taken = {
            "topic_id": offsets.topic_id,
            "partition": offsets.partition,
            "from_offset": {"$lt": offsets.until_offset},
            "until_offset": {"$gt": offsets.from_offset},
        }
        match = _of_batches(query) | {"ranges": {"$elemMatch": taken}}
        for row in db[ledger.COLLECTION].find(match):
            yield [_range(entry) for entry in row["ranges"]], row["rows_in"]


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
