"""How far a feed's documents stand: what `ingest` has taken, what is gone, what was requeued."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import HAS_RECORD, LETTERS_INDEX
from millrace.io.mongo.search import OutOfTimeError, in_time, ms
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records import dead_letters, ledger
from millrace.records.dead_letters import STATUSES
from millrace.records.ledger import LOST, Received
from millrace.records.received import EPOCH, ID_DIGITS

Ends = Mapping[int, int]
"""By partition the offset after the last that was taken."""

ID_INDEX = "_id_"  # what MongoDB calls the order that clustered collections are kept in

_BATCHES = 50  # that are looked at for what was taken last
_LETTERS = 500
_MS = timedelta(milliseconds=1)


class UnknownError(Exception):
    """What was asked cannot be told within the bounds of a question."""


@dataclass(frozen=True)
class Taken:
    """The last batches of a feed's `ingest`, of one topic, the newest first.

    ``ends`` is how far each partition was taken by the newest of them.
    """

    topic_id: str
    ends: Ends
    _ranges: Sequence[Sequence[Document]]

    def received_until(self, partition: int) -> datetime:
        """Up to when all that was received is taken, by the broker's clock.

        Raises UnknownError where the last batches had nothing of the partition.
        """
        for ranges in self._ranges:
            for own in ranges:
                latest: datetime | None = own.get("max_received_at")
                if own["partition"] == partition and latest:
                    return latest
        raise UnknownError(f"nothing of partition {partition} was taken of late")

    def beyond(self, ends: Ends) -> Received:
        """When the first and the last of the lines were received that are beyond some ends.

        It may tell of earlier ones, too. Raises UnknownError where more batches have some.
        """
        found = [[own for own in ranges if _is_beyond(own, ends)] for ranges in self._ranges]
        if len(found) == _BATCHES and found[-1]:
            raise UnknownError(f"more than {_BATCHES} batches are beyond")
        earliest, latest = (
            [own[name] for ranges in found for own in ranges if own.get(name)]
            for name in ("min_received_at", "max_received_at")
        )
        return Received(min(earliest, default=None), max(latest, default=None))


def _is_beyond(own: Document, ends: Ends) -> bool:
    until = own["until_offset"]
    return bool(until > own["from_offset"] and until > ends.get(own["partition"], 0))


def taken(db: Database[Document], feed: str, max_s: float) -> Taken | None:
    """What the last batches of the feed took; None where there is none, or more than one topic."""
    match = {"query": f"ingest-{feed}", "state": {"$ne": LOST}}
    with in_time():
        rows = db[ledger.COLLECTION].find(match, {"ranges": 1}, hint=ledger.NEWEST_INDEX)
        newest = rows.sort("committed_at", -1).limit(_BATCHES).max_time_ms(ms(max_s))
        ranges = [row["ranges"] for row in newest]
    topics = {own["topic_id"] for batch in ranges for own in batch}
    if len(topics) != 1:
        return None
    ends = {own["partition"]: int(own["until_offset"]) for own in ranges[0]}
    return Taken(topics.pop(), ends, ranges)


def lost_until(db: Database[Document], feed: str) -> datetime | None:
    """When the last loss of lines was accepted that `ingest` never read; None where none was."""
    first = f"ingest-{feed}/{LOST}/"
    rows = db[ledger.COLLECTION].find({"_id": {"$gte": first, "$lt": f"{first[:-1]}0"}})
    return max((row["accepted_at"] for row in rows), default=None)


def kept_since(db: Database[Document], feed: str) -> datetime | None:
    """Since when all documents of lines are there that were received; None where none is.

    That is when the first one was received: what is deleted by age goes in that order.
    """
    first = db[feed].find_one({}, {"_id": 1}, sort=[("_id", 1)])
    return EPOCH + int(first["_id"][:ID_DIGITS]) * _MS if first else None


def begins_at(db: Database[Document], feed: str) -> datetime | None:
    """When the first line was received that the feed's ledger tells of; None where it has none."""
    match = {"query": f"ingest-{feed}", "committed_at": {"$type": "date"}}
    rows = db[ledger.COLLECTION].find(match, hint=ledger.NEWEST_INDEX)
    for row in rows.sort("committed_at", 1).limit(1):
        times = [own.get("min_received_at") for own in row["ranges"]]
        return min((one for one in times if one), default=None)
    return None


def requeued(
    db: Database[Document], feed: str, received: datetime, settled: datetime, max_s: float
) -> list[str]:
    """The ids of documents that came of letters, received from a time on, other than of their line.

    That is: since ``settled``, or of an edited line. Raises UnknownError where there are too many.
    """
    since = {"settled_at": {"$gte": settled}}
    other = {"$or": [{"line": {"$exists": True}}, {"status": "requeued"}, since]}
    match = _of_status(feed, ("requeued", "resolved"), received) | {"$and": [HAS_RECORD, other]}
    found = _letters(db, match, _LETTERS + 1, max_s)
    if len(found) > _LETTERS:
        raise UnknownError(f"more than {_LETTERS} letters were requeued")
    return [id.partition("/")[2] for id in found]


def has_letters(db: Database[Document], feed: str, received: datetime, max_s: float) -> bool:
    """Whether there is a letter, received from a time on, that is the only place of its line."""
    match = {**_of_status(feed, STATUSES, received), "$nor": [HAS_RECORD]}
    return bool(_letters(db, match, 1, max_s))


def has_any(db: Database[Document], feed: str, match: Document, hint: str, max_s: float) -> bool:
    """Whether a document matches; raises OutOfTimeError."""
    with in_time():
        return bool(db[feed].find_one(match, {"_id": 1}, hint=hint, max_time_ms=ms(max_s)))


def any_dated(
    db: Database[Document], feed: str, ids: Sequence[str], times: Document, max_s: float
) -> bool:
    """Whether one of the documents is of these times; raises OutOfTimeError."""
    ends_at = time.monotonic() + max_s
    # One by one: with many ids in one query a clustered collection is read from the first of them
    # to the last.
    for id in ids:
        if time.monotonic() > ends_at:
            raise OutOfTimeError
        if has_any(db, feed, {"_id": id, "timestamp": times}, ID_INDEX, max_s):
            return True
    return False


def received_within(received: Received) -> Document:
    """What the ids of documents match that were received so."""
    until = received.latest + _MS if received.latest else None
    return TimeSpan(received.earliest, until).ids()


def _of_status(feed: str, statuses: Sequence[str], received: datetime) -> Document:
    """What the index of letters serves."""
    return {"feed": feed, "status": {"$in": list(statuses)}, "received_at": {"$gte": received}}


def _letters(db: Database[Document], match: Document, limit: int, max_s: float) -> list[str]:
    with in_time():
        rows = db[dead_letters.COLLECTION].find(match, {"_id": 1}, hint=LETTERS_INDEX)
        return [row["_id"] for row in rows.limit(limit).max_time_ms(ms(max_s))]
