"""How rules stand, what was sent of them, and their history: what outlives the evaluator."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from millrace.alerts.evaluation import State, Transition
from millrace.alerts.standing import News, Standing
from millrace.io.mongo.alert_rules import HISTORY_INDEX, StoredRule
from millrace.io.mongo.client import Document
from millrace.io.mongo.search import in_time, ms
from millrace.records.alerts import HISTORY, STATES


@dataclass(frozen=True)
class Sent:
    """An alert that the Alertmanager has: by these labels, since then, last sent ``at``."""

    labels: dict[str, str]
    starts_at: datetime
    at: datetime


@dataclass(frozen=True)
class StoredState:
    """How a rule stands; ``meaning`` is that of the rule it was evaluated by.

    ``revision`` counts the writes. ``missed`` is a time of firing that had ended when it was found,
    and is told until ``missed_until``. ``sent`` is None where the Alertmanager has no alert of it.
    """

    id: str
    meaning: str
    revision: int
    standing: Standing
    missed: State | None = None
    missed_until: datetime | None = None
    sent: Sent | None = None
    silence: datetime | None = None


class OvertakenError(Exception):
    """Another evaluator has written the state meanwhile."""


def every(db: Database[Document]) -> dict[str, StoredState]:
    """The state of each rule that has one, by the rule's id."""
    return {row["_id"]: _read(row) for row in db[STATES].find()}


def one(db: Database[Document], id: str) -> StoredState | None:
    """That of a rule; None where it was not evaluated yet."""
    found = db[STATES].find_one({"_id": id})
    return _read(found) if found else None


def save(db: Database[Document], state: StoredState) -> None:
    """Writes a state over that of the revision before; raises OvertakenError where it is another.

    What was sent is left as it is.
    """
    missed = asdict(state.missed) if state.missed else None
    values: Document = {
        "meaning": state.meaning,
        "standing": asdict(state.standing),
        "missed": missed,
        "missed_until": state.missed_until,
    }
    change = {"$set": values, "$inc": {"revision": 1}}
    try:
        done = db[STATES].update_one(
            {"_id": state.id, "revision": state.revision}, change, upsert=state.revision == 0
        )
    except DuplicateKeyError:
        raise OvertakenError(state.id) from None
    if not (done.matched_count or done.upserted_id):
        raise OvertakenError(state.id)


def note_sent(db: Database[Document], id: str, sent: Sent | None) -> None:
    """Writes down what the Alertmanager has of a rule."""
    db[STATES].update_one({"_id": id}, {"$set": {"sent": asdict(sent) if sent else None}})


def note_silence(db: Database[Document], id: str, until: datetime | None) -> None:
    """Writes down until when the Alertmanager silences a rule."""
    db[STATES].update_one({"_id": id}, {"$set": {"silence": until}})


def forget(db: Database[Document], id: str) -> None:
    """Deletes the state of a rule that is no more."""
    db[STATES].delete_one({"_id": id})


def add_history(
    db: Database[Document], rule: StoredRule, meaning: str, news: Sequence[News], at: datetime
) -> None:
    """Writes what is new of a rule into its history; the same twice is there once."""
    changes = []
    for one in news:
        own = one.transition
        id = f"{rule.id}/{meaning}/{own.kind}/{own.at:%Y-%m-%dT%H:%M}"
        first: Document = {"rule": rule.id, "name": rule.rule.name, "told_at": at, **asdict(own)}
        first |= {"bounds": rule.rule.bounds, "is_correction": one.is_correction}
        marks = {"withdrawn_at": at if one.is_withdrawn else None}
        changes.append(UpdateOne({"_id": id}, {"$set": marks, "$setOnInsert": first}, upsert=True))
    if changes:
        db[HISTORY].bulk_write(changes)


def history(
    db: Database[Document], id: str, span: tuple[datetime, datetime], size: int, max_s: float
) -> list[Document]:
    """The last transitions of a rule between two times, the latest first.

    Raises OutOfTimeError where the server needs longer than ``max_s``.
    """
    since, until = span
    with in_time():
        rows = db[HISTORY].find({"rule": id, "at": {"$gte": since, "$lt": until}}, {"_id": 0})
        ordered = rows.hint(HISTORY_INDEX).sort("at", -1).limit(size)
        return list(ordered.max_time_ms(ms(max_s)))


def _read(row: Document) -> StoredState:
    own: dict[str, Any] = row.get("standing") or {}
    sent = row.get("sent")
    return StoredState(
        row["_id"],
        row["meaning"],
        row["revision"],
        Standing(
            State(**own["final"]),
            State(**own["latest"]),
            tuple(Transition(**one) for one in own["told"]),
            own["counted_until"],
        ),
        State(**row["missed"]) if row.get("missed") else None,
        row.get("missed_until"),
        Sent(**sent) if sent else None,
        row.get("silence"),
    )
