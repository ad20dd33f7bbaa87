"""How far the minutes of a feed are settled, and how far they are final."""

import threading
from datetime import UTC, datetime, timedelta

from confluent_kafka import KafkaError, KafkaException
from pymysql.cursors import DictCursor

from millrace.alerts.standing import Reached
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
_LOOK_S = 5


class Settlement:
    """Tells how far `aggregate` has counted, by Kafka and by its ledger in MySQL."""

    def __init__(self, conf: Config) -> None:
        self._conf, self._probe = conf, OffsetProbe(conf.kafka)
        self._topics: dict[str, tuple[datetime, str]] = {}
        self._lock = threading.Lock()
        self._away_until = EPOCH

    def reached(self, cursor: DictCursor, feed: Feed, *, with_letters: bool) -> Reached | None:
        """How far the feed's minutes are; None where Kafka does not tell.

        `ingest` must have come as far as well where dead letters are counted.
        """
        received = self.taken_until(cursor, feed, with_letters)
        if received is None:
            return None
        settled = _minute(received - timedelta(seconds=SETTLE_S))
        # A line that comes later than that after its minute is late, though its window may be open
        # still: that of a feed which falls silent is never closed.
        final = _minute(received - timedelta(seconds=feed.max_lateness_s))
        newest = standing.newest(cursor, [feed.name]).get(feed.name)
        if newest is not None:
            final = max(final, closed_until(newest, feed.max_lateness_s).replace(tzinfo=UTC))
        return Reached(settled, min(settled, final))

    def taken_until(self, cursor: DictCursor, feed: Feed, with_letters: bool) -> datetime | None:
        """Up to when all that was received is taken, by the broker's clock where lines wait.

        None where Kafka does not tell.
        """
        with self._lock:
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
                waiting = {}
                for number, (low, high) in ends.items():
                    following = max(low, min(taken.get(number, low) for taken in jobs))
                    if following < high:
                        waiting[number] = following
                times = self._probe.received(feed.topic, waiting)
            except (KafkaException, ConfigurationError) as error:
                # A try takes seconds, and who asks for a preview waits for it.
                if not _is_without_topic(error):
                    self._away_until = datetime.now(UTC) + _AWAY_FOR
                return None
        if times.keys() != waiting.keys():
            return None
        return min((EPOCH + timedelta(seconds=one) for one in times.values()), default=at)

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
