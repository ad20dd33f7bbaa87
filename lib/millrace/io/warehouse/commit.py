"""What is staged of a batch, put in place with the ledger's row in one transaction."""

from collections.abc import Sequence

from millrace.config import Warehouse
from millrace.errors import JobError
from millrace.io.failpoints import failpoint
from millrace.io.warehouse import ledger
from millrace.io.warehouse.client import Connection, connection
from millrace.io.warehouse.staging import put_in_place
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.ranges import without
from millrace.records.warehouse import Table
from millrace.records.write_result import WriteResult


def left(opened: Connection, feed: str, batch: Batch) -> list[OffsetRange]:
    """The batch's offsets but those that the ledger has of other batches."""
    return without(batch.ranges, ledger.taken_in(opened, feed))


def commit(
    warehouse: Warehouse,
    table: Table,
    feed: str,
    batch: Batch,
    expected: Sequence[OffsetRange],
    staging: str | None,
) -> WriteResult:
    """Puts the rows of the table ``staging`` in place; what the batch came to.

    Raises JobError where another run has loaded some of the ``expected`` offsets meanwhile.
    """
    with connection(warehouse) as opened:
        ledger.lock(opened, feed)
        if left(opened, feed, batch) != expected:
            raise JobError(
                f"{batch.query}: another run has loaded the same lines meanwhile: let only one"
                " run load a feed at a time"
            )
        batch_id = ledger.record(opened, feed, batch)
        if staging:
            put_in_place(opened, table, staging, feed, batch_id)
        loaded, reasons = ledger.count(opened, batch_id)
        failpoint("before_warehouse_commit")
    lines = loaded.rows_written + loaded.rows_dead
    return WriteResult(rows_in=loaded.rows_in, parts_in=lines, reasons=reasons)


def analyze(warehouse: Warehouse, table: Table) -> None:
    """Counts the table for the planner: what builds from it plans by its statistics."""
    with connection(warehouse) as opened:
        opened.execute(f"ANALYZE {table.full_name}")
