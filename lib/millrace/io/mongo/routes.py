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
from millrace.records.names import Forgotten


def route_register(mongo: Mongo, feed: Feed, forgotten: Iterable[Forgotten] = ()) -> Register:
    """The register of the feed's routes."""
    return Register(_Slots(mongo, feed.name), feed.max_routes, tuple(forgotten))


@dataclass(frozen=True)
class MongoRoutes:
    """The routes that the feed's documents name."""

    mongo: Mongo
    feed: str

    def taken(self) -> dict[str, int]:
        """The routes that have a slot, with its number."""
        return _Slots(self.mongo, self.feed).taken()

    def forgotten(self) -> list[Forgotten]:
        """The routes that lines before an offset keep."""
        rows = database(self.mongo)[FORGOTTEN_ROUTES].find({"feed": self.feed})
        return [
            Forgotten(row["http_route"], one["topic_id"], one["partition"], one["until_offset"])
            for row in rows
            for one in row["ranges"]
        ]

    def forget(self, routes: Sequence[str], taken: Sequence[OffsetRange]) -> int:
        """Frees the routes' slots; lines among ``taken`` keep them. Returns how many had one."""
        db = database(self.mongo)
        ranges = [asdict(offsets) for offsets in taken]
        for route in routes:
            key = {"_id": f"{self.feed}/{route}"}
            named = {"feed": self.feed, "http_route": route}
            row = {**key, **named, "ranges": ranges, "forgotten_at": datetime.now(UTC)}
            db[FORGOTTEN_ROUTES].replace_one(key, row, upsert=True)
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
