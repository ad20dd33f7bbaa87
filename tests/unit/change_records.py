"""Records of changes in the shape that connectors write, and the entities that they are of."""

import json
from typing import Any

from millrace.records.entities import Entity, Field, Source

SERIES = Entity(
    "series",
    "postgres",
    "public.tv_series_ids",
    "t",
    ("id",),
    (
        Field("id", "int", "id"),
        Field("name", "string", "original_name"),
        Field("popularity", "double", "popularity"),
    ),
)
MOVIES = Entity(
    "movies",
    "mariadb",
    "movie_ids",
    "t",
    ("id", "region"),
    (
        Field("id", "int", "id"),
        Field("region", "string", "region"),
        Field("adult", "boolean", "adult"),
    ),
)
PERSONS = Entity(
    "persons",
    "mongo",
    "person_ids",
    "t",
    ("id",),
    (Field("id", "int", "_id"), Field("name", "string", "name"), Field("more", "json", "more")),
)

PLACES: dict[Source, dict[str, Any]] = {
    "postgres": {"sequence": '["29338688","29338832"]', "lsn": 1},
    "mariadb": {"file": "binlog.000012", "pos": 4465, "row": 2},
    "mongo": {"ord": 3},
}


def envelope(
    source: Source, op: str, before: Any = None, after: Any = None, **place: Any
) -> dict[str, Any]:
    """The value of a record; ``place`` stands in its block ``source``."""
    block = {"ts_ms": 1_795_864_500_000, "snapshot": "false"} | PLACES[source] | place
    return {"op": op, "before": before, "after": after, "source": block, "transaction": None}


def text(value: Any) -> bytes:
    """A value as the converter writes it."""
    return json.dumps(value).encode()
