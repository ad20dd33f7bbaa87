"""The register of the routes that figures name, in MySQL."""

from dataclasses import dataclass

from pymysql.err import IntegrityError

from millrace.config import Feed, Mysql
from millrace.io.mysql.client import connection
from millrace.io.routes import RouteRegister


def route_register(mysql: Mysql, feed: Feed) -> RouteRegister:
    """The register of the feed's routes."""
    return RouteRegister(_Places(mysql, feed.name), feed.max_routes)


@dataclass(frozen=True)
class _Places:
    mysql: Mysql
    feed: str

    def taken(self) -> dict[str, int]:
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            cursor.execute("SELECT place, http_route FROM http_routes WHERE feed = %s", self.feed)
            return {row["http_route"]: row["place"] for row in cursor.fetchall()}

    def take(self, slot: int, route: str) -> bool:
        try:
            with connection(self.mysql) as opened, opened.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO http_routes (feed, place, http_route) VALUES (%s, %s, %s)",
                    (self.feed, slot, route),
                )
        except IntegrityError:
            return False
        return True
