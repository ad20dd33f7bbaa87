"""Documents of a feed by time, newest or oldest first: each question has an index and a bound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ExecutionTimeout, OperationFailure

from millrace.io.mongo.client import Document
from millrace.io.mongo.question import Question


@dataclass(frozen=True)
class Place:
    """Where a document stands: its time, then its id. What comes after it has it or has it not."""

    time: datetime
    id: str
    is_included: bool = False


_OUT_OF_MEMORY = 292  # of a stage that may use no disk


class OutOfTimeError(Exception):
    """The server did not answer within the time that the question was given."""


def page(
    db: Database[Document], asked: Question, size: int, max_s: float, after: Place | None = None
) -> list[Document]:
    """The first ``size`` matches, those ``after`` a place, in the order of time and id.

    Raises OutOfTimeError where the server needs longer than ``max_s`` seconds for one of its at
    most three questions.
    """
    found = _same_time(db, asked, after.time, size, max_s, after) if after else []
    times = asked.span
    if after:
        times = times | {"$lt" if asked.newest_first else "$gt": after.time}
    left = size - len(found)
    if not left:
        return found
    rest = _found(db, asked, times, left + 1, max_s)
    if len(rest) <= left:
        return found + _in_order(rest, asked)
    # There are more: of the last time there may be others, that come before these by their ids.
    last = rest[-1]["timestamp"]
    before = [document for document in rest if document["timestamp"] != last]
    same = _same_time(db, asked, last, left - len(before), max_s)
    return found + _in_order(before, asked) + same


def count(db: Database[Document], asked: Question, limit: int, max_s: float) -> int:
    """How many match, counted up to ``limit``; raises OutOfTimeError."""
    with in_time():
        return db[asked.feed].count_documents(
            asked.filter(asked.span),
            hint=asked.index,
            limit=limit,
            maxTimeMS=ms(max_s),
            comment=asked.comment,
        )


def count_newest(db: Database[Document], asked: Question, candidates: int, max_s: float) -> int:
    """How many of the newest so many candidates match; raises OutOfTimeError.

    Candidates are what the index leads to: no more of them are read.
    """
    stages: list[Document] = [
        {"$sort": {"timestamp": -1}},
        {"$limit": candidates},
        {"$match": asked.match},
        {"$count": "lines"},
    ]
    return sum(row["lines"] for row in grouped(db, replace(asked, match={}), stages, max_s))


def grouped(
    db: Database[Document], asked: Question, stages: Sequence[Document], max_s: float
) -> list[Document]:
    """What the stages make of the matches; raises OutOfTimeError."""
    pipeline = [{"$match": asked.filter(asked.span)}, *stages]
    with in_time():
        return list(
            db[asked.feed].aggregate(
                pipeline, hint=asked.index, maxTimeMS=ms(max_s), comment=asked.comment
            )
        )


def grouped_of_each(
    db: Database[Document], asked: Sequence[Question], stages: Sequence[Document], max_s: float
) -> list[Document]:
    """The same of several questions, which share the time; raises OutOfTimeError."""
    share_s = max_s / max(1, len(asked))
    return [row for one in asked for row in grouped(db, one, stages, share_s)]


def every(
    db: Database[Document], asked: Question, batch: int, session: ClientSession | None = None
) -> Iterator[Document]:
    """All matches by time, as a stream; those of the same time are in no order.

    It ends where there are no more; whatever ends it earlier raises an error of pymongo's.
    """
    direction = -1 if asked.newest_first else 1
    found = db[asked.feed].find(
        asked.filter(asked.span),
        hint=asked.index,
        sort=[("timestamp", direction)],
        batch_size=batch,
        comment=asked.comment,
        session=session,
    )
    with found:
        yield from found


def one(db: Database[Document], feed: str, id: str, max_s: float) -> Document | None:
    """The document of that id; None where there is none."""
    with in_time():
        return db[feed].find_one({"_id": id}, max_time_ms=ms(max_s))


class in_time:  # noqa: N801
    """Has the server's refusal to go on as an OutOfTimeError, for lack of time or of memory."""

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, ExecutionTimeout):
            raise OutOfTimeError from None
        if isinstance(error, OperationFailure) and error.code == _OUT_OF_MEMORY:
            raise OutOfTimeError from None


def _found(
    db: Database[Document], asked: Question, times: Document, limit: int, max_s: float
) -> list[Document]:
    direction = -1 if asked.newest_first else 1
    with in_time():
        return list(
            db[asked.feed].find(
                asked.filter(times),
                hint=asked.index,
                sort=[("timestamp", direction)],
                limit=limit,
                max_time_ms=ms(max_s),
                comment=asked.comment,
            )
        )


def _same_time(
    db: Database[Document],
    asked: Question,
    time: datetime,
    limit: int,
    max_s: float,
    after: Place | None = None,
) -> list[Document]:
    """The first matches of one time, by their ids: the server sorts no more than those."""
    sign, direction = ("$lt", -1) if asked.newest_first else ("$gt", 1)
    match = asked.filter({"$eq": time})
    if after is not None:
        match["$and"].append({"_id": {f"{sign}e" if after.is_included else sign: after.id}})
    with in_time():
        return list(
            db[asked.feed].find(
                match,
                hint=asked.index,
                sort=[("_id", direction)],
                limit=limit,
                max_time_ms=ms(max_s),
                comment=asked.comment,
            )
        )


def _in_order(documents: list[Document], asked: Question) -> list[Document]:
    return sorted(
        documents, key=lambda own: (own["timestamp"], own["_id"]), reverse=asked.newest_first
    )


def ms(seconds: float) -> int:
    """Seconds in the milliseconds that the server takes, of which 0 would be no bound."""
    return max(1, round(seconds * 1000))
