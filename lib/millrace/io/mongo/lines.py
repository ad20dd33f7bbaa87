"""A line's neighbours in Kafka, and the batch that stored it."""

from pymongo.database import Database
from pymongo.errors import ExecutionTimeout

from millrace.io.mongo.client import Document
from millrace.records import ledger

_LEDGER_FIELDS = ("_id", "committed_at", "rows_in", "parts_in", "rows_written", "rows_dead")


def beside(
    db: Database[Document], feed: str, document: Document, size: int, max_s: float, is_after: bool
) -> list[Document]:
    """The lines of the same partition that come next, nearest first; before it or ``is_after``.

    Those that were not found within ``max_s`` seconds are left out.
    """
    sign, direction = ("$gt", 1) if is_after else ("$lt", -1)
    match = {"_id": {sign: document["_id"]}, "kafka.partition": document["kafka"]["partition"]}
    found: list[Document] = []
    cursor = db[feed].find(match, sort=[("_id", direction)], limit=size)
    try:
        found.extend(cursor.max_time_ms(max(1, round(max_s * 1000))))
    except ExecutionTimeout:
        return found
    return found


def batch_of(
    db: Database[Document], feed: str, document: Document, max_s: float
) -> Document | None:
    """The ledger's row of the batch that stored a line; None where it is not found in time."""
    kafka = document["kafka"]
    taken = {
        "topic": kafka["topic"],
        "partition": kafka["partition"],
        "from_offset": {"$lte": kafka["offset"]},
        "until_offset": {"$gt": kafka["offset"]},
    }
    # A batch is committed after its lines were received: of batches since then, the first has it.
    match = {
        "query": f"ingest-{feed}",
        "committed_at": {"$gte": document["received_at"]},
        "ranges": {"$elemMatch": taken},
    }
    rows = db[ledger.COLLECTION].find(match, dict.fromkeys(_LEDGER_FIELDS, 1))
    try:
        rows = rows.hint(ledger.NEWEST_INDEX).sort("committed_at", 1).limit(1)
        return next(iter(rows.max_time_ms(max(1, round(max_s * 1000)))), None)
    except ExecutionTimeout:
        return None
