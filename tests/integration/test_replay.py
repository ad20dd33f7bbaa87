"""Lines of the past through today's parser: what differs is named, promoted, and then no more."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.commandline import millrace
from support.lines import TOPIC_ID, kafka_rows, store, values
from support.pipeline import Pipeline, pipeline

from millrace.config import Config, ConfigurationError, Feed
from millrace.io import delta, kafka, mongo
from millrace.io.delta import DeltaSink
from millrace.io.delta import log as delta_log
from millrace.io.kafka import batch
from millrace.io.kafka.stream import lines
from millrace.io.mongo import letters, shadow
from millrace.io.mongo.letters import Filter
from millrace.parse import app
from millrace.proof import replay as replaying
from millrace.proof.diff import Tally
from millrace.proof.replay import received_lines, replay
from millrace.proof.requeue import requeue
from millrace.records.ledger import Batch, OffsetRange

pytestmark = pytest.mark.slow

ARCHIVED, RECENT = 1_200, 300
LINES = ARCHIVED + RECENT
SHORT = 282  # bytes; nine lines of ten are longer
NOTHING = {
    "missing": 0,
    "record_to_letter": 0,
    "letter_to_record": 0,
    "letter_changed": 0,
    "extra": 0,
    "changed": 0,
    "version": 0,
    "left": 0,
}

Documents = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Past:
    """A feed with lines that are stored, most of them archived as well."""

    spark: SparkSession
    pipe: Pipeline
    feed: Feed
    start: datetime
    until: datetime

    def replay(self, *, feed: Feed | None = None, **options: Any) -> Tally:
        chosen, span = feed or self.feed, (self.start, self.until)
        return replay(self.spark, self.pipe.conf, chosen, *span, **options).tally

    @property
    def short(self) -> Feed:
        """The feed as one that takes no line of more than so many bytes: few are shorter."""
        return self.feed.model_copy(update={"max_line_bytes": SHORT})

    def documents(self) -> Documents:
        return {row["_id"]: row for row in self.pipe.documents(self.feed.name).find()}

    def letters(self) -> Documents:
        found = letters.find(mongo.database(self.pipe.conf.mongo), Filter(feed=self.feed.name))
        return {row["_id"]: row for row in found}

    def stored(self) -> tuple[Documents, Documents]:
        return self.documents(), self.letters()

    def put_back(self, documents: Documents, stored_letters: Documents) -> None:
        db = mongo.database(self.pipe.conf.mongo)
        for name, rows, own in (
            (self.feed.name, documents, {}),
            ("dead_letters", stored_letters, {"feed": self.feed.name}),
        ):
            db[name].delete_many(own)
            db[name].insert_many(list(rows.values()))

    def update(self, ids: list[str], change: dict[str, Any]) -> None:
        self.pipe.documents(self.feed.name).update_many({"_id": {"$in": ids}}, change)

    def received_ids(self, spark: SparkSession) -> list[tuple[str, int, int]]:
        rows = received_lines(spark, self.pipe.conf, self.feed, self.start, self.until)
        return [tuple(row) for row in rows.select("topic_id", "partition", "offset").collect()]


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """Two feeds, wholly ingested; the last of their lines are in Kafka only."""
    feeds = (
        {"name": "past_web", "topic": "past_web", "format": "combined", "service_name": "web"},
        {"name": "past_app", "topic": "past_app", "format": "app", "service_name": "app"},
    )
    made = pipeline(tmp_path_factory.mktemp("replay"), conf_file, *feeds)
    for feed, format in (("past_web", "combined"), ("past_app", "app")):
        made.send(feed, values(format, ARCHIVED, faults=5))
    made.run_within(spark, "archive")
    for feed, format in (("past_web", "combined"), ("past_app", "app")):
        made.send(feed, values(format, RECENT, faults=5, seed=8))
    made.run_within(spark, "ingest")
    return made


def past(spark: SparkSession, pipe: Pipeline, name: str) -> Iterator[Past]:
    """The feed as it was ingested; what a test changed is put back after it."""
    now = datetime.now(UTC)
    one = Past(spark, pipe, pipe.conf.feed(name), now - timedelta(hours=1), now)
    before = one.stored()
    assert sum(map(len, before)) == LINES
    yield one
    one.put_back(*before)


@pytest.fixture
def web(spark: SparkSession, pipe: Pipeline) -> Iterator[Past]:
    yield from past(spark, pipe, "past_web")


@pytest.fixture
def log(spark: SparkSession, pipe: Pipeline) -> Iterator[Past]:
    yield from past(spark, pipe, "past_app")


def outcomes(tally: Tally, **expected: int) -> bool:
    """Whether these are the outcomes of all lines, and no others."""
    others = sum(expected.values()) - expected.get("extra", 0)
    wanted = NOTHING | {"same": LINES - others} | expected
    assert tally.outcomes == wanted
    return True


def shadow_names(pipe: Pipeline) -> set[str]:
    names = mongo.database(pipe.conf.mongo).list_collection_names()
    return {name for name in names if name.endswith("_replay")}


def test_what_is_stored_by_todays_parser_is_what_a_replay_comes_to(web: Past, log: Past) -> None:
    assert outcomes(web.replay())
    assert outcomes(log.replay())
    assert {"past_web_replay", "past_app_replay", "dead_letters_replay"} <= shadow_names(web.pipe)
    made = mongo.database(web.pipe.conf.mongo)
    assert {row["_id"]: row for row in made.past_web_replay.find()} == web.documents()
    found = made.dead_letters_replay.find({"feed": "past_web"})
    assert {row["_id"]: row for row in found} == web.letters()
    options = made["past_web_replay"].options()
    assert "clusteredIndex" in options


def test_each_line_comes_once_from_the_archive_or_from_kafka(
    web: Past, spark: SparkSession
) -> None:
    found = web.received_ids(spark)
    assert len(found) == len(set(found)) == LINES
    archived = delta.lines(spark, web.pipe.conf.storage.archive, web.feed).count()
    assert archived == ARCHIVED
    topic = kafka.topic(web.pipe.conf.kafka, web.feed.topic)
    ranges = batch.offsets_for_times(web.pipe.conf.kafka, topic, web.start, web.until)
    halves = [
        half
        for one in ranges
        for half in (
            replace(one, until_offset=one.from_offset + 7),
            replace(one, from_offset=one.from_offset + 7),
            replace(one, from_offset=one.until_offset),
            one,
        )
    ]
    assert batch.read_ranges(spark, web.pipe.conf.kafka, topic, halves).count() == LINES
    few = [replace(one, until_offset=one.from_offset + 7) for one in ranges]
    apart = few + [replace(one, from_offset=one.until_offset - 7) for one in ranges]
    rows = batch.read_ranges(spark, web.pipe.conf.kafka, topic, apart)
    assert rows.count() == 14 * len(ranges)
    none = batch.read_ranges(spark, web.pipe.conf.kafka, topic, [])
    stream = lines(spark, web.pipe.conf.kafka, topic, web.pipe.conf.stream.max_lines_per_batch)
    assert rows.columns == none.columns == stream.columns
    assert none.dtypes == rows.dtypes
    assert none.count() == 0
    with pytest.raises(ValueError, match="not other"):
        batch.read_ranges(spark, web.pipe.conf.kafka, topic, [replace(few[0], topic_id="other")])


def test_only_lines_of_the_span_are_replayed(log: Past) -> None:
    ids = sorted([*log.documents(), *(one.partition("/")[2] for one in log.letters())])
    first, last = ids[LINES // 3], ids[2 * LINES // 3]
    start, until = (datetime.fromtimestamp(int(one[:13]) / 1000, tz=UTC) for one in (first, last))
    expected = [one for one in ids if first[:13] <= one[:13] < last[:13]]
    came = replay(log.spark, log.pipe.conf, log.feed, start, until)
    assert came.lines == came.tally.outcomes["same"] == len(expected)
    assert came.tally.different == came.tally.outcomes["extra"] == 0


def test_lines_of_an_earlier_topic_of_that_name_are_replayed(
    log: Past, spark: SparkSession, tmp_path: Path
) -> None:
    conf = log.pipe.conf
    received_at = log.until - timedelta(minutes=30)
    rows = kafka_rows(
        spark, values("app", 20, faults=0), topic=log.feed.topic, received_at=received_at
    )
    elsewhere = conf.storage.model_copy(update={"archive": str(tmp_path)})
    changed = conf.model_copy(update={"storage": elsewhere})
    ranges = (OffsetRange(log.feed.topic, TOPIC_ID, 0, 0, 20),)
    store(DeltaSink(spark, str(tmp_path), log.feed), rows, Batch("archive", "a", 0, ranges))
    tally = replay(spark, changed, log.feed, log.start, log.until, promote=True).tally
    assert outcomes(tally, missing=20, same=LINES)
    assert len(log.documents()) + len(log.letters()) == LINES + 20
    # Where its topic is gone, the archive is what there is.
    gone = log.feed.model_copy(update={"topic": "no-such-topic"})
    found = received_lines(spark, changed, gone, log.start, log.until)
    assert found.count() == 20
    nowhere = log.feed.model_copy(update={"name": "nowhere", "topic": "no-such-topic"})
    with pytest.raises(ConfigurationError, match="no-such-topic"):
        received_lines(spark, changed, nowhere, log.start, log.until)


def test_a_gap_of_the_archive_is_filled_from_kafka(log: Past, spark: SparkSession) -> None:
    archive = delta_log.location(log.pipe.conf.storage.archive, log.feed)
    found_version = delta_log.newest(spark, log.pipe.conf.storage.archive, log.feed)
    assert found_version
    spark.sql(f"DELETE FROM delta.`{archive}` WHERE offset BETWEEN 20 AND 29")
    try:
        found = log.received_ids(spark)
        assert len(found) == len(set(found)) == LINES
    finally:
        spark.sql(f"RESTORE TABLE delta.`{archive}` TO VERSION AS OF {found_version[1]}")


def test_documents_that_are_lost_are_missing_until_they_are_promoted(web: Past) -> None:
    before = web.stored()
    lost = random.Random(5).sample(sorted(before[0]), 17)
    lost_letters = sorted(before[1])[:3]
    web.pipe.documents(web.feed.name).delete_many({"_id": {"$in": lost}})
    mongo.database(web.pipe.conf.mongo).dead_letters.delete_many({"_id": {"$in": lost_letters}})
    tally = web.replay()
    assert outcomes(tally, missing=20)
    nowhere = set(lost) | {one.partition("/")[2] for one in lost_letters}
    assert {sample.id for sample in tally.samples["missing"]} <= nowhere
    assert len(web.documents()) == len(before[0]) - 17  # Nothing is written unasked.
    assert outcomes(web.replay(promote=True), missing=20)
    assert web.stored() == before
    assert "past_web_replay" not in shadow_names(web.pipe)
    assert outcomes(web.replay())


def test_fields_of_an_older_parser_are_named_and_counted(web: Past) -> None:
    before = web.stored()
    with_browser = sorted(i for i, row in before[0].items() if "browser" in row and "path" in row)
    web.update(with_browser[:40], {"$set": {"browser": "Netscape", "parser_version": 0}})
    web.update(with_browser[20:50], {"$set": {"http_route": "/wrong"}})
    web.update(with_browser[50:60], {"$unset": {"country": "", "os": ""}})
    web.update(with_browser[60:65], {"$set": {"of_old": {"a": 1}, "kafka.topic": "other"}})
    web.update(with_browser[70:80], {"$set": {"parser_version": 0}})
    tally = web.replay()
    assert outcomes(tally, changed=65, version=10)
    counts = {name: (c.changed, c.added, c.removed) for name, c in tally.fields.items()}
    countries = sum("country" in before[0][one] for one in with_browser[50:60])
    systems = sum("os" in before[0][one] for one in with_browser[50:60])
    assert counts == {
        "browser": (40, 0, 0),
        "http_route": (30, 0, 0),
        "kafka.topic": (5, 0, 0),
        "of_old": (0, 0, 5),
    } | ({"country": (0, countries, 0)} if countries else {}) | (
        {"os": (0, systems, 0)} if systems else {}
    )
    first = tally.fields["browser"].samples[0]
    assert (first.id, first.before) == (with_browser[0], "Netscape")
    assert first.after == before[0][with_browser[0]]["browser"]
    assert web.replay(promote=True).different == 75
    assert web.stored() == before


def test_a_parser_that_is_raised_by_a_version_only_is_promoted_as_well(log: Past) -> None:
    db = mongo.database(log.pipe.conf.mongo)
    for stored, own in ((log.feed.name, {}), ("dead_letters", {"feed": log.feed.name})):
        db[stored].update_many(own, {"$set": {"parser_version": app.VERSION - 1}})
    tally = log.replay(promote=True)
    assert outcomes(tally, version=LINES, same=0)
    assert not tally.fields
    both = [*log.documents().values(), *log.letters().values()]
    assert {row["parser_version"] for row in both} == {app.VERSION}


def test_records_become_letters_and_letters_records_as_the_feed_goes(log: Past) -> None:
    before = log.stored()
    foreseen = log.replay(feed=log.short)
    lost = foreseen.outcomes["record_to_letter"]
    assert 1_000 < lost < LINES
    assert log.stored() == before
    assert log.replay(feed=log.short, promote=True).outcomes == foreseen.outcomes
    assert (len(log.documents()), len(log.letters())) == (
        len(before[0]) - lost,
        len(before[1]) + lost,
    )
    tally = log.replay(promote=True)
    assert tally.outcomes["letter_to_record"] == lost
    assert log.stored() == before


def test_letters_with_todays_reason_keep_their_status_and_notes(log: Past) -> None:
    before = log.stored()
    one, two, three = sorted(before[1])[:3]
    db = mongo.database(log.pipe.conf.mongo)
    db.dead_letters.update_one({"_id": one}, {"$set": {"reason": "empty", "note": "look"}})
    db.dead_letters.update_one({"_id": two}, {"$unset": {"detail": ""}})
    db.dead_letters.update_one({"_id": three}, {"$set": {"parser_version": 0}})
    tally = log.replay(promote=True)
    assert outcomes(tally, letter_changed=2, version=1)
    assert log.letters() == before[1] | {one: before[1][one] | {"note": "look"}}


def test_what_a_person_settled_stays(log: Past) -> None:
    db = mongo.database(log.pipe.conf.mongo)
    never = set(log.letters())
    log.replay(feed=log.short, promote=True)
    mended = sorted(log.letters().keys() - never)
    discarded, resolved, requeued, edited = mended[:4]
    letters.settle(db, Filter(ids=(discarded,)), "discarded", "noise")
    letters.settle(db, Filter(ids=(resolved,)), "resolved", None)
    _requeue(log, requeued, None)
    _requeue(log, edited, b'{"timestamp": "2026-03-29T01:20:00Z", "message": "by hand"}')
    record = requeued.partition("/")[2]
    log.update([record], {"$set": {"level": "FATAL"}})
    before = log.stored()

    tally = log.replay(promote=True)
    assert tally.settled == 4
    assert (tally.outcomes["left"], tally.outcomes["changed"]) == (3, 1)
    assert set(tally.fields) == {"level"}
    assert tally.outcomes["letter_to_record"] == len(mended) - 4
    after = log.stored()
    for letter in (discarded, resolved, requeued, edited):
        assert after[1][letter] == before[1][letter]
    assert discarded.partition("/")[2] not in after[0]
    assert after[0][edited.partition("/")[2]]["message"] == "by hand"
    assert after[0][record]["level"] != "FATAL"
    # Nor does a feed that takes less undo it.
    assert log.replay(feed=log.short, promote=True).outcomes["left"] == 4
    assert log.documents()[record] == after[0][record]


def test_what_a_person_settles_meanwhile_stays_alone(log: Past) -> None:
    db = mongo.database(log.pipe.conf.mongo)
    letter = next(iter(log.letters()))
    record = next(iter(log.documents().values())) | {"_id": letter.partition("/")[2]}
    letters.settle(db, Filter(ids=(letter,)), "discarded", None)
    before = log.stored()
    shadow.put_records(log.pipe.conf.mongo, log.feed, [record])
    assert log.stored() == before
    made = before[1][letter] | {"status": "new", "reason": "empty"}
    shadow.put_letters(log.pipe.conf.mongo, log.feed, [made])
    assert log.stored() == before


def test_stored_ids_that_no_line_comes_to_are_told_and_kept(log: Past) -> None:
    some = next(iter(log.documents().values()))
    extra = some | {"_id": f"{some['_id'][:13]}-00099-000000000001"}
    log.pipe.documents(log.feed.name).insert_one(extra)
    before = log.stored()
    tally = log.replay(promote=True)
    assert outcomes(tally, extra=1)
    assert [sample.id for sample in tally.samples["extra"]] == [extra["_id"]]
    assert log.stored() == before


def test_a_promotion_that_is_cut_off_is_finished_by_the_next(
    log: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = log.stored()
    monkeypatch.setattr(replaying, "_PORTION", 100)
    with pytest.raises(InterruptedError):
        log.replay(feed=log.short, promote=True, on_progress=_cut_off_after(LINES // 2))
    assert before[0].keys() > log.documents().keys()
    assert _ids(log) == {*before[0], *(one.partition("/")[2] for one in before[1])}
    log.replay(feed=log.short, promote=True)
    with pytest.raises(InterruptedError):
        log.replay(promote=True, on_progress=_cut_off_after(LINES // 2))
    assert _ids(log) == {*before[0], *(one.partition("/")[2] for one in before[1])}
    log.replay(promote=True)
    assert log.stored() == before


def test_a_promotion_that_is_cut_off_before_it_removes_leaves_no_line_without_a_place(
    log: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = log.stored()
    _cut_off_within(log, monkeypatch, log.short)
    assert len(log.documents()) + len(log.letters()) > LINES
    assert log.replay(feed=log.short, promote=True).outcomes["record_to_letter"] > 1_000
    assert len(log.documents()) + len(log.letters()) == LINES
    _cut_off_within(log, monkeypatch, log.feed)
    assert len(log.documents()) + len(log.letters()) > LINES
    log.replay(promote=True)
    assert log.stored() == before


def test_a_promotion_beside_ingest_leaves_each_line_in_its_place(log: Past) -> None:
    before = log.stored()
    log.pipe.forget("ingest")
    log.pipe.documents(log.feed.name).delete_many({})
    with log.pipe.running("ingest") as job:
        for _ in range(2):
            log.replay(promote=True)
            assert job.poll() is None
        job.terminate()
        job.wait(60)
    log.pipe.run_within(log.spark, "ingest")
    assert log.stored() == before


def test_the_command_shows_and_promotes(web: Past) -> None:
    before = web.stored()
    changed, lost = sorted(i for i, row in before[0].items() if "browser" in row)[:2]
    web.update([changed], {"$set": {"browser": "Netscape"}})
    web.pipe.documents(web.feed.name).delete_one({"_id": lost})
    said = json.loads(_command(web, "--json"))
    assert (said["lines"], said["different"], said["promoted"]) == (LINES, 2, False)
    assert (said["records_changed"], said["parser_version_only"]) == (1, 0)
    assert list(said["fields"]) == ["browser"]
    assert said["fields"]["browser"]["changed"] == 1
    sample = said["fields"]["browser"]["samples"][0]
    assert (sample["_id"], sample["before"]) == (changed, "Netscape")
    assert said["places"]["missing"] == {
        "count": 1,
        "samples": [{"_id": lost, "before": None, "after": "record"}],
    }
    assert said["shadow"] == ["past_web_replay", "dead_letters_replay"]
    shown = _command(web, "--promote")
    assert "browser" in shown
    assert "stored nowhere" in shown
    assert "2 differ from what was stored" in shown
    assert web.stored() == before


def test_a_span_without_lines_is_said_and_done(web: Past) -> None:
    early = replace(web, start=web.start - timedelta(days=9), until=web.start)
    assert "no lines of past_web were received" in _command(early)


@pytest.mark.parametrize(
    "options",
    [
        ("--feed", "no_such", "--from", "2026-01-01", "--to", "2026-01-02"),
        ("--feed", "past_web", "--from", "2026-01-02", "--to", "2026-01-02"),
        ("--feed", "past_web", "--from", "yesterday", "--to", "2026-01-02"),
        ("--feed", "past_web", "--from", "2026-01-02T00:00:00+01:00", "--to", "2026-01-01T23:00"),
        ("--feed", "past_web", "--from", "2026-01-02"),
    ],
)
def test_a_command_that_makes_no_sense_ends_with_2(
    pipe: Pipeline, options: tuple[str, ...]
) -> None:
    assert millrace("replay", *options, conf=pipe.file).code == 2


def _requeue(log: Past, letter: str, line: bytes | None) -> None:
    db = mongo.database(log.pipe.conf.mongo)
    found = iter(list(letters.find(db, Filter(ids=(letter,)))))
    came = requeue(log.pipe.conf, log.feed, found, line=line)
    assert came.records == 1


def _cut_off_after(compared: int) -> Any:
    def on_progress(done: int, _: int) -> None:
        if done >= compared:
            raise InterruptedError

    return on_progress


def _cut_off_within(log: Past, monkeypatch: pytest.MonkeyPatch, feed: Feed) -> None:
    """A promotion that ends between a portion's writing and its removing."""
    with monkeypatch.context() as cut:
        cut.setattr("pymongo.collection.Collection.delete_many", _delete_the_shadow_only)
        with pytest.raises(InterruptedError):
            log.replay(feed=feed, promote=True)


def _delete_the_shadow_only(collection: Any, *_: object, **__: object) -> None:
    if not collection.name.endswith("_replay"):
        raise InterruptedError


def _ids(log: Past) -> set[str]:
    return {*log.documents(), *(one.partition("/")[2] for one in log.letters())}


def _command(past: Past, *options: str) -> str:
    span = ("--from", past.start.isoformat(), "--to", past.until.isoformat())
    ended = millrace("replay", "--feed", past.feed.name, *span, *options, conf=past.pipe.file)
    assert ended.code == 0, ended.said
    return ended.out
