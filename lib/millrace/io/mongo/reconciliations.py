"""The result of each feed's last reconcile, stored for the metrics."""

from dataclasses import asdict
from datetime import UTC

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records.reconciliations import COLLECTION, Reconciliation, kept


def save(db: Database[Document], outcome: Reconciliation) -> None:
    """Keeps it in place of the feed's last one, as ``kept`` says."""
    stored = db[COLLECTION].find_one({"_id": outcome.feed})
    row = asdict(kept(_read(stored) if stored else None, outcome))
    db[COLLECTION].replace_one({"_id": outcome.feed}, row, upsert=True)


def latest(db: Database[Document]) -> list[Reconciliation]:
    """The one that is kept of each feed that has one."""
    return [_read(row) for row in db[COLLECTION].find()]


def of(db: Database[Document], feed: str) -> Reconciliation | None:
    """The one that is kept of a feed; None where it was never reconciled."""
    row = db[COLLECTION].find_one({"_id": feed})
    return _read(row) if row else None


def _read(row: Document) -> Reconciliation:
    since, ended_at = (row[name].astimezone(UTC) for name in ("since", "ended_at"))
    return Reconciliation(row["feed"], since, ended_at, row["holds"], row["faults"])
