"""The register of a feed's routes that figures name, kept in MySQL."""

from collections.abc import Iterable
from dataclasses import dataclass

from pymysql.cursors import DictCursor
from pymysql.err import IntegrityError

from millrace.config import Mysql
from millrace.io.mysql.client import connection

# Route -> place, of each feed, one a Python worker: what is registered stays so.
_registered: dict[str, dict[str, int]] = {}


@dataclass(frozen=True)
class Routes:
    """Tells which routes of a feed have a name; the first ``limit`` that are met have one."""

    mysql: Mysql
    feed: str
    limit: int

    def __call__(self, routes: Iterable[str]) -> set[str]:
        """Those of ``routes`` that are registered, new ones registered while there is room."""
        known = _registered.setdefault(self.feed, {})
        wanted = set(routes)
        if len(known) < self.limit and not wanted <= known.keys():
            self._register(wanted, known)
        return wanted & known.keys()

    def _register(self, wanted: set[str], known: dict[str, int]) -> None:
        with connection(self.mysql) as opened, opened.cursor() as cursor:
            opened.autocommit(True)
            known.update(self._stored(cursor))
            for route in sorted(wanted - known.keys()):
                # Numbered places make the bound hold for workers that register at the same time.
                while len(known) < self.limit and route not in known:
                    place = min(set(range(self.limit)) - set(known.values()))
                    try:
                        cursor.execute(
                            "INSERT INTO http_routes (feed, place, http_route) VALUES (%s, %s, %s)",
                            (self.feed, place, route),
                        )
                        known[route] = place
                    except IntegrityError:
                        known.update(self._stored(cursor))

    def _stored(self, cursor: DictCursor) -> dict[str, int]:
        cursor.execute("SELECT place, http_route FROM http_routes WHERE feed = %s", (self.feed,))
        return {row["http_route"]: row["place"] for row in cursor.fetchall()}
