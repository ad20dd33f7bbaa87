"""Shares of a batch that should make somebody look: dead letters, messages without a template."""

import logging
from collections.abc import Callable

from pyspark.sql import DataFrame

from millrace.config import Feed
from millrace.errors import JobError
from millrace.observe import metrics
from millrace.records.ledger import Batch, Written
from millrace.stream import Write

_log = logging.getLogger(__name__)


def watched(
    write: Callable[[DataFrame, Batch], Written],
    feed: Feed,
    max_unmatched_ratio: float | None,
) -> Write:
    """``write``, followed by a look at what it wrote: metrics, and a warning above a limit.

    ``max_unmatched_ratio`` is None where the feed has no templates.

    Raises JobError where the feed is to stop above ``max_dead_ratio``: the batch is stored, but
    not committed, so that it comes again at the next start.
    """
    said_to_mine = False

    def write_and_look(rows: DataFrame, batch: Batch) -> None:
        nonlocal said_to_mine
        written = write(rows, batch)
        _count(written, batch)
        if written.dead_ratio > feed.max_dead_ratio:
            _exceeded(written, batch, feed)
        unmatched, limit = written.unmatched_ratio, max_unmatched_ratio
        if limit is not None and unmatched is not None and unmatched > limit and not said_to_mine:
            said_to_mine = True
            _log.warning(
                "%s: %.0f %% of the messages match no template: mine again, by"
                " `millrace templates mine --feed %s`",
                batch.key,
                100 * unmatched,
                feed.name,
            )

    return write_and_look


def _count(written: Written, batch: Batch) -> None:
    labels = metrics.of(batch.query)
    metrics.LINES.labels(*labels, "record").inc(written.rows_in - written.rows_dead)
    metrics.LINES.labels(*labels, "dead_letter").inc(written.rows_dead)
    for reason, count in written.reasons.items():
        metrics.DEAD_LETTERS.labels(*labels, reason).inc(count)
    for severity, count in written.anomalies.items():
        metrics.ANOMALIES.labels(*labels, severity).inc(count)
    metrics.DEAD_RATIO.labels(*labels).set(written.dead_ratio)
    if written.unmatched_ratio is not None:
        metrics.UNMATCHED_RATIO.labels(*labels).set(written.unmatched_ratio)


def _exceeded(written: Written, batch: Batch, feed: Feed) -> None:
    metrics.DEAD_RATIO_EXCEEDED.labels(*metrics.of(batch.query)).inc()
    by_count = sorted(written.reasons.items(), key=lambda item: -item[1])
    reasons = ", ".join(f"{reason} {count}" for reason, count in by_count)
    message = (
        f"{batch.key}: {written.rows_dead} of {written.rows_in} lines are dead letters,"
        f" more than max_dead_ratio {feed.max_dead_ratio:g}: {reasons}"
    )
    if feed.stop_above_max_dead_ratio:
        raise JobError(message)
    _log.warning(message)
