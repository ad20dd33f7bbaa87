"""What a record of a table's topic comes to: a change, nothing, or a rejection with its reason."""

from contextlib import suppress
from typing import Any

import pytest
from bson import Int64
from change_records import MOVIES, PERSONS, SERIES, envelope, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.parse.changes import Reader
from millrace.parse.changes.casts import UNAVAILABLE
from millrace.parse.rejection import RejectedError
from millrace.records.changes import Change

ROW = {"id": 7, "original_name": "é\U0001f600", "popularity": 0.5}


def read(entity: Any, key: Any, value: Any) -> Change:
    change = Reader(entity).read(None if key is None else text(key), text(value))
    assert change is not None
    return change


@pytest.mark.parametrize("op", ["c", "u", "r"])
def test_a_row_comes_with_its_key_fields_position_and_time(op: str) -> None:
    change = read(SERIES, {"id": 7}, envelope("postgres", op, after=ROW))
    assert change == Change(
        op,  # type: ignore[arg-type]
        7,
        {"id": 7, "name": "é\U0001f600", "popularity": 0.5},
        (29338688, 29338832),
        1_795_864_500_000,
    )


def test_a_delete_has_a_key_and_no_values_as_before_may_hold_defaults() -> None:
    before = {"id": 7, "original_name": None, "popularity": 0.0}
    change = read(SERIES, {"id": 7}, envelope("postgres", "d", before=before))
    assert (change.key, change.values, change.is_deleted) == (7, {}, True)


def test_a_truncate_concerns_all_keys() -> None:
    change = read(SERIES, None, envelope("postgres", "t"))
    assert (change.op, change.key, change.is_deleted) == ("t", None, True)


def test_a_tombstone_is_no_change() -> None:
    assert Reader(SERIES).read(text({"id": 7}), None) is None
    assert Reader(SERIES).read(None, None) is None


def test_a_key_of_several_fields_is_a_document_in_the_declared_order() -> None:
    row = {"region": "DE", "id": 1, "adult": 1}
    change = read(MOVIES, {"region": "DE", "id": 1}, envelope("mariadb", "c", after=row))
    assert list(change.key.items()) == [("id", 1), ("region", "DE")]
    assert change.values["adult"] is True


def test_a_record_without_a_key_has_that_of_its_row() -> None:
    change = read(SERIES, None, envelope("postgres", "c", after=ROW))
    assert change.key == 7


def test_the_document_of_mongo_is_read_from_its_text() -> None:
    after = (
        '{"_id": 5, "name": "x", "more": {"n": {"$numberLong": "9007199254740993"},'
        ' "f": NaN, "when": {"$date": 1700000000000}, "d": {"$numberDecimal": "1.10"}}}'
    )
    change = read(PERSONS, {"id": "5"}, envelope("mongo", "u", after=after))
    assert (change.key, change.position) == (5, (1_795_864_500_000, 3))
    more = change.values["more"]
    assert more["n"] == Int64(9007199254740993)
    assert more["f"] != more["f"]
    assert (str(more["d"]), more["when"].isoformat()) == ("1.10", "2023-11-14T22:13:20+00:00")


def test_a_large_value_that_was_left_out_is_told_as_unchanged() -> None:
    row = ROW | {"original_name": UNAVAILABLE}
    change = read(SERIES, {"id": 7}, envelope("postgres", "u", after=row))
    assert change.unchanged == {"name"}
    assert "name" not in change.values


def test_a_column_that_is_not_declared_is_told_and_one_that_is_gone_is_absent() -> None:
    change = read(SERIES, {"id": 7}, envelope("postgres", "u", after={"id": 7, "added": 1}))
    assert (change.values, change.unknown) == ({"id": 7}, {"added"})


def test_null_is_not_absent() -> None:
    change = read(SERIES, {"id": 7}, envelope("postgres", "u", after=ROW | {"popularity": None}))
    assert change.values["popularity"] is None


REJECTED = {
    "no JSON": (SERIES, {"id": 7}, b"{", "bad_json"),
    "no object": (SERIES, {"id": 7}, b"[]", "bad_json"),
    "not UTF-8": (SERIES, {"id": 7}, b"\xff", "not_utf8"),
    "nested without end": (SERIES, {"id": 7}, b'{"a":' * 100_000, "bad_json"),
    "a number without end": (SERIES, {"id": 7}, b'{"a":' + b"1" * 5_000 + b"}", "bad_json"),
    "NaN outside of MongoDB": (SERIES, {"id": 7}, b'{"a": NaN}', "bad_json"),
    "a change of the schema": (SERIES, None, text({"ddl": "ALTER TABLE"}), "no_match"),
    "a heartbeat": (SERIES, None, text({"ts_ms": 1}), "no_match"),
    "no source": (SERIES, {"id": 7}, text({"op": "c", "after": ROW}), "missing_field"),
    "no position": (
        SERIES,
        {"id": 7},
        text(envelope("postgres", "c", after=ROW, sequence=None)),
        "missing_field",
    ),
    "another position": (
        SERIES,
        {"id": 7},
        text(envelope("postgres", "c", after=ROW, sequence='["1"]')),
        "bad_value",
    ),
    "no row": (SERIES, {"id": 7}, text(envelope("postgres", "u")), "missing_field"),
    "no key": (SERIES, None, text(envelope("postgres", "d")), "missing_field"),
    "a value of another type": (
        SERIES,
        {"id": 7},
        text(envelope("postgres", "c", after=ROW | {"popularity": "much"})),
        "bad_value",
    ),
    "half a character": (
        SERIES,
        {"id": 7},
        b'{"op":"c","after":{"id":7,"original_name":"\\ud800"},"source":{"ts_ms":1,'
        b'"sequence":"[null,\\"1\\"]"}}',
        "bad_value",
    ),
    "a time that is none": (
        SERIES,
        {"id": 7},
        text(envelope("postgres", "c", after=ROW, ts_ms=10**18)),
        "bad_value",
    ),
    "a document that is no JSON": (
        PERSONS,
        {"id": "5"},
        text(envelope("mongo", "c", after='{"_id":')),
        "bad_json",
    ),
    "an ObjectId that is none": (
        PERSONS,
        {"id": '{"$oid": 5}'},
        text(envelope("mongo", "c", after='{"_id": 5}')),
        "bad_json",
    ),
    "a member without a name": (
        PERSONS,
        {"id": "5"},
        text(envelope("mongo", "c", after='{"_id": 5, "more": {"a\\u0000": 1}}')),
        "bad_value",
    ),
    "JSON that is none": (
        PERSONS,
        {"id": "5"},
        text(envelope("mongo", "c", after='{"_id": 5, "more": "text"}')),
        "bad_value",
    ),
}


@pytest.mark.parametrize("case", REJECTED)
def test_what_tells_no_change_is_rejected_with_its_reason(case: str) -> None:
    entity, key, value, reason = REJECTED[case]
    with pytest.raises(RejectedError) as rejected:
        Reader(entity).read(None if key is None else text(key), value)
    assert rejected.value.reason == reason


def test_a_document_that_no_store_takes_is_too_long() -> None:
    after = text({"_id": 5, "name": "x" * 17_000_000}).decode()
    with pytest.raises(RejectedError) as rejected:
        read(PERSONS, {"id": "5"}, envelope("mongo", "c", after=after))
    assert rejected.value.reason == "too_long"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("entity", [SERIES, MOVIES, PERSONS], ids=lambda entity: entity.name)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(op=st.sampled_from(["c", "u", "d", "r", "t", "m", None]), row=JSON, block=JSON, key=JSON)
def test_whatever_is_sent_comes_to_a_change_or_a_rejection(
    entity: Any, op: Any, row: Any, block: Any, key: Any
) -> None:
    value = envelope(entity.source, "c") | {"op": op, "before": row, "after": row}
    if isinstance(block, dict):
        value["source"] |= block
    with suppress(RejectedError):
        Reader(entity).read(text(key), text(value))
