"""Rows of a source as its client gives them, and as the store has them, compared."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Decimal128, Int64

from millrace.proof.rows import digest, of_source
from millrace.records.entities import Entity, Field

CASES: list[tuple[str, Any, Any]] = [
    ("boolean", 1, True),
    ("bigint", 5, Int64(5)),
    ("double", math.nan, float("nan")),
    ("decimal", Decimal("1.10"), Decimal128("1.10")),
    ("date", date(2026, 2, 3), datetime(2026, 2, 3, tzinfo=UTC)),
    ("timestamp", datetime(2026, 2, 3, 4, 5, 6, 7_999), datetime(2026, 2, 3, 4, 5, 6, 7_000, UTC)),
    ("binary", b"\x00\xff", b"\x00\xff"),
    ("json", {"a": [1, None]}, {"a": [1, None]}),
    ("string", None, None),
    ("array<int>", [1, 2], [1, 2]),
]


def entity(type: str) -> Entity:
    fields = (Field("id", "int", "id"), Field("field", type, "column"))
    return Entity("e", "postgres", "public.e", "t", ("id",), fields)


@pytest.mark.parametrize(("type", "read", "stored"), CASES)
def test_a_value_is_equal_to_what_its_change_was_stored_as(
    type: str, read: Any, stored: Any
) -> None:
    row = of_source(entity(type), {"id": 1, "column": read})
    assert (row.key, row.rejected, row.uncompared) == (1, None, frozenset())
    assert digest(row.values) == digest({"field": stored, "id": 1})
    assert digest(row.values) != digest({"field": stored, "id": 2})


def test_null_is_not_absent() -> None:
    assert digest({"a": None}) != digest({})


def test_a_value_that_cannot_be_stored_is_told() -> None:
    row = of_source(entity("decimal"), {"id": 1, "column": Decimal("Infinity")})
    assert row.rejected
    assert row.rejected.startswith("field: expected")
    assert not row.values


def test_a_text_that_connectors_write_in_their_own_way_is_not_compared() -> None:
    row = of_source(entity("string"), {"id": 1, "column": UUID(int=1)})
    assert row.uncompared == {"field"}
    assert digest({"id": 1, "field": "x"}, row.uncompared) == digest(row.values, row.uncompared)
