"""How long changes took from their commit to the store, by what store and ledger say."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.records import ledger
from millrace.records.entities import CHANGE


def commit_to_store_s(
    db: Database[Document], entity: str, job: str, since: datetime
) -> Iterator[float]:
    """Seconds from commit to store of each document's last change, of those committed ``since``.

    Until the ledger row of its batch: that is written once the change can be read. Rows that a
    snapshot read are left out, as is what was mended.
    """
    rows = db[ledger.COLLECTION].find({"query": f"{job}-{entity}"})
    by_topic: dict[tuple[str, int], list[tuple[int, datetime]]] = {}
    for row in rows:
        for part in row["ranges"]:
            ends = by_topic.setdefault((part["topic"], part["partition"]), [])
            ends.append((part["until_offset"], row["committed_at"]))
    for ends in by_topic.values():
        ends.sort()
    streamed = {
        f"{CHANGE}.op": {"$ne": "r"},
        f"{CHANGE}.committed_at": {"$gte": since},
        f"{CHANGE}.mended_at": None,
    }
    for document in db[entity].find(streamed, {CHANGE: 1}):
        change = document[CHANGE]
        place = change["kafka"]
        ends = by_topic.get((place["topic"], place["partition"]), [])
        # The first batch whose end is behind the offset has it.
        number = bisect_right(ends, place["offset"], key=lambda end: end[0])
        if number < len(ends):
            yield (ends[number][1] - change["committed_at"]).total_seconds()
