"""Ids of orphaned and duplicate documents."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from millrace.io.mongo import letters
from millrace.io.mongo.client import Document
from millrace.records.ledger import OffsetRange
from millrace.records.received import record_id

NAMED = 20


def stray_ids(
    db: Database[Document],
    feed: str,
    doubled: Sequence[OffsetRange],
    extra: Sequence[OffsetRange],
) -> list[str]:
    """The ids, 20 at most, of records that came from no line.

    All of the offsets ``extra``; of the ``doubled`` those whose id is not that of their own line.
    """
    ids = [row["_id"] for row in _at(db, feed, extra)]
    ids += [row["_id"] for row in _at(db, feed, doubled) if row["_id"] != _own_id(row)]
    return sorted(ids)[:NAMED]


def received(db: Database[Document], feed: str, ranges: Sequence[OffsetRange]) -> list[datetime]:
    """When the lines of the records at these offsets were received."""
    return [row["received_at"].astimezone(UTC) for row in _at(db, feed, ranges)]


def _at(db: Database[Document], feed: str, ranges: Sequence[OffsetRange]) -> list[Any]:
    if not ranges:
        return []
    query = {"$or": letters.places(ranges)}
    return list(db[feed].find(query, {"kafka": 1, "received_at": 1}))


def _own_id(row: Document) -> str:
    milliseconds = max(0, round(row["received_at"].timestamp() * 1000))
    kafka = row["kafka"]
    return record_id(milliseconds, kafka["partition"], int(kafka["offset"]), kafka.get("part"))
