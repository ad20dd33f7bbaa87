"""The register of a feed's routes that documents name, kept in MongoDB."""

from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from millrace.config import Mongo
from millrace.io.mongo.client import database

COLLECTION = "http_routes"

# Route -> place, of each feed, one a Python worker: what is registered stays so.
_registered: dict[str, dict[str, int]] = {}


@dataclass(frozen=True)
class Routes:
    """Tells which routes of a feed have a name; the first ``limit`` that are met have one."""

    mongo: Mongo
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
        collection = database(self.mongo)[COLLECTION]
        known.update(self._stored())
        for route in sorted(wanted - known.keys()):
            # Numbered places make the bound hold for workers that register at the same time.
            while len(known) < self.limit and route not in known:
                place = min(set(range(self.limit)) - set(known.values()))
                row = {"_id": f"{self.feed}/{place:06d}", "feed": self.feed, "place": place}
                try:
                    collection.insert_one(row | {"http_route": route})
                    known[route] = place
                except DuplicateKeyError:
                    known.update(self._stored())

    def _stored(self) -> dict[str, int]:
        found = database(self.mongo)[COLLECTION].find({"feed": self.feed})
        return {row["http_route"]: row["place"] for row in found}
