"""Values of every type that is carried: in three databases, and in the store as they are there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from bson import Binary, Decimal128, Int64, ObjectId
from pyspark.sql import SparkSession
from support.captured import captured_servers, marked
from support.pipeline import Pipeline

from millrace.config import Config, entities
from millrace.io import mongo
from millrace.io.sources import mariadb, postgres
from millrace.io.sources import mongo as mongo_source
from millrace.proof.changes import compare
from millrace.tools.connectors import Connectors

pytestmark = pytest.mark.slow

PATIENCE_S = 300.0
_COMMON = {
    "id": "int",
    "flag": "boolean",
    "small": "int",
    "big": "bigint",
    "price": "decimal",
    "ratio": "double",
    "title": "string",
    "day": "date",
    "at": "timestamp",
    "doc": "json",
    "bytes": "binary",
}
_LISTS = {"numbers": "array<int>", "words": "array<string>"}
ENTITIES: dict[str, Any] = {
    "of_postgres": {
        "source": "postgres",
        "table": "public.kinds",
        "key": ["id"],
        "fields": {**_COMMON, **_LISTS, "zoned": "timestamp", "uid": "string", "mood": "string"},
    },
    "of_mariadb": {
        "source": "mariadb",
        "table": "kinds",
        "key": ["id"],
        "fields": {**_COMMON, "huge": "decimal", "mood": "string"},
    },
    "of_mongo": {
        "source": "mongo",
        "table": "kinds",
        "key": ["id"],
        "fields": {
            **_COMMON,
            **_LISTS,
            "id": {"type": "int", "column": "_id"},
            "oid": "string",
        },
    },
}
DOC = '{"a": [1, {"b": "\U0001f3ac"}], "c": null}'
TITLE = "Café 東京 \U0001f3ac '\\\" \t\u202e"
_POSTGRES = """
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE kinds (id int PRIMARY KEY, flag boolean, small smallint, big bigint,
        price numeric(20, 5), ratio double precision, title text, day date, at timestamp,
        doc jsonb, bytes bytea, numbers int[], words text[], zoned timestamptz, uid uuid,
        mood mood)"""
_MARIADB = """
    CREATE TABLE kinds (id int PRIMARY KEY, flag tinyint(1), small smallint, big bigint,
        price decimal(20, 5), ratio double, title text CHARACTER SET utf8mb4, day date,
        at datetime(6), doc json, bytes varbinary(20), huge bigint unsigned,
        mood enum('sad', 'ok'))"""
AT = datetime(2026, 2, 28, 23, 59, 59, 987000, UTC)
DAY = datetime(2026, 2, 28, tzinfo=UTC)
# What each has in its row 1; row 2 has what is least, and row 3 nothing but its key.
STORED: dict[str, Any] = {
    "flag": True,
    "small": 32767,
    "big": 2**63 - 1,
    "price": Decimal128("123456789012345.67890"),
    "ratio": 0.1,
    "title": TITLE,
    "day": DAY,
    "at": AT,
    "doc": {"a": [1, {"b": "\U0001f3ac"}], "c": None},
    "bytes": b"\x00\xff\x7f",
}


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    folder = tmp_path_factory.mktemp("types")
    file = folder / "entities.yaml"
    file.write_text(yaml.safe_dump({"entities": ENTITIES}))
    with captured_servers(folder, entities=file) as servers:
        yield servers.conf


def _fill(conf: Config, rows: tuple[int, ...]) -> None:
    assert conf.changes
    assert conf.changes.postgres
    day, at = DAY.date(), AT.replace(tzinfo=None, microsecond=987_654)
    values = {
        1: (True, 32767, 2**63 - 1, Decimal("123456789012345.67890"), 0.1, TITLE, day, at, DOC),
        2: (False, -32768, -(2**63), Decimal("-0.00001"), -1e300, "", day, at, "[]"),
        3: (None,) * 9,
    }
    more: dict[int, tuple[Any, ...]] = {
        1: (
            b"\x00\xff\x7f",
            [1, None, -5],
            ["a", None, TITLE],
            AT,
            ObjectId().binary.hex() + "0" * 8,
        ),
        2: (b"", [], [], AT, "0" * 32),
        3: (None,) * 5,
    }
    with postgres.connection(conf.changes.postgres) as opened:
        for number in rows:
            mood = "ok" if number < 3 else None
            row = (number, *values[number], *more[number], mood)
            places = ", ".join(["%s"] * len(row))
            opened.execute(f"INSERT INTO kinds VALUES ({places})".encode(), row)
    with mariadb.cursor(conf.changes) as cursor:
        for number in rows:
            last = (
                more[number][0],
                2**64 - 1 if number < 3 else None,
                "ok" if number < 3 else None,
            )
            row = (number, *values[number], *last)
            cursor.execute(f"INSERT INTO kinds VALUES ({', '.join(['%s'] * len(row))})", row)
    with mongo_source.opened(conf.changes) as db:
        db.kinds.insert_many([_document(number, values, more) for number in rows])


def _document(number: int, values: dict[int, Any], more: dict[int, Any]) -> dict[str, Any]:
    if number == 3:
        return {"_id": 3, "title": None}  # Of the others none is there at all.
    flag, small, big, price, ratio, title, *_ = values[number]
    doc = STORED["doc"] if number == 1 else []
    return {
        "_id": number,
        "flag": flag,
        "small": small,
        "big": Int64(big),
        "price": Decimal128(price),
        "ratio": ratio,
        "title": title,
        "day": DAY,
        "at": AT,
        "doc": doc,
        "bytes": Binary(more[number][0]),
        "numbers": more[number][1],
        "words": more[number][2],
        "oid": ObjectId(),
    }


@pytest.fixture(scope="module")
def stored(captured: Config, spark: SparkSession) -> Config:
    """Rows that a snapshot has read, and others that came as changes."""
    assert captured.changes
    assert captured.changes.postgres
    with postgres.connection(captured.changes.postgres) as opened:
        opened.execute(_POSTGRES.encode())
    with mariadb.cursor(captured.changes) as cursor:
        cursor.execute(_MARIADB)
    _fill(captured, (1,))
    connectors = Connectors.of(captured)
    said = list(connectors.apply(connectors.chosen([])))
    assert not [one for one in said if one.kind == "wrong"], said
    known = entities.of(captured)
    # A connector that runs may still be at its snapshot: it is over when a change comes through.
    for entity in known.all:
        marked(captured, entity, PATIENCE_S)
    _fill(captured, (2, 3))
    for entity in known.all:
        marked(captured, entity, PATIENCE_S)
    feeds = entities.feeds(captured)
    Pipeline(captured.file, captured.model_copy(update={"feeds": feeds})).run_within(
        spark, "changes"
    )
    return captured


@pytest.mark.parametrize("name", ENTITIES)
def test_each_value_is_stored_as_it_is_in_its_database(stored: Config, name: str) -> None:
    db = mongo.database(stored.mongo)
    assert not list(db.dead_letters.find({"feed": name}))
    row = db[name].find_one({"_id": 1})
    assert row
    assert {field: row[field] for field in STORED} == STORED
    assert row["change"]["op"] == "r"
    least = db[name].find_one({"_id": 2})
    assert least
    assert (least["big"], least["price"], least["bytes"]) == (-(2**63), Decimal128("-0.00001"), b"")
    assert least["change"]["op"] == "c"
    if "numbers" in row:
        assert (row["numbers"], row["words"]) == ([1, None, -5], ["a", None, TITLE])
    if "huge" in row:
        assert row["huge"] == Decimal128(str(2**64 - 1))


@pytest.mark.parametrize("name", ENTITIES)
def test_null_is_null_and_what_is_not_there_is_not_there(stored: Config, name: str) -> None:
    row = mongo.database(stored.mongo)[name].find_one({"_id": 3})
    assert row
    own = {field for field in ENTITIES[name]["fields"] if field != "id"}
    is_mongo = ENTITIES[name]["source"] == "mongo"
    assert row.keys() - {"_id", "id", "change"} == ({"title"} if is_mongo else own)
    assert not [field for field in own if row.get(field) is not None]


@pytest.mark.parametrize("name", ENTITIES)
def test_the_proof_agrees(stored: Config, name: str) -> None:
    entity = entities.of(stored).entity(name)
    # The job has ended: there is nothing to wait for but what it has taken.
    found = compare(stored, entity, mend=False, patience_s=PATIENCE_S)
    assert found.rows == 3
    assert found.is_equal
    assert not found.rejected


def test_the_file_of_entities_is_the_tests_own(captured: Config) -> None:
    assert captured.changes
    assert Path(captured.changes.entities).name == "entities.yaml"
    assert len(entities.of(captured).all) == len(ENTITIES)
