"""The sink of ``ingest``: each row of a batch to exactly one place, however often it is written."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial

from py4j.protocol import Py4JJavaError
from pymongo import DeleteOne
from pymongo.collection import Collection
from pymongo.database import Database
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Observation, Row
from pyspark.sql import functions as F

from millrace.config import Feed, Mongo
from millrace.crash import crash_between, crash_point
from millrace.io import receipt
from millrace.io.mongo import letters as stored_letters
from millrace.io.mongo.client import Document, at_once, connector_options, database
from millrace.io.mongo.rows import LONGEST_LETTER, documents, letter, letters, longest_letter
from millrace.io.mongo.spans import Span
from millrace.observe import steps
from millrace.records import bson, dead_letters, ledger, received
from millrace.records.ledger import Batch, OffsetRange, Received, Written

SYSTEM = "mongodb"
_log = logging.getLogger(__name__)
_MS = timedelta(milliseconds=1)
_DUPLICATE_KEY = "E11000"


def sink(
    mongo: Mongo, feed: Feed, severities: Sequence[str] = ()
) -> Callable[[DataFrame, Batch], Written]:
    """A function that writes one batch of refined rows, each to exactly one place.

    Records are inserted; where the server says that some exist, the batch is written again as
    replace-with-upsert. Dead letters ride back with the same pass over the lines, and are inserted
    where they are missing, so that their status stays; where there are too many for that, the lines
    are read once more for them. Whatever of the same Kafka records stood in the other place is
    removed, but for letters that were requeued: their records are what a person wanted. The batch's
    ledger row is written last. Writing a batch again changes nothing. It returns what the batch
    came to. Anomalies are counted by the names in ``severities``.
    """
    db = database(mongo)
    options = connector_options(mongo)

    def write(refined: DataFrame, batch: Batch) -> Written:
        step = partial(steps.step, refined.sparkSession, batch, system=SYSTEM)
        crash_point("before_mongo_write")
        with step("parse and insert records"):
            found = _write_records(db, refined, feed, batch, options, severities)
        crash_point("after_mongo_records")
        written = _written(found, severities)
        stored = _stored_letters(db, feed, batch, found)
        if written.rows_dead or stored:
            with step("write dead letters"):
                _write_letters(db, refined, stored, feed, batch, found, options)
        crash_point("before_ledger")
        row = _row(batch, found, written)
        with step("write the ledger"):
            db[ledger.COLLECTION].replace_one({"_id": batch.key}, row, upsert=True)
        return written

    return write


def _write_records(
    db: Database[Document],
    refined: DataFrame,
    feed: Feed,
    batch: Batch,
    options: dict[str, str],
    severities: Sequence[str],
) -> Document:
    """Inserts the records, or replaces them where some exist; returns the batch's statistics."""

    def save(operation: str, edited: list[str]) -> Document:
        # An observation ends with its first query, the failed ones included.
        seen = Observation()
        wanted = _statistics(feed, batch.ranges, refined.columns, severities)
        observed = refined.observe(seen, *wanted)
        rows = documents(observed, feed.format, raw=feed.store_raw)
        if edited:
            rows = rows.where(~F.col("_id").isin(edited))
        rows = crash_between("between_mongo_chunks", rows)
        bounded = options | at_once(feed.max_line_bytes)
        _save(rows, feed.name, bounded | {"operationType": operation})
        return seen.get

    try:
        return save("insert", [])
    except (Py4JJavaError, PySparkException) as error:
        if _DUPLICATE_KEY not in str(error):
            raise
    _log.info("%s: some records are there already; replacing", batch.key)
    return save("replace", stored_letters.edited(db, feed.name, batch.ranges))


def _statistics(
    feed: Feed, ranges: tuple[OffsetRange, ...], columns: list[str], severities: Sequence[str]
) -> Iterator[Column]:
    yield F.count(F.lit(1)).alias("rows_in")
    yield F.collect_list(F.when(F.col("is_carried"), letter(feed.name))).alias("carried")
    yield longest_letter()
    for reason in dead_letters.REASONS:
        yield F.count_if(F.col("reason") == reason).alias(f"reason_{reason}")
    if "template_id" in columns:
        has_message = F.col("reason").isNull() & F.col("message").isNotNull()
        yield F.count_if(has_message).alias("messages")
        yield F.count_if(has_message & F.col("template_id").isNull()).alias("unmatched")
    if severities:
        anomaly = F.col("anomaly")
        yield F.count_if(anomaly.isNotNull()).alias("anomalies")
        for severity in severities:
            yield F.count_if(anomaly["severity"] == severity).alias(f"severity_{severity}")
    is_plausible = receipt.plausible(F.col("received_at"))
    yield F.count_if(~is_plausible).alias("misdated")
    for item in ranges:
        is_own = is_plausible & (F.col("kafka.partition") == item.partition)
        milliseconds = F.when(is_own, F.unix_millis("received_at"))
        yield F.min(milliseconds).alias(f"earliest_{item.partition}")
        yield F.max(milliseconds).alias(f"latest_{item.partition}")


def _written(found: Document, severities: Sequence[str]) -> Written:
    reasons = {reason: found[f"reason_{reason}"] for reason in dead_letters.REASONS}
    return Written(
        found["rows_in"],
        {reason: count for reason, count in reasons.items() if count},
        found.get("messages", 0),
        found.get("unmatched", 0),
        _anomalies(found, severities),
    )


def _anomalies(found: Document, severities: Sequence[str]) -> dict[str, int]:
    """Records by severity; ``-`` are those whose score is below the lowest one."""
    named = {severity: found[f"severity_{severity}"] for severity in severities}
    unnamed = found.get("anomalies", 0) - sum(named.values())
    return {name: count for name, count in {**named, "-": unnamed}.items() if count}


def _save(rows: DataFrame, collection: str, options: dict[str, str]) -> None:
    writer = rows.write.format("mongodb").mode("append").options(**options)
    writer.option("collection", collection).save()


def _write_letters(
    db: Database[Document],
    refined: DataFrame,
    stored: dict[str, bool],
    feed: Feed,
    batch: Batch,
    found: Document,
    options: dict[str, str],
) -> None:
    count = sum(found[f"reason_{reason}"] for reason in dead_letters.REASONS)
    carried: list[Row] = found["carried"]
    if len(carried) == count:
        dead = {row["_id"] for row in carried}
        made = [bson.letter(_values(row)) for row in carried if row["_id"] not in stored]
        stored_letters.insert_missing(db, made)
    else:
        seen = Observation()
        is_dead = F.count_if(F.col("reason").isNotNull()).alias("letters")
        rows = letters(refined.observe(seen, is_dead), feed.name)
        if stored:
            known = rows.sparkSession.createDataFrame([(i,) for i in stored], "_id string")
            again = letters(refined, feed.name).select("_id")
            kept = known.join(again, "_id", "left_semi").collect()
            dead = {row["_id"] for row in kept}
            rows = rows.join(known, "_id", "left_anti").select(*dead_letters.COLUMNS)
        else:
            dead = set()
        bounded = options | at_once(found[LONGEST_LETTER])
        _save(rows, dead_letters.COLLECTION, bounded | {"operationType": "insert"})
        if seen.get["letters"] != count:
            # A line has no place then: the batch is tried again.
            raise RuntimeError(f"{seen.get['letters']} dead letters where there were {count}")
    stored_letters.remove(db, stored.keys() - dead)
    if count:
        stored = _stored_letters(db, feed, batch, found)
        alone = {letter for letter, has_record in stored.items() if not has_record}
        _delete(db[feed.name], {letter.partition("/")[2] for letter in alone})


def _values(carried: Row) -> Document:
    """A letter as it came back, by the kinds of values that are encoded."""
    values = carried.asDict(recursive=True)
    return values | {"raw": None if values["raw"] is None else bytes(values["raw"])}


def _stored_letters(
    db: Database[Document], feed: Feed, batch: Batch, found: Document
) -> dict[str, bool]:
    """The ids of stored letters among the batch's Kafka records; whether each has a record."""
    known = _received(batch, found).values()
    times = [time for one in known for time in (one.earliest, one.latest) if time]
    spans = [Span(min(times), max(times) + _MS)] if times else []
    if found["misdated"]:
        spans += Span(received.FIRST, received.END).implausible_beside()
    stored: dict[str, bool] = {}
    for span in spans:
        stored |= stored_letters.within(db, feed.name, batch.ranges, span)
    return stored


def _delete(collection: Collection[Document], ids: set[str]) -> None:
    # One by one: with many ids in one query a clustered collection is read from the first of them
    # to the last.
    if ids:
        collection.bulk_write([DeleteOne({"_id": id}) for id in sorted(ids)], ordered=False)


def _received(batch: Batch, found: Document) -> dict[int, Received]:
    def instant(milliseconds: int | None) -> datetime | None:
        return None if milliseconds is None else received.received_at(milliseconds)

    return {
        r.partition: Received(
            instant(found.get(f"earliest_{r.partition}")),
            instant(found.get(f"latest_{r.partition}")),
        )
        for r in batch.ranges
    }


def _row(batch: Batch, found: Document, written: Written) -> Document:
    known = _received(batch, found)
    return {
        "_id": batch.key,
        "query": batch.query,
        "checkpoint_id": batch.checkpoint_id,
        "batch_id": batch.id,
        "committed_at": datetime.now(UTC),
        "ranges": [
            asdict(r)
            | {
                "min_received_at": known[r.partition].earliest,
                "max_received_at": known[r.partition].latest,
            }
            for r in batch.ranges
        ],
        "rows_in": written.rows_in,
        "rows_written": written.rows_in - written.rows_dead,
        "rows_dead": written.rows_dead,
    }
