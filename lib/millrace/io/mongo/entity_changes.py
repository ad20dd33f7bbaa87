"""Changes of one partition, stored: each in the history, the last one of each key in the store."""

from collections.abc import Sequence

from pymongo.database import Database

from millrace.io.mongo import entity_history, entity_purge, entity_store
from millrace.io.mongo.client import Document
from millrace.parse.changes import Placed, latest


def write(
    db: Database[Document], entity: str, topic: str, partition: int, changes: Sequence[Placed]
) -> int:
    """Writes changes that are in the order of their offsets; writing them again changes nothing.

    How many were left out, as they would bring back what was purged.
    """
    kept, late = entity_purge.without_late(db, entity, changes)
    entity_history.write(db, entity, topic, partition, kept)
    left = latest(kept)
    if left.truncate is not None:
        db[entity].bulk_write([entity_store.truncation(left.truncate, topic, partition)])
    if left.changes:
        updates = [entity_store.update(one, topic, partition) for one in left.changes]
        db[entity].bulk_write(updates, ordered=False)
    return late
