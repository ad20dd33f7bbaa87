"""The facts of a world in a real warehouse."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from millrace.config import Warehouse
from millrace.io.warehouse import connection
from millrace.io.warehouse.client import Connection
from millrace.records.warehouse import DBT
from support.warehouse_world import World

LOADED_AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
WAITING = 7  # rows that were loaded after the last build
_LOADS = "loads_of_test"
TABLES = {
    "dim_user": "user_key text PRIMARY KEY, first_seen_at timestamptz, last_seen_at timestamptz",
    "dim_product": "product_version_key text PRIMARY KEY, product_id text, name text,"
    " category text, price numeric(18,4), stock int, valid_from timestamptz,"
    " valid_to timestamptz, is_current boolean",
    "fact_event": "event_key text PRIMARY KEY, event_at timestamptz, event_type text,"
    " user_key text, session_id text, device_key text, country_key text",
    "fact_order": "order_id text PRIMARY KEY, first_event_at timestamptz, placed_at timestamptz,"
    " completed_at timestamptz, failed_at timestamptz, status text, user_key text,"
    " payment_key text, amount numeric(18,4), attempted_amount numeric(18,4), error_code text",
    "fact_order_item": "order_id text, line int, product_id text, product_version_key text,"
    " quantity int, unit_price numeric(18,4), ordered_at timestamptz",
}
"""The columns that the figures of the business are made of: docs/warehouse.md has all of them."""
LOADS = (
    "feed text, batch_id bigint, committed_at timestamptz, rows_in bigint,"
    " rows_written bigint, rows_dead bigint, is_built boolean"
)


def filled(warehouse: Warehouse, world: World) -> None:
    """Puts the facts of a world in place of what is there."""
    with connection(warehouse, DBT) as opened:
        opened.execute("DROP SCHEMA IF EXISTS warehouse CASCADE")
        opened.execute("CREATE SCHEMA warehouse")
        opened.execute("GRANT USAGE ON SCHEMA warehouse TO bi")
        for name, columns in (TABLES | {_LOADS: LOADS}).items():
            table = sql.Identifier("warehouse", name)
            opened.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(columns)))  # type: ignore[arg-type]
        opened.execute(f"CREATE VIEW warehouse.loads AS SELECT * FROM warehouse.{_LOADS}")
        opened.execute("GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO bi")
        for name, rows in _rows(world).items():
            _copy(opened, name, rows)
        opened.execute("ANALYZE")


def _rows(world: World) -> dict[str, Iterable[Sequence[Any]]]:
    return {
        "dim_user": [("unknown", None, None), *_users(world)],
        "dim_product": [("unknown", *[None] * 8), *_products(world)],
        "fact_event": [
            (one.key, one.at, one.kind, one.user, one.session, one.device, one.country)
            for one in world.events
        ],
        "fact_order": _orders(world),
        "fact_order_item": _items(world),
        _LOADS: _loads(),
    }


def _users(world: World) -> Iterator[Sequence[Any]]:
    for user, times in world.seen().items():
        if user != "unknown":
            yield user, times[0], times[-1]


def _products(world: World) -> Iterator[Sequence[Any]]:
    for one in world.versions:
        held = (one.price, one.stock, one.since, one.until, one.until is None)
        yield one.key, one.product, one.name, "toys", *held


def _orders(world: World) -> Iterator[Sequence[Any]]:
    for one in world.orders:
        times = (one.at, one.placed_at, one.completed_at, one.failed_at)
        money = (None, one.amount) if one.failed_at else (one.amount, None)
        amount = one.amount if one.placed_at else money[0]
        yield one.id, *times, one.status, one.user, one.payment, amount, money[1], one.error_code


def _items(world: World) -> Iterator[Sequence[Any]]:
    for order in world.orders:
        for line, one in enumerate(order.items):
            key, price = (one.version.key, one.version.price) if one.version else ("unknown", None)
            yield order.id, line, one.product, key, one.quantity, price, order.at


def _loads() -> list[Sequence[Any]]:
    later = LOADED_AT + timedelta(minutes=10)
    return [
        ("products", 1, LOADED_AT, 20, 20, 0, True),
        ("shop", 2, LOADED_AT, 1_000, 998, 2, True),
        ("shop", 3, later, WAITING, WAITING, 0, False),
    ]


def _copy(opened: Connection, name: str, rows: Iterable[Sequence[Any]]) -> None:
    table = sql.Identifier("warehouse", name)
    with (
        opened.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy,
    ):
        for row in rows:
            copy.write_row(row)
