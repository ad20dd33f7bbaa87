"""Whether the operational store is equal to the databases that it is a copy of, key by key.

Both change meanwhile. So the source is read first, then a marker is written to it and waited for:
once the store has taken all that was in Kafka when the marker came, it has each change that the
source had when it was read. Keys that differ then may only be ahead: those are read again, with a
marker of their own, until they agree or have differed unchanged.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import bson
from pymongo.database import Database

from millrace.config import Changes, Config, entities
from millrace.errors import JobError
from millrace.io import kafka, mongo, sources
from millrace.io.kafka.awaited import comes, end_offset
from millrace.io.mongo import entity_store, mends
from millrace.io.mongo.client import Document
from millrace.parse.changes.latest import identity
from millrace.proof.rows import Row, digest, of_source
from millrace.records import capture
from millrace.records.entities import Entity

ROUNDS = 5
_AT_ONCE = 1_000  # keys a request
_POLL_S = 0.5
_ABSENT: Any = object()


@dataclass
class Compared:
    """What was found of an entity: keys by what is wrong with them, and those that keep changing.

    ``rejected`` are rows whose values cannot be stored, with the reason; they are dead letters.
    """

    entity: str
    rows: int = 0
    missing: list[Any] = field(default_factory=list)
    differing: list[Any] = field(default_factory=list)
    undeleted: list[Any] = field(default_factory=list)
    rejected: dict[Any, str] = field(default_factory=dict)
    changing: int = 0
    mended: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether each key that could be judged is the same in both."""
        return not (self.missing or self.differing or self.undeleted)


@dataclass(frozen=True)
class _Suspect:
    """A key that is not the same in both: its row there, and its document here."""

    key: Any
    row: Row | None
    document: Document | None

    @property
    def fingerprint(self) -> tuple[bytes | None, bytes | None]:
        """What is another once either side has changed."""
        here = identity(self.document) if self.document else None
        return (digest(self.row.values) if self.row else None), here


def compare(conf: Config, entity: Entity, *, mend: bool, patience_s: float) -> Compared:
    """Compares an entity's rows with the store, and mends what differs if asked to.

    Raises JobError where connector or job do not get past what was read within ``patience_s``.
    """
    assert conf.changes is not None
    result, db = Compared(entity.name), mongo.database(conf.mongo)
    known = {}
    for columns in sources.rows(conf.changes, entity):
        row = of_source(entity, columns)
        known[identity(row.key)] = None if row.rejected else _digest(row)
        result.rows += 1
    _wait(conf, conf.changes, entity, patience_s)
    keys = list(_differing(db, entity, known))
    before: dict[bytes, _Suspect] = {}
    for number in range(ROUNDS):
        now = {identity(one.key): one for one in _looked_at(conf.changes, db, entity, keys)}
        settled = [
            one
            for id, one in now.items()
            if id in before and before[id].fingerprint == one.fingerprint
        ]
        _judge(result, settled)
        if mend:
            result.mended += _mend(db, entity, settled)
        done = {identity(one.key) for one in settled}
        before = {id: one for id, one in now.items() if id not in done}
        keys = [one.key for one in before.values()]
        if not keys:
            break
        if number < ROUNDS - 1:
            _wait(conf, conf.changes, entity, patience_s)
    result.changing = len(keys)
    return result


def _digest(row: Row) -> tuple[bytes, frozenset[str]]:
    return digest(row.values, row.uncompared), row.uncompared


def _differing(
    db: Database[Document],
    entity: Entity,
    known: dict[bytes, tuple[bytes, frozenset[str]] | None],
) -> Iterator[Any]:
    """The keys that are not the same in both; of ``known`` those are left that are not here."""
    for document in db[entity.name].find():
        there = known.pop(identity(document["_id"]), _ABSENT)
        if there is _ABSENT:
            if not document["change"].get("deleted"):
                yield document["_id"]
        elif there is None or _is_other(document, *there):
            yield document["_id"]
    for id in known:
        yield bson.decode(id)[""]


def _is_other(document: Document, there: bytes, uncompared: frozenset[str]) -> bool:
    is_deleted = document["change"].get("deleted", False)
    return is_deleted or digest(entity_store.fields(document), uncompared) != there


def _looked_at(
    changes: Changes, db: Database[Document], entity: Entity, keys: Sequence[Any]
) -> Iterator[_Suspect]:
    """Those of the keys that are not the same in both now."""
    some = iter(keys)
    while part := list(islice(some, _AT_ONCE)):
        wanted = [tuple(key.values()) if isinstance(key, dict) else (key,) for key in part]
        rows = [of_source(entity, columns) for columns in sources.rows(changes, entity, wanted)]
        by_key = {identity(row.key): row for row in rows}
        documents = {identity(d["_id"]): d for d in db[entity.name].find({"_id": {"$in": part}})}
        for key in part:
            row, document = by_key.get(identity(key)), documents.get(identity(key))
            is_here = document is not None and not document["change"].get("deleted")
            if row is None and not is_here:
                continue
            if row and not row.rejected and document and not _is_other(document, *_digest(row)):
                continue
            yield _Suspect(key, row, document)


def _judge(result: Compared, settled: Sequence[_Suspect]) -> None:
    for one in settled:
        is_here = one.document is not None and not one.document["change"].get("deleted")
        if one.row is None:
            result.undeleted.append(one.key)
        elif one.row.rejected:
            result.rejected[str(one.key)] = one.row.rejected
        elif is_here:
            result.differing.append(one.key)
        else:
            result.missing.append(one.key)


def _mend(db: Database[Document], entity: Entity, settled: Sequence[_Suspect]) -> int:
    """Writes the rows as they were read, where the store has not changed since; how many."""
    now, count = datetime.now(UTC), 0
    for one in settled:
        if one.row is None or not (one.row.rejected or one.row.uncompared):
            values = one.row.values if one.row else None
            count += mends.mend(db, entity.name, one.key, values, one.document, now)
    return count


def _wait(conf: Config, changes: Changes, entity: Entity, patience_s: float) -> None:
    """Waits until the store has all that its source has committed by now."""
    database = entities.database(changes, entity.source)
    topic = capture.signals_topic(changes.name, entity.source, database)
    start = end_offset(conf.kafka, topic)
    if not comes(conf.kafka, topic, start, sources.mark(changes, entity.source), patience_s):
        raise JobError(
            f"{entity.name}: the connector did not come past what was read within"
            f" {patience_s:g} s: see millrace connectors status {entity.source}"
        )
    end = end_offset(conf.kafka, entity.topic)
    topic_id = kafka.topic(conf.kafka, entity.topic).id
    ledger = mongo.MongoLedger(conf.mongo, entities.feed(entity), "changes")
    deadline = time.monotonic() + patience_s
    while end and _taken(ledger.taken().ranges, topic_id) < end:
        if time.monotonic() > deadline:
            raise JobError(
                f"{entity.name}: the store did not take what is in Kafka within {patience_s:g} s:"
                " is ./spark-submit.sh changes running?"
            )
        time.sleep(_POLL_S)


def _taken(ranges: Sequence[Any], topic_id: str) -> int:
    return max((one.until_offset for one in ranges if one.topic_id == topic_id), default=0)
