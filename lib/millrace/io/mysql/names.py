"""The registers of the names that figures have in their keys, in MySQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pymysql.err import IntegrityError

from millrace.config import Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.io.names import Register
from millrace.records.ledger import OffsetRange
from millrace.records.names import Forgotten, Named
from millrace.records.tables import ERROR_CODE, SERVICE

_ROUTES = ("http_routes", "http_route", "")  # table, column, and no key as it has one alone


def route_register(mysql: Mysql, feed: Feed, forgotten: Iterable[Forgotten] = ()) -> Register:
    """The register of the feed's routes."""
    return Register(_Slots(mysql, feed.name, *_ROUTES), feed.max_routes, tuple(forgotten))


def key_registers(mysql: Mysql, feed: Feed) -> dict[str, Named]:
    """Those of the feed's services and error codes, by the names of the keys."""
    limits = {SERVICE.name: feed.max_services, ERROR_CODE.name: feed.max_error_codes}
    return {
        key: Register(_Slots(mysql, feed.name, "key_names", "name", key), limit)
        for key, limit in limits.items()
    }


def key_names(mysql: Mysql, feed: Feed) -> tuple[Named, list[Forgotten], dict[str, Named]]:
    """What names the keys of figures: routes, those that older lines have besides, and others."""
    forgotten = MysqlRoutes(mysql, feed.name).forgotten()
    routes = route_register(mysql, feed, forgotten)
    return routes, forgotten, key_registers(mysql, feed)


@dataclass(frozen=True)
class MysqlRoutes:
    """The routes that the feed's figures name."""

    mysql: Mysql
    feed: str

    def taken(self) -> dict[str, int]:
        """The routes that have a slot, with its number."""
        return _Slots(self.mysql, self.feed, *_ROUTES).taken()

    def forgotten(self) -> list[Forgotten]:
        """The routes that lines before an offset keep."""
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            cursor.execute("SELECT * FROM forgotten_routes WHERE feed = %s", self.feed)
            return [
                Forgotten(
                    row["http_route"], row["topic_id"], row["kafka_partition"], row["until_offset"]
                )
                for row in cursor.fetchall()
            ]

    def forget(self, routes: Sequence[str], taken: Sequence[OffsetRange]) -> int:
        """Frees the routes' slots; lines among ``taken`` keep them. Returns how many had one."""
        rows = [
            (self.feed, route, offsets.topic_id, offsets.partition, offsets.until_offset)
            for route in routes
            for offsets in taken
        ]
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            cursor.execute("START TRANSACTION")
            cursor.executemany(
                "INSERT INTO forgotten_routes (feed, http_route, topic_id, kafka_partition,"
                " until_offset, forgotten_at) VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP(3))"
                " ON DUPLICATE KEY UPDATE until_offset = VALUES(until_offset),"
                " forgotten_at = VALUES(forgotten_at)",
                rows,
            )
            freed = cursor.executemany(
                "DELETE FROM http_routes WHERE feed = %s AND http_route = %s",
                [(self.feed, route) for route in routes],
            )
            cursor.execute("COMMIT")
        return freed or 0


@dataclass(frozen=True)
class _Slots:
    """Rows of a table: those of the feed, and of the key where the table has several."""

    mysql: Mysql
    feed: str
    table: str
    column: str
    key: str

    def taken(self) -> dict[str, int]:
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            where = "feed = %(feed)s" + (" AND name_of = %(key)s" if self.key else "")
            cursor.execute(
                f"SELECT place, {self.column} AS name FROM {self.table} WHERE {where}",
                {"feed": self.feed, "key": self.key},
            )
            return {row["name"]: row["place"] for row in cursor.fetchall()}

    def take(self, slot: int, name: str) -> bool:
        row = {"feed": self.feed, "place": slot, self.column: name}
        row |= {"name_of": self.key} if self.key else {}
        values = ", ".join(f"%({column})s" for column in row)
        try:
            with connection(self.mysql) as opened, opened.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {self.table} ({', '.join(row)}) VALUES ({values})", row
                )
        except IntegrityError:
            return False
        return True
