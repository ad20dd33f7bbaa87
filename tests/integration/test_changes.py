"""Changes of three databases in the store: applied, read, compared, mended, on real servers."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from confluent_kafka import Producer
from pyspark.sql import SparkSession
from support.captured import ENTITIES, captured_servers, marked
from support.last_records import last_records
from support.pipeline import Pipeline
from support.places import SILENT

from millrace import stack
from millrace.cli.changes import simulate
from millrace.config import Config, entities
from millrace.io import kafka, mongo
from millrace.io.mongo import entity_purge, entity_store, letters
from millrace.io.sources import mariadb, postgres
from millrace.proof.changes import Compared, compare
from millrace.proof.requeue_changes import requeue_changes
from millrace.records import capture, history
from millrace.records.entity_json import encoded, key_json, row_json
from millrace.tools.connectors import Connectors, Said

pytestmark = pytest.mark.slow

PATIENCE_S = 300.0
OPERATIONS = 400


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Servers with sources and Kafka Connect, up while the module's tests run."""
    with captured_servers(tmp_path_factory.mktemp("changes")) as servers:
        yield servers.conf


@pytest.fixture(scope="module")
def applied(captured: Config) -> list[Said]:
    """What was said when the connectors were applied first, over tables with rows."""
    simulate(captured, OPERATIONS, None, 1)
    connectors = Connectors.of(captured)
    return list(connectors.apply(connectors.chosen([])))


@pytest.fixture(scope="module")
def pipe(captured: Config, applied: list[Said]) -> Pipeline:
    """The job `changes` over this configuration."""
    return Pipeline(captured.file, captured.model_copy(update={"feeds": entities.feeds(captured)}))


def compared(captured: Config, *, mend: bool = False) -> dict[str, Compared]:
    """Each entity compared with its source."""
    known = entities.of(captured)
    return {
        name: compare(captured, known.entity(name), mend=mend, patience_s=PATIENCE_S)
        for name in ENTITIES
    }


def caught_up(spark: SparkSession, pipe: Pipeline) -> None:
    """Has the job take all that the sources have committed."""
    known = entities.of(pipe.conf)
    for name in ENTITIES:
        # What is committed by now is in Kafka once its marker is.
        marked(pipe.conf, known.entity(name), PATIENCE_S)
    pipe.run_within(spark, "changes")


def test_applying_twice_changes_nothing(captured: Config, applied: list[Said]) -> None:
    assert not [said for said in applied if said.kind == "wrong"]
    assert {said.kind for said in applied} == {"made", "ok"}
    connectors = Connectors.of(captured)
    again = list(connectors.apply(connectors.chosen([])))
    assert {said.kind for said in again} == {"ok"}
    assert not [said for said in connectors.status(connectors.chosen([])) if said.kind == "wrong"]


def test_sources_that_were_killed_start_again_with_what_they_had(
    captured: Config, applied: list[Said]
) -> None:
    for server in stack.status(captured):
        if server.kind.startswith("source-"):
            assert server.pid
            os.kill(server.pid, signal.SIGKILL)
    stack.up(captured, SILENT, ["changes"])
    for source in ENTITIES:
        marked(captured, entities.of(captured).entity(source), PATIENCE_S)


def test_no_password_is_in_connect_its_topics_or_its_log(
    captured: Config, applied: list[Said]
) -> None:
    assert captured.changes
    read = (captured.changes.postgres, captured.changes.mariadb, captured.changes.mongo)
    secrets = [one.password.get_secret_value() for one in read if one and one.password]
    assert len(secrets) == 3
    places = httpx.get(f"{captured.changes.connect}/connectors?expand=info&expand=status").text
    places += (captured.stack.directory / "logs" / "connect.log").read_text(errors="replace")
    for name in ("configs", "offsets", "status"):
        topic = kafka.topic(captured.kafka, f"{captured.changes.name}-connect-{name}")
        values = [record.value or b"" for record in kafka.newest(captured.kafka, topic, 500)]
        assert name != "configs" or values
        places += b"".join(values).decode()
    assert "${env:" in places
    assert not [secret for secret in secrets if secret in places]


def test_the_store_is_equal_to_the_sources_after_all_kinds_of_changes(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    simulate(captured, OPERATIONS, None, 2)
    assert captured.changes
    assert captured.changes.postgres
    with postgres.connection(captured.changes.postgres) as opened:
        opened.execute("TRUNCATE tv_series_ids")
        opened.execute("INSERT INTO tv_series_ids VALUES (1, 'after', 'NaN'), (2, NULL, NULL)")
    caught_up(spark, pipe)
    found = compared(captured)
    assert all(one.is_equal for one in found.values()), found
    assert found["series"].rows == 2
    assert found["movies"].rows > 10
    assert found["persons"].rows > 10
    shown = mongo.database(captured.mongo).catalog.count_documents({})
    assert shown == sum(one.rows for one in found.values())


def test_each_cleansed_topic_has_the_rows_of_the_store(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    known, db = entities.of(captured), mongo.database(captured.mongo)
    for name in ENTITIES:
        topic = capture.cleansed_topic(known.deployment, name)
        assert kafka.topic_settings(captured.kafka, topic)["cleanup.policy"] == "compact"
        rows = [entity_store.fields(row) for row in db[name].find({"change.deleted": None})]
        expected = {
            encoded(key_json(known.entity(name), row["id"])): encoded(
                row_json(known.entity(name), row)
            )
            for row in rows
        }
        last = last_records(captured.kafka, topic)
        assert last.keys() == expected.keys()
        assert {key: json.loads(value) for key, value in last.items()} == {
            key: json.loads(value) for key, value in expected.items()
        }


def test_the_history_has_each_change_once_and_ends_with_the_store(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    known, db = entities.of(captured), mongo.database(captured.mongo)
    for name in ENTITIES:
        told, entity = db[history.collection(name)], known.entity(name)
        places = [one["kafka"]["offset"] for one in told.find({"kafka": {"$exists": True}})]
        assert len(places) == len(set(places)) > 0
        standing = {
            str(one["key"]): row_json(entity, one["row"])
            for one in told.find({"superseded_at": None, "row": {"$exists": True}})
        }
        rows = db[name].find({"change.deleted": None})
        assert standing == {
            str(row["_id"]): row_json(entity, entity_store.fields(row)) for row in rows
        }


def test_what_differs_is_named_by_its_key_and_mended(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    movies = mongo.database(captured.mongo).movies
    lost, changed = (row["_id"] for row in movies.find({"change.deleted": None}).limit(2))
    movies.delete_one({"_id": lost})
    movies.update_one({"_id": changed}, {"$set": {"original_title": "another"}})
    movies.insert_one({"_id": 10**6, "id": 10**6, "change": {"position": [0, 0, 0], "op": "c"}})
    found = compared(captured)["movies"]
    assert (found.missing, found.differing, found.undeleted) == ([lost], [changed], [10**6])
    assert compared(captured, mend=True)["movies"].mended == 3
    assert compared(captured)["movies"].is_equal


def test_a_record_that_is_no_change_is_a_letter_until_it_is_settled(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    entity = entities.of(captured).entity("series")
    producer = Producer(kafka.client_properties(captured.kafka))
    producer.produce(entity.topic, b"no JSON", b'{"id": 77}')
    producer.flush()
    pipe.run_within(spark, "changes")
    db = mongo.database(captured.mongo)
    chosen = letters.Filter(feed="series", statuses=("new",))
    letter = next(letters.find(db, chosen))
    assert (letter["raw"], letter["reason"]) == (b"no JSON", "bad_json")
    change = {
        "op": "c",
        "after": {"id": 7_000_077, "original_name": "mended", "popularity": 1},
        "source": {"ts_ms": 1, "sequence": '[null,"1"]'},
    }
    line = json.dumps(change).encode()
    result = requeue_changes(captured, entity, letters.snapshot(db, chosen), line=line)
    assert (result.records, not result.still_dead) == (1, True)
    stored = db.series.find_one({"_id": 7_000_077})
    assert stored
    assert stored["original_name"] == "mended"
    assert not list(letters.find(db, chosen))
    # It is in no source: so the proof names it, and mends it.
    assert compared(captured, mend=True)["series"].undeleted == [7_000_077]


def test_a_column_that_is_added_or_dropped_stops_nothing(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    assert captured.changes
    with mariadb.cursor(captured.changes) as opened:
        opened.execute("ALTER TABLE movie_ids ADD COLUMN added int")
        opened.execute("REPLACE INTO movie_ids (id, original_title, added) VALUES (900001, 'a', 1)")
        opened.execute("ALTER TABLE movie_ids DROP COLUMN added")
        opened.execute("REPLACE INTO movie_ids (id, original_title) VALUES (900002, 'b')")
    caught_up(spark, pipe)
    stored = (
        mongo.database(captured.mongo).movies.find({"_id": {"$in": [900_001, 900_002]}}).sort("_id")
    )
    assert [row["original_title"] for row in stored] == ["a", "b"]
    connectors = Connectors.of(captured)
    assert not [said for said in connectors.status(["mariadb"]) if said.kind == "wrong"]


def test_what_was_purged_does_not_come_back_and_is_not_missed(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    db, days = mongo.database(captured.mongo), entities.of(captured).history_days
    assert days
    # Of the store's own, not what a test has put there.
    gone = {"change.deleted": True, "change.received_at": {"$exists": True}}
    deleted = {name: [row["_id"] for row in db[name].find(gone)] for name in ENTITIES}
    assert all(deleted.values())
    for name, keys in deleted.items():
        later = datetime.now(UTC) + timedelta(days=days)
        assert entity_purge.purge(db, name, days, later) == len(keys)
    # A lost checkpoint: all that is in Kafka is read again.
    shutil.rmtree(captured.storage.checkpoints)
    pipe.run_within(spark, "changes")
    for name, keys in deleted.items():
        assert not db[name].count_documents({"_id": {"$in": keys}})
        assert not db[history.collection(name)].count_documents({"key": {"$in": keys}})
    found = compared(captured)
    assert all(one.is_equal for one in found.values()), found


def test_a_slot_that_was_lost_is_told_and_a_snapshot_mends_it(
    captured: Config, pipe: Pipeline, spark: SparkSession
) -> None:
    caught_up(spark, pipe)
    connectors = Connectors.of(captured)
    said = list(connectors.snapshot_anew("postgres"))
    assert [one.kind for one in said] == ["ok", "note"]
    assert captured.changes
    assert captured.changes.postgres
    with postgres.connection(captured.changes.postgres) as opened:
        opened.execute("UPDATE tv_series_ids SET original_name = 'later' WHERE id = 1")
    caught_up(spark, pipe)
    assert compared(captured)["series"].is_equal
