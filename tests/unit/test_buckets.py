"""Every response time has one bucket, whose bound is not far above it."""

import itertools
import random
from decimal import Decimal

from millrace.windows.buckets import BOUNDS_MS, le_ms


def test_bounds_grow_by_a_fifth_at_most() -> None:
    assert list(BOUNDS_MS) == sorted(set(BOUNDS_MS))
    assert all(above <= 1.2 * below for below, above in itertools.pairwise(BOUNDS_MS))


def test_a_response_time_falls_under_the_next_bound() -> None:
    dice = random.Random(1)
    drawn = [10 ** dice.uniform(-3, 9) for _ in range(2_000)]
    just_above = [bound * 1.000001 for bound in BOUNDS_MS]
    values = [*BOUNDS_MS, *just_above, *drawn, 0.0, 1e-9, 1e9, 1e12]
    bounds = [Decimal(str(bound)) for bound in BOUNDS_MS]
    for value in values:
        next_bound = next((b for b in bounds if b >= Decimal(value) or float(b) == value), None)
        assert Decimal(le_ms(value)) == (next_bound or bounds[-1]), value
