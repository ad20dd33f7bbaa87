"""The sink of ``changes``: each row as it is now in the operational store, never backwards."""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pyarrow as pa
from pymongo.database import Database

from millrace.config import Feed, Mongo
from millrace.config.entities import Entities
from millrace.io.failpoints import failpoint
from millrace.io.mongo import entity_changes, entity_history, entity_purge, entity_store
from millrace.io.mongo import letters as stored_letters
from millrace.io.mongo.change_batches import ledger_row
from millrace.io.mongo.client import Document, database
from millrace.io.mongo.collections import prepare_ledger
from millrace.io.mongo.time_spans import TimeSpan
from millrace.io.sink import MicroBatch, OutputMode
from millrace.parse.changes import Placed
from millrace.records import bson, dead_letters, ledger
from millrace.records.changes import PARSER_VERSION
from millrace.records.ledger import OffsetRange
from millrace.records.received import received_at, record_id, stored_us
from millrace.records.write_result import WriteResult
from millrace.transform.arrow import Columns
from millrace.transform.changes import change_of

_log = logging.getLogger(__name__)
_MS = timedelta(milliseconds=1)
_PURGES_EVERY_S = 3_600.0
_COUNTS = Columns(
    (
        ("rows_in", "bigint"),
        ("rows_written", "bigint"),
        ("reasons", "map<string,bigint>"),
        ("unknown", "array<string>"),
        ("partition", "int"),
        ("earliest_ms", "bigint"),
        ("latest_ms", "bigint"),
        ("committed_ms", "bigint"),
        ("late", "bigint"),
    )
)


@dataclass(frozen=True)
class _Target:
    """Where a task writes: small, as it goes to each of them."""

    mongo: Mongo
    entity: str
    topic: str
    topic_id: str


class ChangesSink:
    """Writes batches of changes (``transform.changes``) of one entity, and their dead letters.

    Tasks write: each change into the history, where it is missing, and of each key the last one,
    which a row that is ahead in position does not take. So a batch that is written again, or
    changes that a connector sends again, change nothing of the rows. Letters are inserted where
    they are missing. The batch's ledger row is written last.
    """

    name = "mongodb"
    output_mode: OutputMode = "append"

    def __init__(self, mongo: Mongo, feed: Feed, entities: Entities) -> None:
        self._mongo, self._feed, self._entities = mongo, feed, entities
        self._db = database(mongo)
        self._told: set[str] = set()
        self._purges_at = 0.0

    def prepare(self) -> None:
        """Creates collections, indexes and the view where they are missing."""
        prepare_ledger(self._db)
        entity_store.prepare(self._db, self._entities.all, self._entities.catalog)
        entity_history.prepare(self._db, self._feed.name, self._entities.history_days)
        self._purge()

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch; writing it again changes nothing."""
        failpoint("before_mongo_write")
        topic = batch.ranges[0]
        target = _Target(self._mongo, self._feed.name, topic.topic, topic.topic_id)
        with batch.span("write changes", system=self.name):
            counted = batch.rows.mapInArrow(partial(_written, target), _COUNTS.ddl).collect()
        failpoint("before_ledger")
        counts = [row.asDict(recursive=True) for row in counted]
        reasons: Counter[str] = Counter()
        for row in counts:
            reasons.update(row["reasons"])
        self._tell_unknown({name for row in counts for name in row["unknown"]})
        self._tell_late(sum(row["late"] for row in counts))
        rows_in = sum(row["rows_in"] for row in counts)
        result = WriteResult(
            rows_in=rows_in,
            parts_in=rows_in,
            reasons=dict(reasons),
            commit_to_store_s=_commit_to_store_s(counts),
        )
        with batch.span("write the ledger", system=self.name):
            made = ledger_row(batch, counts, result)
            self._db[ledger.COLLECTION].replace_one({"_id": batch.key}, made, upsert=True)
        self._purge()
        return result

    def _purge(self) -> None:
        """Purges now and then what was deleted longer ago than the history is kept."""
        days, now = self._entities.history_days, time.monotonic()
        if days is None or now < self._purges_at:
            return
        self._purges_at = now + _PURGES_EVERY_S
        count = entity_purge.purge(self._db, self._feed.name, days, datetime.now(UTC))
        if count:
            _log.info("%s: %d keys that were deleted are purged", self._feed.name, count)

    def _tell_late(self, count: int) -> None:
        if count:
            _log.warning(
                "%s: %d changes are older than what was purged, of keys that are not there, and are"
                " left out: run millrace reconcile --changes",
                self._feed.name,
                count,
            )

    def _tell_unknown(self, columns: set[str]) -> None:
        """Says of each column that is not declared, once: it may be new in the table."""
        for name in sorted(columns - self._told):
            self._told.add(name)
            _log.warning(
                "%s: the column %r is not declared and not stored: add it to the file of entities",
                self._feed.name,
                name,
            )


def _written(target: _Target, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Writes the rows of one task; what there was, for each Arrow batch and partition."""
    db = database(target.mongo)
    for batch in batches:
        by_partition: dict[int, list[Document]] = {}
        for row in batch.to_pylist():
            by_partition.setdefault(row["partition"], []).append(row)
        made = [_write(db, target, number, rows) for number, rows in by_partition.items()]
        if made:
            yield _COUNTS.batch(made)


def _write(
    db: Database[Document], target: _Target, partition: int, rows: Sequence[Document]
) -> tuple[Any, ...]:
    """Writes rows of one partition, which are in the order of their offsets."""
    changes = [
        Placed(change_of(row), row["offset"], row["received_ms"]) for row in rows if row["op"]
    ]
    late = entity_changes.write(db, target.entity, target.topic, partition, changes)
    dead = [row for row in rows if row["reason"]]
    _write_letters(db, target, partition, rows, dead)
    return (
        len(rows),
        len(changes) - late,
        Counter(row["reason"] for row in dead),
        sorted({name for one in changes for name in one.change.unknown}),
        partition,
        min(row["received_ms"] for row in rows),
        max(row["received_ms"] for row in rows),
        # A snapshot reads rows that were committed whenever.
        min((one.change.committed_ms for one in changes if one.change.op != "r"), default=None),
        late,
    )


def _commit_to_store_s(counts: Sequence[Document]) -> float | None:
    """How long ago the oldest change that was written was committed; None where there is none."""
    committed = [row["committed_ms"] for row in counts if row["committed_ms"] is not None]
    return max(0.0, time.time() - min(committed) / 1000) if committed else None


def _write_letters(
    db: Database[Document],
    target: _Target,
    partition: int,
    rows: Sequence[Document],
    dead: Sequence[Document],
) -> None:
    """Inserts letters that are missing, and removes those of records that are changes now."""
    letters = {letter["_id"]: letter for letter in (_letter(target, row) for row in dead)}
    stored_letters.insert_missing(db, [bson.letter(letter) for letter in letters.values()])
    places = [row["offset"] for row in rows]
    offsets = OffsetRange(target.topic, target.topic_id, partition, min(places), max(places) + 1)
    times = [received_at(row["received_ms"]) for row in rows]
    span = TimeSpan(min(times), max(times) + _MS)
    there = stored_letters.within(db, target.entity, [offsets], span)
    if there:
        understood = {_letter_id(target, row) for row in rows if not row["reason"]}
        stored_letters.remove(db, there.keys() & understood)


def _letter_id(target: _Target, row: Document) -> str:
    id = record_id(row["received_ms"], row["partition"], row["offset"])
    return f"{target.entity}/{id}"


def _letter(target: _Target, row: Document) -> Document:
    place = {"topic": target.topic, "partition": row["partition"], "offset": row["offset"]}
    return {
        "_id": _letter_id(target, row),
        "feed": target.entity,
        "kafka": place,
        "received_at": stored_us(row["received_ms"]),
        "raw": row["value"],
        "raw_bytes": row["raw_bytes"],
        "raw_sha256": row["raw_sha256"],
        "reason": row["reason"],
        "detail": row["detail"],
        "status": dead_letters.FIRST_STATUS,
        "parser_version": PARSER_VERSION,
    }
