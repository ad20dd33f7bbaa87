"""What was deleted long ago goes from a real store, and does not come back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession
from support.lines import kafka_rows, offsets, store

from millrace.config import Config, Feed
from millrace.config.entities import Entities
from millrace.io import mongo
from millrace.io.mongo import (
    entity_changes,
    entity_history,
    entity_purge,
    entity_store,
    letters,
    mends,
)
from millrace.io.mongo.changes_sink import ChangesSink
from millrace.io.mongo.client import Document
from millrace.io.mongo.collections import prepare_ledger
from millrace.parse.changes import Placed
from millrace.records import dead_letters, history
from millrace.records.changes import Change
from millrace.records.entities import Entity, Field
from millrace.records.ledger import Batch
from millrace.records.received import EPOCH
from millrace.transform.changes import to_changes

TOPIC = "t"
DAYS = 30
_MS = timedelta(milliseconds=1)
NOW = EPOCH + (datetime.now(UTC) - EPOCH) // _MS * _MS
# Operation, key, position, and how many days ago it was committed and received.
Told = tuple[str, int, int, float]
LONG_AGO: tuple[Told, ...] = (
    ("c", 0, 1, 55),
    ("c", 1, 2, 50),
    ("d", 1, 3, 40),
    ("c", 2, 4, 40),
    ("c", 3, 5, 40),
    ("d", 3, 6, 10),
)


def milliseconds(days: float) -> int:
    return int((NOW - timedelta(days=days) - EPOCH) / _MS)


class Stored:
    """An entity of a test's own."""

    def __init__(self, conf: Config) -> None:
        self.name, self.db = f"e{uuid4().hex[:8]}", mongo.database(conf.mongo)
        fields = (Field("id", "int", "id"), Field("title", "string", "title"))
        self.entity = Entity(self.name, "postgres", "public.t", TOPIC, ("id",), fields)
        prepare_ledger(self.db)
        self.prepare()

    def prepare(self) -> None:
        """Makes what is missing, as a job that starts."""
        entity_store.prepare(self.db, [self.entity], {})
        entity_history.prepare(self.db, self.name, DAYS)

    def write(self, *told: Told, first_offset: int = 0) -> int:
        """Writes changes as a batch; how many were left out."""
        changes = [self._placed(first_offset + number, *one) for number, one in enumerate(told)]
        return entity_changes.write(self.db, self.name, TOPIC, 0, changes)

    def _placed(self, offset: int, op: str, key: int, position: int, days: float) -> Placed:
        values = {} if op == "d" else {"id": key, "title": f"{op}{position}"}
        at = milliseconds(days)
        return Placed(Change(op, key, values, (position,), at), offset, at)  # type: ignore[arg-type]

    def purge(self, now: datetime = NOW) -> int:
        return entity_purge.purge(self.db, self.name, DAYS, now)

    @property
    def rows(self) -> dict[int, str | None]:
        """The title by key, None of what is deleted."""
        found: list[Document] = list(self.db[self.name].find())
        return {row["_id"]: row.get("title") for row in found}

    @property
    def told(self) -> set[Any]:
        """The keys of which there is a history."""
        return set(self.db[history.collection(self.name)].distinct("key"))


@pytest.fixture
def stored(servers: Config) -> Stored:
    return Stored(servers)


@pytest.fixture
def purged(stored: Stored) -> Stored:
    """One of whose rows one was deleted long ago, and is purged."""
    stored.write(*LONG_AGO)
    assert stored.rows == {0: "c1", 1: None, 2: "c4", 3: None}
    assert stored.purge() == 1
    return stored


def test_what_was_deleted_long_ago_goes_with_its_history(purged: Stored) -> None:
    assert purged.rows == {0: "c1", 2: "c4", 3: None}
    assert purged.told == {0, 2, 3}
    assert purged.purge() == 0


def test_an_older_change_does_not_bring_it_back(purged: Stored) -> None:
    assert purged.write(("u", 1, 2, 45), ("u", 2, 7, 1), first_offset=100) == 1
    assert purged.rows == {0: "c1", 2: "u7", 3: None}
    assert purged.told == {0, 2, 3}


def test_a_job_that_reads_all_again_leaves_the_store_as_it_is(purged: Stored) -> None:
    before = list(purged.db[purged.name].find().sort("_id"))
    purged.write(*LONG_AGO[:3])
    purged.write(*LONG_AGO[3:], first_offset=3)
    assert list(purged.db[purged.name].find().sort("_id")) == before
    assert purged.told == {0, 2, 3}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (("c", 1, 9, 1), "the key is used again"),
        (("c", 9, 8, 45), "a long transaction: its time is before, its position is not"),
        (("c", 9, 1, 0), "another server: its positions begin anew"),
    ],
)
def test_what_is_not_older_in_both_is_stored(purged: Stored, told: Told, why: str) -> None:
    assert purged.write(told, first_offset=100) == 0
    assert purged.rows[told[1]] == f"c{told[2]}", why
    assert told[1] in purged.told


def test_what_was_deleted_after_an_open_letter_stays(stored: Stored) -> None:
    received_at = NOW - timedelta(days=45)
    letter = {"_id": f"{stored.name}/1", "feed": stored.name, "received_at": received_at}
    letter |= {"reason": "bad_value", "status": "new"}
    stored.db[dead_letters.COLLECTION].insert_one(letter)
    stored.write(*LONG_AGO[1:3])
    assert stored.purge() == 0
    assert stored.rows == {1: None}
    chosen = letters.Filter(feed=stored.name)
    assert letters.settle(stored.db, chosen, "discarded", None) == 1
    assert stored.purge() == 1
    assert stored.rows == {}


def test_a_store_that_is_made_anew_takes_all(purged: Stored) -> None:
    purged.db[purged.name].drop()
    purged.prepare()
    assert purged.write(*LONG_AGO) == 0
    assert purged.rows == {0: "c1", 1: None, 2: "c4", 3: None}


def test_what_was_mended_stays_as_long(stored: Stored) -> None:
    stored.write(("c", 4, 1, 50))
    seen = stored.db[stored.name].find_one({"_id": 4})
    assert mends.mend(stored.db, stored.name, 4, None, seen, NOW)
    assert mends.mend(stored.db, stored.name, 5, {"id": 5}, None, NOW)
    assert stored.purge() == 0
    assert stored.rows == {4: None, 5: None}
    assert stored.purge(NOW + timedelta(days=DAYS)) == 1
    assert stored.rows == {5: None}


def test_the_sink_purges_at_its_start_and_tells_what_it_leaves_out(
    spark: SparkSession, servers: Config, stored: Stored, caplog: pytest.LogCaptureFixture
) -> None:
    stored.write(*LONG_AGO)
    source = {"ts_ms": milliseconds(45), "sequence": '[null,"1"]'}
    late = {"op": "u", "after": {"id": 1, "title": "late"}, "source": source}
    feed = Feed(name=stored.name, topic=TOPIC, format="json", service_name=stored.name)
    records = kafka_rows(spark, [json.dumps(late).encode()], topic=TOPIC, first_offset=100)
    changes = to_changes(records, stored.entity, 10_000)
    for days, expected in ((None, {0, 1, 2, 3}), (DAYS, {0, 2, 3})):
        sink = ChangesSink(servers.mongo, feed, Entities((stored.entity,), {}, days))
        store(sink, changes, Batch(feed.name, uuid4().hex, 0, offsets(TOPIC, 100, 101)))
        assert stored.rows.keys() == expected
    assert "1 changes are older than what was purged" in caplog.text
    assert stored.rows[0] == "c1"
