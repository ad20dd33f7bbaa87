"""How many dead letters were received in each minute."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.database import Database

from millrace.io.mongo.client import Document
from millrace.io.mongo.letters import LETTERS_INDEX
from millrace.io.mongo.search import in_time, ms
from millrace.records.dead_letters import COLLECTION, STATUSES


def dead_minutes(
    db: Database[Document], feeds: Sequence[str], since: datetime, until: datetime, max_s: float
) -> dict[datetime, int]:
    """Those of the feeds between two times, whatever became of them, by when the minutes begin.

    Raises OutOfTimeError where the server needs longer than ``max_s``.
    """
    match = {
        "feed": {"$in": list(feeds)},
        "status": {"$in": list(STATUSES)},
        "received_at": {"$gte": since, "$lt": until},
    }
    minute = {"$dateTrunc": {"date": "$received_at", "unit": "minute"}}
    stages = [{"$match": match}, {"$group": {"_id": minute, "n": {"$sum": 1}}}]
    with in_time():
        found = db[COLLECTION].aggregate(stages, hint=LETTERS_INDEX, maxTimeMS=ms(max_s))
        return {row["_id"]: row["n"] for row in found}
