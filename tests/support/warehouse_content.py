"""What the tables of raw hold, whatever batches it came by, and how to empty them."""

from typing import Any

from millrace.config import Warehouse
from millrace.io import warehouse
from millrace.records.warehouse import BATCHES, TABLES


def content(own: Warehouse, feed: str) -> dict[str, list[str]]:
    """The rows of a feed by table, in order, without the batch; what is counted is summed."""
    found = {}
    for table in TABLES:
        if table is BATCHES:
            continue
        names = [c.name for c in table.columns if c.name not in ("batch_id", "feed")]
        keys = _columns([name for name in names if name in table.key])
        sums = ", ".join(f'sum("{name}")' for name in names if name not in table.key)
        whole = f"SELECT {_columns(names)} FROM {table.full_name} WHERE feed = %(feed)s"
        by_key = f"SELECT {keys}, {sums} FROM {table.full_name} WHERE feed = %(feed)s GROUP BY"
        rows = select(own, f"{by_key} {keys}" if "batch_id" in table.key else whole, feed=feed)
        found[table.name] = sorted(map(str, rows))
    return found


def select(own: Warehouse, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement gives to who loads; none of one that gives none."""
    with warehouse.connection(own) as opened:
        cursor = opened.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def empty(own: Warehouse) -> None:
    """Drops all tables of raw, and what dbt may have built over them: what comes is loaded anew."""
    for table in TABLES:
        select(own, f"DROP TABLE IF EXISTS {table.full_name} CASCADE")


def _columns(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
