"""A lease: of several processes one does what is to be done once."""

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from millrace.io.mongo.client import Document
from millrace.records.alerts import LEASES
from millrace.records.received import EPOCH


def hold(db: Database[Document], name: str, holder: str, length_s: int) -> bool:
    """Whether ``holder`` has the lease for so long from now on: it is free, or its own.

    It is taken or renewed by the server's clock, and acknowledged by a majority: no two holders
    have it at once, whatever their own clocks say.
    """
    leases = db[LEASES]
    ends_at = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": length_s}}
    can_be_had = {"$or": [{"holder": holder}, {"$expr": {"$lte": ["$expires_at", "$$NOW"]}}]}
    taken = [{"$set": {"holder": {"$literal": holder}, "expires_at": ends_at}}]
    if leases.update_one({"_id": name, **can_be_had}, taken).matched_count:
        return True
    if leases.find_one({"_id": name}):
        return False
    try:
        leases.insert_one({"_id": name, "holder": "", "expires_at": EPOCH})  # one that is over
    except DuplicateKeyError:
        return False  # Another one made it a moment ago.
    return bool(leases.update_one({"_id": name, **can_be_had}, taken).matched_count)


def release(db: Database[Document], name: str, holder: str) -> None:
    """Gives the lease back where ``holder`` has it."""
    over = [{"$set": {"expires_at": "$$NOW"}}]
    db[LEASES].update_one({"_id": name, "holder": holder}, over)
