"""The warehouse held against the archive and the figures: is each line loaded once, to the cent?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from millrace.config import Config, Feed, Warehouse
from millrace.io import delta, receipt, warehouse
from millrace.io.mysql import shop_minutes
from millrace.io.warehouse import counts, ledger
from millrace.io.warehouse.client import Connection
from millrace.io.warehouse.counts import Hour
from millrace.records.ledger import OffsetRange
from millrace.records.ranges import without
from millrace.records.reconciliations import ALL, Advice, Fault
from millrace.records.shop_minute import ShopMinute
from millrace.records.warehouse import BI, EVENTS, Table


@dataclass(frozen=True)
class DifferingHour:
    """An hour of receipt: archived records, those that batches read, rows expected and found."""

    hour_at: datetime
    archived: int
    read: int
    expected_rows: int
    rows: int | None


@dataclass(frozen=True)
class DifferingMinute:
    """A minute whose events are not what the figures say of it."""

    window_start: datetime
    figures: ShopMinute
    loaded: ShopMinute


@dataclass(frozen=True)
class FeedVerdict:
    """Whether what was loaded of a feed is what the archive and the figures have.

    ``minutes`` is how many were compared, None of a feed that is no shop; ``lag`` how many
    archived lines are not loaded yet.
    """

    feed: str
    lines: int
    hours: list[DifferingHour] = field(default_factory=list)
    minutes: int | None = None
    differing: list[DifferingMinute] = field(default_factory=list)
    lag: int = 0

    @property
    def holds(self) -> bool:
        """Whether all that was compared is equal."""
        return not self.hours and not self.differing

    @property
    def faults(self) -> dict[Fault, int]:
        """How much is wrong: lines that are missing or doubled, minutes that differ."""
        read = [hour.archived - hour.read for hour in self.hours]
        rows = [hour.expected_rows - hour.rows for hour in self.hours if hour.rows is not None]
        return {
            "missing": sum(n for n in (*read, *rows) if n > 0),
            "doubled": -sum(n for n in (*read, *rows) if n < 0),
            "differing": len(self.differing),
        }


def reconcile(
    spark: SparkSession, conf: Config, own: Warehouse, feed: Feed, table: Table, since: datetime
) -> FeedVerdict:
    """Compares what was loaded of a feed, received or dated from the hour of ``since`` on.

    Jobs may run meanwhile: what is compared is what the ledger had when the comparison began.
    """
    start = since.replace(minute=0, second=0, microsecond=0)
    figures, counted = shop_minutes.proven(conf.mysql, feed, start) if table == EVENTS else ({}, [])
    with warehouse.connection(own) as opened:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        taken = ledger.taken_in(opened, feed.name)
        read = counts.hours(opened, feed.name, start)
        rows = counts.rows_by_hour(opened, table, feed.name, start)
        until = _comparable_until(opened, feed, without(counted, taken))
        loaded = counts.minutes(opened, feed.name, counted, start) if figures else {}
    archived, lag = _archived(spark, conf, feed, taken, start)
    compared = {at: one for at, one in figures.items() if until is None or at < until}
    return FeedVerdict(
        feed.name,
        sum(archived.values()),
        differing_hours(archived, read, rows),
        len(compared) if table == EVENTS else None,
        [
            DifferingMinute(at, one, loaded.get(at, ShopMinute()))
            for at, one in sorted(compared.items())
            if loaded.get(at, ShopMinute()) != one
        ],
        lag,
    )


def differing_hours(
    archived: Mapping[datetime, int],
    read: Mapping[datetime, Hour],
    rows: Mapping[datetime, int] | None,
) -> list[DifferingHour]:
    """The hours in which batches did not read what is archived, or rows are not what they read."""
    found = []
    for at in sorted({*archived, *read, *(rows or ())}):
        told = read.get(at, Hour(0, 0))
        there = None if rows is None else rows.get(at, 0)
        if archived.get(at, 0) != told.records or there not in (None, told.lines):
            found.append(DifferingHour(at, archived.get(at, 0), told.records, told.lines, there))
    return found


def advice(fault: Fault) -> Advice:
    """What mends a fault of the warehouse."""
    if fault == "misjoined":
        return Advice.to_run((fault,), "millrace warehouse build --full-refresh")
    if fault == "differing":
        told = "run millrace reconcile first: it says whether the figures are those of their lines"
        return Advice((fault,), told, "millrace reconcile")
    return Advice((fault,), "load the warehouse anew: docs/warehouse.md#load-it-anew")


def misjoined(own: Warehouse) -> Mapping[str, int] | None:
    """How many facts do not join the one version of their product; None where there are none yet.

    Raises what ``warehouse.connection`` raises.
    """
    with warehouse.connection(own, BI) as opened:
        return counts.misjoined(opened) if counts.has_facts(opened) else None


def _comparable_until(
    opened: Connection, feed: Feed, missing: list[OffsetRange]
) -> datetime | None:
    """The minutes before which all counted lines are loaded; None where they are all loaded.

    Those that are yet to be loaded were received later than what is loaded of their partition, and
    are late for minutes so long before that.
    """
    if not missing:
        return None
    received = counts.loaded_until(opened, missing)
    if received is None:
        return ALL.replace(tzinfo=None)
    return received.replace(tzinfo=None) - timedelta(seconds=feed.max_lateness_s)


def _archived(
    spark: SparkSession, conf: Config, feed: Feed, taken: list[OffsetRange], since: datetime
) -> tuple[dict[datetime, int], int]:
    """The records of the archive that were ``taken``, by hour of receipt; how many were not."""
    if not delta.is_prepared(spark, conf.storage.archive, feed):
        return {}, 0
    hour = F.date_trunc("hour", receipt.stored(F.col("timestamp")))
    rows = (
        delta.lines(spark, conf.storage.archive, feed)
        .where((F.col("date") >= F.lit(since.date())) | F.lit(since <= ALL))
        .groupBy(hour.alias("hour_at"), delta.among(taken).alias("is_taken"))
        .count()
        .where(F.col("hour_at") >= F.lit(since))
        .select(F.unix_seconds("hour_at").alias("at"), "is_taken", "count")
        .collect()
    )
    by_hour = {ALL + timedelta(seconds=row["at"]): row["count"] for row in rows if row["is_taken"]}
    return by_hour, sum(row["count"] for row in rows if not row["is_taken"])
