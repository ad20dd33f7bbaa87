"""The ledger of ``ingest``: what its batches took, and what a person gave up as lost."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from millrace.config import Feed, Mongo
from millrace.io.mongo import coverage
from millrace.io.mongo.client import database
from millrace.io.mongo.coverage import Committed
from millrace.io.mongo.time_spans import TimeSpan
from millrace.records import ledger
from millrace.records.ledger import OffsetRange, Taken, merged
from millrace.records.ranges import held, within

_NEVER = datetime.fromtimestamp(0, tz=UTC)


class MongoLedger:
    """The rows of a feed's ``ingest``, or of another job, in the collection ``batches``."""

    def __init__(self, mongo: Mongo, feed: Feed, job: str = "ingest") -> None:
        self._db = database(mongo)
        self._feed, self._query = feed.name, f"{job}-{feed.name}"

    def taken(self) -> Taken:
        """The offsets that committed batches took, of every topic the feed had."""
        topics = self._topics()
        ranges = merged([offsets for topic in topics for offsets in topic.ranges])
        first = {(own.topic_id, n): start for own in topics for n, start in own.first.items()}
        return Taken(ranges, first)

    def lost(self) -> list[OffsetRange]:
        """The offsets that a person accepted as lost; merged."""
        return coverage.lost(self._db, self._query)

    def stored(self, ranges: Sequence[OffsetRange]) -> list[OffsetRange]:
        """Those of the offsets that have a document all the same: their batch never ended."""
        held: list[OffsetRange] = []
        for topic in self._topics():
            of_topic = [offsets for offsets in ranges if offsets.topic_id == topic.topic_id]
            if of_topic:
                since = min(topic.latest.get(offsets.partition, _NEVER) for offsets in of_topic)
                held += within(of_topic, self._present(topic, max(since, topic.earliest or since)))
        return merged(held)

    def accept_loss(self, ranges: Sequence[OffsetRange], accepted_at: datetime) -> None:
        """Writes down that a person accepted the loss of these offsets."""
        key = f"{self._query}/{ledger.LOST}/{accepted_at:%Y%m%dT%H%M%S%f}"
        row = {
            "_id": key,
            "query": self._query,
            "state": ledger.LOST,
            "ranges": [asdict(offsets) for offsets in ranges],
            "accepted_at": accepted_at,
        }
        self._db[ledger.COLLECTION].replace_one({"_id": key}, row, upsert=True)

    def redeclared(self, formats: Mapping[str, Any]) -> list[str]:
        """The formats whose newest batch was parsed by another declaration of the same version."""
        changed = []
        for name, now in formats.items():
            key = f"{ledger.FORMATS}.{name}"
            rows = self._db[ledger.COLLECTION].find({"query": self._query, key: {"$exists": True}})
            newest = next(iter(rows.sort("committed_at", -1).limit(1)), None)
            then = newest[ledger.FORMATS][name] if newest else now
            if then["version"] == now["version"] and then["digest"] != now["digest"]:
                changed.append(name)
        return changed

    def _topics(self) -> list[Committed]:
        return coverage.committed(self._db, self._query)

    def _present(self, topic: Committed, since: datetime) -> list[OffsetRange]:
        """The offsets of documents received since then: a partition's lines come in order."""
        span = TimeSpan(since)
        found: list[OffsetRange] = []
        for documents in (
            coverage.records(self._feed, span),
            coverage.letters(self._feed, span),
        ):
            stripes = coverage.stripes(self._db, documents)
            single = (stripe for stripe in stripes if stripe.is_single)
            found += held(single, topic.topic, topic.topic_id)
        return found
