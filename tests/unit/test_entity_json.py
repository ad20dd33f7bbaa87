"""Rows as JSON: by their casts they come back as they were, and the same key is the same bytes."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId

from millrace.parse.changes.casts import cast
from millrace.records.entities import Entity, Field
from millrace.records.entity_json import encoded, key_json, row_json

VALUES: list[tuple[str, Any, Any]] = [
    ("boolean", True, True),
    ("int", -5, -5),
    ("bigint", Int64(2**62), 2**62),
    ("double", 0.1, 0.1),
    ("double", math.inf, "Infinity"),
    ("double", -math.inf, "-Infinity"),
    ("decimal", Decimal128("1234567890123456789.012345678901234"), None),
    ("string", 'ü "\\\x00', 'ü "\\\x00'),
    ("date", datetime(2026, 2, 3, tzinfo=UTC), "2026-02-03"),
    ("timestamp", datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC), "2026-02-03T04:05:06.789Z"),
    ("binary", b"\x00\xff", "AP8="),
    ("json", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
    ("array<date>", [datetime(2026, 2, 3, tzinfo=UTC), None], ["2026-02-03", None]),
    ("array<decimal>", [Decimal128("1.10")], ["1.10"]),
]


def entity(type: str) -> Entity:
    return Entity("e", "mongo", "e", "t", ("id",), (Field("id", type, "_id"),))


def sent(type: str, value: Any) -> Any:
    """The value as whoever reads the JSON has it."""
    return json.loads(encoded(row_json(entity(type), {"id": value})))["id"]


@pytest.mark.parametrize(("type", "value", "shown"), VALUES)
def test_its_cast_reads_it_back(type: str, value: Any, shown: Any) -> None:
    told = sent(type, value)
    assert cast(type)("id", told) == value
    assert shown is None or told == shown


def test_what_is_no_number_comes_back() -> None:
    assert math.isnan(cast("double")("id", sent("double", math.nan)))
    assert cast("decimal")("id", sent("decimal", Decimal128("NaN"))).to_decimal().is_nan()


def test_null_is_told_apart_from_what_is_absent() -> None:
    of = entity("int")
    assert encoded(row_json(of, {"id": None})) == b'{"id":null}'
    assert encoded(row_json(of, {})) == b"{}"


def test_a_document_of_mongodb_has_what_json_lacks() -> None:
    value = {"id": ObjectId("0123456789abcdef01234567"), "at": datetime(2026, 1, 1, tzinfo=UTC)}
    assert sent("json", value | {"n": math.nan}) == {
        "id": {"$oid": "0123456789abcdef01234567"},
        "at": {"$date": "2026-01-01T00:00:00Z"},
        "n": {"$numberDouble": "NaN"},
    }


def test_a_field_that_is_not_declared_any_more_is_shown_all_the_same() -> None:
    assert row_json(entity("int"), {"old": Decimal128("1.5")})["old"] == {"$numberDecimal": "1.5"}


def test_the_same_key_is_the_same_bytes() -> None:
    assert encoded(key_json(entity("bigint"), Int64(5))) == encoded(key_json(entity("int"), 5))
