"""What is told of each batch that was written: its metrics, and its data-quality checks."""

import logging

from millrace.config import Feed
from millrace.errors import JobError
from millrace.records.ledger import Batch
from millrace.records.write_result import WriteResult
from millrace.telemetry import batch_metrics

_log = logging.getLogger(__name__)


class Quality:
    """Warns of a feed's batches above a limit: dead letters, unmatched messages, late lines."""

    def __init__(self, feed: Feed, max_unmatched_ratio: float) -> None:
        self._feed = feed
        self._max_unmatched_ratio = max_unmatched_ratio
        self._is_told_to_mine = False

    def report(self, batch: Batch, result: WriteResult, *, sink: str, took_s: float) -> None:
        """Sets the metrics of a batch that was written, and warns of each limit that it exceeds.

        Raises JobError where the feed is to stop above ``max_dead_ratio``: the batch is stored, but
        not committed, so that it comes again at the next start.
        """
        limit = self._feed.max_dead_ratio
        batch_metrics.record(batch, result, sink=sink, took_s=took_s, max_dead_ratio=limit)
        self._check_late(batch, result)
        self._check_unmatched(batch, result)
        if result.dead_ratio > limit:
            message = self._dead(batch, result)
            if self._feed.stop_above_max_dead_ratio:
                raise JobError(message)
            _log.warning(message)

    def _check_late(self, batch: Batch, result: WriteResult) -> None:
        if result.late_lines:
            late, limit = result.late_lines, self._feed.max_lateness_s
            _log.warning("%s: %d lines arrived more than %d s late", batch.key, late, limit)

    def _check_unmatched(self, batch: Batch, result: WriteResult) -> None:
        unmatched = result.unmatched_ratio or 0
        if unmatched > self._max_unmatched_ratio and not self._is_told_to_mine:
            self._is_told_to_mine = True
            _log.warning(
                "%s: %.0f %% of the messages match no template: mine again with"
                " `millrace templates mine --feed %s`",
                batch.key,
                100 * unmatched,
                self._feed.name,
            )

    def _dead(self, batch: Batch, result: WriteResult) -> str:
        by_count = sorted(result.reasons.items(), key=lambda item: -item[1])
        reasons = ", ".join(f"{reason} {count}" for reason, count in by_count)
        return (
            f"{batch.key}: {result.rows_dead} of {result.parts_in} lines are dead letters,"
            f" more than max_dead_ratio {self._feed.max_dead_ratio:g}: {reasons}"
        )
