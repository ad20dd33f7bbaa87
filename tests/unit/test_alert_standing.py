"""What of a rule is due, and what nobody has heard of yet."""

from datetime import UTC, datetime, timedelta

import pytest

from millrace.alerts.evaluation import State, Transition
from millrace.alerts.rules import Rule
from millrace.alerts.standing import Due, News, Reached, Standing, missed_of, together
from millrace.records.alerts import Kind, NoData
from millrace.records.received import EPOCH

NOW = datetime(2026, 3, 1, 12, 10, 40, tzinfo=UTC)


def at(minute: int) -> datetime:
    return datetime(2026, 3, 1, 12, minute, tzinfo=UTC)


def rule(no_data: NoData) -> Rule:
    return Rule(name="a", metric="volume", threshold=1, no_data=no_data)


@pytest.mark.parametrize(
    ("no_data", "before", "reached", "expected"),
    [
        # Settled up to a minute ago.
        ("ok", None, (9, 2), (9, 9, 2)),
        ("alert", 8, (9, 2), (9, 9, 2)),
        # `aggregate` is seven minutes behind: after five the clock counts, for who asked for it.
        ("ok", 2, (3, 1), (3, 3, 1)),
        ("keep", 2, (3, 1), (3, 3, 1)),
        ("alert", 2, (3, 1), (5, 3, 1)),
        # What was settled once stays so.
        ("ok", 4, (3, 1), (4, 4, 1)),
        ("ok", 4, None, (4, 4, None)),
        ("alert", 4, None, (5, 4, None)),
        # Nothing is known.
        ("ok", None, None, None),
        ("alert", None, None, (5, None, None)),
    ],
)
def test_settled_minutes_are_due_and_by_the_clock_those_without_data(
    no_data: NoData,
    before: int | None,
    reached: tuple[int, int] | None,
    expected: tuple[int | None, ...] | None,
) -> None:
    standing = None if before is None else Standing.at(at(before))
    given = Reached(at(reached[0]), at(reached[1])) if reached else None
    due = Due.of(rule(no_data), standing, given, NOW)
    times = [EPOCH if minute is None else at(minute) for minute in expected or ()]
    assert due == (Due(*times) if times else None)


def test_several_feeds_are_as_far_as_the_last_of_them() -> None:
    assert together([Reached(at(9), at(1)), Reached(at(8), at(2))]) == Reached(at(8), at(1))
    assert together([Reached(at(9), at(1)), None]) is None


def news(kind: Kind, minute: int, *, is_withdrawn: bool = False) -> News:
    return News(Transition(kind, at(minute), 7.0, "value"), is_withdrawn)


@pytest.mark.parametrize(
    ("found", "missed"),
    [
        ([], None),
        ([news("firing", 1)], None),
        ([news("resolved", 2)], None),
        ([news("firing", 1), news("resolved", 2)], (1, 2)),
        ([news("resolved", 1), news("firing", 2), news("resolved", 5)], (2, 5)),
        ([news("firing", 1), news("resolved", 2), news("firing", 3), news("resolved", 5)], (3, 5)),
        ([news("firing", 1), news("resolved", 2), news("firing", 3)], (1, 2)),
        ([news("firing", 1, is_withdrawn=True), news("resolved", 2)], None),
    ],
)
def test_what_began_and_ended_since_the_last_look_was_missed(
    found: list[News], missed: tuple[int, int] | None
) -> None:
    expected = missed and State(at(missed[1]), "firing", 0, at(missed[0]), 7.0, "value")
    assert missed_of(found) == expected


def test_standings_begin_with_nothing() -> None:
    standing = Standing.at(at(1))
    assert standing.final == standing.latest == State(at(1))
    assert standing.counted_until - at(0) == timedelta(minutes=1)
