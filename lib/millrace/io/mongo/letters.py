"""Dead letters in MongoDB: found, and moved through their life.

A letter is ``new`` until a person settles it: ``discarded``, ``resolved``, or ``requeued``, which
lasts until its line is parsed again and ends as ``resolved`` or as ``new``. A letter that is
requeued, or was resolved that way (``resolution`` says so), stands beside the record that came of
it; every other letter is the only place of its line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from bson.raw_bson import RawBSONDocument
from pymongo import DESCENDING, DeleteOne, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from millrace.io.mongo.client import Document
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records.dead_letters import COLLECTION, OPEN, Reason, Status
from millrace.records.ledger import OffsetRange

Letter = dict[str, Any]
T = TypeVar("T")

LETTERS_INDEX = "feed_status_time"  # by feed and status, then by when they were received

_DUPLICATE_KEY = 11000
_IDS_A_REQUEST = 10_000
HAS_RECORD: Document = {"$or": [{"status": "requeued"}, {"resolution": "requeued"}]}


@dataclass(frozen=True)
class Filter:
    """Which letters are meant; what is not given does not narrow them."""

    ids: tuple[str, ...] = ()
    feed: str | None = None
    reason: Reason | None = None
    since: datetime | None = None
    statuses: tuple[Status, ...] = ()

    @property
    def query(self) -> Document:
        """The same as a query of MongoDB's."""
        query: Document = {}
        if self.ids:
            query["_id"] = {"$in": list(self.ids)}
        if self.feed:
            query["feed"] = self.feed
        if self.reason:
            query["reason"] = self.reason
        if self.since:
            query["received_at"] = {"$gte": self.since}
        if self.statuses:
            query["status"] = {"$in": list(self.statuses)}
        return query


def find(db: Database[Document], chosen: Filter, *, limit: int = 0) -> Iterator[Letter]:
    """The letters, the newest first; ``limit`` 0 is all of them."""
    return iter(db[COLLECTION].find(chosen.query).sort("received_at", DESCENDING).limit(limit))


def snapshot(db: Database[Document], chosen: Filter) -> Iterator[Letter]:
    """The letters that there are now, by id, read as they are taken: their bytes may be many.

    What is changed meanwhile, so that the filter leaves it out, is left out; nothing comes twice.
    """
    ids = sorted(row["_id"] for row in db[COLLECTION].find(chosen.query, {"_id": 1}))
    for some in _portions(ids):
        yield from db[COLLECTION].find({"$and": [chosen.query, {"_id": {"$in": some}}]})


def is_cut(letter: Letter) -> bool:
    """Whether the letter holds only the first bytes of what came."""
    return "raw_bytes" in letter


def counts(db: Database[Document], chosen: Filter) -> list[Document]:
    """How many there are by ``feed``, ``reason`` and ``status``: ``n`` of each, the most first."""
    keys = {name: f"${name}" for name in ("feed", "reason", "status")}
    stages: list[Document] = [
        {"$match": chosen.query},
        {"$group": {"_id": keys, "n": {"$sum": 1}}},
        {"$sort": {"n": -1, "_id": 1}},
    ]
    return [row["_id"] | {"n": row["n"]} for row in db[COLLECTION].aggregate(stages)]


def settle(db: Database[Document], chosen: Filter, status: Status, note: str | None) -> int:
    """Marks the open ones among the letters as discarded or resolved; returns how many."""
    marks = {"status": status, "resolution": "manual", "settled_at": _now()}
    query = {"$and": [chosen.query, {"status": {"$in": list(OPEN)}}]}
    change = {"$set": marks | ({"note": note} if note else {})}
    return db[COLLECTION].update_many(query, change).modified_count


def count_open(db: Database[Document], chosen: Filter) -> int:
    """How many of the letters are open."""
    query = {"$and": [chosen.query, {"status": {"$in": list(OPEN)}}]}
    return db[COLLECTION].count_documents(query)


def claim(db: Database[Document], ids: Sequence[str], line: bytes | None) -> None:
    """Marks letters as requeued, before their records are written; keeps an edited line."""
    marks: Document = {"status": "requeued"} | ({} if line is None else {"line": line})
    for some in _portions(ids):
        db[COLLECTION].update_many({"_id": {"$in": some}}, {"$set": marks})


def resolve_requeued(db: Database[Document], ids: Sequence[str]) -> None:
    """Marks letters as resolved whose records are written."""
    marks = {"status": "resolved", "resolution": "requeued", "settled_at": _now()}
    for some in _portions(ids):
        db[COLLECTION].update_many({"_id": {"$in": some}}, {"$set": marks})


def put_back(db: Database[Document], still_dead: Sequence[Document]) -> None:
    """Marks letters as new again, with today's ``reason``, ``detail`` and ``parser_version``."""
    changes = [
        UpdateOne(
            {"_id": row["_id"]},
            {"$set": row | {"status": "new"}, "$unset": {"line": ""}},
        )
        for row in still_dead
    ]
    if changes:
        db[COLLECTION].bulk_write(changes, ordered=False)


def insert_missing(db: Database[Document], made: Sequence[RawBSONDocument]) -> None:
    """Inserts those of the letters that are not there; one that is stays as it is."""
    for some in _portions(made):
        try:
            db[COLLECTION].insert_many(some, ordered=False)
        except BulkWriteError as error:
            others = [
                each for each in error.details["writeErrors"] if each["code"] != _DUPLICATE_KEY
            ]
            if others or error.details["writeConcernErrors"]:
                raise


def within(
    db: Database[Document],
    feed: str,
    ranges: Sequence[OffsetRange],
    span: TimeSpan,
) -> dict[str, bool]:
    """The ids of letters of these offsets and times of receipt; whether each has a record."""
    rows = db[COLLECTION].find(span.ids(f"{feed}/") | {"$or": places(ranges)}, _MARKS)
    return {
        row["_id"]: row["status"] == "requeued" or row.get("resolution") == "requeued"
        for row in rows
    }


def edited(db: Database[Document], feed: str, ranges: Sequence[OffsetRange]) -> list[str]:
    """The ids of records of these offsets that were written from an edited line."""
    rows = db[COLLECTION].find(
        {"feed": feed, "line": {"$exists": True}, "$and": [{"$or": places(ranges)}, HAS_RECORD]},
        {"_id": 1},
    )
    return [row["_id"].partition("/")[2] for row in rows]


def remove(db: Database[Document], ids: set[str]) -> None:
    """Removes letters whose lines are records now, but for those that stand beside a record."""
    if ids:
        # One by one: with many ids in one query a clustered collection is read from the first of
        # them to the last.
        removals = [DeleteOne({"_id": id, "$nor": [HAS_RECORD]}) for id in sorted(ids)]
        db[COLLECTION].bulk_write(removals, ordered=False)


_MARKS = {"status": 1, "resolution": 1}


def places(ranges: Sequence[OffsetRange]) -> list[Document]:
    """What a document of any of these offsets matches: the branches of an ``$or``."""
    return [
        {
            "kafka.partition": r.partition,
            "kafka.offset": {"$gte": r.from_offset, "$lt": r.until_offset},
        }
        for r in ranges
    ]


def _portions(items: Sequence[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), _IDS_A_REQUEST):
        yield list(items[start : start + _IDS_A_REQUEST])


def _now() -> datetime:
    return datetime.now(UTC)
