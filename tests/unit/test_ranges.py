"""Sets of offsets as ranges, held against sets of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.records.ledger import OffsetRange, Taken
from millrace.records.ranges import STRIPE, Stripe, held, pieces, size, unread, within, without

OFFSETS = st.sets(st.tuples(st.integers(0, 1), st.integers(0, 200)), max_size=300)


def ranges(offsets: set[tuple[int, int]]) -> list[OffsetRange]:
    return [OffsetRange("t", "id", p, offset, offset + 1) for p, offset in offsets]


def numbers(found: list[OffsetRange]) -> set[tuple[int, int]]:
    listed = [(r.partition, n) for r in found for n in range(r.from_offset, r.until_offset)]
    assert len(listed) == len(set(listed)) == size(found)
    return set(listed)


@given(OFFSETS, OFFSETS)
def test_difference_and_intersection_are_those_of_sets(
    some: set[tuple[int, int]], others: set[tuple[int, int]]
) -> None:
    assert numbers(without(ranges(some), ranges(others))) == some - others
    assert numbers(within(ranges(some), ranges(others))) == some & others


@given(OFFSETS)
def test_stripes_name_exactly_what_they_were_made_of(offsets: set[tuple[int, int]]) -> None:
    stripes: dict[tuple[int, int], list[int]] = {}
    for partition, offset in sorted(offsets):
        stripes.setdefault((partition, offset - offset % STRIPE), []).append(offset % STRIPE)
    made = [Stripe(p, s, len(n), sum(2**place for place in n)) for (p, s), n in stripes.items()]
    assert all(stripe.is_single for stripe in made)
    found = held(made, "t", "id")
    assert numbers(found) == offsets
    ends = {(r.partition, r.until_offset) for r in found}
    assert not ends & {
        (r.partition, r.from_offset) for r in found
    }  # none could be one with another


@given(st.lists(st.integers(0, STRIPE - 1), min_size=1, max_size=STRIPE))
def test_a_stripe_with_a_double_is_never_taken_for_single(places: list[int]) -> None:
    stripe = Stripe(0, 0, len(places), sum(2**place for place in places))
    assert stripe.is_single == (len(places) == len(set(places)))


def of(partition: int, start: int, until: int, topic_id: str = "id") -> OffsetRange:
    return OffsetRange("t", topic_id, partition, start, until)


FIRST = {("id", 0): 10, ("id", 1): 0}
# What was taken, what Kafka has, and what neither has, though it came after the first batch began.
UNREAD: dict[str, tuple[Taken, list[OffsetRange], list[OffsetRange]]] = {
    "all is read or can be": (
        Taken([of(0, 10, 50)], FIRST),
        [of(0, 30, 90), of(1, 0, 5)],
        [],
    ),
    "before the first batch nothing was to be read": (
        Taken([of(0, 10, 50)], FIRST),
        [of(0, 50, 90)],
        [],
    ),
    "deleted after the last batch": (
        Taken([of(0, 10, 50)], FIRST),
        [of(0, 60, 90)],
        [of(0, 50, 60)],
    ),
    "deleted to the very end": (Taken([of(0, 10, 50)], FIRST), [of(0, 90, 90)], [of(0, 50, 90)]),
    "deleted between two batches": (
        Taken([of(0, 10, 50), of(0, 70, 80)], FIRST),
        [of(0, 75, 90)],
        [of(0, 50, 70)],
    ),
    "between two batches, and Kafka has it": (
        Taken([of(0, 10, 50), of(0, 70, 80)], FIRST),
        [of(0, 40, 90)],
        [],
    ),
    "a partition that was empty so far": (
        Taken([of(0, 10, 50)], FIRST),
        [of(0, 50, 90), of(1, 7, 9)],
        [of(1, 0, 7)],
    ),
    "a partition that was added": (
        Taken([of(0, 10, 50)], FIRST),
        [of(0, 50, 90), of(2, 7, 9)],
        [of(2, 0, 7)],
    ),
    "a partition of which an archive without a line of it cannot tell": (
        Taken([of(0, 10, 50)], {("id", 0): 10}, is_complete=False),
        [of(0, 50, 90), of(2, 7, 9)],
        [],
    ),
    "a gap of the topic of that name before": (
        Taken([of(0, 0, 5, "old"), of(0, 8, 9, "old")], {("old", 0): 0}),
        [of(0, 60, 90)],
        [of(0, 5, 8, "old")],
    ),
    "nothing was ever taken": (Taken([], {}), [of(0, 60, 90)], []),
}


@pytest.mark.parametrize("case", UNREAD)
def test_offsets_are_unread_where_no_batch_took_them_and_kafka_has_them_no_more(case: str) -> None:
    taken, in_kafka, expected = UNREAD[case]
    assert unread(taken, in_kafka) == expected


@given(offsets=OFFSETS, most=st.integers(1, 400))
def test_pieces_are_all_offsets_each_once_and_bounded(
    offsets: set[tuple[int, int]], most: int
) -> None:
    whole = without(ranges(offsets), [])
    parts = pieces(whole, most)
    found = [one for part in parts for one in numbers(part)]
    assert len(found) == len(offsets)
    assert {*found} == offsets
    # Each range gives its share, rounded.
    assert all(0 < size(part) < most + 2 * len(whole) for part in parts if part)
