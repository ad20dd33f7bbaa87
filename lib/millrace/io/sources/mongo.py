"""MongoDB as a source: the images that its change streams need, and its signals."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from pymongo.database import Database
from pymongo.errors import PyMongoError

from millrace.config import Changes, ConfigurationError, Mongo, UnreachableError
from millrace.io import mongo
from millrace.io.mongo.client import Document, create_missing, refusal
from millrace.io.sources import snapshot_signal
from millrace.io.sources.prepared import Prepared, SourceState
from millrace.records import capture
from millrace.records.entities import Entity

_IMAGES = "changeStreamPreAndPostImages"
_KEYS = re.compile(r"\bmongo\.(uri|ca_file)\b")


@contextmanager
def opened(changes: Changes) -> Iterator[Database[Document]]:
    """The source's database.

    Raises UnreachableError where the server does not answer, ConfigurationError where it refuses.
    """
    own = _own(changes)
    try:
        yield mongo.database(own)
    except (ConfigurationError, UnreachableError) as error:
        raise _renamed(error) from None
    except PyMongoError as error:
        raise _renamed(refusal(own, error)) from None


def prepare(changes: Changes, entities: Sequence[Entity]) -> Prepared:
    """Makes the collections, and has them keep each document as it was before and after a change.

    Without these images an update has no document, and no error tells so.
    """
    found = Prepared()
    with opened(changes) as db:
        signals = capture.signals(changes.name)
        for name in (signals, *(entity.table for entity in entities)):
            if create_missing(db, name):
                found.made.append(f"collection {name}")
        for name in _without_images(db, entities):
            db.command({"collMod": name, _IMAGES: {"enabled": True}})
            found.made.append(f"images of {name} before and after each change")
    return found


def state(changes: Changes, entities: Sequence[Entity]) -> SourceState:
    """Whether each collection still keeps images: one that was made anew does not."""
    with opened(changes) as db:
        lacking = _without_images(db, entities)
    if lacking:
        text = f"no images of {', '.join(lacking)}: run millrace connectors apply"
        return SourceState(f"{text}, then resnapshot", is_wrong=True)
    return SourceState("images before and after each change")


def signal(changes: Changes, entity: Entity, where: str | None) -> None:
    """Asks for a snapshot of a collection; raises as the package does."""
    if where:
        raise ConfigurationError(f"{entity.name}: a snapshot of MongoDB takes no condition")
    table = f"{_own(changes).database}.{entity.table}"
    asked = snapshot_signal.content(table, None)
    row = {"_id": f"millrace-{uuid4()}", "type": snapshot_signal.TYPE, "payload": asked}
    with opened(changes) as db:
        db[capture.signals(changes.name)].insert_one(row)


def mark(changes: Changes) -> str:
    """Writes a signal that asks for nothing; its id, which comes after all that is committed."""
    id, type, _ = snapshot_signal.marker()
    with opened(changes) as db:
        signals = db[capture.signals(changes.name)]
        signals.delete_many({"type": type})
        signals.insert_one({"_id": id, "type": type, "payload": {}})
    return id


def rows(changes: Changes, entity: Entity, keys: Sequence[Any] | None = None) -> Iterator[Document]:
    """The documents of a collection, or those with the ``keys``."""
    chosen = {} if keys is None else {"_id": {"$in": [key[0] for key in keys]}}
    with opened(changes) as db:
        yield from db[entity.table].find(chosen, [field.column for field in entity.fields])


def _renamed(error: ConfigurationError | UnreachableError) -> ConfigurationError:
    return type(error)(_KEYS.sub(r"changes.\g<0>", str(error)))


def _own(changes: Changes) -> Mongo:
    if changes.mongo is None:
        raise ConfigurationError("the configuration has no changes.mongo")
    return changes.mongo


def _collections(db: Database[Document]) -> dict[str, Document]:
    return {one["name"]: one.get("options", {}) for one in db.list_collections()}


def _without_images(db: Database[Document], entities: Sequence[Entity]) -> list[str]:
    options = _collections(db)
    return [
        entity.table
        for entity in entities
        if not options.get(entity.table, {}).get(_IMAGES, {}).get("enabled")
    ]
