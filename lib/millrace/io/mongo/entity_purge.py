"""What was deleted long ago, purged: the keys that the store keeps of it, and their history.

By its key an older change that comes again is known. Where the key is gone, the newest place and
time of all that was purged say so: a change that is behind both, of a key that is not there, is
left out. A dead letter may hold an older change, too: what was deleted after an open one stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.parse.changes import Placed
from millrace.parse.changes.latest import identity
from millrace.records import dead_letters
from millrace.records.changes import Change, Position
from millrace.records.entities import CHANGE
from millrace.records.history import COLLECTION, collection
from millrace.records.received import EPOCH

DELETED = f"{CHANGE}.deleted"
INDEX = "deleted_since"  # by when a deletion was received: of what is deleted alone
_RECEIVED, _MENDED = f"{CHANGE}.received_at", f"{CHANGE}.mended_at"
_UNTIL = "purged"  # in the row that an entity's history has
_AT_ONCE, _MOST = 1_000, 100_000  # keys
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Purged:
    """The latest commit and the greatest position of all that was purged."""

    committed_at: datetime
    position: Position

    def has_passed(self, change: Change) -> bool:
        """Whether a change is older: in time and in position, as each alone may deceive.

        The time of a change within a long transaction is before that of others ahead of it, and
        positions of another server do not compare.
        """
        is_before = EPOCH + change.committed_ms * _MS <= self.committed_at
        return is_before and change.position <= self.position


def prepare(db: Database[Document], entity: str) -> None:
    """Creates the index by which deletions are found, where it is missing."""
    db[entity].create_index(
        [(DELETED, 1), (_RECEIVED, 1)], name=INDEX, partialFilterExpression={DELETED: True}
    )


def begin_anew(db: Database[Document], entity: str) -> None:
    """Forgets what was purged of a store that was: the one that is now has all to come."""
    db[COLLECTION].update_one({"_id": entity}, {"$unset": {_UNTIL: ""}})


def purge(db: Database[Document], entity: str, days: int, now: datetime) -> int:
    """Deletes the keys of what was deleted ``days`` ago or more, and their histories; how many.

    What is left where they are very many goes next time. Running it again, or after a kill, is
    harmless.
    """
    until = _until(db, entity, now - timedelta(days=days))
    own, told = db[entity], db[collection(entity)]
    gone: Document = {DELETED: True, _RECEIVED: {"$lte": until}, _MENDED: {"$not": {"$gt": until}}}
    count = 0
    while count < _MOST and (some := list(own.find(gone, {CHANGE: 1}, hint=INDEX).limit(_AT_ONCE))):
        _note(db, entity, [one[CHANGE] for one in some])
        keys = {"$in": [one["_id"] for one in some]}
        # What has come again meanwhile is later, and stays.
        told.delete_many({"key": keys, "received_at": {"$lte": until}})
        count += own.delete_many({"_id": keys, **gone}).deleted_count
    return count


def without_late(
    db: Database[Document], entity: str, changes: Sequence[Placed]
) -> tuple[list[Placed], int]:
    """The changes but those that would bring back what was purged, and how many these are."""
    purged = _purged(db, entity)
    late = [one for one in changes if purged and _is_of_key(one) and purged.has_passed(one.change)]
    if not late:
        return list(changes), 0
    there: set[bytes] = set()
    keys = iter({identity(one.change.key): one.change.key for one in late}.values())
    while some := list(islice(keys, _AT_ONCE)):
        found = db[entity].find({"_id": {"$in": some}}, {"_id": 1})
        there.update(identity(row["_id"]) for row in found)
    left_out = {one.offset for one in late if identity(one.change.key) not in there}
    return [one for one in changes if one.offset not in left_out], len(left_out)


def _is_of_key(placed: Placed) -> bool:
    return placed.change.op != "t"


def _until(db: Database[Document], entity: str, latest: datetime) -> datetime:
    """The time, ``latest`` or before, up to which what was deleted can be purged."""
    letter = db[dead_letters.COLLECTION].find_one(
        {"feed": entity, "status": {"$in": list(dead_letters.OPEN)}},
        {"received_at": 1},
        sort=[("received_at", 1)],
    )
    return min(latest, letter["received_at"] - _MS) if letter else latest


def _note(db: Database[Document], entity: str, changes: Sequence[Document]) -> None:
    """Notes what is about to be purged: before, so that nothing is gone that nobody knows of."""
    known = _purged(db, entity)
    times: list[datetime] = [one["committed_at"] for one in changes]
    places = [tuple(map(int, one["position"])) for one in changes]
    if known:
        times.append(known.committed_at)
        places.append(known.position)
    until: dict[str, Any] = {"committed_at": max(times), "position": list(max(places))}
    db[COLLECTION].update_one({"_id": entity}, {"$set": {_UNTIL: until}})


def _purged(db: Database[Document], entity: str) -> Purged | None:
    row = db[COLLECTION].find_one({"_id": entity}, {_UNTIL: 1})
    if not row or _UNTIL not in row:
        return None
    return Purged(row[_UNTIL]["committed_at"], tuple(map(int, row[_UNTIL]["position"])))
