"""Windows computed again from the archive, and put in place of what is stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace.config import Config, Feed
from millrace.io import delta, kafka, mysql, receipt, reference_data
from millrace.io.mysql.revision import revised
from millrace.io.mysql.snapshot import snapshot
from millrace.proof.forgotten import gone_past, is_gapless
from millrace.proof.recount import figures_of
from millrace.proof.vouched import moment_of
from millrace.records.completeness import closed_until, first_complete_window
from millrace.records.ledger import OffsetRange
from millrace.records.ranges import size, without
from millrace.records.tables import WINDOW_S

_WINDOW = timedelta(seconds=WINDOW_S)


@dataclass(frozen=True)
class Revision:
    """Windows that were computed again, and those that were refused, each with the reason."""

    windows: list[datetime]
    refused: dict[datetime, str]
    rows: int = 0


def revise(
    spark: SparkSession, conf: Config, feed: Feed, windows: Collection[datetime]
) -> Revision:
    """Computes the windows (starts, UTC, without a zone) again and replaces their rows.

    A window must be closed, so that `aggregate` writes it no more, and all its lines must be in
    the archive; others are refused. Lines count that `aggregate` has read, late ones included.
    """
    query = f"aggregate-{feed.name}"
    topic = kafka.topic(conf.kafka, feed.topic)
    past = gone_past(spark, conf, feed, topic).get("aggregate", [])
    mysql.prepare(conf.mysql)
    with snapshot(conf.mysql) as stored:
        counted, newest = stored.counted(query), stored.newest(feed)
        in_kafka = kafka.offsets(conf.kafka, topic)
        gapless = is_gapless(conf, past, counted, in_kafka)
        moment = moment_of(spark, conf, feed, topic, stored, in_kafka, is_gapless=gapless)
    if counted and not gapless:
        # Computed from fewer lines than the figures were, they would lose the others.
        reason = "the ledger misses lines: run ./spark-submit.sh aggregate --from archive instead"
        return Revision([], dict.fromkeys(windows, reason))
    refused = _refused(spark, conf, feed, windows, counted, newest)
    chosen = sorted(set(windows) - refused.keys())
    if not chosen:
        return Revision([], refused)
    lines = delta.lines(spark, conf.storage.archive, feed).where(delta.among(counted))
    figures = figures_of(conf, feed, _near(lines, feed, chosen), late_apart=False)
    of_windows = figures.where(F.col("window_start").isin(*(_aware(start) for start in chosen)))
    rates = reference_data.rules(conf.detection.rules).rates
    rows = revised(conf.mysql, feed, of_windows, chosen, rates, moment)
    return Revision(chosen, refused, rows)


def _refused(
    spark: SparkSession,
    conf: Config,
    feed: Feed,
    windows: Collection[datetime],
    counted: Sequence[OffsetRange],
    newest: datetime | None,
) -> dict[datetime, str]:
    if not counted or newest is None:
        return dict.fromkeys(windows, "no figures are stored for this feed")
    archived = delta.available(spark, conf.storage.archive, feed)
    if not archived:
        return dict.fromkeys(windows, "the archive has no lines of this feed")
    closed = closed_until(newest, feed.max_lateness_s)
    first = _naive(
        first_complete_window(archived, counted, max_future_skew_s=feed.max_future_skew_s)
    )
    behind = size(without(_ends(counted), [partition.offsets for partition in archived]))
    refused = {}
    for start in windows:
        if start + _WINDOW > closed:
            refused[start] = (
                "it is still open; it closes once a line is counted that is dated"
                f" {start + _WINDOW + (newest - closed):%Y-%m-%d %H:%M} or later"
            )
        elif first and start < first:
            refused[start] = f"the archive does not have all its lines, only those from {first} on"
        elif behind:
            refused[start] = (
                "the archive lacks lines that the figures include: run"
                " ./spark-submit.sh archive --until-caught-up first"
            )
    return refused


def _ends(counted: Sequence[OffsetRange]) -> list[OffsetRange]:
    """The last offset counted of each partition."""
    return [replace(offsets, from_offset=offsets.until_offset - 1) for offsets in counted]


def _near(lines: DataFrame, feed: Feed, windows: Sequence[datetime]) -> DataFrame:
    """The lines that may lie in the windows: none is dated far ahead of its receipt."""
    earliest = _aware(windows[0]) - timedelta(seconds=feed.max_future_skew_s)
    return lines.where(
        (F.col("date") >= F.lit(earliest.date()))
        & (receipt.stored(F.col("timestamp")) >= F.lit(earliest))
    )


def _aware(start: datetime) -> datetime:
    return start.replace(tzinfo=UTC)


def _naive(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC).replace(tzinfo=None) if time else None
