"""How far an answer can be trusted: what is committed, what waits, and what was proven."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from confluent_kafka import KafkaError, KafkaException
from pydantic import BaseModel
from pymongo.database import Database

from millrace.api.documents import time_text
from millrace.config import Config, Feed
from millrace.io.kafka.offset_probe import OffsetProbe
from millrace.io.mongo import newest_batch, reconciliations
from millrace.io.mongo.client import Document
from millrace.records.reconciliations import Reconciliation

ProofState = Literal["holds", "fails", "never"]
_LOOK_AGAIN = timedelta(seconds=2)
_AWAY_FOR = timedelta(seconds=15)


class Freshness(BaseModel):
    """How far a feed's lines are stored.

    All lines received before ``committed_until`` are. ``lag_lines`` wait in Kafka; null where it
    does not answer.
    """

    feed: str
    committed_until: str | None
    lag_lines: int | None


class Proof(BaseModel):
    """What the last reconcile of a feed said: of lines received from ``since`` on."""

    feed: str
    state: ProofState
    since: str | None = None
    ended_at: str | None = None


def proofs(db: Database[Document], feeds: Sequence[Feed]) -> list[Proof]:
    """The last verdict on each feed."""
    found = reconciliations.latest(db, [feed.name for feed in feeds])
    return [_proof(feed.name, found.get(feed.name)) for feed in feeds]


def proof_of(db: Database[Document], name: str) -> Proof:
    """The last verdict on what is reconciled as a whole, under that name."""
    return _proof(name, reconciliations.of(db, name))


def _proof(feed: str, outcome: Reconciliation | None) -> Proof:
    if outcome is None:
        return Proof(feed=feed, state="never")
    state: ProofState = "holds" if outcome.holds else "fails"
    since, ended_at = time_text(outcome.since), time_text(outcome.ended_at)
    return Proof(feed=feed, state=state, since=since, ended_at=ended_at)


class Freshnesses:
    """How fresh feeds are; Kafka is asked at most every two seconds, by one request at a time.

    Where it is away, it is asked now and then: a try takes seconds, and every answer waits for it.
    """

    def __init__(self, conf: Config) -> None:
        self._probe = OffsetProbe(conf.kafka)
        self._lock = threading.Lock()
        self._ends: dict[str, tuple[datetime, dict[int, int] | None]] = {}
        self._away_until = datetime.min.replace(tzinfo=UTC)

    def of(
        self, db: Database[Document], feeds: Sequence[Feed], job: str = "ingest"
    ) -> list[Freshness]:
        """That of each feed, as far as ``job`` has stored it."""
        return [self._of(db, feed, job) for feed in feeds]

    def _of(self, db: Database[Document], feed: Feed, job: str) -> Freshness:
        looked_at, ends = self._ends_of(feed.topic)
        newest = newest_batch.newest(db, f"{job}-{feed.name}")
        committed = newest.until_offsets if newest else {}
        if ends is None:
            waiting, lag = set(committed), None
        else:
            behind = {n: end - committed.get(n, 0) for n, end in ends.items()}
            waiting = {n for n, lines in behind.items() if lines > 0}
            lag = sum(behind[n] for n in waiting)
        times = [newest.received_until.get(n) if newest else None for n in waiting]
        known = [time for time in times if time]
        until = min(known, default=looked_at) if len(known) == len(times) else None
        if newest is None and ends is None:
            until = None
        text = time_text(until) if until else None
        return Freshness(feed=feed.name, committed_until=text, lag_lines=lag)

    def _ends_of(self, topic: str) -> tuple[datetime, dict[int, int] | None]:
        """The offset after the last of each partition; None where Kafka does not tell. And when."""
        with self._lock:
            known = self._ends.get(topic)
            at = datetime.now(UTC)
            if known is not None and at - known[0] <= _LOOK_AGAIN:
                return known
            if at < self._away_until:
                return at, None
            ends = None
            try:
                ends = {n: high for n, (_, high) in self._probe.spans(topic).items()}
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    self._away_until = datetime.now(UTC) + _AWAY_FOR
            known = self._ends[topic] = (at, ends)
            return known
