"""The sink of ``ingest``: each row of a batch to exactly one place, however often it is written."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timezone

from py4j.protocol import Py4JJavaError
from pymongo.collection import Collection
from pymongo.database import Database
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from millrace.config import Feed, Mongo
from millrace.io.mongo.client import Document, connector_options, database
from millrace.records import dead_letters, ledger
from millrace.records.documents import documents, letters
from millrace.records.ledger import Batch, OffsetRange, Received

_log = logging.getLogger(__name__)
_DUPLICATE_KEY = "E11000"
_IDS_A_REQUEST = 10_000


def sink(mongo: Mongo, feed: Feed) -> Callable[[DataFrame, Batch], None]:
    """A function that writes one batch of parsed and enriched rows, each to exactly one place.

    Records are inserted; where the server says that some exist, the batch is written again as
    replace-with-upsert. Dead letters are inserted where they are missing, so that their status
    stays. Whatever of the same Kafka records stood in the other place is removed. The batch's
    ledger row is written last. Writing a batch again changes nothing.
    """
    db = database(mongo)
    options = connector_options(mongo)

    def write(enriched: DataFrame, batch: Batch) -> None:
        found = _write_records(enriched, feed, batch, options)
        _write_letters(db, letters(enriched, feed.name), feed, batch, found, options)
        db[ledger.COLLECTION].replace_one({"_id": batch.key}, _row(batch, found), upsert=True)

    return write


def _write_records(
    enriched: DataFrame, feed: Feed, batch: Batch, options: dict[str, str]
) -> Document:
    """Inserts the records, or replaces them where some exist; returns the batch's statistics."""

    def save(operation: str) -> Document:
        # An observation ends with its first query, the failed ones included.
        seen = Observation()
        observed = enriched.observe(seen, *_statistics(batch.ranges))
        rows = documents(observed, feed.format, raw=feed.store_raw)
        _save(rows, feed.name, options | {"operationType": operation})
        return seen.get

    try:
        return save("insert")
    except (Py4JJavaError, PySparkException) as error:
        if _DUPLICATE_KEY not in str(error):
            raise
    _log.info("%s: some records are there already; replacing", batch.key)
    return save("replace")


def _statistics(ranges: tuple[OffsetRange, ...]) -> Iterator[Column]:
    yield F.count(F.lit(1)).alias("rows_in")
    yield F.count("reason").alias("rows_dead")
    for item in ranges:
        received = F.when(F.col("kafka.partition") == item.partition, F.unix_millis("received_at"))
        yield F.min(received).alias(f"earliest_{item.partition}")
        yield F.max(received).alias(f"latest_{item.partition}")


def _save(rows: DataFrame, collection: str, options: dict[str, str]) -> None:
    writer = rows.write.format("mongodb").mode("append").options(**options)
    writer.option("collection", collection).save()


def _write_letters(
    db: Database[Document],
    rows: DataFrame,
    feed: Feed,
    batch: Batch,
    found: Document,
    options: dict[str, str],
) -> None:
    stored = _letter_ids(db, feed, batch, found)
    if not found["rows_dead"]:
        _delete(db[dead_letters.COLLECTION], stored)
        return
    if stored:
        dead = {row["_id"] for row in rows.select("_id").collect()}
        _delete(db[dead_letters.COLLECTION], stored - dead)
        rows = rows.where(~F.col("_id").isin(*(stored & dead)))
    _save(rows, dead_letters.COLLECTION, options | {"operationType": "insert"})
    dead_now = _letter_ids(db, feed, batch, found)
    _delete(db[feed.name], {letter.partition("/")[2] for letter in dead_now})


def _letter_ids(db: Database[Document], feed: Feed, batch: Batch, found: Document) -> set[str]:
    """The ids of stored letters among the batch's Kafka records."""
    received = _received(batch, found).values()
    times = [time for span in received for time in (span.earliest, span.latest) if time]
    if not times:
        return set()
    earliest, latest = (max(0, int(t.timestamp() * 1000)) for t in (min(times), max(times)))
    within = [
        {
            "kafka.partition": r.partition,
            "kafka.offset": {"$gte": r.from_offset, "$lt": r.until_offset},
        }
        for r in batch.ranges
    ]
    between = {"$gte": f"{feed.name}/{earliest:013d}", "$lt": f"{feed.name}/{latest + 1:013d}"}
    letters = db[dead_letters.COLLECTION].find({"_id": between, "$or": within}, {"_id": 1})
    return {letter["_id"] for letter in letters}


def _delete(collection: Collection[Document], ids: set[str]) -> None:
    listed = sorted(ids)
    for start in range(0, len(listed), _IDS_A_REQUEST):
        collection.delete_many({"_id": {"$in": listed[start : start + _IDS_A_REQUEST]}})


def _received(batch: Batch, found: Document) -> dict[int, Received]:
    def instant(milliseconds: int | None) -> datetime | None:
        if milliseconds is None:
            return None
        return datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc)

    return {
        r.partition: Received(
            instant(found.get(f"earliest_{r.partition}")),
            instant(found.get(f"latest_{r.partition}")),
        )
        for r in batch.ranges
    }


def _row(batch: Batch, found: Document) -> Document:
    received = _received(batch, found)
    return {
        "_id": batch.key,
        "query": batch.query,
        "checkpoint_id": batch.checkpoint_id,
        "batch_id": batch.id,
        "committed_at": datetime.now(timezone.utc),
        "ranges": [
            asdict(r)
            | {
                "min_received_at": received[r.partition].earliest,
                "max_received_at": received[r.partition].latest,
            }
            for r in batch.ranges
        ],
        "rows_in": found["rows_in"],
        "rows_written": found["rows_in"] - found["rows_dead"],
        "rows_dead": found["rows_dead"],
    }
