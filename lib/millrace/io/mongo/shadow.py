"""The shadow of a feed in MongoDB: what its lines come to today, beside what is stored of them.

Records of a replay stand in ``<feed>_replay``, its dead letters in ``dead_letters_replay``, under
the ids that they have, or would have, in the collections that they are held against.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import CursorNotFound
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from millrace.config import Feed, Mongo
from millrace.io.mongo.client import Document, at_once, connector_options, create_missing, database
from millrace.io.mongo.rows import LONGEST_LETTER, documents, letters, longest_letter
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records import REPLAY_SUFFIX, dead_letters

LETTERS = dead_letters.COLLECTION + REPLAY_SUFFIX

_OPEN: Document = {"status": dead_letters.FIRST_STATUS}
_MARKS = {"status": 1, "resolution": 1}


@dataclass(frozen=True)
class Counted:
    """How many lines were replayed, and how many of them are dead letters now."""

    lines: int
    letters: int


@dataclass(frozen=True)
class Sides:
    """Four streams of documents in the order of the ids of their records: made now, and stored."""

    made_records: Iterator[Document]
    made_letters: Iterator[Document]
    records: Iterator[Document]
    letters: Iterator[Document]


def records_of(feed: Feed) -> str:
    """The name of the collection with the records of the feed's shadow."""
    return feed.name + REPLAY_SUFFIX


def empty(mongo: Mongo, feed: Feed) -> None:
    """Makes the feed's shadow anew, without a document."""
    drop(mongo, feed)
    db = database(mongo)
    for name in (records_of(feed), LETTERS):
        # That of the letters may be there already: feeds share it.
        create_missing(db, name, clusteredIndex={"key": {"_id": 1}, "unique": True})


def drop(mongo: Mongo, feed: Feed) -> None:
    """Removes the feed's shadow."""
    db = database(mongo)
    db[records_of(feed)].drop()
    db[LETTERS].delete_many({"_id": {"$gte": f"{feed.name}/", "$lt": f"{feed.name}0"}})


def write(mongo: Mongo, feed: Feed, refined: DataFrame) -> Counted:
    """Writes refined rows to the shadow, as ``sink`` writes them to the feed's collections."""
    # Replaced rather than inserted: a task may be tried again.
    options = connector_options(mongo) | {"operationType": "replace"}
    seen = Observation()
    observed = refined.observe(
        seen,
        F.count(F.lit(1)).alias("lines"),
        F.count_if(F.col("reason").isNotNull()).alias("letters"),
        longest_letter(),
    )
    rows = documents(observed, feed.layout, raw=feed.store_raw)
    _save(rows, records_of(feed), options | at_once(feed.max_line_bytes))
    counts = seen.get
    if counts["letters"]:
        _save(letters(refined, feed.name), LETTERS, options | at_once(counts[LONGEST_LETTER]))
    return Counted(counts["lines"], counts["letters"])


def sides(mongo: Mongo, feed: Feed, start: datetime, until: datetime) -> Sides:
    """The feed's documents and letters received in [start, until), those of the shadow and stored.

    They are read as they are taken, whatever the pauses between.
    """
    db = database(mongo)
    span, own = TimeSpan(start, until), f"{feed.name}/"
    return Sides(
        _between(db[records_of(feed)], span.first, span.end),
        _between(db[LETTERS], own + span.first, own + span.end),
        _between(db[feed.name], span.first, span.end),
        _between(db[dead_letters.COLLECTION], own + span.first, own + span.end),
    )


def has_record(letter: Document) -> bool:
    """Whether the letter stands beside the record that came of it when it was requeued."""
    return letter["status"] == "requeued" or letter.get("resolution") == "requeued"


def put_records(mongo: Mongo, feed: Feed, records: Sequence[Document]) -> None:
    """Writes the records, each in place of what stands under its id; their letters go.

    A letter that a person settled stays. Where that happened since the records were compared, it
    stays alone. The records are written before anything is removed.
    """
    db = database(mongo)
    ids = [record["_id"] for record in records]
    named = {"_id": {"$in": [f"{feed.name}/{one}" for one in ids]}}
    stored, stored_letters = db[feed.name], db[dead_letters.COLLECTION]

    def settled() -> list[str]:
        marked = stored_letters.find(named, _MARKS)
        return [row["_id"].partition("/")[2] for row in marked if not has_record(row)]

    def replace(some: Sequence[Document]) -> None:
        _bulk(stored, [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in some])

    replace(records)
    stored_letters.delete_many(named | _OPEN)
    kept = settled()
    stored.delete_many({"_id": {"$in": kept}})
    _mend(stored, [one for one in records if one["_id"] not in kept], replace)


def put_letters(mongo: Mongo, feed: Feed, made: Sequence[Document]) -> None:
    """Writes the letters that are missing and brings the new ones up to date; their records go.

    A letter that a person settled stays as it is, and so does the record beside one. The letters
    are written before anything is removed.
    """
    db = database(mongo)
    stored = db[dead_letters.COLLECTION]

    def put(some: Sequence[Document]) -> None:
        _bulk(stored, [change for letter in some for change in _changes(letter)])

    put(made)
    ids = [letter["_id"] for letter in made]
    existing = stored.find({"_id": {"$in": ids}}, _MARKS)
    alone = [row["_id"].partition("/")[2] for row in existing if not has_record(row)]
    db[feed.name].delete_many({"_id": {"$in": alone}})
    _mend(stored, made, put)


def _changes(letter: Document) -> Iterator[UpdateOne]:
    one = {"_id": letter["_id"]}
    today = {key: value for key, value in letter.items() if key not in ("_id", "status")}
    gone = {key: "" for key in dead_letters.COLUMNS if key not in letter}
    yield UpdateOne(one, {"$setOnInsert": today | _OPEN}, upsert=True)
    yield UpdateOne(one | _OPEN, {"$set": today} | ({"$unset": gone} if gone else {}))


def _mend(
    collection: Collection[Document],
    documents: Sequence[Document],
    write: Callable[[Sequence[Document]], None],
) -> None:
    """Writes those again that a batch of ``ingest``, with another parser, took away meanwhile."""
    existing = collection.find({"_id": {"$in": [one["_id"] for one in documents]}}, {"_id": 1})
    there = {row["_id"] for row in existing}
    write([one for one in documents if one["_id"] not in there])


def _bulk(collection: Collection[Document], requests: list[Any]) -> None:
    if requests:
        collection.bulk_write(requests, ordered=False)


def _between(collection: Collection[Document], first: str, end: str) -> Iterator[Document]:
    """The documents with ids from ``first`` to ``end`` (not included), in order."""
    bounds = {"$gte": first, "$lt": end}
    while True:
        try:
            for document in collection.find({"_id": bounds}).sort("_id", 1):
                yield document
                bounds = {"$gt": document["_id"], "$lt": end}
            return
        except CursorNotFound:
            continue  # The server forgets a cursor that waits for ten minutes.


def _save(rows: DataFrame, collection: str, options: dict[str, str]) -> None:
    rows.write.format("mongodb").mode("append").options(**options).option(
        "collection", collection
    ).save()
