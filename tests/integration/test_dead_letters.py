"""The life of a dead letter: written once, settled by a person, requeued to one record."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession
from support.commandline import millrace
from support.lines import kafka_rows, offsets, store, values
from support.pipeline import Pipeline, pipeline

from millrace.config import Config, Feed
from millrace.io import mongo, reference_data
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Filter
from millrace.io.mongo.sink import MongoSink
from millrace.proof.requeue import Requeued, requeue
from millrace.records.dead_letters import REASONS
from millrace.records.ledger import Batch
from millrace.transform import stage

LINES = 1_000
SHORT = 282  # bytes
TOPIC = "lines"


class Shelf:
    """A feed's documents and letters, and its lines as a batch that can come again."""

    def __init__(self, spark: SparkSession, conf: Config, feed: Feed, lines: list[bytes]) -> None:
        self.spark, self.conf, self.feed = spark, conf, feed
        self.rows = kafka_rows(spark, lines, topic=TOPIC)
        self.db = mongo.database(conf.mongo)
        mongo.prepare(conf.mongo, feed)

    def ingest(self, feed: Feed | None = None, checkpoint: str = "a") -> None:
        """The batch of all lines, as the feed takes them."""
        spec = reference_data.spec(self.conf, feed or self.feed)
        batch = Batch(self.feed.name, checkpoint, 0, offsets(TOPIC, 0, self.rows.count()))
        store(
            MongoSink(self.conf.mongo, self.feed),
            self.rows.transform(stage.to_records, spec),
            batch,
        )

    def requeue(self, **options: Any) -> Requeued:
        found = letters.find(self.db, Filter(feed=self.feed.name, statuses=("new", "requeued")))
        return requeue(self.conf, self.feed, iter(list(found)), **options)

    def documents(self) -> dict[str, dict[str, Any]]:
        return {row["_id"]: row for row in self.db[self.feed.name].find()}

    def letters(self) -> dict[str, dict[str, Any]]:
        return {row["_id"]: row for row in letters.find(self.db, Filter(feed=self.feed.name))}

    def in_both_places(self) -> set[str]:
        return {letter.partition("/")[2] for letter in self.letters()} & self.documents().keys()


@pytest.fixture
def shelf(spark: SparkSession, servers: Config, country_database: str) -> Shelf:
    """A feed of `app` lines of which 30 are letters, ingested once."""
    name = f"l{uuid4().hex[:8]}"
    feed = Feed(name=name, topic=TOPIC, format="app", service_name="app")
    made = Shelf(spark, servers, feed, values("app", LINES, faults=5))
    made.ingest()
    return made


def test_each_line_is_in_one_place_with_a_reason_from_the_list(shelf: Shelf) -> None:
    documents, stored = shelf.documents(), shelf.letters()
    assert (len(documents), len(stored)) == (970, 30)
    assert shelf.in_both_places() == set()
    assert {letter["reason"] for letter in stored.values()} <= set(REASONS)
    assert {letter["status"] for letter in stored.values()} == {"new"}


def test_a_batch_that_runs_again_leaves_settled_letters_as_they_are(shelf: Shelf) -> None:
    resolved, discarded = list(shelf.letters())[:2]
    assert letters.settle(shelf.db, Filter(ids=(resolved,)), "resolved", "sent by hand") == 1
    assert letters.settle(shelf.db, Filter(ids=(discarded,)), "discarded", None) == 1
    before = shelf.letters(), shelf.documents()
    shelf.ingest()
    shelf.ingest(checkpoint="b")
    assert (shelf.letters(), shelf.documents()) == before
    assert before[0][resolved]["status"] == "resolved"
    assert before[0][resolved]["note"] == "sent by hand"
    assert before[0][discarded]["status"] == "discarded"


def test_a_letter_that_is_settled_is_not_settled_again(shelf: Shelf) -> None:
    own = Filter(feed=shelf.feed.name)
    assert letters.settle(shelf.db, own, "discarded", None) == 30
    assert letters.settle(shelf.db, own, "resolved", None) == 0


def test_requeued_letters_become_one_record_each_once_their_feed_takes_them(
    spark: SparkSession, servers: Config, country_database: str
) -> None:
    feed = Feed(name=f"l{uuid4().hex[:8]}", topic=TOPIC, format="app", service_name="app")
    shelf = Shelf(spark, servers, feed, values("app", LINES, faults=0))
    # Nine lines of ten are longer.
    short = feed.model_copy(update={"max_line_bytes": SHORT})
    shelf.ingest(short)
    lost = len(shelf.letters())
    assert 800 < lost < LINES
    assert len(shelf.documents()) == LINES - lost

    foreseen = shelf.requeue(dry_run=True)
    assert (foreseen.records, foreseen.still_dead) == (lost, {})
    assert len(shelf.documents()) == LINES - lost

    assert shelf.requeue().records == lost
    assert {letter["status"] for letter in shelf.letters().values()} == {"resolved"}
    whole = shelf.documents()
    assert len(whole) == LINES
    assert shelf.requeue().records == 0

    # Now a batch that runs again finds its lines to be records, with the same outcome.
    shelf.ingest()
    assert shelf.documents() == whole
    # And where fewer lines are taken again, what was requeued stays.
    shelf.ingest(short, checkpoint="b")
    assert shelf.documents().keys() == whole.keys()
    assert {letter["status"] for letter in shelf.letters().values()} == {"resolved"}


def test_a_line_that_is_dead_still_is_new_again_with_todays_reason(shelf: Shelf) -> None:
    letter = next(iter(shelf.letters()))
    shelf.db.dead_letters.update_one({"_id": letter}, {"$set": {"reason": "empty", "detail": "x"}})
    came = shelf.requeue()
    assert (came.records, sum(came.still_dead.values())) == (0, 30)
    found = shelf.letters()[letter]
    assert found["status"] == "new"
    assert found["reason"] != "empty"
    assert len(shelf.documents()) == 970


def test_an_edited_line_takes_its_own_place_and_keeps_it(shelf: Shelf) -> None:
    letter = next(iter(shelf.letters()))
    line = b'{"timestamp": "2026-03-29T01:20:00Z", "message": "mended by hand"}'
    chosen = letters.find(shelf.db, Filter(ids=(letter,)))
    came = requeue(shelf.conf, shelf.feed, iter(list(chosen)), line=line)
    assert came.records == 1
    before = shelf.documents()
    record = before[letter.partition("/")[2]]
    assert (record["message"], record["raw"]) == ("mended by hand", line.decode())
    assert shelf.letters()[letter]["line"] == line
    shelf.ingest()
    assert shelf.documents() == before


def test_a_requeue_that_was_cut_off_is_finished_by_the_next(
    spark: SparkSession, servers: Config, country_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Feed(name=f"l{uuid4().hex[:8]}", topic=TOPIC, format="app", service_name="app")
    narrow = replace_feed(feed, max_line_bytes=250)
    shelf = Shelf(spark, servers, narrow, values("app", LINES, faults=0))
    shelf.ingest()
    shelf.feed = feed
    lost = len(shelf.letters())
    assert lost > 100
    with monkeypatch.context() as cut:
        cut.setattr(letters, "resolve_requeued", _cut_off)
        with pytest.raises(InterruptedError):
            shelf.requeue()
    assert {letter["status"] for letter in shelf.letters().values()} == {"requeued"}
    shelf.feed = narrow
    shelf.ingest(checkpoint="b")  # Meanwhile the batch runs again, its lines still too long.
    shelf.feed = feed
    assert shelf.requeue().records == lost
    assert len(shelf.documents()) == LINES
    assert {letter["status"] for letter in shelf.letters().values()} == {"resolved"}


def _cut_off(*_: object) -> None:
    raise InterruptedError


def replace_feed(feed: Feed, **changes: object) -> Feed:
    return feed.model_copy(update=changes)


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    feeds = (
        {
            "name": name,
            "topic": name,
            "format": "app",
            "service_name": "app",
            "max_dead_ratio": 0.01,
        }
        for name in ("spoilt", "listed")
    )
    return pipeline(tmp_path_factory.mktemp("letters"), conf_file, *feeds)


def said(pipe: Pipeline, *arguments: str, code: int = 0) -> str:
    """What `millrace dead-letters` printed."""
    ended = millrace("dead-letters", *arguments, conf=pipe.file)
    assert ended.code == code, ended.said
    return ended.said


@pytest.mark.slow
def test_too_many_dead_letters_are_warned_of_or_stop_the_job(
    pipe: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe.send("spoilt", values("app", LINES, faults=5))
    monkeypatch.setenv(
        "MILLRACE__FEEDS",
        json.dumps([pipe.conf.feeds[0].model_dump() | {"stop_above_max_dead_ratio": True}]),
    )
    errors = pipe.run("ingest", code=1)
    expected = "30 of 1000 lines are dead letters, more than max_dead_ratio 0.01:"
    assert expected in errors
    assert "failed: JobError" in errors
    assert (pipe.documents("spoilt").count_documents({}), pipe.letters("spoilt")) == (970, 30)

    monkeypatch.delenv("MILLRACE__FEEDS")
    assert expected in pipe.run("ingest")
    assert (pipe.documents("spoilt").count_documents({}), pipe.letters("spoilt")) == (970, 30)


def test_letters_are_listed_shown_and_settled_from_the_command_line(
    pipe: Pipeline, spark: SparkSession
) -> None:
    pipe.send("listed", values("app", LINES, faults=5))
    pipe.only("listed").run_within(spark, "ingest")
    listed = [
        json.loads(line)
        for line in said(pipe, "list", "--feed", "listed", "--json", "--limit", "99").splitlines()
    ]
    assert len(listed) == 30
    one = listed[0]["_id"]
    # What looks like markup is a line's own.
    shown = {"detail": "no [time] and [/b]"}
    mongo.database(pipe.conf.mongo).dead_letters.update_one({"_id": one}, {"$set": shown})
    listed[0] |= shown
    assert "[/b]" in said(pipe, "list", "--feed", "listed")
    assert json.loads(said(pipe, "show", one)) == listed[0]

    assert "1 letters would be discarded" in said(pipe, "discard", one, "--dry-run")
    assert "1 letters discarded" in said(pipe, "discard", one, "--note", "noise")
    assert json.loads(said(pipe, "show", one))["status"] == "discarded"
    said(pipe, "resolve", one, code=1)
    said(pipe, "show", "listed/none", code=1)
    said(pipe, "discard", code=2)
    said(pipe, "list", "--reason", "no_such", code=2)

    reason = listed[1]["reason"]
    count = sum(row["reason"] == reason for row in listed[1:])
    resolved = said(pipe, "resolve", "--feed", "listed", "--reason", reason, "--since", "1h")
    assert f"{count} letters resolved" in resolved

    two = next(row["_id"] for row in listed[1:] if row["reason"] != reason)
    line = '{"timestamp": "2026-03-29T01:20:00Z"}'
    assert "1 letters would become records" in said(
        pipe, "requeue", two, "--line", line, "--dry-run"
    )
    assert "1 letters became records" in said(pipe, "requeue", two, "--line", line)
    assert pipe.documents("listed").count_documents({}) == 971
