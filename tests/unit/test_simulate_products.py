"""Simulated changes of products: all of them first, seeded, some late, none that is no change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from rows import micros

from millrace.parse.products import parse
from millrace.records.fields import Fields
from millrace.simulate import catalogue, products

END = datetime(2026, 1, 31, 12, tzinfo=UTC)
START = END - timedelta(hours=6)
COUNT = 4_000


def lines(count: int = COUNT, seed: int = 1) -> list[bytes]:
    return list(products.changes(count, seed=seed, start=START, end=END))


@pytest.fixture(scope="module")
def told() -> list[Fields]:
    return [parse(line.decode()) for line in lines()]


def test_every_product_is_told_before_anything_changes(told: list[Fields]) -> None:
    known = catalogue.products()
    first = told[: len(known)]
    assert [one["product_id"] for one in first] == [one.product_id for one in known]
    assert {one["changed_at"] for one in first} == {micros(START)}
    assert [int(one["price"] * 100) for one in first] == [one.price_cents for one in known]
    assert len(told) == len(known) + COUNT


def test_prices_and_stock_change_and_some_changes_are_late(told: list[Fields]) -> None:
    changes = told[len(catalogue.products()) :]
    late = sum(after["changed_at"] < before["changed_at"] for before, after in pairwise(changes))
    assert COUNT / 50 < late < COUNT / 10
    assert all(micros(START) <= one["changed_at"] <= micros(END) for one in told)
    by_product: dict[str, set[object]] = {}
    for one in told:
        by_product.setdefault(one["product_id"], set()).add(one["price"])
    assert sum(len(prices) > 1 for prices in by_product.values()) > len(by_product) / 2
    assert len({one["stock"] for one in told}) > 100


def test_a_seed_gives_the_same_lines() -> None:
    assert lines(50) == lines(50)
    assert lines(50) != lines(50, seed=2)
