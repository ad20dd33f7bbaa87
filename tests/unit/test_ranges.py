"""Sets of offsets as ranges, held against sets of numbers."""

from hypothesis import given
from hypothesis import strategies as st

from millrace.records.ledger import OffsetRange
from millrace.records.ranges import STRIPE, Stripe, held, size, within, without

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
