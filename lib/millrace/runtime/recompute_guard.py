"""What a run of ``aggregate`` must leave alone, so that a lost checkpoint harms no figure."""

import logging
from datetime import datetime

from pyspark.sql import SparkSession

from millrace.config import Config, Feed
from millrace.errors import JobError
from millrace.io import delta, kafka, mysql
from millrace.io.checkpoint import Checkpoint
from millrace.records.completeness import first_complete_window
from millrace.records.ledger import OffsetRange, StoredFigures
from millrace.runtime.flow import KafkaSource, Run

_log = logging.getLogger(__name__)


def stored_figures(run: Run) -> StoredFigures:
    """What the figures that are stored ask of a run of ``aggregate``.

    Of an archive counts what it held at the version that is read. Raises JobError where nothing
    could be written without making a figure smaller.
    """
    source = run.source
    if isinstance(source, KafkaSource):
        return _of_topic(run.conf, run.feed, run.query, source.topic, source.checkpoint)
    return _of_archive(run.spark, run.conf, run.feed, run.query, source.version)


def _of_topic(
    conf: Config, feed: Feed, query: str, topic: kafka.Topic, checkpoint: Checkpoint
) -> StoredFigures:
    """What a stream over ``topic`` must not recompute.

    Judged once, when the checkpoint is new, against what Kafka has then; noted beside it.
    """
    counted = mysql.counted_offsets(conf.mysql, query, excluding=checkpoint.id)
    note = checkpoint.note()
    if "floor" not in note:
        starts = checkpoint.starts()
        available = kafka.available(conf.kafka, topic, starts) if counted else []
        start = first_complete_window(available, counted, max_future_skew_s=feed.max_future_skew_s)
        checkpoint.write_note(note | {"floor": start.isoformat() if start else None})
        note = checkpoint.note()
        if counted:
            _say(query, "Kafka", note["floor"])
    return StoredFigures(tuple(counted), _instant(note["floor"]))


def _of_archive(
    spark: SparkSession, conf: Config, feed: Feed, query: str, version: int
) -> StoredFigures:
    """What a recomputation from the archive must not overwrite.

    Raises JobError where the archive ends before the lines that the figures already hold.
    """
    batches = mysql.batches(conf.mysql, query)
    archived = delta.available(spark, conf.storage.archive, feed, version)
    counted = mysql.counted_offsets(conf.mysql, query, excluding=None)
    for offsets in counted:
        _require_reached(query, [a.offsets for a in archived], offsets)
    start = first_complete_window(archived, counted, max_future_skew_s=feed.max_future_skew_s)
    if counted:
        _say(query, "the archive", start.isoformat() if start else None)
    return StoredFigures(first_complete_window=start, batches=batches)


def _require_reached(query: str, archived: list[OffsetRange], counted: OffsetRange) -> None:
    same_topic = [offsets for offsets in archived if offsets.topic_id == counted.topic_id]
    if not same_topic:
        return  # An earlier topic of that name: the first_complete_window keeps its windows.
    until = max((a.until_offset for a in same_topic if a.partition == counted.partition), default=0)
    if until < counted.until_offset:
        raise JobError(
            f"{query}: the archive of partition {counted.partition} ends at offset {until}, but "
            f"the stored figures include lines up to {counted.until_offset}: run "
            "./spark-submit.sh archive --until-caught-up first"
        )


def _say(query: str, source: str, start: str | None) -> None:
    if start is None:
        _log.info("%s: %s has every line that the stored figures include", query, source)
    else:
        _log.warning(
            "%s: %s no longer has every line that the stored figures include; windows that "
            "start before %s are not changed",
            query,
            source,
            start,
        )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
