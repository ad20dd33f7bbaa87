"""Changes of products: what a line comes to, and what is none."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from rows import micros

from millrace.parse.products import parse
from millrace.parse.rejection import RejectedError

CHANGE: dict[str, Any] = {
    "timestamp": "2025-01-22T11:30:00Z",
    "product_id": "P00001",
    "price": 12.5,
    "stock": 3,
    "category": "books",
    "name": "Café",
}
EXPECTED: dict[str, Any] = {
    "changed_at": micros(datetime(2025, 1, 22, 11, 30, tzinfo=UTC)),
    "product_id": "P00001",
    "price": Decimal("12.5000"),
    "stock": 3,
    "category": "books",
    "name": "Café",
    "is_deleted": False,
    "position": None,
}


def line(**changed: Any) -> str:
    return json.dumps({k: v for k, v in (CHANGE | changed).items() if v is not ...})


RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "whole": (line(), {}),
    "money is exact": (line(price="1.10"), {"price": Decimal("1.1000")}),
    "nothing left": (line(stock=0), {"stock": 0}),
    "more was ordered than there is": (line(stock=-2), {"stock": -2}),
    "for nothing": (line(price=0), {"price": Decimal(0)}),
    "without a name": (line(name=..., category=None), {"name": None, "category": None}),
    "no longer sold": (
        line(price=..., stock=..., deleted=True),
        {"price": None, "stock": None, "is_deleted": True},
    ),
    "still sold": (line(deleted=False), {}),
    "a number as its id": (line(product_id=7), {"product_id": "7"}),
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_line_is_a_change(case: str) -> None:
    text, changed = RECORDS[case]
    assert parse(text) == EXPECTED | changed


LETTERS: dict[str, tuple[str, str, str]] = {
    "no JSON": ("P1 costs 3", "bad_json", "not one JSON object"),
    "a list": ("[]", "bad_json", "not one JSON object"),
    "no time": (line(timestamp=...), "missing_field", "timestamp"),
    "no such time": (line(timestamp="noon"), "bad_timestamp", "timestamp: noon"),
    "no product": (line(product_id=...), "missing_field", "product_id"),
    "an empty product": (line(product_id="  "), "missing_field", "product_id"),
    "no price": (line(price=...), "missing_field", "price"),
    "no stock": (line(stock=None), "missing_field", "stock"),
    "a price that is none": (line(price="dear"), "bad_value", "price: dear"),
    "a price below nothing": (line(price=-1), "bad_value", "price: -1"),
    "a price without end": (line(price=10**15), "bad_value", f"price: {10**15}"),
    "half a piece": (line(stock=0.5), "bad_value", "stock: 0.5"),
    "more than 32 bits of pieces": (line(stock=2**31), "bad_value", f"stock: {2**31}"),
    "a word for whether it is sold": (line(deleted="no"), "bad_value", "deleted: no"),
}


@pytest.mark.parametrize("case", LETTERS)
def test_a_line_that_is_none_says_why(case: str) -> None:
    text, reason, detail = LETTERS[case]
    with pytest.raises(RejectedError) as rejected:
        parse(text)
    assert (rejected.value.reason, rejected.value.detail) == (reason, detail)
