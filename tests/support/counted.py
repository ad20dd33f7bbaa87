"""What the jobs make of a feed's lines, by their own functions and without Spark.

`aggregate` counts batches, and leaves out what comes for a window that was closed by the batch
before; `ingest` stores what it has come to; `reconcile` holds figures against the lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from millrace.config import Config, Feed
from millrace.detect.rates import DEFAULT_RULES
from millrace.io import mongo, mysql, reference_data, route_names
from millrace.io.mongo import letters as stored_letters
from millrace.io.mysql import reconciled
from millrace.io.mysql.ledger import record
from millrace.io.mysql.rates import judge
from millrace.io.mysql.snapshot import Key, Measures, snapshot
from millrace.proof.figures import Compared, Recounted, by_window
from millrace.proof.vouched import Vouched
from millrace.records import bson, ledger
from millrace.records.completeness import closed_until
from millrace.records.fields import Fields
from millrace.records.ledger import Batch, OffsetRange
from millrace.records.received import EPOCH, SECOND, record_id
from millrace.records.reconciled import runs
from millrace.records.tables import FIGURES_VERSION, LATENESS, MEASURES, TABLES, WINDOW_S
from millrace.transform.chain import Letter, Outcome, compiled
from millrace.windows.counts import Counts

TOPIC_ID = "topic-of-a-test"
_CHECKPOINT = "checkpoint-of-a-test"
_MS = timedelta(milliseconds=1)
_WINDOW = timedelta(seconds=WINDOW_S)


@dataclass(frozen=True)
class Sent:
    """A line at its place in Kafka, and what it comes to."""

    partition: int
    offset: int
    received_at: datetime
    line: bytes
    outcome: Outcome

    @property
    def id(self) -> str:
        """The id of its document."""
        return record_id((self.received_at - EPOCH) // _MS, self.partition, self.offset)

    @property
    def kafka(self) -> dict[str, Any]:
        """What its document says of its place."""
        return {"topic": "t", "partition": self.partition, "offset": self.offset}


@dataclass
class CountedFeed:
    """A feed that only this test has, and what the jobs have done of it so far.

    Where its lines stand in Kafka as well, ``topic_id`` is that of their topic.
    """

    conf: Config
    feed: Feed
    topic_id: str = TOPIC_ID
    sent: list[Sent] = field(default_factory=list)
    counted: list[Sent] = field(default_factory=list)
    accepted: list[Fields] = field(default_factory=list)
    _ended_at: int = 0
    _batches: dict[str, int] = field(default_factory=dict)
    _ends: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mongo.prepare(self.conf.mongo, self.feed)
        mysql.prepare(self.conf.mysql)
        spec = reference_data.spec(
            self.conf,
            self.feed,
            *route_names.of_documents(self.conf, self.feed),
            needs_country=False,
        )
        self._chain = compiled(spec)
        *_, self._named = mysql.key_names(self.conf.mysql, self.feed)

    def send(self, line: bytes, received_at: datetime, partition: int = 0) -> Sent:
        """A line comes to Kafka."""
        offset = sum(one.partition == partition for one in self.sent)
        made = Sent(partition, offset, received_at, line, self.outcome(line, received_at))
        self.sent.append(made)
        return made

    def outcome(self, line: bytes, received_at: datetime) -> Outcome:
        """What a line comes to that is received then."""
        return self._chain.outcome(line, None, (received_at - EPOCH) // _MS)

    def ingest(self, until: datetime | None = None) -> None:
        """Stores what was received before ``until``, or all, and is not stored yet."""
        db, some = mongo.database(self.conf.mongo), self._next("ingest", until)
        records, dead = [], []
        for one in some:
            if isinstance(one.outcome, Letter):
                dead.append(bson.letter(self._letter(one)))
            else:
                values = one.outcome | {"_id": one.id, "kafka": one.kafka}
                records.append(bson.record(self.feed.layout, values, raw=self.feed.store_raw))
        if records:
            db[self.feed.name].insert_many(records)
        stored_letters.insert_missing(db, dead)
        batch, times = self._batch("ingest", some), self._received(some)
        row: dict[str, Any] = {"_id": batch.key, "query": batch.query, "checkpoint_id": _CHECKPOINT}
        ranges = [asdict(one) | times[one.partition] for one in batch.ranges]
        row |= {"batch_id": batch.id, "committed_at": datetime.now(UTC), "ranges": ranges}
        db[ledger.COLLECTION].insert_one(
            row | {"rows_in": batch.lines, "rows_written": len(records)}
        )

    def aggregate(self, until: datetime | None = None) -> None:
        """Counts what was received before ``until``, or all, and is not counted yet."""
        some = self._next("aggregate", until)
        batch = self._batch("aggregate", some)
        closed_at = self._ended_at - (self.feed.max_lateness_s + WINDOW_S) * SECOND
        touched: set[datetime] = set()
        for one in some:
            self.counted.append(one)
            if isinstance(one.outcome, Letter):
                continue
            end = (one.outcome["timestamp"] // (WINDOW_S * SECOND) + 1) * WINDOW_S * SECOND
            self._ended_at = max(self._ended_at, end)
            touched.add(_naive(end) - _WINDOW)
            if end > closed_at:
                self.accepted.append(one.outcome)
        with mysql.connection(self.conf.mysql) as opened, opened.cursor() as cursor:
            late = LATENESS.name  # those count in the minute of their receipt
            rows = [
                row
                for row in self._figures()
                if row["window_start"] in touched or row["figure"] == late
            ]
            for table in TABLES:
                _upsert(cursor, self.feed.name, table, rows)
            judge(cursor, self.feed.name, touched, DEFAULT_RULES)
            reconciled.forget(cursor, self.feed.name, runs(touched))
            record(cursor, batch, rows_written=len(rows), touched=runs(touched))

    def reconcile(self) -> None:
        """Holds the figures against all lines that were counted."""
        compared = Compared()
        with snapshot(self.conf.mysql) as stored:
            newest = stored.newest(self.feed)
            if newest is None:
                return
            first = min(one.received_at for one in self.counted)
            vouched = Vouched(
                self.conf.mysql,
                self.feed,
                stored.moment(self.feed),
                first.replace(second=0, microsecond=0, tzinfo=None),
                closed_until(newest, self.feed.max_lateness_s),
                lambda _: FIGURES_VERSION,
            )
            rows: dict[datetime, dict[Key, Measures]] = {}
            span = (datetime(2000, 1, 1), datetime(2100, 1, 1))
            for key, measures in stored.figures(self.feed, *span).items():
                rows.setdefault(key[1], {})[key] = measures
            again: dict[datetime, dict[Key, Recounted]] = dict(by_window(self._recounted()))
            for start in sorted({*rows, *again}):
                unequal = compared.of_window(start, rows.get(start, {}), again.get(start, {}))
                vouched.add(start, unequal)
            vouched.end()

    def expire(self, before: datetime) -> None:
        """Deletes the documents that were received before, as their age would."""
        documents = mongo.database(self.conf.mongo)[self.feed.name]
        documents.delete_many({"received_at": {"$lt": before}})

    @property
    def records(self) -> list[Fields]:
        """All lines that are records."""
        return self._records(self.sent)

    def _next(self, job: str, until: datetime | None) -> list[Sent]:
        ends = self._ends.get(job, {})
        return [
            one
            for one in self.sent
            if one.offset >= ends.get(one.partition, 0)
            and (until is None or one.received_at < until)
        ]

    def _batch(self, job: str, some: Sequence[Sent]) -> Batch:
        before = self._ends.setdefault(job, {})
        ranges = []
        for partition in sorted({one.partition for one in self.sent}):
            start = before.get(partition, 0)
            end = start + sum(one.partition == partition for one in some)
            ranges.append(OffsetRange(self.feed.topic, self.topic_id, partition, start, end))
            before[partition] = end
        number = self._batches.get(job, 0)
        self._batches[job] = number + 1
        return Batch(f"{job}-{self.feed.name}", _CHECKPOINT, number, tuple(ranges))

    def _received(self, some: Iterable[Sent]) -> dict[int, dict[str, datetime]]:
        times: dict[int, list[datetime]] = {one.partition: [] for one in self.sent}
        for one in some:
            times[one.partition].append(one.received_at)
        return {
            partition: {"min_received_at": min(own), "max_received_at": max(own)} if own else {}
            for partition, own in times.items()
        }

    def _letter(self, one: Sent) -> dict[str, Any]:
        letter = one.outcome
        assert isinstance(letter, Letter)
        return {
            "_id": f"{self.feed.name}/{one.id}",
            "feed": self.feed.name,
            "kafka": one.kafka,
            "received_at": (one.received_at - EPOCH) // timedelta(microseconds=1),
            "raw": one.line,
            "reason": letter.reason,
            "detail": letter.detail,
            "status": "new",
            "parser_version": 1,
        }

    def _figures(self) -> list[dict[str, Any]]:
        """The rows as they are stored by now: late ones count as late, counted or not."""
        on_time, all_of_them = (
            self._counts(self.accepted),
            self._counts(self._records(self.counted)),
        )
        late = (row for row in _rows(all_of_them) if row["figure"] == LATENESS.name)
        return [row for row in _rows(on_time) if row["figure"] != LATENESS.name] + [*late]

    def _recounted(self) -> list[dict[str, Any]]:
        counts = self._counts(self._records(self.counted), late_apart=True)
        return sorted(_rows(counts), key=lambda row: row["window_start"])

    def _counts(self, records: Iterable[Fields], *, late_apart: bool = False) -> Counts:
        made = Counts(
            self.feed.layout, self.feed.max_lateness_s, self._named, late_apart=late_apart
        )
        for fields in records:
            made.add(fields)
        return made

    @staticmethod
    def _records(some: Iterable[Sent]) -> list[Fields]:
        return [one.outcome for one in some if not isinstance(one.outcome, Letter)]


def _rows(counts: Counts) -> Iterator[dict[str, Any]]:
    """The counts as rows of ``windows.figures`` are, each place once."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for (end, minute, table, keys, is_late), measures in counts.taken():
        start = _naive(minute) if end is None else _naive(end) - _WINDOW
        place = (start, table, keys, is_late)
        found[place] = _joined(found[place], measures) if place in found else measures
    for (start, table, keys, is_late), measures in found.items():
        row = {"window_start": start, "figure": table, "is_late": is_late}
        row |= {f"k{n}": key for n, key in enumerate(keys, 1)}
        yield row | dict(zip(MEASURES, measures, strict=True))


def _joined(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    made = []
    for name, mine, theirs in zip(MEASURES, one, other, strict=True):
        if mine is None or theirs is None:
            made.append(theirs if mine is None else mine)
        elif name == "value_min":
            made.append(min(mine, theirs))
        else:
            made.append(max(mine, theirs) if name == "value_max" else mine + theirs)
    return made


def _upsert(cursor: Any, feed: str, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    columns = ["window_start", "feed", *(key.name for key in table.keys), *table.figures]
    sources = ["window_start", "feed", *(f"k{n}" for n in range(1, len(table.keys) + 1))]
    sources += table.figures.values()
    own = [row | {"feed": feed} for row in rows if row["figure"] == table.name]
    cursor.executemany(
        f"REPLACE INTO {table.name} ({', '.join(columns)})"
        f" VALUES ({', '.join(f'%({source})s' for source in sources)})",
        own,
    )


def _naive(microseconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
