"""A row of the store, mended: as its source has it, and told in its history, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from millrace.io.mongo import entity_history
from millrace.io.mongo.client import Document
from millrace.records.entities import CHANGE
from millrace.records.history import collection


def mend(
    db: Database[Document],
    entity: str,
    key: Any,
    values: Mapping[str, Any] | None,
    seen: Document | None,
    at: datetime,
) -> bool:
    """Stores the row of a key as its source has it, or that it is deleted where there is none.

    Only where the store still has the document ``seen``; whether it was so. The position stays: a
    change that is on its way takes its place as before.
    """
    # Where there was nothing, no change tells when it came.
    anew: Document = {"position": [], "committed_at": at, "received_at": at}
    known: Document = seen[CHANGE] if seen else anew
    mark = known | {"op": "r" if values is not None else "d", "mended_at": at}
    mark.pop("deleted", None)
    mark |= {} if values is not None else {"deleted": True}
    document = {"_id": key, **(values or {}), CHANGE: mark}

    def write(session: ClientSession) -> bool:
        if seen is None:
            db[entity].insert_one(document, session=session)
        else:
            is_same = {"_id": key, CHANGE: {"$eq": known}}
            if not db[entity].replace_one(is_same, document, session=session).modified_count:
                return False
        own = db[collection(entity)]
        entity_history.write_mended(own, key, values, known["position"], at, session)
        return True

    with db.client.start_session() as opened:
        try:
            return opened.with_transaction(write)
        except DuplicateKeyError:
            return False
