"""The figures and the ledger of one moment, while jobs go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymysql.cursors import DictCursor

from millrace.config import Feed, Mysql
from millrace.io.mysql import reconciled
from millrace.io.mysql.client import connection
from millrace.io.mysql.ledger import counted_in
from millrace.io.mysql.reconciled import Moment
from millrace.records.ledger import OffsetRange
from millrace.records.tables import FIGURES_VERSION, fed_by

# Table, window's start, further keys in their order.
Key = tuple[str, datetime, tuple[str, ...]]
Measures = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The database as it stood when the snapshot was taken, shortly after ``at`` (UTC, no zone)."""

    cursor: DictCursor
    at: datetime

    def counted(self, query: str) -> list[OffsetRange]:
        """The offsets that the figures were computed from, under any checkpoint."""
        return counted_in(self.cursor, query, excluding=None)

    def hours(self, feed: Feed, since: datetime | None) -> list[datetime]:
        """The hours that have figures, in order; ``since`` is UTC, without a zone."""
        hours: set[datetime] = set()
        for table in fed_by(feed.layout):
            self.cursor.execute(
                "SELECT DISTINCT window_start - INTERVAL MINUTE(window_start) MINUTE AS hour"
                f" FROM {table.name} WHERE feed = %s AND window_start >= %s",
                (feed.name, since or datetime.min.replace(year=1000)),
            )
            hours |= {row["hour"] for row in self.cursor.fetchall()}
        return sorted(hours)

    def figures(self, feed: Feed, start: datetime, end: datetime) -> dict[Key, Measures]:
        """The figures of windows from ``start`` to ``end`` (not included), by figure's name."""
        by_key: dict[Key, Measures] = {}
        for table in fed_by(feed.layout):
            self.cursor.execute(
                f"SELECT * FROM {table.name}"
                " WHERE feed = %s AND window_start >= %s AND window_start < %s",
                (feed.name, start, end),
            )
            for row in self.cursor.fetchall():
                keys = tuple(str(row[key.name]) for key in table.keys)
                key = (table.name, row["window_start"], keys)
                by_key[key] = {name: row[name] for name in table.figures}
        return by_key

    def counted_alike_since(self, query: str) -> datetime | None:
        """When the query's first batch was committed that counted lines as they are now.

        In UTC, without a zone; None where all did, and the end of time where none did.
        """
        self.cursor.execute(
            "SELECT COUNT(*) AS earlier FROM batches WHERE query = %s AND figures_version < %s",
            (query, FIGURES_VERSION),
        )
        if not (self.cursor.fetchone() or {})["earlier"]:
            return None
        self.cursor.execute(
            "SELECT MIN(committed_at) AS first FROM batches"
            " WHERE query = %s AND figures_version >= %s",
            (query, FIGURES_VERSION),
        )
        first: datetime | None = (self.cursor.fetchone() or {})["first"]
        return first or datetime.max

    def earliest_version(self, query: str) -> int:
        """The earliest version of the figures that has counted a batch of the query."""
        self.cursor.execute(
            "SELECT MIN(figures_version) AS earliest FROM batches WHERE query = %s", query
        )
        return int((self.cursor.fetchone() or {})["earliest"] or FIGURES_VERSION)

    def moment(self, feed: Feed) -> Moment:
        """What is to be known later of the moment at which the snapshot was taken."""
        return reconciled.moment(self.cursor, feed, self.at)

    def newest(self, feed: Feed) -> datetime | None:
        """The start of the newest window with events, None where there are none."""
        self.cursor.execute(
            "SELECT MAX(window_start) AS newest FROM levels_by_minute WHERE feed = %s", feed.name
        )
        newest: datetime | None = (self.cursor.fetchone() or {})["newest"]
        return newest


@contextmanager
def snapshot(mysql: Mysql) -> Iterator[Snapshot]:
    """A snapshot, kept as long as the context."""
    with connection(mysql) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT UTC_TIMESTAMP(3) AS time")
        at = (cursor.fetchone() or {})["time"]
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        yield Snapshot(cursor, at)
