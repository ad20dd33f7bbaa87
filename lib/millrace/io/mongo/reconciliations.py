"""The result of each feed's last reconcile, stored for the metrics."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records.reconciliations import COLLECTION, Advice, Reconciliation, kept


def save(db: Database[Document], outcome: Reconciliation) -> None:
    """Keeps it in place of the feed's last one, as ``kept`` says."""
    stored = db[COLLECTION].find_one({"_id": outcome.feed})
    row = asdict(kept(_read(stored) if stored else None, outcome))
    db[COLLECTION].replace_one({"_id": outcome.feed}, row, upsert=True)


def latest(db: Database[Document], feeds: Iterable[str]) -> dict[str, Reconciliation]:
    """The one that is kept of each of the feeds, but of those that were never reconciled."""
    rows = db[COLLECTION].find({"_id": {"$in": list(feeds)}})
    return {row["_id"]: _read(row) for row in rows}


def of(db: Database[Document], feed: str) -> Reconciliation | None:
    """The one that is kept of a feed; None where it was never reconciled."""
    row = db[COLLECTION].find_one({"_id": feed})
    return _read(row) if row else None


def _read(row: Document) -> Reconciliation:
    since, ended_at = (row[name].astimezone(UTC) for name in ("since", "ended_at"))
    advice = tuple(
        Advice(tuple(one["faults"]), one["text"], one["command"])
        for one in row.get("advice", ())  # earlier versions kept none
    )
    return Reconciliation(row["feed"], since, ended_at, row["holds"], row["faults"], advice)
