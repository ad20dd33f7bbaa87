"""What is counted of a batch in the same pass that stores its records."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from millrace.config import Feed
from millrace.io import receipt
from millrace.io.mongo.client import Document
from millrace.io.mongo.rows import letter, longest_letter
from millrace.records import dead_letters, received
from millrace.records.ledger import Batch, OffsetRange, Received
from millrace.records.write_result import WriteResult


def observed(
    feed: Feed,
    ranges: Sequence[OffsetRange],
    severities: Sequence[str],
    *,
    has_templates: bool,
) -> Iterator[Column]:
    """The aggregates that a batch's rows are observed by, and the letters that they carry."""
    yield F.count_if(F.coalesce("kafka.part", F.lit(0)) == 0).alias("rows_in")
    yield F.count(F.lit(1)).alias("parts_in")
    yield F.collect_list(F.when(F.col("is_carried"), letter(feed.name))).alias("carried")
    yield longest_letter()
    for reason in dead_letters.REASONS:
        yield F.count_if(F.col("reason") == reason).alias(f"reason_{reason}")
    if has_templates:
        has_message = F.col("reason").isNull() & F.col("message").isNotNull()
        yield F.count_if(has_message).alias("messages")
        yield F.count_if(has_message & F.col("template_id").isNull()).alias("unmatched")
    if severities:
        anomaly = F.col("anomaly")
        yield F.count_if(anomaly.isNotNull()).alias("anomalies")
        for severity in severities:
            yield F.count_if(anomaly["severity"] == severity).alias(f"severity_{severity}")
    is_plausible = receipt.plausible(F.col("received_at"))
    yield F.count_if(~is_plausible).alias("misdated")
    for offsets in ranges:
        is_own = is_plausible & (F.col("kafka.partition") == offsets.partition)
        milliseconds = F.when(is_own, F.unix_millis("received_at"))
        yield F.min(milliseconds).alias(f"earliest_{offsets.partition}")
        yield F.max(milliseconds).alias(f"latest_{offsets.partition}")


def result(counts: Document, severities: Sequence[str]) -> WriteResult:
    """The batch's counts."""
    reasons = {reason: counts[f"reason_{reason}"] for reason in dead_letters.REASONS}
    return WriteResult(
        counts["rows_in"],
        counts["parts_in"],
        {reason: count for reason, count in reasons.items() if count},
        counts.get("messages", 0),
        counts.get("unmatched", 0),
        _anomalies(counts, severities),
    )


def _anomalies(counts: Document, severities: Sequence[str]) -> dict[str, int]:
    """Records by severity; ``-`` are those whose score is below the lowest one."""
    named = {severity: counts[f"severity_{severity}"] for severity in severities}
    unnamed = counts.get("anomalies", 0) - sum(named.values())
    return {name: count for name, count in {**named, "-": unnamed}.items() if count}


def times(counts: Document, batch: Batch) -> dict[int, Received]:
    """When the lines of each partition of the batch were received."""
    return {
        r.partition: Received(
            _instant(counts.get(f"earliest_{r.partition}")),
            _instant(counts.get(f"latest_{r.partition}")),
        )
        for r in batch.ranges
    }


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else received.received_at(milliseconds)
