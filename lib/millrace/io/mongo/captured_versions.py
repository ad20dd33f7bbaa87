"""The versions of an entity's history as another store takes them: those of some offsets, once.

Beside them there are late ones, which came into the history after the batch at whose offsets they
stand: what a mend stored, and what was a dead letter and has been requeued.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pymongo.database import Database

from millrace.io.mongo import coverage
from millrace.io.mongo.client import Document
from millrace.io.mongo.entity_history import MENDED
from millrace.io.mongo.letters import HAS_RECORD
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records import dead_letters
from millrace.records.history import collection
from millrace.records.ledger import OffsetRange

_AT_ONCE = 1_000
_MS = timedelta(milliseconds=1)


def committed(db: Database[Document], entity: str) -> list[OffsetRange]:
    """The offsets whose changes the history has; merged, the earliest topic first."""
    topics = coverage.committed(db, _query(entity))
    return [offsets for topic in topics for offsets in topic.ranges]


def span(db: Database[Document], entity: str, offsets: OffsetRange) -> TimeSpan | None:
    """When batches that took some of these offsets received theirs; None where that was none."""
    times: list[datetime] = []
    for row in coverage.rows_over(db, _query(entity), offsets):
        for entry in row["ranges"]:
            if entry["topic_id"] == offsets.topic_id and entry["min_received_at"]:
                times += (entry["min_received_at"], entry["max_received_at"])
    return TimeSpan(min(times), max(times) + _MS) if times else None


def versions(
    db: Database[Document], entity: str, ranges: Sequence[OffsetRange]
) -> Iterator[Document]:
    """The versions at these offsets, truncates among them, by topic and in order of receipt."""
    own = db[collection(entity)]
    for offsets in ranges:
        # A topic that was made again has the same offsets, but at another time.
        if within := span(db, entity, offsets):
            yield from own.find(
                within.ids()
                | {
                    "kafka.topic": offsets.topic,
                    "kafka.partition": offsets.partition,
                    "kafka.offset": {"$gte": offsets.from_offset, "$lt": offsets.until_offset},
                }
            )


def late(db: Database[Document], entity: str) -> Iterator[Document]:
    """All versions that came into the history after their batch, or of no batch."""
    own = db[collection(entity)]
    if MENDED in own.index_information():
        yield from own.find({"mended_at": {"$exists": True}}, hint=MENDED)
    letters = db[dead_letters.COLLECTION].find({"feed": entity} | HAS_RECORD, {"_id": 1})
    ids = (str(letter["_id"]).removeprefix(f"{entity}/") for letter in letters)
    while some := list(islice(ids, _AT_ONCE)):
        yield from own.find({"_id": {"$in": some}})


def truncates(db: Database[Document], entity: str) -> Iterator[Document]:
    """The versions that are truncates."""
    yield from db[collection(entity)].find({"key": None, "op": "t"})


def keys_until(db: Database[Document], entity: str, truncate: Document) -> list[Any]:
    """The keys that have a version which is not ahead of the truncate: those that it ended."""
    match = {"key": {"$ne": None}, "order": {"$lte": truncate["order"]}}
    stages: list[Document] = [{"$match": match}, {"$group": {"_id": "$key"}}]
    found = db[collection(entity)].aggregate(stages, allowDiskUse=True)
    return [row["_id"] for row in found]


def changes_since(db: Database[Document], entity: str, since: datetime) -> Iterator[Document]:
    """Where and when each version came, from a time of receipt on; truncates are left out."""
    match = TimeSpan(since).ids() | {"op": {"$ne": "t"}}
    yield from db[collection(entity)].find(match, {"kafka": 1, "received_at": 1})


def is_among(version: Document, ranges: Sequence[OffsetRange]) -> bool:
    """Whether a version stands at one of these offsets; one of no record stands at none."""
    kafka = version.get("kafka")
    return kafka is not None and any(
        (offsets.topic, offsets.partition) == (kafka["topic"], kafka["partition"])
        and offsets.from_offset <= kafka["offset"] < offsets.until_offset
        for offsets in ranges
    )


def _query(entity: str) -> str:
    return f"changes-{entity}"
