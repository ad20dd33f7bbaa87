"""How far the minutes of a feed are settled, and how far they are final."""

import logging
import threading
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from confluent_kafka import KafkaError, KafkaException
from pydantic import BaseModel
from pymysql.cursors import DictCursor

from millrace.alerts.standing import Reached
from millrace.api.documents import time_text
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
_LOOK_AGAIN = timedelta(seconds=2)
_LOOKS = 1_800  # at one each two seconds at most: as far as `aggregate` may be behind

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Look:
    """Where the partitions of a topic ended at a time, or later."""

    at: datetime
    ends: Mapping[int, int]


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
    """Tells how far `aggregate` has counted, by Kafka and by its ledger in MySQL.

    Looks at Kafka are remembered: a line that was not there at a look was received after it. So no
    line has to be read, which takes seconds of a broker that is busy.
    """

    def __init__(self, conf: Config) -> None:
        self._conf, self._probe = conf, OffsetProbe(conf.kafka)
        self._topics: dict[str, tuple[datetime, str]] = {}
        self._looks: dict[str, deque[_Look]] = {}
        self._received: dict[tuple[str, int], tuple[int, float]] = {}
        self._counted: dict[str, tuple[datetime, Taken | None]] = {}
        self._lacking: dict[str, tuple[datetime, bool]] = {}
        self._lock = threading.RLock()
        self._away_until = EPOCH
        self._failing: set[str] = set()

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

    def lacks_topic(self, feed: Feed) -> bool:
        """Whether Kafka answers, and has no topic of the feed: no minute of it is settled then."""
        with self._lock:
            at = datetime.now(UTC)
            known = self._lacking.get(feed.topic)
            if known is not None and at - known[0] <= _LOOK_AGAIN:
                return known[1]
            if at < self._away_until:
                return False
            is_lacking = False
            try:
                self._probe.spans(feed.topic)
            except KafkaException as error:
                is_lacking = _is_without_topic(error)
                if not is_lacking:
                    self._away_until = datetime.now(UTC) + _AWAY_FOR
            self._lacking[feed.topic] = (at, is_lacking)
            return is_lacking

    def taken(self, cursor: DictCursor, feed: Feed, *, with_letters: bool) -> Taken | None:
        """How far the feed is taken; None where that cannot be told."""
        with self._lock:
            at = datetime.now(UTC)
            if at < self._away_until:
                return None
            try:
                found = self._taken(cursor, feed, with_letters, at)
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

    def _taken(
        self, cursor: DictCursor, feed: Feed, with_letters: bool, at: datetime
    ) -> Taken | None:
        # In this order: what comes to Kafka after the look cannot be thought to be taken.
        spans = self._probe.spans(feed.topic)
        topic_id = self._topic_id(feed.topic, at)
        jobs: list[documents.Ends] = [standing.counted_ends(cursor, feed.name, topic_id)]
        if with_letters:
            jobs.append(self._stored_ends(feed, topic_id))
        ends = {number: high for number, (_, high) in spans.items()}
        starts = {
            number: max(low, min(taken.get(number, low) for taken in jobs))
            for number, (low, _) in spans.items()
        }
        if any(start > ends[number] for number, start in starts.items()):
            # The topic was made again, and its offsets are others.
            self._topics.pop(feed.topic)
            return None
        waiting = {number: start for number, start in starts.items() if start < ends[number]}
        looks = self._looks.setdefault(feed.topic, deque(maxlen=_LOOKS))
        looks.append(_Look(at, ends))
        until = _before_all(looks, waiting) or self._first_received(feed.topic, topic_id, waiting)
        lag = sum(ends[number] - start for number, start in waiting.items())
        return None if until is None else Taken(until, lag)

    def _first_received(
        self, topic: str, topic_id: str, waiting: Mapping[int, int]
    ) -> datetime | None:
        """When the first line that waits was received; None where Kafka does not tell in time.

        A line that was read once is remembered: to read it takes seconds of a broker that is busy,
        and while `aggregate` is away it is the same one for whoever asks.
        """
        known = {
            number: self._received[topic_id, number][1]
            for number, offset in waiting.items()
            if self._received.get((topic_id, number), (None,))[0] == offset
        }
        lacking = {number: offset for number, offset in waiting.items() if number not in known}
        read = self._probe.received(topic, lacking) if lacking else {}
        self._received |= {(topic_id, number): (lacking[number], t) for number, t in read.items()}
        times = known | read
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
