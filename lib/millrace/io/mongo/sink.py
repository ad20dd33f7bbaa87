"""The sink of ``ingest``: each row of a batch to exactly one place, however often it is written."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from py4j.protocol import Py4JJavaError
from pymongo import DeleteOne
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, Row
from pyspark.sql import functions as F

from millrace.config import Feed, Mongo
from millrace.io.failpoints import failpoint, failpoint_between
from millrace.io.mongo import letters as stored_letters
from millrace.io.mongo import statistics
from millrace.io.mongo.client import Document, at_once, connector_options, database
from millrace.io.mongo.collections import prepare
from millrace.io.mongo.ledger import MongoLedger
from millrace.io.mongo.rows import LONGEST_LETTER, documents, letters
from millrace.io.mongo.time_spans import TimeSpan
from millrace.io.sink import MicroBatch, OutputMode
from millrace.records import bson, dead_letters, ledger, received
from millrace.records.formats import Format
from millrace.records.ledger import Batch, declared
from millrace.records.write_result import WriteResult

_log = logging.getLogger(__name__)
_MS = timedelta(milliseconds=1)
_DUPLICATE_KEY = "E11000"


class MongoSink:
    """Writes batches of records and letters (``stage.to_records``), each to exactly one place.

    Records are inserted; where the server says that some exist, the batch is written again as
    replace-with-upsert. Dead letters ride back with the same pass over the lines, and are inserted
    where they are missing, so that their status stays; where there are too many for that, the lines
    are read once more for them. Whatever of the same Kafka records stood in the other place is
    removed, but for letters that were requeued: their records are what a person wanted. The batch's
    ledger row is written last.
    """

    name = "mongodb"
    output_mode: OutputMode = "append"

    def __init__(
        self,
        mongo: Mongo,
        feed: Feed,
        severities: Sequence[str] = (),
        formats: Sequence[Format] = (),
        *,
        has_templates: bool = False,
    ) -> None:
        """Anomalies are counted by the names in ``severities``, unmatched messages if asked for.

        The ledger's rows name the declared ones of ``formats``, with version and digest.
        """
        self._declared = declared(formats)
        self._mongo, self._feed, self._severities = mongo, feed, severities
        self._has_templates = has_templates
        self._db = database(mongo)
        self._options = connector_options(mongo)

    def prepare(self) -> None:
        """Creates collections and indexes that are missing."""
        prepare(self._mongo, self._feed)
        for name in MongoLedger(self._mongo, self._feed).redeclared(self._declared):
            _log.warning(
                "formats.%s: the declaration has changed and its version has not: raise formats.%s"
                ".version, so that records tell by which one they were parsed",
                name,
                name,
            )

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch; writing it again changes nothing."""
        failpoint("before_mongo_write")
        with batch.span("parse and insert records", system=self.name):
            counts = self._write_records(batch)
        failpoint("after_mongo_records")
        result = statistics.result(counts, self._severities)
        stored = self._stored_letters(batch, counts)
        if result.rows_dead or stored:
            with batch.span("write dead letters", system=self.name):
                self._write_letters(batch, counts, stored, result.rows_dead)
        failpoint("before_ledger")
        with batch.span("write the ledger", system=self.name):
            row = _ledger_row(batch, counts, result)
            if self._declared:
                row[ledger.FORMATS] = self._declared
            self._db[ledger.COLLECTION].replace_one({"_id": batch.key}, row, upsert=True)
        return result

    def _write_records(self, batch: MicroBatch) -> Document:
        """Inserts the records, or replaces them where some exist; the batch's statistics."""
        try:
            return self._save_records(batch, "insert", [])
        except (Py4JJavaError, PySparkException) as error:
            if _DUPLICATE_KEY not in str(error):
                raise
        _log.info("%s: some records already exist; replacing them", batch.key)
        edited = stored_letters.edited(self._db, self._feed.name, batch.ranges)
        return self._save_records(batch, "replace", edited)

    def _save_records(self, batch: MicroBatch, operation: str, edited: list[str]) -> Document:
        # An observation ends with its first query, the failed ones included.
        seen = Observation()
        counted = statistics.observed(
            self._feed, batch.ranges, self._severities, has_templates=self._has_templates
        )
        observed = batch.rows.observe(seen, *counted)
        rows = documents(observed, self._feed.layout, raw=self._feed.store_raw)
        if edited:
            rows = rows.where(~F.col("_id").isin(edited))
        rows = failpoint_between("between_mongo_chunks", rows)
        bounded = self._options | at_once(self._feed.max_line_bytes)
        _save(rows, self._feed.name, bounded | {"operationType": operation})
        return seen.get

    def _write_letters(
        self, batch: MicroBatch, counts: Document, stored: dict[str, bool], count: int
    ) -> None:
        """Writes the ``count`` letters, and leaves each Kafka record in one place only."""
        carried: list[Row] = counts["carried"]
        if len(carried) == count:
            dead = self._insert_carried(carried, stored)
        else:
            dead = self._insert_again(batch, counts[LONGEST_LETTER], stored, count)
        stored_letters.remove(self._db, stored.keys() - dead)
        if count:
            now = self._stored_letters(batch, counts)
            self._delete_records(letter for letter, has_record in now.items() if not has_record)

    def _insert_carried(self, carried: list[Row], stored: dict[str, bool]) -> set[str]:
        """Inserts letters that came back with the records; the ids of all of them."""
        made = [bson.letter(_values(row)) for row in carried if row["_id"] not in stored]
        stored_letters.insert_missing(self._db, made)
        return {row["_id"] for row in carried}

    def _insert_again(
        self, batch: MicroBatch, longest: int, stored: dict[str, bool], count: int
    ) -> set[str]:
        """Reads the batch again for its letters; the ids of those that were stored before."""
        seen = Observation()
        is_dead = F.count_if(F.col("reason").isNotNull()).alias("letters")
        rows = letters(batch.rows.observe(seen, is_dead), self._feed.name)
        dead: set[str] = set()
        if stored:
            known = rows.sparkSession.createDataFrame([(id,) for id in stored], "_id string")
            again = letters(batch.rows, self._feed.name).select("_id")
            dead = {row["_id"] for row in known.join(again, "_id", "left_semi").collect()}
            rows = rows.join(known, "_id", "left_anti").select(*dead_letters.COLUMNS)
        bounded = self._options | at_once(longest)
        _save(rows, dead_letters.COLLECTION, bounded | {"operationType": "insert"})
        if seen.get["letters"] != count:
            # A line has no place then: the batch is tried again.
            raise RuntimeError(f"read {seen.get['letters']} dead letters, expected {count}")
        return dead

    def _stored_letters(self, batch: MicroBatch, counts: Document) -> dict[str, bool]:
        """The ids of stored letters among the batch's Kafka records; whether each has a record."""
        known = statistics.times(counts, batch).values()
        times = [time for one in known for time in (one.earliest, one.latest) if time]
        spans = [TimeSpan(min(times), max(times) + _MS)] if times else []
        if counts["misdated"]:
            spans += TimeSpan(received.FIRST, received.END).implausible_beside()
        stored: dict[str, bool] = {}
        for span in spans:
            stored |= stored_letters.within(self._db, self._feed.name, batch.ranges, span)
        return stored

    def _delete_records(self, letter_ids: Iterable[str]) -> None:
        # One by one: with many ids in one query a clustered collection is read from the first of
        # them to the last.
        ids = sorted(id.partition("/")[2] for id in letter_ids)
        if ids:
            records = self._db[self._feed.name]
            records.bulk_write([DeleteOne({"_id": id}) for id in ids], ordered=False)


def _save(rows: DataFrame, collection: str, options: dict[str, str]) -> None:
    writer = rows.write.format("mongodb").mode("append").options(**options)
    writer.option("collection", collection).save()


def _values(carried: Row) -> Document:
    """A letter as it came back, by the kinds of values that are encoded."""
    values = carried.asDict(recursive=True)
    return values | {"raw": None if values["raw"] is None else bytes(values["raw"])}


def _ledger_row(batch: Batch, counts: Document, result: WriteResult) -> Document:
    known = statistics.times(counts, batch)
    parts_in = result.parts_in or 0
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
        "rows_in": result.rows_in or 0,
        "parts_in": parts_in,
        "rows_written": parts_in - result.rows_dead,
        "rows_dead": result.rows_dead,
    }
