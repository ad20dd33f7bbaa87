"""Changes as versions of their rows: whole, and superseded by the first that is not behind."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from millrace.parse.changes import Before, Placed, Version, versions
from millrace.records.changes import Change, Op
from millrace.records.history import order

NUMBERS = st.integers(-1, 2**63 - 1)


def made(op: Op, key: int | None, at: int, **values: Any) -> Change:
    """A change; a value that is ``...`` was not sent."""
    unchanged = frozenset(name for name, value in values.items() if value is ...)
    kept = {name: value for name, value in values.items() if value is not ...}
    return Change(op, key, kept, (at,), at, unchanged)


def placed(*changes: Change) -> list[Placed]:
    """The changes at the offsets 0, 1, 2 .., each received at the time of its offset."""
    return [Placed(change, number, number) for number, change in enumerate(changes)]


def told(*changes: Change, before: Mapping[int, Before] | None = None) -> list[Version]:
    return versions(placed(*changes), lambda one: (before or {}).get(one.change.key))


def superseded(*changes: Change) -> list[int | None]:
    return [one.superseded_ms for one in told(*changes)]


@given(st.lists(NUMBERS, min_size=2, max_size=2), st.lists(NUMBERS, min_size=2, max_size=2))
def test_texts_sort_as_positions_do(one: list[int], other: list[int]) -> None:
    assert (order(one) < order(other)) == (tuple(one) < tuple(other))
    assert order([]) < order(one)


def test_a_version_ends_with_the_next_change_of_its_key() -> None:
    changes = (made("c", 1, 1), made("c", 2, 2), made("u", 1, 3), made("d", 2, 4))
    assert superseded(*changes) == [2, 3, None, None]


def test_one_that_is_behind_ends_nothing() -> None:
    assert superseded(made("u", 1, 5), made("c", 1, 3), made("u", 1, 6)) == [2, 2, None]
    # Of two at one position the later arrival counts.
    assert superseded(made("u", 1, 5), made("u", 1, 5)) == [1, None]


def test_a_truncate_ends_each_key_that_is_not_ahead_of_it() -> None:
    changes = (made("c", 1, 1), made("c", 2, 9), made("t", None, 2), made("c", 1, 3))
    assert superseded(*changes) == [2, None, None, None]


def test_a_value_that_was_not_sent_is_that_of_the_version_before() -> None:
    changes = (made("c", 1, 1, big="x"), made("u", 1, 2, n=2, big=...), made("u", 1, 3, big=...))
    assert [one.placed.change.values.get("big") for one in told(*changes)] == ["x", "x", "x"]
    assert not any(one.placed.change.unchanged for one in told(*changes))


def test_the_version_before_may_be_a_stored_one_and_may_be_unknown() -> None:
    change = made("u", 1, 2, n=2, big=...)
    (known,) = told(change, before={1: Before((1,), {"big": "stored", "n": 1})})
    assert known.placed.change.values == {"n": 2, "big": "stored"}
    (unknown,) = told(change)
    assert unknown.placed.change.unchanged == {"big"}


def test_the_version_before_one_that_is_behind_is_not_the_one_ahead_of_it() -> None:
    changes = (made("u", 1, 5, big="new"), made("u", 1, 3, big=...), made("u", 1, 6, big=...))
    values = [one.placed.change.values.get("big") for one in told(*changes)]
    assert values == ["new", None, "new"]


def test_what_was_emptied_or_deleted_has_no_value() -> None:
    for gone in (made("t", None, 2), made("d", 1, 2)):
        changes = (made("c", 1, 1, big="x"), gone, made("u", 1, 3, big=...))
        assert told(*changes)[-1].placed.change.unchanged == {"big"}


def test_of_these_changes_and_what_is_stored_the_one_further_on_counts() -> None:
    changes = (made("u", 1, 3, big="late"), made("u", 1, 6, big=...))
    (_, last) = told(*changes, before={1: Before((5,), {"big": "stored"})})
    assert last.placed.change.values["big"] == "stored"
    (_, last) = told(*changes, before={1: Before((2,), {"big": "stored"})})
    assert last.placed.change.values["big"] == "late"
