"""The table that a batch's rows come to by JDBC, before one transaction puts them in place.

Each try has one of its own: what a failed one has sent may reach the server late. A task that is
tried again after its commit went unanswered leaves its rows twice; so what has no key is made
distinct as it is put in place.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import psycopg

from millrace.config import ConfigurationError, Warehouse
from millrace.io.warehouse.client import Connection, connection
from millrace.records.warehouse import EVENTS, RAW, REQUESTS, Table
from millrace.records.warehouse_rows import (
    RECEIVED_HOUR,
    REQUEST_FIGURES,
    REQUEST_KEYS,
    own_columns,
    staging_columns,
)

_PREFIX = "staging_"
# No batch takes so long. The name has the time: PostgreSQL does not know when a table was made.
_DEAD_AFTER_S = 86_400
_PLACE = EVENTS.key  # and that of products


@contextmanager
def staging_table(warehouse: Warehouse, table: Table) -> Iterator[str]:
    """The name of a new staging table for rows of ``table``, which is dropped at the end.

    Where the server is away then, or the driver dies, ``drop_abandoned`` drops it.
    """
    name = f"{RAW}.{_PREFIX}{int(time.time())}_{uuid4().hex[:12]}"
    columns = ",\n  ".join(column.sql for column in staging_columns(table))
    with connection(warehouse) as opened:
        # It is gone with its batch: nothing is to be written ahead, or looked after.
        opened.execute(
            f"CREATE UNLOGGED TABLE {name} (\n  {columns}\n) WITH (autovacuum_enabled = off)"
        )
    try:
        yield name
    finally:
        with suppress(ConfigurationError, psycopg.Error), connection(warehouse) as opened:
            opened.execute(f"DROP TABLE IF EXISTS {name}")


def drop_abandoned(warehouse: Warehouse) -> None:
    """Drops the staging tables whose batches began more than a day ago."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename LIKE %s"
    with connection(warehouse) as opened:
        for (name,) in opened.execute(query, (RAW, f"{_PREFIX}%")).fetchall():
            made_at = name.removeprefix(_PREFIX).partition("_")[0]
            if made_at.isdigit() and int(made_at) < time.time() - _DEAD_AFTER_S:
                opened.execute(f'DROP TABLE IF EXISTS {RAW}."{name}"')


def put_in_place(opened: Connection, table: Table, staging: str, feed: str, batch_id: int) -> None:
    """Moves what is staged into its tables, in the transaction of ``opened``."""
    statements = _of_requests(staging) if table == REQUESTS else _of_lines(table, staging)
    for statement in statements:
        opened.execute(statement, {"feed": feed, "batch": batch_id})


def _of_lines(table: Table, staging: str) -> tuple[str, ...]:
    """Rows by line: each once, by its place in Kafka."""
    own = own_columns(table)
    is_json = {column.name for column in table.columns if column.is_json}
    names = _list((*_PLACE, "received_at", *(column.name for column in own)))
    values = [f'"{name}"' for name in (*_PLACE, "received_at")]
    values += [f'"{c.name}"{"::jsonb" if c.name in is_json else ""}' for c in own]
    return (
        f"WITH loaded AS (INSERT INTO {table.full_name} ({names}, feed, batch_id)"
        f" SELECT {', '.join(values)}, %(feed)s, %(batch)s FROM {staging} WHERE reason IS NULL"
        f" ON CONFLICT DO NOTHING RETURNING received_at, part) INSERT INTO {RAW}.loaded"
        " (batch_id, feed, hour_at, lines, records)"
        " SELECT %(batch)s, %(feed)s, date_trunc('hour', received_at), count(*),"
        " count(*) FILTER (WHERE part = 0) FROM loaded GROUP BY 3",
        f"INSERT INTO {RAW}.dead (batch_id, feed, hour_at, reason, lines, records)"
        " SELECT %(batch)s, %(feed)s, date_trunc('hour', received_at), reason, count(*),"
        f" count(*) FILTER (WHERE part = 0) FROM (SELECT DISTINCT {_list(_PLACE)}, received_at,"
        f" reason FROM {staging} WHERE reason IS NOT NULL) dead GROUP BY 3, 4",
    )


def _of_requests(staging: str) -> tuple[str, ...]:
    """Counts of lines: no two rows of a batch are equal but where they were sent twice."""
    once = f"(SELECT DISTINCT * FROM {staging}) once"
    keys = _list(column.name for column in REQUEST_KEYS)
    figures = _list(column.name for column in REQUEST_FIGURES)
    sums = ", ".join(f'sum("{column.name}")' for column in REQUEST_FIGURES)
    hour = RECEIVED_HOUR.name
    return (
        f"INSERT INTO {REQUESTS.full_name} (batch_id, feed, {keys}, {figures})"
        f" SELECT %(batch)s, %(feed)s, {keys}, {sums} FROM {once}"
        f" WHERE status_code IS NOT NULL GROUP BY {keys}",
        f"INSERT INTO {RAW}.loaded (batch_id, feed, hour_at, lines, records)"
        f" SELECT %(batch)s, %(feed)s, {hour}, sum(lines), sum(records) FROM {once}"
        f" WHERE reason IS NULL GROUP BY {hour}",
        f"INSERT INTO {RAW}.dead (batch_id, feed, hour_at, reason, lines, records)"
        f" SELECT %(batch)s, %(feed)s, {hour}, reason, sum(lines), sum(records) FROM {once}"
        f" WHERE reason IS NOT NULL GROUP BY {hour}, reason",
    )


def _list(names: "Iterator[str] | tuple[str, ...]") -> str:
    return ", ".join(f'"{name}"' for name in names)
