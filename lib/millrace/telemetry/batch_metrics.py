"""The metrics of a batch that was written, all set here."""

from millrace.records.ledger import Batch
from millrace.records.write_result import WriteResult
from millrace.telemetry import metrics


def record(
    batch: Batch, result: WriteResult, *, sink: str, took_s: float, max_dead_ratio: float
) -> None:
    """Counts a batch that took ``took_s`` seconds to be read, parsed and stored in ``sink``."""
    labels = metrics.of(batch.query)
    metrics.WRITE_SECONDS.labels(*labels, sink).observe(took_s)
    metrics.INPUT_LINES.labels(*labels).inc(batch.lines)
    metrics.PROCESSED_RATE.labels(*labels).set(batch.lines / took_s)
    if result.late_lines is not None:
        metrics.LATE_LINES.labels(*labels).inc(result.late_lines)
    if result.commit_to_store_s is not None:
        metrics.CHANGE_SECONDS.labels(*labels).observe(result.commit_to_store_s)
    if result.parts_in is None:
        return
    metrics.LINES.labels(*labels, "record").inc(result.parts_in - result.rows_dead)
    metrics.LINES.labels(*labels, "dead_letter").inc(result.rows_dead)
    for reason, count in result.reasons.items():
        metrics.DEAD_LETTERS.labels(*labels, reason).inc(count)
    for severity, count in result.anomalies.items():
        metrics.ANOMALIES.labels(*labels, severity).inc(count)
    metrics.DEAD_RATIO.labels(*labels).set(result.dead_ratio)
    if result.dead_ratio > max_dead_ratio:
        metrics.DEAD_RATIO_EXCEEDED.labels(*labels).inc()
    if result.unmatched_ratio is not None:
        metrics.UNMATCHED_RATIO.labels(*labels).set(result.unmatched_ratio)
