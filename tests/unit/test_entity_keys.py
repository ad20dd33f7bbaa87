"""Keys of rows as text in a URL: each comes back as it was, whatever its values hold."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64
from hypothesis import given
from hypothesis import strategies as st

from millrace.api.entity_keys import key_of
from millrace.api.entity_paths import key_text, path
from millrace.api.problems import ProblemError
from millrace.records.entities import Entity, Field


def entity(*types: str) -> Entity:
    """An entity whose key has fields of these types."""
    fields = tuple(Field(f"f{n}", type, f"f{n}") for n, type in enumerate(types))
    return Entity("e", "postgres", "public.e", "t", tuple(one.name for one in fields), fields)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_text_comes_back(value: str) -> None:
    text = key_text(entity("string"), value)
    assert key_of(entity("string"), text) == value
    assert text == path([value])
    # It is one part of a path: nothing in it ends the part, and no client takes it away.
    assert text
    assert not {"/", ","} & {*text}
    assert text not in (".", "..")


@given(TEXTS, st.integers(-(2**63), 2**63 - 1), TEXTS)
def test_several_values_come_back_in_their_order(one: str, number: int, other: str) -> None:
    of = entity("string", "bigint", "string")
    key = {"f0": one, "f1": Int64(number), "f2": other}
    assert key_of(of, key_text(of, key)) == key


VALUES: list[tuple[str, Any, str]] = [
    ("boolean", True, "true"),
    ("int", -5, "-5"),
    ("decimal", Decimal128("1.50"), "1.50"),
    ("date", datetime(2026, 2, 3, tzinfo=UTC), "2026-02-03"),
    ("timestamp", datetime(2026, 2, 3, 4, 5, 6, 7_000, tzinfo=UTC), "2026-02-03T04:05:06.007Z"),
    ("binary", b"\xff\xef\xbe", "~1+++"),
]


@pytest.mark.parametrize(("type", "value", "text"), VALUES)
def test_each_type_has_its_text(type: str, value: Any, text: str) -> None:
    assert key_text(entity(type), value) == text
    assert key_of(entity(type), text) == value


@pytest.mark.parametrize(
    ("types", "text"),
    [
        (("int",), "five"),
        (("int",), "2147483648"),
        (("int",), "1_000"),
        (("int",), ""),
        (("boolean",), "yes"),
        (("date",), "2026-02-30"),
        (("string",), "a~"),
        (("string",), "a~x"),
        (("string", "int"), "a"),
        (("string",), "a,b"),
    ],
)
def test_what_is_no_key_is_a_problem(types: tuple[str, ...], text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        key_of(entity(*types), text)
    assert refused.value.status == 422
