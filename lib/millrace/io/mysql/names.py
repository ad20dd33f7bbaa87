"""The registers of the names that figures have in their keys, in MySQL."""

from dataclasses import dataclass

from pymysql.err import IntegrityError

from millrace.config import Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.io.names import Register
from millrace.records.names import Named
from millrace.records.tables import ERROR_CODE, SERVICE


def route_register(mysql: Mysql, feed: Feed) -> Register:
    """The register of the feed's routes."""
    return Register(_Slots(mysql, feed.name, "http_routes", "http_route", ""), feed.max_routes)


def key_registers(mysql: Mysql, feed: Feed) -> dict[str, Named]:
    """Those of the feed's services and error codes, by the names of the keys."""
    limits = {SERVICE.name: feed.max_services, ERROR_CODE.name: feed.max_error_codes}
    return {
        key: Register(_Slots(mysql, feed.name, "key_names", "name", key), limit)
        for key, limit in limits.items()
    }


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
