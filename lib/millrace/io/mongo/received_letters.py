"""Dead letters by the time of their receipt: the first of them, all of them, and how many.

Every query says by which index it is answered, and the server is told how long it may take.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import LETTERS_INDEX, Letter
from millrace.records.dead_letters import COLLECTION, STATUSES, Reason, Status


@dataclass(frozen=True)
class Received:
    """Letters of these feeds that were received from ``since`` on and before ``until``."""

    feeds: Sequence[str]
    since: datetime
    until: datetime
    statuses: Sequence[Status] = STATUSES
    reason: Reason | None = None

    @property
    def query(self) -> Document:
        """The same as a query of MongoDB's."""
        query: Document = {
            "feed": {"$in": list(self.feeds)},
            "status": {"$in": list(self.statuses)},
            "received_at": {"$gte": self.since, "$lt": self.until},
        }
        return query | ({"reason": self.reason} if self.reason else {})


def page(
    db: Database[Document],
    chosen: Received,
    after: tuple[datetime, str] | None,
    size: int,
    max_s: float,
) -> list[Letter]:
    """The first ``size`` letters, the newest first, ``after`` a time of receipt and an id.

    Raises pymongo's ExecutionTimeout where the server needs longer than ``max_s`` seconds.
    """
    match = chosen.query
    if after:
        time, id = after
        before = [{"received_at": {"$lt": time}}, {"received_at": time, "_id": {"$lt": id}}]
        match["received_at"]["$lte"] = time
        match["$or"] = before
    rows = db[COLLECTION].find(match, hint=LETTERS_INDEX)
    ordered = rows.sort([("received_at", DESCENDING), ("_id", DESCENDING)]).limit(size)
    return list(ordered.max_time_ms(_ms(max_s)))


def every(db: Database[Document], chosen: Received, session: ClientSession) -> Iterator[Letter]:
    """All of them as a stream, the newest first; those of the same time are in no order.

    Whatever ends it early raises an error of pymongo's.
    """
    # By that alone: the index has them in this order, so that the server need not sort them.
    order = [("received_at", DESCENDING)]
    found = db[COLLECTION].find(chosen.query, hint=LETTERS_INDEX, sort=order, session=session)
    with found:
        yield from found


def counts(db: Database[Document], chosen: Received, limit: int, max_s: float) -> list[Document]:
    """How many there are by ``feed``, ``reason`` and ``status``: ``n`` of each, the most first.

    ``limit`` rows at most. Raises pymongo's ExecutionTimeout where the server needs longer than
    ``max_s`` seconds.
    """
    keys = {name: f"${name}" for name in ("feed", "reason", "status")}
    stages: list[Document] = [
        {"$match": chosen.query},
        {"$group": {"_id": keys, "n": {"$sum": 1}}},
        {"$sort": {"n": -1, "_id": 1}},
        {"$limit": limit},
    ]
    found = db[COLLECTION].aggregate(stages, hint=LETTERS_INDEX, maxTimeMS=_ms(max_s))
    return [row["_id"] | {"n": row["n"]} for row in found]


def _ms(seconds: float) -> int:
    return max(1, round(1000 * seconds))
