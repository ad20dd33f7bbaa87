"""The operational store: one collection an entity, its rows as they are now, and the view of all.

A document has the fields of its row, and in ``change`` the change that made it so. Of what is
deleted the key stays for a while (``entity_purge``), with ``change.deleted`` true: by its position
an older change that comes again is known. So the documents do not depend on how changes were cut
into batches.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bson import Int64
from pymongo import UpdateMany, UpdateOne
from pymongo.database import Database

from millrace.io.mongo import entity_purge
from millrace.io.mongo.client import Document, create_missing
from millrace.parse.changes import Placed
from millrace.records.entities import CATALOG, CHANGE, RESERVED, Entity
from millrace.records.received import EPOCH, received_at

_POSITION, _DELETED = f"{CHANGE}.position", entity_purge.DELETED
_MS = timedelta(milliseconds=1)


def prepare(
    db: Database[Document], entities: Sequence[Entity], view: Mapping[str, Mapping[str, str]]
) -> None:
    """Creates the collections that are missing, and the view as it is to be."""
    for entity in entities:
        # It may exist, perhaps made for another entity a moment ago.
        if create_missing(db, entity.name):
            entity_purge.begin_anew(db, entity.name)
        entity_purge.prepare(db, entity.name)
    first, *others = [(entity.name, _shown(entity.name, view)) for entity in entities]
    unions = [{"$unionWith": {"coll": name, "pipeline": stages}} for name, stages in others]
    pipeline = [*first[1], *unions]
    if not create_missing(db, CATALOG, viewOn=first[0], pipeline=pipeline):
        db.command({"collMod": CATALOG, "viewOn": first[0], "pipeline": pipeline})


def _shown(entity: str, view: Mapping[str, Mapping[str, str]]) -> list[Document]:
    """The stages that show the rows of an entity in the view."""
    shown: Document = {"_id": {"entity": {"$literal": entity}, "key": "$_id"}}
    shown |= {"entity": {"$literal": entity}, "key": "$_id"}
    shown |= {name: f"${own[entity]}" for name, own in view.items() if entity in own}
    return [{"$match": {_DELETED: {"$ne": True}}}, {"$project": shown}]


def update(placed: Placed, topic: str, partition: int) -> UpdateOne:
    """The change of one key, which a row that is ahead of it in position does not take.

    Of two with one position the later arrival counts.
    """
    change = placed.change
    mark = {CHANGE: {"$literal": _mark(placed, topic, partition)}}
    kept = {name: f"${name}" for name in sorted(change.unchanged)}
    row = {"$mergeObjects": [{"_id": "$_id"}, kept, {"$literal": change.values}, mark]}
    stored = {"$ifNull": [f"${_POSITION}", []]}
    is_behind = {"$lt": [{"$literal": _numbers(change.position)}, stored]}
    stage = {"$replaceWith": {"$cond": [is_behind, "$$ROOT", row]}}
    return UpdateOne({"_id": change.key}, [stage], upsert=True)


def truncation(placed: Placed, topic: str, partition: int) -> UpdateMany:
    """Marks as deleted each row that is not ahead of a truncate in position."""
    place = {"$literal": _numbers(placed.change.position)}
    is_reached = {"$expr": {"$lte": [f"${_POSITION}", place]}}
    mark = {CHANGE: {"$literal": _mark(placed, topic, partition)}}
    row = {"$mergeObjects": [{"_id": "$_id"}, mark]}
    return UpdateMany(is_reached | {_DELETED: {"$ne": True}}, [{"$replaceWith": row}])


def fields(document: Document) -> Document:
    """The fields of a stored row, without what the store adds."""
    return {name: value for name, value in document.items() if name not in RESERVED}


def _mark(placed: Placed, topic: str, partition: int) -> Document:
    change = placed.change
    mark: Document = {
        "op": change.op,
        "position": _numbers(change.position),
        "committed_at": EPOCH + change.committed_ms * _MS,
        "received_at": received_at(placed.received_ms),
        "kafka": {"topic": topic, "partition": partition, "offset": Int64(placed.offset)},
    }
    return mark | ({"deleted": True} if change.is_deleted else {})


def _numbers(position: Sequence[int]) -> list[Any]:
    return [Int64(number) for number in position]
