"""The registers of the names that figures have in their keys, in MySQL."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from json import dumps, loads

from pymysql.err import IntegrityError

from millrace.config import Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.io.names import Register
from millrace.records.ledger import OffsetRange
from millrace.records.names import Epoch, Named, epoch
from millrace.records.tables import ERROR_CODE, SERVICE

_ROUTES = ("http_routes", "http_route", "")  # table, column, and no key as it has one alone


def route_register(mysql: Mysql, feed: Feed, epochs: int = 0) -> Register:
    """The register of the feed's routes, after so many ``epochs``."""
    return Register(_Slots(mysql, feed.name, *_ROUTES), feed.max_routes, epochs)


def key_registers(mysql: Mysql, feed: Feed) -> dict[str, Named]:
    """Those of the feed's services and error codes, by the names of the keys."""
    limits = {SERVICE.name: feed.max_services, ERROR_CODE.name: feed.max_error_codes}
    return {
        key: Register(_Slots(mysql, feed.name, "key_names", "name", key), limit)
        for key, limit in limits.items()
    }


def key_names(mysql: Mysql, feed: Feed) -> tuple[Named, list[Epoch], dict[str, Named]]:
    """What names the keys of figures: routes, those of older lines, and services and codes."""
    epochs = MysqlRoutes(mysql, feed.name).epochs()
    return route_register(mysql, feed, len(epochs)), epochs, key_registers(mysql, feed)


@dataclass(frozen=True)
class MysqlRoutes:
    """The routes that the feed's figures name."""

    mysql: Mysql
    feed: str

    def taken(self) -> dict[str, int]:
        """The routes that have a slot, with its number."""
        return _Slots(self.mysql, self.feed, *_ROUTES).taken()

    def epochs(self) -> list[Epoch]:
        """The names that older lines have, the oldest first."""
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM forgotten_routes WHERE feed = %s ORDER BY forgotten_at", self.feed
            )
            rows = cursor.fetchall()
        return [
            epoch([OffsetRange(**one) for one in loads(row["taken"])], loads(row["routes"]))
            for row in rows
        ]

    def forget(
        self, routes: Sequence[str], names: Iterable[str], taken: Sequence[OffsetRange]
    ) -> int:
        """Frees the routes' slots; lines that were ``taken`` keep the ``names`` of now.

        Returns how many routes had a slot.
        """
        row = {
            "feed": self.feed,
            "forgotten": dumps(list(routes)),
            "routes": dumps(sorted(names)),
            "taken": dumps([asdict(offsets) for offsets in taken]),
        }
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            cursor.execute(
                "INSERT INTO forgotten_routes (feed, forgotten_at, forgotten, routes, taken)"
                " VALUES (%(feed)s, UTC_TIMESTAMP(6), %(forgotten)s, %(routes)s, %(taken)s)",
                row,
            )
            freed = cursor.executemany(
                "DELETE FROM http_routes WHERE feed = %s AND http_route = %s",
                [(self.feed, route) for route in routes],
            )
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
