"""The ledger's row of a batch of changes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from millrace.io.mongo.client import Document
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.received import received_at
from millrace.records.write_result import WriteResult


def ledger_row(batch: Batch, counts: Sequence[Document], result: WriteResult) -> Document:
    """The row; ``counts`` have of each ``partition`` ``rows_written``, and the times of receipt.

    These are ``earliest_ms`` and ``latest_ms``, in milliseconds since 1970.
    """

    def received(offsets: OffsetRange) -> Document:
        own = [row for row in counts if row["partition"] == offsets.partition]
        if not own:
            return {"min_received_at": None, "max_received_at": None}
        return {
            "min_received_at": received_at(min(row["earliest_ms"] for row in own)),
            "max_received_at": received_at(max(row["latest_ms"] for row in own)),
        }

    return {
        "_id": batch.key,
        "query": batch.query,
        "checkpoint_id": batch.checkpoint_id,
        "batch_id": batch.id,
        "committed_at": datetime.now(UTC),
        "ranges": [asdict(offsets) | received(offsets) for offsets in batch.ranges],
        "rows_in": result.rows_in or 0,
        "parts_in": result.parts_in or 0,
        "rows_written": sum(row["rows_written"] for row in counts),
        "rows_dead": result.rows_dead,
    }
