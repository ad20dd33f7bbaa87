"""How far the minutes of a feed are settled, and how far they are final."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from confluent_kafka import KafkaError, KafkaException
from pydantic import BaseModel
from pymysql.cursors import DictCursor

from millrace.alerts.standing import Reached
from millrace.api.documents import time_text
from millrace.config import Config, ConfigurationError, Feed, UnreachableError
from millrace.io import kafka
from millrace.io.kafka.offset_probe import OffsetProbe
from millrace.io.mongo import standing as documents
from millrace.io.mongo.client import unasked
from millrace.io.mysql import standing
from millrace.records.alerts import SETTLE_S
from millrace.records.completeness import closed_until
from millrace.records.received import EPOCH

_TOPIC_FOR = timedelta(seconds=60)
_AWAY_FOR = timedelta(seconds=10)
_LOOK_AGAIN = timedelta(seconds=2)
_LOOK_S = 5


class Counted(BaseModel):
    """How far a feed's figures are.

    All lines received before ``counted_until`` are counted in them. ``lag_lines`` wait in Kafka;
    both are null where it does not answer.
    """

    feed: str
    counted_until: str | None
    lag_lines: int | None


@dataclass(frozen=True)
class Taken:
    """Up to when all that was received is taken, and how many lines wait."""

    until: datetime
    lag: int


class Settlement:
    """Tells how far `aggregate` has counted, by Kafka and by its ledger in MySQL."""

    def __init__(self, conf: Config) -> None:
        self._conf, self._probe = conf, OffsetProbe(conf.kafka)
        self._topics: dict[str, tuple[datetime, str]] = {}
        self._counted: dict[str, tuple[datetime, Taken | None]] = {}
        self._lock = threading.RLock()
        self._away_until = EPOCH

    def reached(self, cursor: DictCursor, feed: Feed, *, with_letters: bool) -> Reached | None:
        """How far the feed's minutes are; None where Kafka does not tell.

        `ingest` must have come as far as well where dead letters are counted.
        """
        taken = self.taken(cursor, feed, with_letters=with_letters)
        if taken is None:
            return None
        received = taken.until
        settled = _minute(received - timedelta(seconds=SETTLE_S))
        # A line that comes later than that after its minute is late, though its window may be open
        # still: that of a feed which falls silent is never closed.
        final = _minute(received - timedelta(seconds=feed.max_lateness_s))
        newest = standing.newest(cursor, [feed.name]).get(feed.name)
        if newest is not None:
            final = max(final, closed_until(newest, feed.max_lateness_s).replace(tzinfo=UTC))
        return Reached(settled, min(settled, final))

    def counted(self, cursor: DictCursor, feeds: Sequence[Feed]) -> list[Counted]:
        """How far the figures of each feed are: looked at again after two seconds."""
        return [self._told(cursor, feed) for feed in feeds]

    def _told(self, cursor: DictCursor, feed: Feed) -> Counted:
        with self._lock:
            known = self._counted.get(feed.name)
            if known is None or datetime.now(UTC) - known[0] > _LOOK_AGAIN:
                taken = self.taken(cursor, feed, with_letters=False)
                known = self._counted[feed.name] = (datetime.now(UTC), taken)
        if known[1] is None:
            return Counted(feed=feed.name, counted_until=None, lag_lines=None)
        until = time_text(known[1].until)
        return Counted(feed=feed.name, counted_until=until, lag_lines=known[1].lag)

    def taken(self, cursor: DictCursor, feed: Feed, *, with_letters: bool) -> Taken | None:
        """How far the feed is taken: by the broker's clock where lines wait.

        None where Kafka does not tell.
        """
        with self._lock:
            return self._taken(cursor, feed, with_letters)

    def _taken(self, cursor: DictCursor, feed: Feed, with_letters: bool) -> Taken | None:
        # In this order: what comes to Kafka after the look cannot be thought to be taken.
        at = datetime.now(UTC)
        if at < self._away_until:
            return None
        try:
            ends = self._probe.spans(feed.topic)
            topic_id = self._topic_id(feed.topic, at)
            jobs: list[documents.Ends] = [standing.counted_ends(cursor, feed.name, topic_id)]
            if with_letters:
                jobs.append(self._stored_ends(feed, topic_id))
            starts = {
                number: max(low, min(taken.get(number, low) for taken in jobs))
                for number, (low, _) in ends.items()
            }
            if any(start > ends[number][1] for number, start in starts.items()):
                # The topic was made again, and its offsets are others.
                self._topics.pop(feed.topic)
                return None
            waiting = {number: start for number, start in starts.items() if start < ends[number][1]}
            times = self._probe.received(feed.topic, waiting)
        except (KafkaException, ConfigurationError) as error:
            # A try takes seconds, and who asks for a preview waits for it.
            if not _is_without_topic(error):
                self._away_until = datetime.now(UTC) + _AWAY_FOR
            return None
        if times.keys() != waiting.keys():
            return None
        until = min((EPOCH + timedelta(seconds=one) for one in times.values()), default=at)
        return Taken(until, sum(ends[number][1] - start for number, start in waiting.items()))

    def _stored_ends(self, feed: Feed, topic_id: str) -> documents.Ends:
        taken = documents.taken(unasked(self._conf.mongo), feed.name, _LOOK_S)
        return taken.ends if taken and taken.topic_id == topic_id else {}

    def _topic_id(self, topic: str, at: datetime) -> str:
        known = self._topics.get(topic)
        if known is None or at - known[0] > _TOPIC_FOR:
            known = self._topics[topic] = (at, kafka.topic(self._conf.kafka, topic).id)
        return known[1]


def _is_without_topic(error: Exception) -> bool:
    """Whether Kafka answers, and has no such topic."""
    if isinstance(error, KafkaException):
        return bool(error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART)
    return not isinstance(error, UnreachableError)


def _minute(time: datetime) -> datetime:
    return time.replace(second=0, microsecond=0)
