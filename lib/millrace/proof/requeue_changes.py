"""Dead letters of changes read again, by today's entities, each to its row if that is not ahead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pymongo.database import Database

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import entity_history, entity_store, letters
from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import Letter
from millrace.parse.changes import Placed, Reader
from millrace.parse.rejection import RejectedError
from millrace.proof.requeue import Parsed, Requeued
from millrace.records.changes import PARSER_VERSION
from millrace.records.entities import CHANGE, Entity
from millrace.records.entity_json import key_json, row_json
from millrace.records.received import EPOCH

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class _Read:
    """What a letter comes to: a change, or why it is none."""

    letter: Letter
    placed: Placed | None
    rejected: RejectedError | None


def requeue_changes(
    conf: Config,
    entity: Entity,
    opened: Iterator[Letter],
    *,
    line: bytes | None = None,
    dry_run: bool = False,
    told: int = 0,
    on_progress: Callable[[int], None] = lambda letters: None,
) -> Requeued:
    """Reads the letters of ``entity`` again, and writes what is a change now.

    It takes its place by its position: a row that has come further meanwhile stays as it is.
    ``line`` is read in place of the bytes that came; without one, letters that were cut are left
    as they are. With ``dry_run`` nothing is written. Of the first ``told`` letters the result has
    what they came to.
    """
    result, db = Requeued(), mongo.database(conf.mongo)
    reader = Reader(entity)
    for done, letter in enumerate(opened, 1):
        if line is None and letters.is_cut(letter):
            result.cut += 1
        else:
            read = _read(reader, letter, line)
            if read.rejected is not None:
                result.still_dead[read.rejected.reason] += 1
            else:
                result.records += 1
            if len(result.outcomes) < told:
                result.outcomes[letter["_id"]] = _parsed(entity, read)
            if not dry_run:
                _write(db, entity, read, line)
        on_progress(done)
    return result


def parsed(entity: Entity, letter: Letter) -> Parsed:
    """What the bytes that a letter holds come to by today's entities; nothing is written."""
    return _parsed(entity, _read(Reader(entity), letter, None))


def _parsed(entity: Entity, read: _Read) -> Parsed:
    """The row that a change leaves, its key alone of a delete, and under ``change`` the change."""
    if read.rejected is not None:
        return Parsed(reason=read.rejected.reason, detail=read.rejected.detail)
    if read.placed is None:
        return Parsed(document={})  # a tombstone, which tells no change
    change = read.placed.change
    key = {} if change.op == "t" else key_json(entity, change.key)
    told = {
        "op": change.op,
        "position": list(change.position),
        "committed_at": EPOCH + change.committed_ms * _MS,
    }
    return Parsed(document={**key, **row_json(entity, change.values), CHANGE: told})


def _read(reader: Reader, letter: Letter, line: bytes | None) -> _Read:
    value = line if line is not None else letter.get("raw")
    try:
        # The record's key is not kept: it stands in the row as well.
        change = reader.read(None, value)
    except RejectedError as rejected:
        return _Read(letter, None, rejected)
    if change is None:
        return _Read(letter, None, None)
    received_ms = (letter["received_at"] - EPOCH) // _MS
    return _Read(letter, Placed(change, letter["kafka"]["offset"], received_ms), None)


def _write(db: Database[Document], entity: Entity, read: _Read, line: bytes | None) -> None:
    """Marks the letter before its change is written, and after."""
    id, kafka = read.letter["_id"], read.letter["kafka"]
    if read.rejected is not None:
        found = {"reason": read.rejected.reason, "detail": read.rejected.detail}
        letters.put_back(db, [{"_id": id, **found, "parser_version": PARSER_VERSION}])
        return
    letters.claim(db, [id], line)
    if read.placed is not None:
        topic, partition = kafka["topic"], kafka["partition"]
        entity_history.write(db, entity.name, topic, partition, [read.placed])
        place = (read.placed, topic, partition)
        is_truncate = read.placed.change.op == "t"
        made = entity_store.truncation(*place) if is_truncate else entity_store.update(*place)
        db[entity.name].bulk_write([made])
    letters.resolve_requeued(db, [id])
