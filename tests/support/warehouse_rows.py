"""Rows of the warehouse's schema raw, made from a seed, and loaded in whatever runs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from millrace.config import Warehouse
from millrace.io.warehouse import connection, prepare
from millrace.records.received import EPOCH
from millrace.records.warehouse import BI, DBT, RAW, STAGING, TABLES, WAREHOUSE

START = datetime(2026, 3, 28, 22, tzinfo=UTC)
TOPIC = "topic-of-this-test"
_FEEDS = {"events": "shop", "products": "products", "requests": "access"}

Row = dict[str, Any]


@dataclass
class Run:
    """What one run of the job loads, by table of raw."""

    events: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)


def event(offset: int, minute: float, **values: Any) -> Row:
    """An event, that many minutes after the start."""
    at = START + timedelta(minutes=minute)
    own = {"event_type": "error", "service_name": "shop", "level": "INFO"} | values
    return {**_position(offset), "feed": "shop", "received_at": at, "event_at": at, **own}


def product(
    offset: int, minute: float, product_id: str, price: Any, stock: int, **values: Any
) -> Row:
    """A line of a product's change, that many minutes after the start."""
    at = START + timedelta(minutes=minute)
    own = {"price": price, "stock": stock, "name": product_id.title(), "category": "toys"}
    own |= {"is_deleted": False} | values
    place = {**_position(offset), "feed": "products", "received_at": at}
    return {**place, "changed_at": at, "product_id": product_id, **own}


def _position(offset: int) -> Row:
    return {"topic_id": TOPIC, "partition": 0, "offset": offset, "part": 0}


def lines(seed: int, count: int) -> list[tuple[str, Row]]:
    """Rows in the order of their arrival, many of them late: the table of each, and the row."""
    rng = Random(seed)
    made = [_line(rng, offset, count) for offset in range(count)]
    return [
        ("events", event(count, 0, user_id="ever", order_id="o-3", event_type="purchase")),
        *made,
        # By a clock that was never set, and by one of the year before.
        ("events", event(count + 1, 0, event_at=EPOCH)),
        ("requests", _request(rng, -300 * 1440)),
    ]


def _line(rng: Random, offset: int, count: int) -> tuple[str, Row]:
    # Two days, over the end of a month; one line of five is up to half a day late.
    minute = 2880 * offset / count - (rng.random() * 720 if rng.random() < 0.2 else 0)
    kind = rng.random()
    if kind < 0.15:
        price, stock = rng.choice(("9.99", "10.50", None)), rng.randrange(3)
        is_deleted = rng.random() < 0.1
        row = product(offset, minute, f"p-{rng.randrange(6)}", price, stock, is_deleted=is_deleted)
        return "products", row | {"name": rng.choice(("Cup", "Mug", None))}
    if kind < 0.35:
        return "requests", _request(rng, minute)
    return "events", _event(rng, offset, minute)


def _request(rng: Random, minute: float) -> Row:
    hour = (START + timedelta(minutes=minute)).replace(minute=0, second=0, microsecond=0)
    return {
        "feed": "access",
        "hour_at": hour,
        "service_name": "web",
        "http_route": rng.choice(("/", "/cart", "{other}")),
        "method": "GET",
        "status_code": rng.choice((200, 201, 404, 500)),
        "country": rng.choice(("DE", "FR", "-")),
        "bytes_sent": rng.randrange(10_000),
    }


def _event(rng: Random, offset: int, minute: float) -> Row:
    kind = rng.choice(("purchase", "order_complete", "order_failed", "search", "error"))
    own: Row = {
        "user_id": rng.choice([None, "", *(f"u-{n}" for n in range(40))]),
        "session_id": f"s-{rng.randrange(90)}",
        "country": rng.choice(("DE", "FR", "Atlantis", None)),
        "device_type": rng.choice(("mobile", "desktop", None)),
        "product_id": rng.choice((None, *(f"p-{n}" for n in range(8)))),
    }
    if kind == "search":
        own |= {"query": "cup", "results_count": rng.choice((0, 3, None))}
    elif kind != "error":
        own |= {
            "order_id": f"o-{rng.randrange(200)}",
            "payment_method": rng.choice(("paypal", None)),
        }
        money = "attempted_amount" if kind == "order_failed" else "amount"
        own |= {money: f"{rng.randrange(10_000) / 100:.2f}", "items": Jsonb(_items(rng))}
    return event(offset, minute, event_type=kind, **own)


def _items(rng: Random) -> list[Row]:
    numbers = range(rng.randrange(4))
    return [{"product_id": f"p-{rng.randrange(8)}", "quantity": 1 + n} for n in numbers]


def cut(arrived: Sequence[tuple[str, Row]], runs: int, rng: Random) -> list[Run]:
    """The same rows in that many runs, cut anywhere; more than three runs in any order."""
    ends = sorted(rng.sample(range(1, len(arrived)), runs - 1))
    parts = [
        arrived[first:end] for first, end in zip([0, *ends], [*ends, len(arrived)], strict=True)
    ]
    if runs > 3:
        rng.shuffle(parts)
    made = []
    for part in parts:
        run = Run()
        for table, row in part:
            getattr(run, table).append(row)
        made.append(run)
    return made


def load(warehouse: Warehouse, run: Run) -> None:
    """Loads a run as the job does: for each feed its rows and its row of the ledger at once."""
    for table, rows in (
        ("events", run.events),
        ("products", run.products),
        ("requests", _counted(run.requests)),
    ):
        with connection(warehouse) as opened:
            number = opened.execute(
                "INSERT INTO raw.batches (feed, table_id, version, committed_at, ranges, rows_in,"
                " rows_written, rows_dead) VALUES (%s, 'a', 1, now(), '[]', %s, %s, 0)"
                " RETURNING batch_id",
                (_FEEDS[table], len(rows), len(rows)),
            ).fetchone()
            assert number
            for row in rows:
                _insert(opened, table, row | {"batch_id": number[0]})


def _counted(requests: Iterable[Row]) -> list[Row]:
    counts: Counter[tuple[tuple[str, Any], ...]] = Counter()
    sizes: Counter[tuple[tuple[str, Any], ...]] = Counter()
    for request in requests:
        key = tuple((name, value) for name, value in request.items() if name != "bytes_sent")
        counts[key] += 1
        sizes[key] += request["bytes_sent"]
    none = {"timed_requests": 0, "response_time_sum_us": 0}
    return [
        {**dict(key), "requests": count, "bytes_sent": sizes[key], **none}
        for key, count in counts.items()
    ]


def _insert(opened: Any, table: str, row: Row) -> None:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(RAW, table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    opened.execute(statement, [*row.values()])


def emptied(warehouse: Warehouse) -> None:
    """Drops all that was loaded and built, and makes schemas and tables as they were at first."""
    with connection(warehouse) as opened:
        for table in TABLES:
            opened.execute(f"DROP TABLE IF EXISTS {table.full_name} CASCADE")
    drop(warehouse, STAGING, WAREHOUSE)
    with connection(warehouse, DBT) as opened:
        for schema in (STAGING, WAREHOUSE):
            opened.execute(f"CREATE SCHEMA {schema}")
        opened.execute(f"GRANT USAGE ON SCHEMA {WAREHOUSE} TO {BI}")
    prepare(warehouse)


def drop(warehouse: Warehouse, *schemas: str) -> None:
    """Drops schemas that dbt makes."""
    with connection(warehouse, DBT) as opened:
        for schema in schemas:
            opened.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def contents(warehouse: Warehouse) -> dict[str, list[str]]:
    """The rows of each table of the schema warehouse as COPY writes them, sorted."""
    with connection(warehouse, DBT) as opened:
        names = opened.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (WAREHOUSE,)
        ).fetchall()
        found = {}
        for (name,) in names:
            with opened.cursor().copy(f"COPY {WAREHOUSE}.{name} TO STDOUT") as copy:
                text = b"".join(bytes(part) for part in copy).decode()
            found[name] = sorted(text.splitlines())
    return found
