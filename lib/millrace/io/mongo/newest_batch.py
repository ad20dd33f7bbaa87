"""How far the newest batch of ``ingest`` came."""

from dataclasses import dataclass
from datetime import datetime

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records import ledger


@dataclass(frozen=True)
class Newest:
    """The last batch that was committed, and how many offsets it took.

    By partition, its end and its last time of receipt.
    """

    key: str
    committed_at: datetime
    lines: int
    until_offsets: dict[int, int]
    received_until: dict[int, datetime | None]


def newest(db: Database[Document], query: str) -> Newest | None:
    """The one of that query; None where it has committed none."""
    rows = db[ledger.COLLECTION].find({"query": query}, hint=ledger.NEWEST_INDEX)
    for row in rows.sort("committed_at", -1).limit(1):
        if row.get("state") != ledger.LOST:
            ranges = row["ranges"]
            return Newest(
                row["_id"],
                row["committed_at"],
                sum(int(own["until_offset"]) - int(own["from_offset"]) for own in ranges),
                {own["partition"]: int(own["until_offset"]) for own in ranges},
                {own["partition"]: own.get("max_received_at") for own in ranges},
            )
    return None
