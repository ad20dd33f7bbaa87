"""The rules of users, as they are stored."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pymongo import ReturnDocument
from pymongo.database import Database

from millrace.alerts.rules import Rule
from millrace.io.mongo.client import Document
from millrace.records.alerts import HISTORY, RULES
from millrace.records.alerts import MOST_RULES as _MOST

HISTORY_INDEX = "rule_time"
_ID_BYTES = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredRule:
    """A rule, its id, and how often it was written: its ``version``.

    While it is silenced, nobody is told that it fires.
    """

    id: str
    version: int
    rule: Rule
    created_at: datetime
    updated_at: datetime
    silenced_until: datetime | None


class TooManyError(Exception):
    """There are as many rules as there may be."""


def prepare(db: Database[Document]) -> None:
    """Makes the index of the history where it is missing."""
    db[HISTORY].create_index([("rule", 1), ("at", -1)], name=HISTORY_INDEX)


def every(db: Database[Document]) -> list[StoredRule]:
    """All rules, in the order in which they were made."""
    found = db[RULES].find().sort([("created_at", 1), ("_id", 1)]).limit(_MOST)
    return [*filter(None, map(_read, found))]


def one(db: Database[Document], id: str) -> StoredRule | None:
    """The rule of that id; None where there is none."""
    found = db[RULES].find_one({"_id": id})
    return _read(found) if found else None


def create(db: Database[Document], rule: Rule, at: datetime) -> StoredRule:
    """Stores a new rule; raises TooManyError."""
    if db[RULES].count_documents({}, limit=_MOST) >= _MOST:
        raise TooManyError
    row: dict[str, Any] = {"_id": secrets.token_hex(_ID_BYTES), "version": 1}
    row |= {"rule": rule.model_dump(mode="json"), "created_at": at, "updated_at": at}
    db[RULES].insert_one(row)
    return StoredRule(row["_id"], 1, rule, at, at, None)


def replace(
    db: Database[Document], id: str, version: int, rule: Rule, at: datetime
) -> StoredRule | None:
    """Puts a rule in the place of that version; None where it is not the version that is stored."""
    change = {
        "$set": {"rule": rule.model_dump(mode="json"), "updated_at": at},
        "$inc": {"version": 1},
    }
    return _changed(db, {"_id": id, "version": version}, change)


def silence(db: Database[Document], id: str, until: datetime | None) -> StoredRule | None:
    """Silences a rule until then, or no more; None where there is none."""
    change: Document = {"$set": {"silenced_until": until}}
    return _changed(db, {"_id": id}, change)


def delete(db: Database[Document], id: str, version: int) -> bool:
    """Deletes that version of a rule; False where it is not the version that is stored."""
    return bool(db[RULES].delete_one({"_id": id, "version": version}).deleted_count)


def _changed(db: Database[Document], match: Document, change: Document) -> StoredRule | None:
    after = ReturnDocument.AFTER
    found = db[RULES].find_one_and_update(match, change, return_document=after)
    return _read(found) if found else None


def _read(row: Document) -> StoredRule | None:
    """The rule of a row; None of one that another version of millrace may have written."""
    try:
        rule = Rule.model_validate(row["rule"])
    except ValidationError as error:
        _log.warning("%s %s is no rule: %d faults", RULES, row["_id"], error.error_count())
        return None
    return StoredRule(
        row["_id"],
        row["version"],
        rule,
        row["created_at"],
        row["updated_at"],
        row.get("silenced_until"),
    )
