"""The figures counted again from the lines, and held against those that are stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Config, Feed
from millrace.io import kafka, mysql, receipt, reference_data
from millrace.io.mysql.snapshot import Key, Measures, Snapshot, snapshot
from millrace.proof.counted_lines import CountedLines, counted_lines
from millrace.proof.figures import Compared, Recounted, Unequal, by_window
from millrace.proof.forgotten import gone_past, is_gapless
from millrace.proof.vouched import MOST_EMPTY, Vouched, moment_of
from millrace.records.completeness import closed_until
from millrace.records.ledger import OffsetRange
from millrace.records.tables import FIGURES_VERSION, WINDOW_S
from millrace.transform import stage
from millrace.windows.figures import figures

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Recount:
    """What a recount found; ``since`` is the first window's earliest start, None for all.

    Windows that end by ``closed_until`` are closed: `aggregate` writes them no more. Those that
    start before ``first_complete_window`` lack lines that are nowhere any more.
    """

    compared: Compared
    counted: list[OffsetRange]
    lines: int
    since: datetime | None
    closed_until: datetime | None
    first_complete_window: datetime | None = None


def recount(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    since: datetime | None,
    on_progress: Callable[[datetime], None] = lambda hour: None,
) -> Recount:
    """Counts what `aggregate` has committed again, and compares; ``since`` is in UTC.

    The ledger and the figures are those of one moment, so it may run beside the job. Memory holds
    an hour of figures at a time.
    """
    query = f"aggregate-{feed.name}"
    mysql.prepare(conf.mysql)  # Where no `aggregate` has ever run, there is nothing to read.
    topic = kafka.topic(conf.kafka, feed.topic)
    past = gone_past(spark, conf, feed, topic).get("aggregate", [])
    with snapshot(conf.mysql) as stored:
        counted = stored.counted(query)
        if not counted:
            return Recount(Compared(), [], 0, since, None)
        in_kafka = kafka.offsets(conf.kafka, topic)
        gapless = is_gapless(conf, past, counted, in_kafka)
        moment = moment_of(spark, conf, feed, topic, stored, in_kafka, is_gapless=gapless)
        lines = counted_lines(spark, conf, feed, counted)
        start = max((time for time in (since, lines.first_complete_window) if time), default=None)
        compared = Compared(_from_window(stored.counted_alike_since(query), feed))
        newest = stored.newest(feed)
        closed = closed_until(newest, feed.max_lateness_s) if newest else None
        version_of = partial(_version, compared.alike_from, stored.earliest_version(query))
        empty_from = _empty_from(lines.earliest_received_at, start, closed)
        vouched = Vouched(conf.mysql, feed, moment, empty_from, closed or datetime.min, version_of)
        found = _windows(conf, feed, lines, start)
        for window, unequal in _compared(compared, stored, feed, start, found, on_progress):
            vouched.add(window, unequal)
        vouched.end()
        return Recount(compared, counted, lines.lines, start, closed, lines.first_complete_window)


def figures_of(conf: Config, feed: Feed, lines: DataFrame, *, late_apart: bool) -> DataFrame:
    """The figures of lines by the functions of `aggregate`."""
    spec = reference_data.spec(conf, feed, *mysql.key_names(conf.mysql, feed))
    counts = lines.transform(stage.to_counts, spec, feed.max_lateness_s, late_apart=late_apart)
    return figures(counts, feed.max_lateness_s, late_apart=late_apart)


def _windows(
    conf: Config, feed: Feed, lines: CountedLines, start: datetime | None
) -> Iterator[tuple[datetime, dict[Key, Recounted]]]:
    """The figures of each window from ``start`` on, in order, counted again."""
    figures = figures_of(conf, feed, _received_since(lines, start, feed), late_apart=True)
    if start:
        figures = figures.where(F.col("window_start") >= F.lit(start))
    rows = figures.orderBy("window_start").toLocalIterator(prefetchPartitions=True)
    return by_window(
        {**row.asDict(), "window_start": row["window_start"].replace(tzinfo=None)} for row in rows
    )


def _received_since(lines: CountedLines, start: datetime | None, feed: Feed) -> DataFrame:
    """Those lines that may lie in windows from ``start``: no line is dated far ahead of receipt."""
    if start is None:
        return lines.rows
    earliest = start - timedelta(seconds=feed.max_future_skew_s)
    return lines.rows.where(receipt.stored(F.col("timestamp")) >= F.lit(earliest))


def _from_window(alike_since: datetime | None, feed: Feed) -> datetime | None:
    """From which start on windows have only lines that were counted by this version.

    Lines that came before may be dated as far ahead of that as a feed allows.
    """
    if alike_since is None or alike_since == datetime.max:
        return alike_since
    return alike_since + timedelta(seconds=feed.max_future_skew_s)


def _version(alike_from: datetime | None, earliest: int, start: datetime) -> int:
    """The earliest version of the figures that may have counted the window."""
    return earliest if alike_from and start < alike_from else FIGURES_VERSION


def _empty_from(earliest: datetime, start: datetime | None, closed: datetime | None) -> datetime:
    """From which window on a minute without a row is one in which no line came.

    Bounded, as a producer may date the first record.
    """
    first = _naive(earliest).replace(second=0, microsecond=0)
    if start:
        seconds = -(-start.timestamp() // WINDOW_S) * WINDOW_S
        first = max(first, _naive(datetime.fromtimestamp(seconds, UTC)))
    return max(first, closed - MOST_EMPTY) if closed else first


def _compared(
    compared: Compared,
    stored: Snapshot,
    feed: Feed,
    start: datetime | None,
    recounted: Iterator[tuple[datetime, dict[Key, Recounted]]],
    on_progress: Callable[[datetime], None],
) -> Iterator[tuple[datetime, Unequal]]:
    """Holds stored and recounted windows against each other, in their order."""
    first = _naive(start) if start else None
    hours = iter(stored.hours(feed, first))
    hour = next(hours, None)
    window = next(recounted, None)
    while hour or window:
        at = min(time for time in (hour, _hour_of(window)) if time)
        on_progress(at)
        own = _of_hour(stored, feed, at, first) if hour == at else {}
        hour = next(hours, None) if hour == at else hour
        by_start: dict[datetime, dict[Key, Recounted]] = {}
        while window and _hour_of(window) == at:
            by_start[window[0]] = window[1]
            window = next(recounted, None)
        for window_start in sorted({*own, *by_start}):
            stored_rows, rows = own.get(window_start, {}), by_start.get(window_start, {})
            yield window_start, compared.of_window(window_start, stored_rows, rows)


def _of_hour(
    stored: Snapshot, feed: Feed, hour: datetime, first: datetime | None
) -> dict[datetime, dict[Key, Measures]]:
    by_window: dict[datetime, dict[Key, Measures]] = {}
    for key, measures in stored.figures(feed, max(hour, first or hour), hour + _HOUR).items():
        by_window.setdefault(key[1], {})[key] = measures
    return by_window


def _hour_of(window: tuple[datetime, Any] | None) -> datetime | None:
    return window[0].replace(minute=0) if window else None


def _naive(time: datetime) -> datetime:
    """A time as the database has it: UTC, without a zone."""
    return time.astimezone(UTC).replace(tzinfo=None)
