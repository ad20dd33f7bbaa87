"""How far the minutes of a feed are settled, and how far they are final."""

import logging
import threading
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from confluent_kafka import KafkaError, KafkaException
from pymysql.cursors import DictCursor

from millrace.alerts.standing import Reached
from millrace.config import Config, ConfigurationError, Feed, UnreachableError
from millrace.errors import one_line
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
_LOOKS = 720  # at one each five seconds at most: as far as `aggregate` may be behind

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Look:
    """Where the partitions of a topic ended at a time, or later."""

    at: datetime
    ends: Mapping[int, int]


class Settlement:
    """Tells how far `aggregate` has counted, by Kafka and by its ledger in MySQL.

    Looks at Kafka are remembered: a line that was not there at a look was received after it. So no
    line has to be read, which takes seconds of a broker that is busy.
    """

    def __init__(self, conf: Config) -> None:
        self._conf, self._probe = conf, OffsetProbe(conf.kafka)
        self._topics: dict[str, tuple[datetime, str]] = {}
        self._looks: dict[str, deque[_Look]] = {}
        self._lock = threading.Lock()
        self._away_until = EPOCH
        self._failing: set[str] = set()

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
        """Up to when all that was received is taken; None where that cannot be told."""
        with self._lock:
            at = datetime.now(UTC)
            if at < self._away_until:
                return None
            try:
                found = self._taken_until(cursor, feed, with_letters, at)
            except (KafkaException, ConfigurationError) as error:
                if feed.name not in self._failing:
                    _log.warning("%s: nothing is settled: %s", feed.name, one_line(error))
                self._failing.add(feed.name)
                # A try takes seconds, and who asks for a preview waits for it.
                if not _is_without_topic(error):
                    self._away_until = datetime.now(UTC) + _AWAY_FOR
                return None
            self._failing.discard(feed.name)
            return found

    def _taken_until(
        self, cursor: DictCursor, feed: Feed, with_letters: bool, at: datetime
    ) -> datetime | None:
        # In this order: what comes to Kafka after the look cannot be thought to be taken.
        spans = self._probe.spans(feed.topic)
        topic_id = self._topic_id(feed.topic, at)
        jobs: list[documents.Ends] = [standing.counted_ends(cursor, feed.name, topic_id)]
        if with_letters:
            jobs.append(self._stored_ends(feed, topic_id))
        waiting = {}
        for number, (low, high) in spans.items():
            following = max(low, min(taken.get(number, low) for taken in jobs))
            if following < high:
                waiting[number] = following
        ends = {number: high for number, (_, high) in spans.items()}
        looks = self._looks.setdefault(feed.topic, deque(maxlen=_LOOKS))
        looks.append(_Look(at, ends))
        return _before_all(looks, waiting) or self._received(feed.topic, waiting)

    def _received(self, topic: str, waiting: Mapping[int, int]) -> datetime | None:
        """When the first line that waits was received; None where Kafka does not tell in time."""
        times = self._probe.received(topic, waiting)
        if times.keys() != waiting.keys():
            return None
        return EPOCH + timedelta(seconds=min(times.values()))

    def _stored_ends(self, feed: Feed, topic_id: str) -> documents.Ends:
        taken = documents.taken(unasked(self._conf.mongo), feed.name, _LOOK_S)
        return taken.ends if taken and taken.topic_id == topic_id else {}

    def _topic_id(self, topic: str, at: datetime) -> str:
        known = self._topics.get(topic)
        if known is None or at - known[0] > _TOPIC_FOR:
            known = self._topics[topic] = (at, kafka.topic(self._conf.kafka, topic).id)
        return known[1]


def _before_all(looks: Collection[_Look], waiting: Mapping[int, int]) -> datetime | None:
    """The time of the last look that saw none of the lines that wait: they came after it."""
    for look in reversed([*looks]):
        if all(look.ends.get(number, 0) <= offset for number, offset in waiting.items()):
            return look.at
    return None


def _is_without_topic(error: Exception) -> bool:
    """Whether Kafka answers, and has no such topic."""
    if isinstance(error, KafkaException):
        return bool(error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART)
    return not isinstance(error, UnreachableError)


def _minute(time: datetime) -> datetime:
    return time.replace(second=0, microsecond=0)
