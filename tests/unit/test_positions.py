"""What was seen: kept as text, and held against ranges of offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.records import positions
from millrace.records.ledger import OffsetRange
from millrace.records.positions import Positions, Unseen

FEEDS = st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True)
TOPICS = st.from_regex(r"[A-Za-z0-9+/._-]{1,22}", fullmatch=True)
PLACES = st.dictionaries(
    st.tuples(TOPICS, st.integers(0, 99_999)),
    st.tuples(st.integers(0, 10**18 - 1), st.integers(0, 99_999)),
)


def taken(start: int, until: int, partition: int = 0, topic_id: str = "t") -> OffsetRange:
    return OffsetRange("topic", topic_id, partition, start, until)


@given(st.dictionaries(FEEDS, PLACES, min_size=1))
def test_text_holds_what_was_seen(seen: dict[str, Positions]) -> None:
    told = positions.text(seen)
    assert positions.parsed(told, [*seen]) == seen
    assert positions.parsed(told, ["none_of_them!"]) == {}
    assert told.isascii()
    assert told.isprintable()


@pytest.mark.parametrize(
    "told",
    [
        "",
        ";",
        "web",
        "web:t",
        "web:t:",
        "web:t:0",
        "web:t:0=",
        "web:t:0=1,",
        "web:t:0=-1",
        "web:t:0=1.",
        "web:t:0=1.123456",
        "web:t:0=1234567890123456789",
        "web:t:0=\u0661",
        "WEB:t/0=1",
        "web:t:0=1\n",
        "web:t:0=1;" + "x",
        "web:" + "t" * 65 + ":0=1",
    ],
)
def test_any_other_text_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        positions.parsed(told, ["web"])


@pytest.mark.parametrize(
    ("start", "until", "seen", "expected"),
    [
        (0, 5, {}, [Unseen(taken(0, 5))]),
        (3, 5, {}, [Unseen(taken(3, 5))]),
        (0, 5, {("t", 0): (3, 0)}, [Unseen(taken(3, 5))]),
        (0, 5, {("t", 0): (3, 2)}, [Unseen(taken(3, 5), 2)]),
        (4, 5, {("t", 0): (3, 2)}, [Unseen(taken(4, 5))]),
        (0, 5, {("t", 0): (5, 0)}, []),
        (0, 5, {("t", 0): (9, 1)}, []),
        (5, 5, {}, []),
        (0, 5, {("t", 1): (9, 0), ("other", 0): (9, 0)}, [Unseen(taken(0, 5))]),
    ],
)
def test_what_is_unseen_of_a_range(
    start: int, until: int, seen: Positions, expected: list[Unseen]
) -> None:
    assert [*positions.unseen([taken(start, until)], seen)] == expected


def test_a_range_without_offsets_may_end_after_what_was_seen() -> None:
    # Those before it are unseen, though it has none.
    assert positions.is_beyond([taken(9, 9)], {("t", 0): (3, 0)})
    assert not positions.is_beyond([taken(9, 9)], {("t", 0): (9, 0)})
    assert not positions.unseen([taken(9, 9)], {("t", 0): (3, 0)})


def test_what_was_seen_never_goes_back() -> None:
    seen = {("t", 0): (9, 3)}
    assert positions.passed([taken(0, 5), taken(0, 4, 1)], seen) == seen | {("t", 1): (4, 0)}
    assert positions.passed([taken(0, 10)], seen) == {("t", 0): (10, 0)}


def test_a_gap_is_between_what_was_seen_and_the_next_range() -> None:
    assert positions.gap([taken(7, 9), taken(3, 9, 1)], {("t", 0): (5, 0), ("t", 1): (3, 2)}) == 2
    assert positions.gap([taken(7, 9)], {}) == 0
