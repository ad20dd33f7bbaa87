"""Which of two changes is the later one, and what is left of many."""

from typing import Any

import pytest
from change_records import PLACES
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.parse.changes import Placed, latest
from millrace.parse.changes.position import position
from millrace.parse.rejection import RejectedError
from millrace.records.changes import Change, Op
from millrace.records.entities import Source


def place(source: Source, **block: Any) -> tuple[int, ...]:
    return position(source, {"ts_ms": 1_700_000_000_000} | PLACES[source] | block)


EARLIER_LATER: dict[str, tuple[Source, dict[str, Any], dict[str, Any]]] = {
    "PostgreSQL: a long transaction that commits after a snapshot row was read": (
        "postgres",
        {"sequence": '[null,"39283720"]', "lsn": None},
        {"sequence": '["39285024","39272960"]', "lsn": 39272960},
    ),
    "PostgreSQL: two events of one transaction": (
        "postgres",
        {"sequence": '["5","10"]'},
        {"sequence": '["5","11"]'},
    ),
    "PostgreSQL: numbers, not texts": (
        "postgres",
        {"sequence": '["9","9"]'},
        {"sequence": '["10","10"]'},
    ),
    "MariaDB: the next log file": (
        "mariadb",
        {"file": "binlog.000009", "pos": 900},
        {"file": "binlog.000010", "pos": 4},
    ),
    "MariaDB: more digits than before": (
        "mariadb",
        {"file": "binlog.999999"},
        {"file": "binlog.1000000"},
    ),
    "MariaDB: rows of one event": ("mariadb", {"row": 0}, {"row": 1}),
    "MongoDB: the first snapshot comes before what is of the same time": (
        "mongo",
        {"ord": -1},
        {"ord": 1},
    ),
}


@pytest.mark.parametrize("case", EARLIER_LATER)
def test_positions_are_in_the_order_of_the_changes(case: str) -> None:
    source, earlier, later = EARLIER_LATER[case]
    assert place(source, **earlier) < place(source, **later)


@pytest.mark.parametrize(
    ("source", "block"),
    [
        ("postgres", {"sequence": "[null,null]"}),
        ("postgres", {"sequence": '["x","1"]'}),
        ("postgres", {"sequence": f'[null,"{10**19}"]'}),
        ("mariadb", {"file": None}),
        ("mariadb", {"file": "binlog"}),
        ("mariadb", {"pos": -1}),
        ("mongo", {"ord": None}),
        ("mongo", {"ord": True}),
    ],
)
def test_a_place_that_is_none_is_refused(source: Source, block: dict[str, Any]) -> None:
    with pytest.raises(RejectedError):
        place(source, **block)


def made(op: Op, key: int | None, at: int, **values: Any) -> Change:
    unchanged = frozenset(name for name, value in values.items() if value is ...)
    kept = {name: value for name, value in values.items() if value is not ...}
    return Change(op, key, kept, (at,), at, unchanged)


def left(*changes: Change) -> dict[int, tuple[str, int, dict[str, Any]]]:
    placed = [Placed(change, number, number) for number, change in enumerate(changes)]
    return {
        one.change.key: (one.change.op, one.change.position[0], dict(one.change.values))
        for one in latest(placed).changes
    }


def test_the_last_one_of_each_key_is_left() -> None:
    assert left(made("c", 1, 1, n=1), made("c", 2, 2, n=1), made("u", 1, 3, n=2)) == {
        1: ("u", 3, {"n": 2}),
        2: ("c", 2, {"n": 1}),
    }


def test_one_that_is_behind_counts_as_little_as_it_would_in_the_store() -> None:
    assert left(made("u", 1, 5, n=2), made("c", 1, 3, n=1)) == {1: ("u", 5, {"n": 2})}


def test_of_two_at_one_position_the_later_arrival_counts() -> None:
    assert left(made("u", 1, 5, n=1), made("u", 1, 5, n=2)) == {1: ("u", 5, {"n": 2})}


def test_a_truncate_deletes_what_came_before_it_and_nothing_after() -> None:
    changes = [made("c", 1, 1, n=1), made("t", None, 2), made("c", 2, 3, n=1), made("c", 1, 4, n=2)]
    assert left(*changes[:3]) == {1: ("t", 2, {}), 2: ("c", 3, {"n": 1})}
    assert left(*changes)[1] == ("c", 4, {"n": 2})


def test_a_truncate_that_comes_again_deletes_nothing_that_is_ahead_of_it() -> None:
    assert left(made("c", 1, 4, n=2), made("t", None, 2)) == {1: ("c", 4, {"n": 2})}


def test_a_value_that_is_left_out_is_that_of_the_change_before() -> None:
    assert left(made("c", 1, 1, n=1, big="x"), made("u", 1, 2, n=2, big=...)) == {
        1: ("u", 2, {"n": 2, "big": "x"})
    }


STEPS = st.tuples(
    st.sampled_from(["c", "u", "d", "t"]), st.integers(0, 3), st.integers(0, 6), st.integers(0, 9)
)


def stored(changes: list[Change]) -> dict[int, tuple[tuple[int, ...], Any]]:
    """What a store comes to that takes one change after the other, by the rule of `not behind`."""
    rows: dict[int, tuple[tuple[int, ...], Any]] = {}
    for change in changes:
        if change.key is None:
            for key, (at, _) in rows.items():
                if at <= change.position:
                    rows[key] = (change.position, None)
        elif rows.get(change.key, ((), None))[0] <= change.position:
            rows[change.key] = (change.position, None if change.is_deleted else dict(change.values))
    return rows


@settings(deadline=None)
@given(st.lists(STEPS, max_size=12), st.integers(0, 12))
def test_batches_of_any_size_come_to_the_same(steps: list[Any], cut: int) -> None:
    changes = [
        made(op, None, at) if op == "t" else made(op, key, at, n=n) for op, key, at, n in steps
    ]
    rows: list[Change] = []
    for batch in (changes[:cut], changes[cut:]):
        found = latest(Placed(change, number, 0) for number, change in enumerate(batch))
        rows += [found.truncate.change] if found.truncate else []
        rows += [placed.change for placed in found.changes]
    assert stored(rows) == stored(changes)
