"""The register of the routes that documents name, in MongoDB."""

from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from millrace.config import Feed, Mongo
from millrace.io.mongo.client import database
from millrace.io.names import Register
from millrace.records import ROUTES_COLLECTION


def route_register(mongo: Mongo, feed: Feed) -> Register:
    """The register of the feed's routes."""
    return Register(_Slots(mongo, feed.name), feed.max_routes)


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
