"""The figures counted again from the lines, and held against those that are stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Config, Feed
from millrace.io import mysql, receipt, reference_data
from millrace.io.mysql.snapshot import Key, Measures, Snapshot, snapshot
from millrace.proof.counted_lines import CountedLines, counted_lines
from millrace.proof.figures import Compared, Recounted, by_window
from millrace.records.ledger import OffsetRange
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
    mysql.prepare(conf.mysql)  # Where no `aggregate` has ever run, there is nothing to read.
    with snapshot(conf.mysql) as stored:
        counted = stored.counted(f"aggregate-{feed.name}")
        if not counted:
            return Recount(Compared(), [], 0, since, None)
        lines = counted_lines(spark, conf, feed, counted)
        start = max((time for time in (since, lines.first_complete_window) if time), default=None)
        figures = figures_of(conf, feed, _received_since(lines, start, feed), late_apart=True)
        if start:
            figures = figures.where(F.col("window_start") >= F.lit(start))
        rows = figures.orderBy("window_start").toLocalIterator(prefetchPartitions=True)
        found = by_window({**row.asDict(), "window_start": _naive(row)} for row in rows)
        alike_since = stored.counted_alike_since(f"aggregate-{feed.name}")
        compared = Compared(alike_from=_from_window(alike_since, feed))
        _compare(compared, stored, feed, start, found, on_progress)
        newest = stored.newest(feed)
        closed = closed_until(newest, feed) if newest else None
        return Recount(compared, counted, lines.lines, start, closed, lines.first_complete_window)


def closed_until(newest: datetime, feed: Feed) -> datetime:
    """Until when windows have ended that the job writes no more, by its newest window's end."""
    return newest - timedelta(seconds=feed.max_lateness_s)


def figures_of(conf: Config, feed: Feed, lines: DataFrame, *, late_apart: bool) -> DataFrame:
    """The figures of lines by the functions of `aggregate`."""
    spec = reference_data.spec(conf, feed, *mysql.key_names(conf.mysql, feed))
    counts = lines.transform(stage.to_counts, spec, feed.max_lateness_s, late_apart=late_apart)
    return figures(counts, feed.max_lateness_s, late_apart=late_apart)


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


def _compare(
    compared: Compared,
    stored: Snapshot,
    feed: Feed,
    start: datetime | None,
    recounted: Iterator[tuple[datetime, dict[Key, Recounted]]],
    on_progress: Callable[[datetime], None],
) -> None:
    first = start.astimezone(UTC).replace(tzinfo=None) if start else None
    hours = iter(stored.hours(feed, first))
    hour = next(hours, None)
    window = next(recounted, None)
    while hour or window:
        at = min(time for time in (hour, _hour_of(window)) if time)
        on_progress(at)
        own = _of_hour(stored, feed, at, first) if hour == at else {}
        hour = next(hours, None) if hour == at else hour
        while window and _hour_of(window) == at:
            compared.of_window(window[0], own.pop(window[0], {}), window[1])
            window = next(recounted, None)
        for start_of_window in sorted(own):
            compared.of_window(start_of_window, own[start_of_window], {})


def _of_hour(
    stored: Snapshot, feed: Feed, hour: datetime, first: datetime | None
) -> dict[datetime, dict[Key, Measures]]:
    by_window: dict[datetime, dict[Key, Measures]] = {}
    for key, measures in stored.figures(feed, max(hour, first or hour), hour + _HOUR).items():
        by_window.setdefault(key[1], {})[key] = measures
    return by_window


def _hour_of(window: tuple[datetime, Any] | None) -> datetime | None:
    return window[0].replace(minute=0) if window else None


def _naive(row: Any) -> datetime:
    """A window's start as the database has it: UTC, without a zone."""
    start: datetime = row["window_start"]
    return start.replace(tzinfo=None)
