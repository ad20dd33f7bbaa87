"""Why figures may not be the number of the lines that are stored."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from confluent_kafka import KafkaException
from pydantic import BaseModel

from millrace.api.row_facts import Facts, Rows, look_s
from millrace.api.service import Service
from millrace.config import Feed, Kafka
from millrace.io import kafka
from millrace.io.mongo import reconciliations
from millrace.io.mongo import standing as documents
from millrace.io.mongo.search import OutOfTimeError
from millrace.io.mongo.standing import UnknownError
from millrace.records.reconciliations import Fault

Reason = Literal[
    "open",
    "late",
    "differs",
    "unproven",
    "behind",
    "lost",
    "faults",
    "retention",
    "requeued",
    "letters",
    "masked",
    "other",
    "unchecked",
    "unexplained",
]

_CLOCKS = timedelta(minutes=5)  # that clocks of two machines may differ by
_FAULTS: tuple[Fault, ...] = (
    *("missing", "doubled", "in_both", "never_committed"),
    *("forgotten", "lost"),
)
_TOPICS = 256  # whose settings are remembered


class Doubt(BaseModel):
    """One reason why figures and lines may differ, and what it is in words."""

    reason: Reason
    detail: str


_Look = Callable[[Service, Rows, Facts], Iterator[Doubt]]


def doubts(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    """Why the rows may not be the number of stored lines, the cheapest to tell first."""
    for look in _LOOKS:
        yield from _told(look, own, rows, known)


def _told(look: _Look, own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    try:
        yield from look(own, rows, known)
    except (UnknownError, OutOfTimeError) as error:
        yield Doubt(reason="unchecked", detail=str(error) or "the server needs too long to tell")


def _figures(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    vouched = known.vouched
    if not known.is_closed:
        yield Doubt(reason="open", detail="lines of it may still come to be counted")
    if vouched.late:
        told = f"{vouched.late_lines} lines came too late to be counted"
        yield Doubt(reason="late", detail=told)
    if vouched.differing:
        told = f"reconcile found other figures of {vouched.differing} minutes: revise them"
        yield Doubt(reason="differs", detail=told)
    others = rows.minutes - vouched.equal - vouched.late - vouched.differing
    if known.is_closed and others:
        told = f"no reconcile has compared {others} minutes as they are now"
        yield Doubt(reason="unproven", detail=told)


def _ledgers(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    """Lines that one of the jobs has and the other lacks must be none of these."""
    if known.taken is None:
        yield Doubt(reason="behind", detail="ingest has taken nothing of the feed's topic")
    elif not known.counted_ends:
        yield Doubt(reason="behind", detail="aggregate has counted nothing of the feed's topic")
    elif known.missing_from is None:
        return
    elif known.missing_from < rows.late_from:
        told = "ingest has not stored yet all that aggregate has counted"
        yield Doubt(reason="behind", detail=told)
    elif known.missing_late or not _is_brokers_clock(own, rows.feed):
        yield Doubt(reason="behind", detail="late lines are counted that ingest has not stored")


def _is_brokers_clock(own: Service, feed: Feed) -> bool:
    """Whether lines have their times of receipt in the order of their offsets."""
    (freshness,) = own.freshness.of(own.db, [feed])
    if freshness.lag_lines is None:
        return False  # Kafka does not answer; who asks it again waits long.
    try:
        return _timestamp_type(own.conf.kafka, feed.topic) == "LogAppendTime"
    except KafkaException:
        return False


@lru_cache(_TOPICS)
def _timestamp_type(conf: Kafka, topic: str) -> str:
    return kafka.timestamp_type(conf, topic)


def _late_stored(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    """What `ingest` has beyond `aggregate` is of now; of closed minutes only late lines can be."""
    if known.taken is None:
        return
    received = known.taken.beyond(known.counted_ends)
    if received.latest is None:
        return
    match = {"$and": [documents.received_within(received), {"timestamp": _times(rows)}]}
    if documents.has_any(own.db, rows.feed.name, match, documents.ID_INDEX, look_s(own)):
        yield Doubt(reason="behind", detail="lines are stored that aggregate has not counted")


def _lost(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    until = documents.lost_until(own.db, rows.feed.name)
    if until and rows.received_from < until:
        told = "ingest never read some lines: their loss was accepted"
        yield Doubt(reason="lost", detail=told)


def _faults(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    last = reconciliations.of(own.db, rows.feed.name)
    found = {fault: last.faults.get(fault, 0) for fault in _FAULTS} if last else {}
    told = ", ".join(f"{lines} lines {fault}" for fault, lines in found.items() if lines)
    if told:
        yield Doubt(reason="faults", detail=f"the last reconcile found {told}")


def _retention(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    feed, since = rows.feed, rows.received_from
    days = feed.retention_days
    told = "lines of it are deleted by age"
    if days and since - _CLOCKS < datetime.now(UTC) - timedelta(days=days):
        yield Doubt(reason="retention", detail=told)
        return
    kept = documents.kept_since(own.db, feed.name)
    if kept is None or since < kept:
        begins = documents.begins_at(own.db, feed.name)
        if begins is None or kept is None or begins < kept:
            yield Doubt(reason="retention", detail=told)


def _requeued(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    """Records that were made of letters after figures were compared, or of edited lines."""
    found = known.vouched.earliest
    settled = (found.replace(tzinfo=UTC) if found else rows.received_from) - _CLOCKS
    ids = documents.requeued(own.db, rows.feed.name, rows.received_from, settled, look_s(own))
    if documents.any_dated(own.db, rows.feed.name, ids, _times(rows), look_s(own)):
        yield Doubt(reason="requeued", detail="dead letters of it are lines by now")


def _letters(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    """A parser of today may have counted, by revise, what is a letter still."""
    if known.counted.is_revised and documents.has_letters(
        own.db, rows.feed.name, rows.received_from, look_s(own)
    ):
        told = "it was computed again, and may count lines that are dead letters still"
        yield Doubt(reason="letters", detail=told)


def _masks(own: Service, rows: Rows, known: Facts) -> Iterator[Doubt]:
    """Lines of the archive, where they stand as they came, are masked as they are counted again."""
    if rows.feed.mask and rows.keys and known.counted.is_revised:
        told = "it was computed again, with the masks of then, and may have masked a key"
        yield Doubt(reason="masked", detail=told)


def _times(rows: Rows) -> dict[str, datetime]:
    return {"$gte": rows.since, "$lt": rows.until}


_LOOKS: tuple[_Look, ...] = (
    _figures,
    _masks,
    _ledgers,
    _lost,
    _faults,
    _retention,
    _requeued,
    _letters,
    _late_stored,
)
