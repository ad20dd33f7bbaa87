"""The register of the routes that documents name, in MongoDB."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError

from millrace.config import Feed, Mongo
from millrace.io.mongo.client import database
from millrace.io.names import Register
from millrace.records import FORGOTTEN_ROUTES, ROUTES_COLLECTION
from millrace.records.ledger import OffsetRange
from millrace.records.names import Epoch, epoch


def route_register(mongo: Mongo, feed: Feed, epochs: int = 0) -> Register:
    """The register of the feed's routes, after so many ``epochs``."""
    return Register(_Slots(mongo, feed.name), feed.max_routes, epochs)


@dataclass(frozen=True)
class MongoRoutes:
    """The routes that the feed's documents name."""

    mongo: Mongo
    feed: str

    def taken(self) -> dict[str, int]:
        """The routes that have a slot, with its number."""
        return _Slots(self.mongo, self.feed).taken()

    def epochs(self) -> list[Epoch]:
        """The names that older lines have, the oldest first."""
        rows = database(self.mongo)[FORGOTTEN_ROUTES].find({"feed": self.feed}).sort("_id", 1)
        return [epoch([OffsetRange(**one) for one in row["taken"]], row["routes"]) for row in rows]

    def forget(
        self, routes: Sequence[str], names: Iterable[str], taken: Sequence[OffsetRange]
    ) -> int:
        """Frees the routes' slots; lines that were ``taken`` keep the ``names`` of now.

        Returns how many routes had a slot.
        """
        db, now = database(self.mongo), datetime.now(UTC)
        row = {
            "_id": f"{self.feed}/{now:%Y%m%dT%H%M%S%f}",
            "feed": self.feed,
            "forgotten_at": now,
            "forgotten": list(routes),
            "routes": sorted(names),
            "taken": [asdict(offsets) for offsets in taken],
        }
        db[FORGOTTEN_ROUTES].insert_one(row)
        chosen = {"feed": self.feed, "http_route": {"$in": list(routes)}}
        return db[ROUTES_COLLECTION].delete_many(chosen).deleted_count


@dataclass(frozen=True)
class _Slots:
    mongo: Mongo
    feed: str

    def taken(self) -> dict[str, int]:
        rows = database(self.mongo)[ROUTES_COLLECTION].find({"feed": self.feed})
        return {row["http_route"]: row["place"] for row in rows}

    def take(self, slot: int, name: str) -> bool:
        row = {"_id": f"{self.feed}/{slot:06d}", "feed": self.feed, "place": slot}
        try:
            database(self.mongo)[ROUTES_COLLECTION].insert_one(row | {"http_route": name})
        except DuplicateKeyError:
            return False
        return True
