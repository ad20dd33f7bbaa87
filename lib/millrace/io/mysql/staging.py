"""The table that a batch's figures come to by JDBC, before one transaction puts them in place.

Each batch has one of its own, for as long as it runs. A row of ``staging_tables`` is its sign of
life: it is renewed while the batch runs, by connections of its own, so that one that is lost does
no harm. (A lock held by a connection would go with it, and Galera has none.)
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from millrace.config import ConfigurationError, Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.records import staging

RENEWED_EVERY_S = 600.0
_DEAD_AFTER_DAYS = 1


@contextmanager
def staging_table(
    mysql: Mysql, feed: Feed, *, renewed_every_s: float = RENEWED_EVERY_S
) -> Iterator[str]:
    """The name of a new staging table, which is dropped at the end.

    Where the server is away then, or the driver dies, ``drop_abandoned`` drops it.
    """
    name = f"staging_{feed.name}_{uuid4().hex[:12]}"
    with connection(mysql) as opened, opened.cursor() as cursor:
        # Before its table: there is none without a row.
        cursor.execute(
            "INSERT INTO staging_tables (name, renewed_at) VALUES (%s, UTC_TIMESTAMP())", (name,)
        )
        opened.commit()
        cursor.execute(staging.ddl(name))
    is_over = threading.Event()
    renewal = (mysql, name, renewed_every_s, is_over)
    threading.Thread(target=_renew, args=renewal, name=name, daemon=True).start()
    try:
        yield name
    finally:
        is_over.set()
        with _ignoring_outage(), connection(mysql) as opened:
            _drop(opened, name)


def drop_abandoned(mysql: Mysql) -> None:
    """Drops the staging tables of any feed that nobody has renewed for a day."""
    with connection(mysql) as opened, opened.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM staging_tables"
            f" WHERE renewed_at < UTC_TIMESTAMP() - INTERVAL {_DEAD_AFTER_DAYS} DAY"
        )
        for row in cursor.fetchall():
            _drop(opened, row["name"])


def _renew(mysql: Mysql, name: str, every_s: float, is_over: threading.Event) -> None:
    while not is_over.wait(every_s):
        with _ignoring_outage(), connection(mysql) as opened, opened.cursor() as cursor:
            cursor.execute(
                "UPDATE staging_tables SET renewed_at = UTC_TIMESTAMP() WHERE name = %s", (name,)
            )


def _drop(opened: "Connection[DictCursor]", name: str) -> None:
    with opened.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS `{name}`")
        cursor.execute("DELETE FROM staging_tables WHERE name = %s", (name,))
        opened.commit()


def _ignoring_outage() -> suppress:
    return suppress(ConfigurationError, pymysql.MySQLError)
