"""What the last reconcile of each feed came to, kept for whoever looks at the suite's metrics."""

from datetime import timezone

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records.reconciliations import COLLECTION, Reconciliation


def save(db: Database[Document], outcome: Reconciliation) -> None:
    """Keeps it in place of the feed's last one."""
    row = {
        "_id": outcome.feed,
        "ended_at": outcome.ended_at,
        "holds": outcome.holds,
        "faults": outcome.faults,
    }
    db[COLLECTION].replace_one({"_id": outcome.feed}, row, upsert=True)


def latest(db: Database[Document]) -> list[Reconciliation]:
    """The last one of each feed that has one."""
    return [
        Reconciliation(
            row["_id"], row["ended_at"].astimezone(timezone.utc), row["holds"], row["faults"]
        )
        for row in db[COLLECTION].find()
    ]
