"""The sink of cleansed topics: an entity's rows as the store has them, by their keys.

A batch tells which keys have changed. Their rows are read from the store, once that has taken the
batch: so the last record of each key is the row that the store has, whatever was sent twice, late,
or without all of its values.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import bson
from pyspark.sql import Row

from millrace.config import Feed, Kafka, Mongo, UnreachableError
from millrace.io import kafka as broker
from millrace.io.kafka.publish import LARGEST_RECORD, Publisher
from millrace.io.mongo import newest_batch
from millrace.io.mongo.change_batches import ledger_row
from millrace.io.mongo.client import Document, database
from millrace.io.mongo.collections import prepare_ledger
from millrace.io.sink import MicroBatch, OutputMode
from millrace.records import ledger
from millrace.records.entities import CHANGE, Entity
from millrace.records.entity_json import encoded, key_json, row_json
from millrace.records.write_result import WriteResult
from millrace.transform.changes import KEY

_AT_ONCE = 1_000  # keys
_WAIT_S, _POLL_S = 20.0, 0.2
_SETTINGS = {"cleanup.policy": "compact", "max.message.bytes": str(LARGEST_RECORD)}

_log = logging.getLogger(__name__)


class CleansedSink:
    """Writes the rows of the keys that batches of changes (``transform.changes``) tell to a topic.

    At least once, and the last one of a key is right: the topic has one partition, and is written
    by this query alone. The batch's ledger row is written last.
    """

    name = "kafka"
    output_mode: OutputMode = "append"

    def __init__(
        self, kafka: Kafka, mongo: Mongo, feed: Feed, entity: Entity, topic: str, store: str
    ) -> None:
        """Writes to ``topic`` what the query ``store`` has stored."""
        self._kafka, self._feed, self._entity, self._topic = kafka, feed, entity, topic
        self._store = store
        self._db = database(mongo)

    def prepare(self) -> None:
        """Creates the topic where it is missing, with one partition, to be compacted."""
        prepare_ledger(self._db)
        broker.create_topics(self._kafka, [self._topic], 1, _SETTINGS)
        policy = broker.topic_settings(self._kafka, self._topic)["cleanup.policy"]
        if "compact" not in policy:
            _log.warning("topic %s: cleanup.policy is %s, expected compact", self._topic, policy)

    def write(self, batch: MicroBatch) -> WriteResult:
        """Writes the batch; where it is written again, rows come again, none that is older."""
        with batch.span("read which keys have changed"):
            told = batch.rows.select("op", "key", "partition", "offset", "received_ms").collect()
        with batch.span("wait for the store", system="mongodb"):
            self._wait(batch)
        changes = [row for row in told if row["op"]]
        with batch.span("write rows", system=self.name), self._publisher() as out:
            for key, document in self._rows(changes):
                out.put(key, self._value(document), _headers(document))
        result = WriteResult(rows_in=len(told))
        with batch.span("write the ledger", system="mongodb"):
            made = ledger_row(batch, [_counts(told, len(changes))] if told else [], result)
            self._db[ledger.COLLECTION].replace_one({"_id": batch.key}, made, upsert=True)
        return result

    def _publisher(self) -> Publisher:
        return Publisher(self._kafka, self._topic)

    def _wait(self, batch: MicroBatch) -> None:
        """Waits until the store has the batch; raises UnreachableError where that takes long."""
        deadline = time.monotonic() + _WAIT_S
        while not self._is_stored(batch):
            if time.monotonic() > deadline:
                # The batch is tried again: it is stored by another query of the same job.
                raise UnreachableError(f"{self._store} has not stored this batch yet")
            time.sleep(_POLL_S)

    def _is_stored(self, batch: MicroBatch) -> bool:
        newest = newest_batch.newest(self._db, self._store)
        ends = newest.until_offsets if newest else {}
        return all(ends.get(own.partition, 0) >= own.until_offset for own in batch.ranges)

    def _rows(self, changes: Sequence[Row]) -> Iterator[tuple[bytes, Document | None]]:
        """The keys that have changed, as they are sent, each with what the store has of it."""
        keys = iter(dict.fromkeys(bytes(row["key"]) for row in changes if row["op"] != "t"))
        truncates = [row["offset"] for row in changes if row["op"] == "t"]
        stored = self._db[self._entity.name]
        while some := list(islice(keys, _AT_ONCE)):
            wanted = [bson.decode(one)[KEY] for one in some]
            found = {self._key(one["_id"]): one for one in stored.find({"_id": {"$in": wanted}})}
            yield from found.items()
            # The store keeps keys that are deleted: but not for ever.
            yield from ((key, None) for key in map(self._key, wanted) if key not in found)
        if truncates:
            emptied: Document = {f"{CHANGE}.deleted": True, f"{CHANGE}.op": "t"}
            emptied[f"{CHANGE}.kafka.offset"] = {"$in": truncates}
            yield from ((self._key(one["_id"]), one) for one in stored.find(emptied))

    def _key(self, key: Any) -> bytes:
        return encoded(key_json(self._entity, key))

    def _value(self, document: Document | None) -> bytes | None:
        if document is None or document[CHANGE].get("deleted"):
            return None
        names = [field.name for field in self._entity.fields if field.name in document]
        return encoded(row_json(self._entity, {name: document[name] for name in names}))


def _headers(document: Document | None) -> dict[str, bytes]:
    """The change that made a row so: its kind, and where it is in the log of its source."""
    change: Document = document[CHANGE] if document else {}
    place = ",".join(map(str, change.get("position", ())))
    headers = {"op": str(change.get("op", "d")).encode(), "position": place.encode()}
    committed = change.get("committed_at")
    return headers | ({"committed_at": committed.isoformat().encode()} if committed else {})


def _counts(told: Iterable[Row], written: int) -> Document:
    times = [row["received_ms"] for row in told]
    earliest, latest = min(times), max(times)
    partition = next(iter(told))["partition"]
    return {
        "rows_written": written,
        "partition": partition,
        "earliest_ms": earliest,
        "latest_ms": latest,
    }
