"""Documents of a feed by the time of their receipt, newest first: their ids are in that order."""

from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.io.mongo.search import in_time, ms
from millrace.io.mongo.standing import ID_INDEX
from millrace.io.mongo.time_spans import TimeSpan


@dataclass(frozen=True)
class Received:
    """What is asked of a feed's documents that were received between two times.

    ``since`` is within, ``until`` is not. ``comment`` is told to the server's log.
    """

    feed: str
    match: Document
    since: datetime
    until: datetime
    comment: str = ""


def page(
    db: Database[Document], asked: Received, size: int, max_s: float, before: str | None = None
) -> list[Document]:
    """The first ``size`` that match, those ``before`` an id; raises OutOfTimeError."""
    with in_time():
        return list(
            db[asked.feed].find(
                _filter(asked, before),
                hint=ID_INDEX,
                sort=[("_id", -1)],
                limit=size,
                max_time_ms=ms(max_s),
                comment=asked.comment,
            )
        )


def count(db: Database[Document], asked: Received, limit: int, max_s: float) -> int:
    """How many match, counted up to ``limit``; raises OutOfTimeError."""
    with in_time():
        return db[asked.feed].count_documents(
            _filter(asked),
            hint=ID_INDEX,
            limit=limit,
            maxTimeMS=ms(max_s),
            comment=asked.comment,
        )


def _filter(asked: Received, before: str | None = None) -> Document:
    ids = TimeSpan(asked.since, asked.until).ids()
    if before is not None:
        ids["_id"]["$lt"] = min(before, ids["_id"]["$lt"])
    return {"$and": [ids, asked.match]}
