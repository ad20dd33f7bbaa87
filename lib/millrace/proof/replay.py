"""Lines that were received once, parsed again with today's parser, rules and templates.

They come to a shadow first, which is held against what is stored. The same lines can be replayed as
often as one likes, and a promotion that was cut off is finished by the next.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce

from pymysql.err import MySQLError
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Config, ConfigurationError, Feed, UnreachableError
from millrace.errors import one_line
from millrace.io import delta, kafka, mongo, receipt, reference_data, route_names
from millrace.io.delta import log as delta_log
from millrace.io.kafka import batch
from millrace.io.mongo import shadow
from millrace.io.mysql import reconciled
from millrace.proof import diff
from millrace.proof.diff import Document, Found, Tally
from millrace.records.ledger import OffsetRange
from millrace.records.ranges import without
from millrace.records.reconciled import runs
from millrace.transform import stage

_log = logging.getLogger(__name__)
_PORTION = 1_000
_PORTION_CHARACTERS = 8_000_000

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Replayed:
    """The result of a replay: lines, dead letters among them, and the differences."""

    lines: int
    letters: int
    tally: Tally


def replay(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    start: datetime,
    until: datetime,
    *,
    promote: bool = False,
    on_progress: OnProgress = lambda compared, lines: None,
) -> Replayed:
    """Parses the feed's lines received in [start, until) again and compares them with what stands.

    Times count in whole milliseconds, as Kafka's do. Today's outcome is left in the shadow; one
    replay of a feed at a time. With ``promote`` each difference is written in place of what is
    stored, and the shadow is removed in the end. Routes that are met for the first time are
    registered either way, or what is shown would not be what is promoted. ``on_progress`` is told
    how many of how many lines are compared. Raises ConfigurationError where a file, a server or a
    topic is not as configured.
    """
    start, until = _whole_ms(start), _whole_ms(until)
    mongo.prepare(conf.mongo, feed)  # The register of routes is one of what it makes.
    spec = reference_data.spec(conf, feed, *route_names.of_documents(conf, feed))
    lines = received_lines(spark, conf, feed, start, until)
    shadow.empty(conf.mongo, feed)
    counted = shadow.write(conf.mongo, feed, lines.transform(stage.to_records, spec))
    on_progress(0, counted.lines)

    tally = _compared(conf, feed, start, until, promote, lambda n: on_progress(n, counted.lines))
    if promote:
        shadow.drop(conf.mongo, feed)
    return Replayed(counted.lines, counted.letters, tally)


def received_lines(
    spark: SparkSession, conf: Config, feed: Feed, start: datetime, until: datetime
) -> DataFrame:
    """The feed's lines received in [start, until), each once: the columns of ``stream.lines``.

    What is archived comes from the archive, lines of earlier topics of that name included; Kafka
    gives what it has beyond that. Raises ConfigurationError where there is neither, or the broker
    does not answer.
    """
    archived = _archived(spark, conf, feed, start, until)
    recorded = _recorded(spark, conf, feed, start, until, archived)
    sources = [lines for lines in (archived, recorded) if lines is not None]
    return reduce(DataFrame.unionByName, sources).where(_received(start, until))


def _whole_ms(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _received(start: datetime, until: datetime) -> Column:
    received_at = receipt.stored(F.col("timestamp"))
    ends = received_at < F.lit(until)
    # Those without a timestamp have ids from before all time.
    return ends if start.timestamp() <= 0 else ends & (received_at >= F.lit(start))


def _archived(
    spark: SparkSession, conf: Config, feed: Feed, start: datetime, until: datetime
) -> DataFrame | None:
    """The archived lines of the days in question, as of now, whatever is archived meanwhile."""
    archive = conf.storage.archive
    _, version = delta_log.newest(spark, archive, feed) or (None, None)
    if version is None or not delta.exists(spark, archive, feed, version):
        return None
    days = F.col("date") <= F.to_date(F.lit(until))
    if start.timestamp() > 0:
        days &= F.col("date") >= F.to_date(F.lit(start))
    return delta.lines(spark, archive, feed, version).where(days).drop("date")


def _recorded(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    start: datetime,
    until: datetime,
    archived: DataFrame | None,
) -> DataFrame | None:
    """What Kafka has beyond ``archived``; None where there is no topic, but an archive of one."""
    try:
        topic = kafka.topic(conf.kafka, feed.topic)
    except UnreachableError:
        raise
    except ConfigurationError as error:
        if archived is None:
            raise
        _log.warning("%s: reading from the archive only: %s", feed.name, error)
        return None
    meant = batch.offsets_for_times(conf.kafka, topic, start, until)
    if archived is None:
        return batch.read_ranges(spark, conf.kafka, topic, meant)
    own = archived.where(F.col("topic_id") == topic.id)
    held, gaps = _held(own, topic)
    recorded = batch.read_ranges(spark, conf.kafka, topic, without(meant, held))
    if not gaps:
        return recorded
    identity = ["partition", "offset"]
    rest = recorded.join(own.select(*identity), identity, "left_anti")
    return rest.select(*recorded.columns)


def _held(archived: DataFrame, topic: kafka.Topic) -> tuple[list[OffsetRange], bool]:
    """What is archived of each partition without gaps, and whether there are others."""
    bounds = archived.groupBy("partition").agg(
        F.min("offset").alias("first"),
        F.max("offset").alias("last"),
        F.count(F.lit(1)).alias("lines"),
    )
    rows = bounds.collect()
    whole = [row for row in rows if row["lines"] == row["last"] - row["first"] + 1]
    held = [
        OffsetRange(topic.name, topic.id, row["partition"], row["first"], row["last"] + 1)
        for row in whole
    ]
    return held, len(whole) < len(rows)


def _compared(
    conf: Config,
    feed: Feed,
    start: datetime,
    until: datetime,
    promote: bool,
    on_progress: Callable[[int], None],
) -> Tally:
    """The differences between the shadow and what is stored; with ``promote`` they are written."""
    tally, portion, number = Tally(), Portion(conf, feed), 0
    sides = shadow.sides(conf.mongo, feed, start, until)
    for number, pair in enumerate(diff.merged(sides), 1):
        verdict = diff.judged(pair)
        tally.add(pair, verdict)
        if promote and verdict.outcome in diff.DIFFERENT:
            portion.add(pair)
        if portion.is_full or number % _PORTION == 0:
            portion.write()
            on_progress(number)
    portion.write()
    on_progress(number)
    return tally


@dataclass
class Portion:
    """Documents on their way from the shadow to their place.

    What `reconcile` found of their windows is deleted first: figures are of the lines as they were.
    """

    conf: Config
    feed: Feed
    records: list[Document] = field(default_factory=list)
    letters: list[Document] = field(default_factory=list)
    windows: set[datetime] = field(default_factory=set)
    characters: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to write: lines may be long."""
        count = len(self.records) + len(self.letters)
        return count >= _PORTION or self.characters >= _PORTION_CHARACTERS

    def add(self, pair: Found) -> None:
        """Takes what the line comes to today."""
        made = pair.made_record or pair.made_letter or {}
        (self.letters if pair.made_record is None else self.records).append(made)
        self.windows |= {_window(one) for one in (pair.record, pair.made_record) if one}
        self.characters += len(made.get("raw", ""))

    def write(self) -> None:
        """Writes what it holds, and is empty again."""
        self._forget()
        if self.records:
            shadow.put_records(self.conf.mongo, self.feed, self.records)
        if self.letters:
            shadow.put_letters(self.conf.mongo, self.feed, self.letters)
        self.records, self.letters, self.characters = [], [], 0

    def _forget(self) -> None:
        try:
            if self.windows:
                reconciled.forget_runs(self.conf.mysql, self.feed.name, runs(self.windows))
        except (ConfigurationError, MySQLError) as error:
            _log.warning("run reconcile once MySQL answers: %s", one_line(error))
        self.windows = set()


def _window(record: Document) -> datetime:
    """The start of the window that a record is dated in: UTC, without a zone."""
    time: datetime = record["timestamp"]
    return time.astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
