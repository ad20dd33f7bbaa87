"""Versions of captured products in the table ``raw.products``: each once, by its own id.

They come from the history of an entity, not from the archive. A version is a row; a truncate is one
for each product that it ended.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from typing import Any

from pymongo.database import Database

from millrace.config import Mongo, Warehouse
from millrace.io import mongo
from millrace.io.failpoints import failpoint
from millrace.io.mongo import captured_versions
from millrace.io.warehouse import commit
from millrace.io.warehouse.client import connection
from millrace.io.warehouse.staging import drop_abandoned, staging_table
from millrace.parse import captured_products
from millrace.records.history import collection
from millrace.records.ledger import FROM_ARCHIVE, Batch, OffsetRange
from millrace.records.warehouse import PRODUCTS
from millrace.records.warehouse_rows import own_columns, staging_columns
from millrace.records.write_result import WriteResult
from millrace.telemetry.activity import ACTIVITY

_log = logging.getLogger(__name__)
_DIGEST_BYTES = 16
Row = list[Any]


def batch_of(query: str, entity: str, ranges: Iterable[OffsetRange]) -> Batch:
    """A batch of the entity's history, as the ledger names it."""
    return Batch(query, f"{FROM_ARCHIVE}{collection(entity)}", 0, tuple(ranges))


def load(warehouse: Warehouse, store: Mongo, entity: str, batch: Batch) -> WriteResult:
    """Loads the versions at the batch's offsets, and all that are late; the same again is nothing.

    Raises JobError where another run loads the same ones meanwhile.
    """
    db = mongo.database(store)
    drop_abandoned(warehouse)
    with connection(warehouse) as opened:
        left = commit.left(opened, entity, batch)
    if batch.ranges and not left:
        # It was committed, but the server did not get to say so.
        return WriteResult(rows_in=0)
    with staging_table(warehouse, PRODUCTS) as staging:
        failpoint("before_warehouse_staging")
        _stage(warehouse, staging, _rows(db, entity, left))
        failpoint("before_warehouse_transaction")
        result = commit.commit(warehouse, PRODUCTS, entity, batch, left, staging)
        failpoint("after_warehouse_commit")
    commit.analyze(warehouse, PRODUCTS)
    return result


def _rows(db: Database[Any], entity: str, ranges: list[OffsetRange]) -> Iterator[Row]:
    """The rows of what stands at the offsets, and of what is late."""
    late = list(captured_versions.late(db, entity))
    # What is late may be of a product that a truncate was not known to have ended.
    again = captured_versions.truncates(db, entity) if late else ()
    unfit: Counter[str] = Counter()
    for version in chain(captured_versions.versions(db, entity, ranges), late, again):
        if version["op"] == "t":
            for key in captured_versions.keys_until(db, entity, version):
                yield _row(version | {"key": key}, unfit, part=1)
        else:
            yield _row(version, unfit)
    for name, count in unfit.items():
        _log.warning("%s: %d versions with a %s that is loaded as none", entity, count, name)


def _row(version: Mapping[str, Any], unfit: Counter[str], part: int = 0) -> Row:
    """The values of ``staging_columns``; of a truncate for one key."""
    fields, not_held = captured_products.parse(version)
    unfit.update(not_held)
    id, kafka = version["_id"], version.get("kafka") or {"partition": 0, "offset": 0}
    if part:
        digest = blake2b(str(version["key"]).encode(), digest_size=_DIGEST_BYTES)
        id = f"{id}-{digest.hexdigest()}"
    place = [id, kafka["partition"], int(kafka["offset"]), part, version["received_at"], None]
    return [*place, *(fields[column.name] for column in own_columns(PRODUCTS))]


def _stage(warehouse: Warehouse, staging: str, rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{column.name}"' for column in staging_columns(PRODUCTS))
    with (
        connection(warehouse) as opened,
        opened.cursor() as cursor,
        cursor.copy(f"COPY {staging} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
            ACTIVITY.note()
