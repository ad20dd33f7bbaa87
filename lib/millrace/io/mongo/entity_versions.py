"""The versions that a row had, by its history, the last first: its own changes, and truncates."""

import heapq
from itertools import islice
from typing import Any

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records.history import KEY_ORDER, collection

Place = tuple[str, str]
"""Where a version stands: its position, as a text that sorts, and its id."""

_LATEST_FIRST = [("order", -1), ("_id", -1)]
_EARLIEST_FIRST = [("order", 1), ("_id", 1)]


def place(version: Document) -> Place:
    """Where a version stands."""
    return version["order"], version["_id"]


def page(
    db: Database[Document],
    entity: str,
    key: Any,
    size: int,
    max_s: float,
    after: Place | None = None,
) -> list[Document]:
    """The first ``size`` versions, those ``after`` a place; truncates are among them.

    Raises pymongo's ExecutionTimeout where the server needs longer than ``max_s`` seconds.
    """
    own, max_ms = db[collection(entity)], max(1, round(1000 * max_s))
    first = own.find_one({"key": key}, sort=_EARLIEST_FIRST, hint=KEY_ORDER, max_time_ms=max_ms)
    if first is None:
        return []
    before = _before(after)
    # A truncate that came before there was a row did nothing to it.
    truncates: Document = {"$and": [{"key": None, "op": "t"}, _from(place(first)), before]}
    found = [
        own.find(match, hint=KEY_ORDER, max_time_ms=max_ms).sort(_LATEST_FIRST).limit(size)
        for match in ({"$and": [{"key": key}, before]}, truncates)
    ]
    return list(islice(heapq.merge(*found, key=place, reverse=True), size))


def _before(after: Place | None) -> Document:
    if after is None:
        return {}
    order, id = after
    return {
        "order": {"$lte": order},
        "$or": [{"order": {"$lt": order}}, {"order": order, "_id": {"$lt": id}}],
    }


def _from(first: Place) -> Document:
    order, id = first
    return {
        "order": {"$gte": order},
        "$or": [{"order": {"$gt": order}}, {"order": order, "_id": {"$gte": id}}],
    }
