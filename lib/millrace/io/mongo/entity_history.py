"""The history of an entity: each change once, as it was read first, with its row then.

A version's ``_id`` is that of its Kafka record, its ``order`` its position as a text that sorts. It
has ``superseded_at`` once another has taken its place, and is deleted so long after that. So the
last version of each key stays, and all that is needed to tell any row at any time within that. A
delete as the last version goes with the key (``entity_purge``).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from itertools import islice, takewhile
from typing import Any

from bson import Int64
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from millrace.io.mongo.client import Document, create_missing
from millrace.parse.changes import Before, Placed, Version, versions
from millrace.parse.changes.latest import identity
from millrace.records.history import COLLECTION, KEY_ORDER, collection, order
from millrace.records.received import EPOCH, received_at, record_id

_SUPERSEDED = "superseded_at"
_STANDING, _RETENTION = "key_superseded", "retention"
MENDED = "mended"  # the index of those that came with no change
_AT_ONCE = 1_000  # keys
_DUPLICATE = 11_000
_DAY_S = 86_400
_DIGEST_BYTES = 8
_MS = timedelta(milliseconds=1)


def prepare(db: Database[Document], entity: str, days: int | None) -> None:
    """Creates the collection and its indexes where they are missing.

    A version is deleted ``days`` after it was superseded; never where it is None.
    """
    name = collection(entity)
    create_missing(db, name, clusteredIndex={"key": {"_id": 1}, "unique": True})
    own = db[name]
    own.create_index([("key", 1), ("order", -1), ("_id", -1)], name=KEY_ORDER)
    own.create_index([("key", 1), (_SUPERSEDED, 1)], name=_STANDING)
    own.create_index("mended_at", name=MENDED, sparse=True)
    known = own.index_information().get(_RETENTION)
    before_s = known.get("expireAfterSeconds") if known else None
    if before_s is not None and (days is None or days * _DAY_S > before_s):
        # What was deleted does not come back: what lies before it cannot be told any more.
        gone = datetime.now(UTC) - timedelta(seconds=before_s)
        db[COLLECTION].update_one({"_id": entity}, {"$max": {"begins_at": gone}})
    if before_s is not None and before_s != (days or 0) * _DAY_S:
        own.drop_index(_RETENTION)
    if days:
        own.create_index(_SUPERSEDED, name=_RETENTION, expireAfterSeconds=days * _DAY_S)


def write(
    db: Database[Document], entity: str, topic: str, partition: int, changes: Sequence[Placed]
) -> None:
    """Writes those of the changes that are missing, in the order in which they came.

    What is there stays as it was read first, so writing them again changes nothing.
    """
    if not changes:
        return
    own = db[collection(entity)]
    read = versions(changes, partial(_before, own, partition))
    _insert_missing(own, [_document(one, topic, partition) for one in read])
    _supersede_standing(own, partition, changes)
    _begin(db, entity, changes)


def write_mended(
    own: Collection[Document],
    key: Any,
    values: Mapping[str, Any] | None,
    position: Sequence[int],
    at: datetime,
    session: ClientSession,
) -> None:
    """Writes that a row was mended, as a version of its own: it came with no change.

    It stands where the version did that it takes the place of.
    """
    milliseconds = (at - EPOCH) // _MS
    digest = blake2b(identity(key), digest_size=_DIGEST_BYTES).hexdigest()
    id, place = f"{milliseconds:013}-mended-{digest}", order(position)
    version = {
        "_id": id,
        "key": key,
        "op": "d" if values is None else "r",
        "position": list(position),
        "order": place,
        "committed_at": at,
        "received_at": at,
        "mended_at": at,
    }
    row = {} if values is None else {"row": dict(values)}
    own.replace_one({"_id": id}, version | row, upsert=True, session=session)
    own.update_many(_standing(key, place, id), {"$min": {_SUPERSEDED: at}}, session=session)


def _document(version: Version, topic: str, partition: int) -> Document:
    placed = version.placed
    change = placed.change
    content: Document = {
        "_id": _id(placed, partition),
        "key": change.key,
        "op": change.op,
        "position": [Int64(number) for number in change.position],
        "order": order(change.position),
        "committed_at": EPOCH + change.committed_ms * _MS,
        "received_at": received_at(placed.received_ms),
        "kafka": {"topic": topic, "partition": partition, "offset": Int64(placed.offset)},
    }
    if not change.is_deleted:
        content["row"] = dict(change.values)
    if change.unchanged:
        content["unknown"] = sorted(change.unchanged)
    if version.superseded_ms is not None:
        content[_SUPERSEDED] = received_at(version.superseded_ms)
    return content


def _insert_missing(own: Collection[Document], made: Sequence[Document]) -> None:
    """Inserts what is missing; of what is there it notes alone that it was superseded."""
    try:
        own.insert_many(made, ordered=False)
    except BulkWriteError as error:
        failed = error.details["writeErrors"]
        if error.details["writeConcernErrors"] or any(one["code"] != _DUPLICATE for one in failed):
            raise
        there = [made[one["index"]] for one in failed]
        _supersede(own, {one["_id"]: one[_SUPERSEDED] for one in there if _SUPERSEDED in one})


def _supersede_standing(
    own: Collection[Document], partition: int, changes: Sequence[Placed]
) -> None:
    """Notes the versions that stood before these changes, and do not any more, as superseded."""
    truncates = [one for one in changes if one.change.op == "t"]
    by_key: dict[bytes, list[Placed]] = {}
    for placed in changes:
        if placed.change.op != "t":
            by_key.setdefault(identity(placed.change.key), []).append(placed)
    ended: dict[str, datetime] = {}
    keys = iter([one[0].change.key for one in by_key.values()])
    while some := list(islice(keys, _AT_ONCE)):
        standing: Document = {"key": {"$in": some}, _SUPERSEDED: None}
        for version in own.find(standing, {"key": 1, "order": 1}, hint=_STANDING):
            later = by_key.get(identity(version["key"]), []) + truncates
            times = [one.received_ms for one in later if _ends(one, partition, version)]
            if times:
                ended[version["_id"]] = received_at(min(times))
    _supersede(own, ended)
    for placed in truncates:
        change = placed.change
        standing = _standing({"$ne": None}, order(change.position), _id(placed, partition))
        own.update_many(standing, {"$min": {_SUPERSEDED: received_at(placed.received_ms)}})


def _ends(placed: Placed, partition: int, version: Document) -> bool:
    is_later = _id(placed, partition) > version["_id"]
    return bool(is_later and order(placed.change.position) >= version["order"])


def _supersede(own: Collection[Document], times: Mapping[str, datetime]) -> None:
    # The first one that took its place counts, in whichever batch it came.
    noted = [UpdateOne({"_id": id}, {"$min": {_SUPERSEDED: at}}) for id, at in times.items()]
    if noted:
        own.bulk_write(noted, ordered=False)


def _standing(key: Any, place: str, before: str) -> Document:
    """The versions of a key that stand, and do not any more once there is one at this place."""
    return {"key": key, _SUPERSEDED: None, "order": {"$lte": place}, "_id": {"$lt": before}}


def _before(own: Collection[Document], partition: int, placed: Placed) -> Before | None:
    """The last version of the change's key that came before it and is not ahead of it."""
    change = placed.change
    found = [
        own.find_one(
            {
                "key": key,
                "order": {"$lte": order(change.position)},
                "_id": {"$lt": _id(placed, partition)},
            },
            sort=[("order", -1), ("_id", -1)],
            hint=KEY_ORDER,
        )
        for key in (change.key, None)  # truncates are of no key
    ]
    known = [one for one in found if one]
    if not known:
        return None
    last = max(known, key=lambda one: (one["order"], one["_id"]))
    return Before(tuple(map(int, last["position"])), last.get("row"))


def _id(placed: Placed, partition: int) -> str:
    return record_id(placed.received_ms, partition, placed.offset)


def _begin(db: Database[Document], entity: str, changes: Sequence[Placed]) -> None:
    """Notes from when on the history tells all: once the first snapshot has been read."""
    read = [*takewhile(lambda placed: placed.change.op == "r", changes)]
    latest_ms = max((one.change.committed_ms for one in read), default=None)
    if latest_ms is None:
        latest_ms = changes[0].change.committed_ms
        begins: Any = {"$ifNull": ["$begins_at", EPOCH + latest_ms * _MS]}
    else:
        begins = {"$max": ["$begins_at", EPOCH + latest_ms * _MS]}
    begun: Document = {
        "begins_at": {"$cond": ["$is_begun", "$begins_at", begins]},
        "is_begun": {"$or": ["$is_begun", len(read) < len(changes)]},
    }
    db[COLLECTION].update_one({"_id": entity}, [{"$set": begun}], upsert=True)
