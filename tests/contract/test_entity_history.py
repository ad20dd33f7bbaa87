"""The history on a real server: each change once however batches are cut, bounded, and mended."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import entity_changes, entity_history, entity_rows, entity_store, mends
from millrace.parse.changes import Placed
from millrace.records import history
from millrace.records.changes import Change
from millrace.records.received import EPOCH

TOPIC = "t"
RECEIVED_MS = 1_795_864_501_000
_MS = timedelta(milliseconds=1)


@pytest.fixture
def entity(servers: Config) -> str:
    """The name of an entity that has nothing yet, ready to be written."""
    name = f"e{uuid4().hex[:8]}"
    entity_history.prepare(mongo.database(servers.mongo), name, 30)
    return name


def drawn(seed: int, count: int) -> list[Placed]:
    """Changes of a few keys, now and then behind, with truncates and values that are not sent."""
    draw, changes = random.Random(seed), []
    for number in range(count):
        op = draw.choices(["c", "u", "d", "t"], [3, 6, 2, 1])[0]
        at = number if draw.random() < 0.8 else draw.randrange(number + 1)
        key = None if op == "t" else {"id": draw.randrange(3), "part": "a"}
        is_sent = op == "c" or draw.random() < 0.5
        values: dict[str, Any] = {"n": number} | ({"big": f"b{number}"} if is_sent else {})
        unchanged = frozenset() if is_sent or op in "dt" else frozenset({"big"})
        row = values if op in "cu" else {}
        change = Change(op, key, row, (at, 0), RECEIVED_MS + at, unchanged)  # type: ignore[arg-type]
        changes.append(Placed(change, number, RECEIVED_MS + number))
    return changes


def stored(servers: Config, name: str) -> list[dict[str, Any]]:
    return list(mongo.database(servers.mongo)[history.collection(name)].find().sort("_id"))


@pytest.mark.parametrize("seed", range(12))
def test_it_is_the_same_however_changes_are_cut_into_batches(
    servers: Config, entity: str, seed: int
) -> None:
    db, changes, draw = mongo.database(servers.mongo), drawn(seed, 40), random.Random(seed)
    other = f"{entity}b"
    entity_history.prepare(db, other, 30)
    entity_history.write(db, entity, TOPIC, 0, changes)
    start = 0
    while start < len(changes):
        batch = changes[start : start + draw.randrange(1, 12)]
        entity_history.write(db, other, TOPIC, 0, batch)
        # Again, as after a kill.
        entity_history.write(db, other, TOPIC, 0, batch)
        start += len(batch)
    assert len(stored(servers, entity)) == len(changes)
    assert stored(servers, other) == stored(servers, entity)
    # A new checkpoint, and other batches: what was read first stays.
    for batch in (changes[:25], changes[20:]):
        entity_history.write(db, entity, TOPIC, 0, batch)
    assert stored(servers, other) == stored(servers, entity)


@pytest.mark.parametrize("seed", range(6))
def test_the_version_that_stands_is_the_row_of_the_store(
    servers: Config, entity: str, seed: int
) -> None:
    db, changes = mongo.database(servers.mongo), drawn(seed, 40)
    for batch in (changes[:17], changes[17:]):
        entity_changes.write(db, entity, TOPIC, 0, batch)
    for row in db[entity].find({"change.deleted": None}):
        newest = max(
            (one for one in stored(servers, entity) if one["key"] == row["_id"]),
            key=lambda one: (one["order"], one["_id"]),
        )
        assert "superseded_at" not in newest
        assert newest["row"] == entity_store.fields(row)


def test_it_begins_with_the_end_of_the_first_snapshot(servers: Config, entity: str) -> None:
    db = mongo.database(servers.mongo)

    def begins(*changes: tuple[str, int]) -> datetime | None:
        made = [
            Placed(Change(op, at, {}, (at,), at), at, RECEIVED_MS + at)  # type: ignore[arg-type]
            for op, at in changes
        ]
        entity_history.write(db, entity, TOPIC, 0, made)
        return entity_rows.begins_at(db, entity, None, datetime.now(UTC))

    assert entity_rows.begins_at(db, entity, None, datetime.now(UTC)) is None
    assert begins(("r", 1_000), ("r", 2_000)) == EPOCH + 2_000 * _MS
    assert begins(("r", 3_000), ("u", 3_500), ("r", 4_000)) == EPOCH + 3_000 * _MS
    # A table that is read again later is told as it was before, too.
    assert begins(("r", 9_000)) == EPOCH + 3_000 * _MS


def test_it_reaches_back_as_far_as_it_is_kept(servers: Config, entity: str) -> None:
    db, now = mongo.database(servers.mongo), datetime.now(UTC)
    change = Placed(Change("c", 1, {"n": 1}, (1,), 1_000), 1, RECEIVED_MS)
    entity_history.write(db, entity, TOPIC, 0, [change])
    assert entity_rows.begins_at(db, entity, None, now) == EPOCH + timedelta(seconds=1)
    assert entity_rows.begins_at(db, entity, 30, now) == now - timedelta(days=30)
    # What was deleted after 30 days does not come back when it is to be kept for 60.
    entity_history.prepare(db, entity, 60)
    begins = entity_rows.begins_at(db, entity, 60, now)
    assert begins
    assert abs(begins - (now - timedelta(days=30))) < timedelta(minutes=5)
    own = db[history.collection(entity)].index_information()
    assert own["retention"]["expireAfterSeconds"] == 60 * 86_400
    entity_history.prepare(db, entity, None)
    assert "retention" not in db[history.collection(entity)].index_information()


def test_a_mended_row_is_a_version_of_its_own(servers: Config, entity: str) -> None:
    db, now = mongo.database(servers.mongo), EPOCH + (RECEIVED_MS + 5) * _MS
    change = Placed(Change("c", 1, {"n": 1}, (1,), 1_000), 1, RECEIVED_MS)
    entity_history.write(db, entity, TOPIC, 0, [change])
    db[entity].bulk_write([entity_store.update(change, TOPIC, 0)])
    seen = db[entity].find_one({"_id": 1})
    assert mends.mend(db, entity, 1, {"n": 2}, seen, now)
    first, mended = stored(servers, entity)
    assert (mended["op"], mended["row"], "kafka" in mended) == ("r", {"n": 2}, False)
    assert first["superseded_at"] == mended["mended_at"]
    # Of a store that has changed meanwhile nothing is mended, and nothing is told.
    assert not mends.mend(db, entity, 1, None, seen, now + _MS)
    assert not mends.mend(db, entity, 1, {"n": 3}, None, now + _MS)
    assert len(stored(servers, entity)) == 2
