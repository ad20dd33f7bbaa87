"""How far each query is behind the broker, in lines and in seconds, partition by partition.

Spark commits no offsets to Kafka, so that no other tool can tell.
"""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from confluent_kafka import KafkaException

from millrace.config import Kafka
from millrace.io.kafka import topic_settings
from millrace.io.kafka.offset_probe import OffsetProbe
from millrace.observe.progress import Offsets
from millrace.records.ledger import OffsetRange
from millrace.telemetry import metrics

_LOOKS_A_RETENTION = 60  # it seldom changes
_UNKNOWN = -1  # no offset: asked for again at the next look


@dataclass
class _Followed:
    """A query, its topic, and how far it has committed."""

    topic: str
    committed: dict[int, int]
    # Of each partition that is behind: the first offset to come, and when it was received.
    waiting: dict[int, tuple[int, float]] = field(default_factory=dict)


class Lag:
    """The lag of a job's queries, which report from threads of their own."""

    def __init__(self, kafka: Kafka) -> None:
        self._probe = OffsetProbe(kafka)
        self._queries: dict[str, _Followed] = {}
        self._lock = threading.Lock()
        self._kafka = kafka
        self._looks = 0

    def follow(self, query: str, topic: str, committed: Iterable[OffsetRange]) -> None:
        """Follows a query from now on, from what its checkpoint says it has committed."""
        offsets = {reached.partition: reached.until_offset for reached in committed}
        with self._lock:
            self._queries[query] = _Followed(topic, offsets)

    def committed(self, query: str, offsets: Offsets) -> None:
        """Notes how far a query has come."""
        with self._lock:
            if query in self._queries:
                self._queries[query].committed.update(offsets)

    def look(self) -> None:
        """Sets the metrics anew. While the broker is away, what was waiting waits longer."""
        with self._lock:
            queries = dict(self._queries)
        answers = [self._answers(query, followed) for query, followed in queries.items()]
        if self._looks % _LOOKS_A_RETENTION == 0 and all(answers):
            self._say_retention(queries)
        self._looks += 1
        metrics.KAFKA_UP.set(any(answers))
        for query, followed in queries.items():
            _say_seconds(query, followed)

    def _say_retention(self, queries: dict[str, _Followed]) -> None:
        for query, followed in queries.items():
            with suppress(KafkaException):  # It may not be allowed to ask.
                kept_ms = int(topic_settings(self._kafka, followed.topic)["retention.ms"])
                if kept_ms >= 0:
                    labels = (*metrics.of(query), followed.topic)
                    metrics.RETENTION_SECONDS.labels(*labels).set(kept_ms / 1000)

    def _answers(self, query: str, followed: _Followed) -> bool:
        """Looks at one query; whether the broker tells of its topic."""
        try:
            self._look_at(query, followed)
        except KafkaException:
            return False
        return True

    def _look_at(self, query: str, followed: _Followed) -> None:
        spans = self._probe.spans(followed.topic)
        with self._lock:
            offsets = dict(followed.committed)
        next_ones: dict[int, int] = {}
        for number, (low, high) in spans.items():
            # Of a query that is new, or whose next lines have expired, the first that is there.
            committed = offsets.get(number, low)
            metrics.UNREAD_DELETED.labels(*_labels(query, followed, number)).set(
                max(0, low - committed)
            )
            following = max(low, committed)
            metrics.LAG_LINES.labels(*_labels(query, followed, number)).set(
                max(0, high - following)
            )
            if following < high:
                next_ones[number] = following
        known = {
            n: waiting for n, waiting in followed.waiting.items() if next_ones.get(n) == waiting[0]
        }
        asked = {n: offset for n, offset in next_ones.items() if n not in known}
        received = self._probe.received(followed.topic, asked)
        # One that did not say in time when its record came has waited at most as long as before.
        longest = {n: (_UNKNOWN, followed.waiting[n][1]) for n in asked if n in followed.waiting}
        asked_now = {n: (asked[n], time_s) for n, time_s in received.items()}
        followed.waiting = longest | known | asked_now
        for number in spans.keys() - next_ones.keys():
            metrics.LAG_SECONDS.labels(*_labels(query, followed, number)).set(0)


def _say_seconds(query: str, followed: _Followed) -> None:
    for number, (_, received_s) in followed.waiting.items():
        seconds = max(0.0, time.time() - received_s)
        metrics.LAG_SECONDS.labels(*_labels(query, followed, number)).set(seconds)


def _labels(query: str, followed: _Followed, partition: int) -> tuple[str, str, str, str]:
    return (*metrics.of(query), followed.topic, str(partition))
