"""Rows of an entity, by key: as they are now, or as they were at a time before, by its history.

Keys are those of the store, where the key of what is deleted stays. Of each the row at a time is
the last version that was committed by then: by position, then by arrival.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import ExecutionTimeout

from millrace.io.mongo.client import Document
from millrace.io.mongo.search import OutOfTimeError
from millrace.records.entities import CHANGE, RESERVED
from millrace.records.history import COLLECTION, KEY_ORDER, collection

_SLICE, _SLICE_AS_OF = 2_000, 500  # keys that are looked at in one question
_IS_THERE: Document = {f"{CHANGE}.deleted": {"$ne": True}}
_LATEST_FIRST = {"order": -1, "_id": -1}
_OF_ROW = ("row", "key", "_id", "order", "superseded_at", "unknown")  # of a version: not its change


@dataclass(frozen=True)
class Row:
    """A row: its key, its fields, the change that made it so, and fields that are not known.

    ``fields`` is None of what is deleted.
    """

    key: Any
    fields: Mapping[str, Any] | None
    change: Mapping[str, Any]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Which rows of an entity are meant: those whose fields match, now or as of a time.

    ``match`` makes a filter of MongoDB's over fields that have its argument before their names.
    ``comment`` is told to the server's log.
    """

    entity: str
    match: Callable[[str], Document]
    as_of: datetime | None = None
    comment: str = ""


@dataclass(frozen=True)
class Page:
    """Rows in the order of their keys. There may be more after ``reached``, if it is not None."""

    items: list[Row]
    reached: Any


def begins_at(
    db: Database[Document], entity: str, days: int | None, now: datetime
) -> datetime | None:
    """The first time at which the rows of an entity can be told; None where nothing was stored.

    ``days`` is how long its history is kept.
    """
    row = db[COLLECTION].find_one({"_id": entity})
    if row is None:
        return None
    begun: datetime = row["begins_at"].astimezone(UTC)
    return max(begun, now - timedelta(days=days)) if days else begun


def page(db: Database[Document], asked: Asked, size: int, max_s: float, after: Any = None) -> Page:
    """The first ``size`` rows that match, those with a key after ``after`` if it is not None.

    Once ``max_s`` seconds are over, what was found by then is the answer. Raises OutOfTimeError
    where not even some hundred keys can be looked at in that time.
    """
    ends_at = time.monotonic() + max_s
    items: list[Row] = []
    truncate = _truncate(db, asked.entity, asked.as_of, max_s) if asked.as_of else None
    try:
        while True:
            left_s = max(0.001, ends_at - time.monotonic())
            until = _slice_end(db, asked, after, left_s)
            keys = _between(after, until)
            items += _of_slice(db, asked, keys, truncate, size - len(items), left_s)
            if len(items) == size:
                return Page(items, items[-1].key)
            if until is None:
                return Page(items, None)
            after = until
            if time.monotonic() > ends_at:
                return Page(items, after)
    except ExecutionTimeout:
        if after is None:
            raise OutOfTimeError from None
        return Page(items, after)


def count(db: Database[Document], asked: Asked, most: int, max_s: float) -> int | None:
    """How many rows match now, ``most`` at most; None where it takes longer than ``max_s``."""
    match = {"$and": [_IS_THERE, asked.match("")]}
    try:
        return db[asked.entity].count_documents(
            match, limit=most, maxTimeMS=_ms(max_s), comment=asked.comment
        )
    except ExecutionTimeout:
        return None


def rows(db: Database[Document], entity: str) -> int:
    """How many rows an entity has, as the server estimates."""
    deleted = db[entity].count_documents({f"{CHANGE}.deleted": True})
    return max(0, db[entity].estimated_document_count() - deleted)


def row(
    db: Database[Document], entity: str, key: Any, as_of: datetime | None, max_s: float
) -> Row | None:
    """The row of a key; None where there was none by then. Of what is deleted, that it is."""
    if as_of is None:
        found = db[entity].find_one({"_id": key}, max_time_ms=_ms(max_s))
        return _now(found) if found else None
    match = {"key": key, "committed_at": {"$lte": as_of}}
    latest = [("order", -1), ("_id", -1)]
    version = db[collection(entity)].find_one(
        match, sort=latest, hint=KEY_ORDER, max_time_ms=_ms(max_s)
    )
    truncate = _truncate(db, entity, as_of, max_s)
    if version is None:
        return None
    if truncate and (truncate["order"], truncate["_id"]) > (version["order"], version["_id"]):
        version = truncate | {"key": key}
    return of_version(version)


def of_version(version: Document) -> Row:
    """The row that a version of the history tells."""
    change = {name: value for name, value in version.items() if name not in _OF_ROW}
    return Row(version["key"], version.get("row"), change, tuple(version.get("unknown", ())))


def _now(document: Document) -> Row:
    change = {name: value for name, value in document[CHANGE].items() if name != "deleted"}
    is_deleted = document[CHANGE].get("deleted", False)
    fields = {name: value for name, value in document.items() if name not in RESERVED}
    return Row(document["_id"], None if is_deleted else fields, change)


def _truncate(
    db: Database[Document], entity: str, as_of: datetime, max_s: float
) -> Document | None:
    """The last truncate that was committed by then."""
    match = {"key": None, "op": "t", "committed_at": {"$lte": as_of}}
    latest = [("order", -1), ("_id", -1)]
    return db[collection(entity)].find_one(
        match, sort=latest, hint=KEY_ORDER, max_time_ms=_ms(max_s)
    )


def _slice_end(db: Database[Document], asked: Asked, after: Any, max_s: float) -> Any:
    """The last key of the next slice; None where there are no more keys than it has."""
    step = _SLICE_AS_OF if asked.as_of else _SLICE
    found = db[asked.entity].find(_between(after, None), {"_id": 1}).sort("_id", 1)
    last = next(iter(found.skip(step).limit(1).max_time_ms(_ms(max_s))), None)
    return last["_id"] if last else None


def _between(after: Any, until: Any) -> Document:
    bounds = ({} if after is None else {"$gt": after}) | ({} if until is None else {"$lte": until})
    return {"_id": bounds} if bounds else {}


def _of_slice(
    db: Database[Document],
    asked: Asked,
    keys: Document,
    truncate: Document | None,
    size: int,
    max_s: float,
) -> list[Row]:
    """The first rows that match of a slice."""
    if asked.as_of is None:
        match = {"$and": [keys, _IS_THERE, asked.match("")]}
        found = db[asked.entity].find(match, comment=asked.comment).sort("_id", 1).limit(size)
        return [_now(one) for one in found.max_time_ms(_ms(max_s))]
    stages = [{"$match": keys}, {"$sort": {"_id": 1}}, *_as_of(asked, truncate), {"$limit": size}]
    told = db[asked.entity].aggregate(stages, maxTimeMS=_ms(max_s), comment=asked.comment)
    return [of_version(one) for one in told]


def _as_of(asked: Asked, truncate: Document | None) -> list[Document]:
    """The stages that make of each key of the store its version then, where there was a row."""
    last = [
        {"$match": {"committed_at": {"$lte": asked.as_of}}},
        {"$sort": _LATEST_FIRST},
        {"$limit": 1},
    ]
    history = collection(asked.entity)
    looked_up = {"from": history, "localField": "_id", "foreignField": "key", "as": "last"}
    was_there: list[Document] = [{"row": {"$exists": True}}, asked.match("row.")]
    if truncate:
        ahead, same = {"order": {"$gt": truncate["order"]}}, {"order": truncate["order"]}
        was_there.append({"$or": [ahead, same | {"_id": {"$gt": truncate["_id"]}}]})
    return [
        {"$lookup": looked_up | {"pipeline": last}},
        {"$unwind": "$last"},
        {"$replaceWith": "$last"},
        {"$match": {"$and": was_there}},
    ]


def _ms(seconds: float) -> int:
    return max(1, round(1000 * seconds))
