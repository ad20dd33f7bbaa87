"""Lines of the archive as rows of the warehouse: values by column, and none that it refuses."""

import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from rows import RECEIVED_AT, micros, spec

from millrace.records.warehouse import EVENTS, PRODUCTS, REQUESTS, TABLES, Table
from millrace.records.warehouse_rows import (
    line_columns,
    own_columns,
    staging_columns,
    table_of,
)
from millrace.transform.chain import compiled
from millrace.transform.warehouse import _columns
from millrace.transform.warehouse_rows import lines_of, row_of, rows

RECEIVED_MS = micros(RECEIVED_AT) // 1000
ORDER: dict[str, Any] = {
    "timestamp": "2025-01-22T11:59:00.5Z",
    "event_type": "purchase",
    "service": "checkout",
    "user_id": "user-1",
    "session_id": "s1",
    "session_duration": 61.9,
    "device_type": "mobile",
    "geo_location": {"country": "DE", "city": "Köln"},
    "product_id": "P1",
    "message": "placed",
    "details": {
        "amount": 12.5,
        "payment_method": "paypal",
        "order_id": "o1",
        "items": [{"product_id": "P1", "quantity": 2}, {"product_id": "P2"}],
        "filters": {"brand": "Acme"},
        "shipping_method": "express",
        "shipping_address": "1 King's Road",
        "delivery_estimate": "2025-01-24",
    },
}
ACCESS = '203.0.113.9 - - [22/Jan/2025:11:59:59 +0000] "{} {} HTTP/1.1" {} 512 "-" "curl/8"{}'
PRODUCT = {"timestamp": "2025-01-22T11:00:00Z", "product_id": "P1", "price": 1, "stock": 2}


def made(table: Table, value: bytes, of: Any, milliseconds: int | None = RECEIVED_MS) -> Any:
    """The rows of one Kafka record, by the names of their columns."""
    table, of = pickle.loads(pickle.dumps((table, of)))  # as a worker gets them
    outcomes = lines_of(table, of, compiled).outcomes(value, None, milliseconds)
    nothing = [None] * len(own_columns(table))
    names = [column.name for column in line_columns(table)][3:]
    found = rows(outcomes, milliseconds or 0, row_of(table, of), nothing)
    return [dict(zip(names, row, strict=True)) for row in found]


def event(**changed: Any) -> dict[str, Any]:
    (row,) = made(EVENTS, json.dumps(ORDER | changed).encode(), spec("shop"))
    assert row["reason"] is None
    return dict(row)


def request(method: str = "GET", path: str = "/a", status: object = 200, rest: str = "") -> Any:
    line = ACCESS.format(method, path, status, rest)
    (row,) = made(REQUESTS, line.encode(), spec("combined"))
    return row


def test_an_event_has_a_value_for_each_of_its_columns() -> None:
    row = event()
    assert row["event_at"] == micros(RECEIVED_AT) - 59_500_000
    assert row["amount"] == Decimal("12.5")
    assert row["session_duration_s"] == 61
    assert (row["country"], row["city"]) == ("DE", "Köln")
    assert json.loads(row["items"]) == [
        {"product_id": "P1", "quantity": 2},
        {"product_id": "P2", "quantity": None},
    ]
    assert json.loads(row["filters"]) == {"brand": "Acme"}
    assert "King" not in str(row)
    assert row.keys() == {column.name for column in line_columns(EVENTS)[3:]}


def test_an_event_of_few_words_has_nulls() -> None:
    row = event(details=None, geo_location=None, product_id=None)
    assert (row["amount"], row["items"], row["country"]) == (None, None, None)


def test_what_postgresql_cannot_store_is_replaced() -> None:
    details = {"query": "a\0b", "filters": {"x": "\0"}, "items": [{"product_id": "P\0"}]}
    row = event(user_id="u\0", details=details)
    assert (row["user_id"], row["query"]) == ("u\ufffd", "a\ufffdb")
    assert "\0" not in str(row.values())
    assert "\\u0000" not in row["items"] + row["filters"]
    assert json.loads(row["items"]) == [{"product_id": "P\ufffd", "quantity": None}]


def test_a_line_that_is_dead_says_why_and_nothing_else() -> None:
    (row,) = made(EVENTS, b"{", spec("shop"))
    assert row["reason"] == "bad_json"
    assert not [
        v for k, v in row.items() if v is not None and k not in ("part", "reason", "received_at")
    ]


@pytest.mark.parametrize("milliseconds", [None, -1, 2**62])
def test_a_line_without_a_plausible_receipt_is_dead(milliseconds: int | None) -> None:
    for table, format in ((EVENTS, "shop"), (PRODUCTS, "json"), (REQUESTS, "combined")):
        value = json.dumps(PRODUCT).encode()
        (row,) = made(table, value, spec(format), milliseconds)
        assert row["reason"] == "bad_timestamp"


def test_a_change_of_a_product_dated_ahead_has_the_time_of_its_receipt() -> None:
    ahead = PRODUCT | {"timestamp": "2031-01-01T00:00:00Z"}
    (row,) = made(PRODUCTS, json.dumps(ahead).encode(), spec("json"))
    assert row["changed_at"] == RECEIVED_MS * 1000


@pytest.mark.parametrize("value", [b"", b"\xff", b"{", b"x" * 300_000])
def test_whatever_is_sent_as_a_product_is_a_row(value: bytes) -> None:
    (row,) = made(PRODUCTS, value, spec("json"))
    assert row["reason"]


def test_a_request_is_its_hour_and_the_keys_that_figures_have() -> None:
    row = request("GET", "/orders/17", 404, " 1.5")
    assert row["hour_at"] == micros(RECEIVED_AT) - 3_600_000_000
    assert (row["service_name"], row["method"], row["status_code"]) == ("web", "GET", 404)
    assert (row["country"], row["bytes_sent"]) == ("-", 512)


def test_keys_are_bounded_and_have_no_control_characters() -> None:
    line = {"timestamp": RECEIVED_MS, "level": "INFO", "status_code": 200, "method": "M" * 9_000}
    line |= {"service_name": "\0s" + "x" * 9_000, "path": "/" + "y" * 9_000, "message": "m"}
    (row,) = made(REQUESTS, json.dumps(line).encode(), spec("app"))
    assert (row["method"], len(row["service_name"])) == ("_OTHER", 64)
    assert "\0" not in row["service_name"]
    assert len(row["http_route"]) <= 128


@pytest.mark.parametrize(
    ("milliseconds", "expected"), [(1.0006, 1001), (1e300, None), (None, None)]
)
def test_a_time_that_no_column_holds_is_none(milliseconds: float | None, expected: object) -> None:
    line = {"timestamp": RECEIVED_MS, "level": "INFO", "status_code": 200, "message": "m"}
    line |= {"response_time_ms": milliseconds}
    (row,) = made(REQUESTS, json.dumps(line).encode(), spec("app"))
    assert row["response_time_us"] == expected


def test_a_line_without_a_status_is_loaded_and_no_request() -> None:
    line = {"timestamp": RECEIVED_MS, "level": "INFO", "message": "m"}
    (row,) = made(REQUESTS, json.dumps(line).encode(), spec("app"))
    assert (row["reason"], row["status_code"], row["hour_at"]) == (None, None, None)


def test_each_line_of_a_record_is_a_row_with_its_part() -> None:
    value = json.dumps([ORDER, ORDER, {}]).encode()
    found = made(EVENTS, value, spec("shop"))
    assert [(row["part"], row["reason"]) for row in found] == [
        (0, None),
        (1, None),
        (2, "missing_field"),
    ]


@pytest.mark.parametrize("table", [EVENTS, PRODUCTS, REQUESTS], ids=lambda table: table.name)
def test_rows_are_of_the_types_that_their_columns_have(table: Table) -> None:
    values = {
        "events": json.dumps(ORDER).encode(),
        "products": json.dumps(PRODUCT).encode(),
        "requests": ACCESS.format("GET", "/", 200, "").encode(),
    }
    format = {"events": "shop", "products": "json", "requests": "combined"}[table.name]
    (row,) = made(table, values[table.name], spec(format))  # type: ignore[arg-type]
    batch = _columns(table).batch([["id", 0, 1, *row.values()]])
    assert batch.num_rows == 1
    staged = {column.name for column in staging_columns(table)}
    if table is not REQUESTS:
        assert staged == {column.name for column in line_columns(table)}


def test_feeds_are_loaded_by_what_their_lines_have() -> None:
    assert table_of("shop", has_products=False) is EVENTS
    assert table_of("combined", has_products=False) is REQUESTS
    assert table_of("general", has_products=False) is REQUESTS
    assert table_of("syslog", has_products=False) is None
    assert table_of("general", has_products=True) is PRODUCTS
    assert {EVENTS, PRODUCTS, REQUESTS} <= {*TABLES}
