"""Streaming queries: started on a checked checkpoint, ended at the end of a batch."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from millrace.config import ConfigurationError, Kafka
from millrace.crash import crash_point
from millrace.errors import JobError, is_other_plan, is_unreadable_timestamp, one_line
from millrace.io import kafka, kafka_timestamps
from millrace.io.checkpoint import Checkpoint
from millrace.io.outage import outage
from millrace.observe import logs, metrics
from millrace.records.ledger import Batch
from millrace.retry import Retry, StoppingError

_log = logging.getLogger(__name__)
_POLL_S = 0.2
_COMMIT_WAIT_S = 30.0

Write = Callable[[DataFrame, Batch], None]


@dataclass(frozen=True)
class Flow:
    """The end of a job's corridor: rows, and the function that writes a batch of them to a sink."""

    rows: DataFrame
    write: Write
    sink: str
    output_mode: Literal["append", "update"] = "append"
    interval_s: float = 2


@dataclass
class Running:
    """A query that was started, with what is needed to end it between two batches."""

    name: str
    location: str
    explained: Callable[[], str | None]
    unreadable_timestamp: Callable[[], str]
    writing: threading.Lock = field(default_factory=threading.Lock)
    failure: BaseException | None = None
    said: str | None = None
    is_told: bool = False
    query: StreamingQuery | None = None

    @property
    def is_active(self) -> bool:
        """Whether the query still runs."""
        return bool(self.query and self.query.isActive)

    def reason(self) -> str | None:
        """Why the query failed, in one line; null where it did not."""
        exception = _exception(self.query) if self.query else None
        if isinstance(self.failure, StoppingError) or (exception is None and self.failure is None):
            return None
        self.said = self.said or self._explained(self.failure or exception)
        return self.said

    def _explained(self, failure: BaseException | None) -> str:
        """What a person can do about a failure, where that is known, else what it says."""
        if is_other_plan(failure):
            return (
                f"its checkpoint {self.location} holds the state of another version of this query,"
                " which this one cannot read. Move it aside and start the job again: windows that"
                " Kafka has whole are computed anew, and `millrace reconcile` names the others"
            )
        if isinstance(failure, JobError):
            return one_line(failure)
        if is_unreadable_timestamp(failure):
            return self.unreadable_timestamp()
        # Spark may fail of a topic that was made again, or lost lines, before a batch begins.
        return self.explained() or _source_away(failure) or one_line(failure)

    def stop(self) -> None:
        """Ends the query once the batch that it writes is written and committed."""
        with self.writing:
            pass
        deadline = time.monotonic() + _COMMIT_WAIT_S
        while self.is_active and time.monotonic() < deadline:
            if self.query and not self.query.status["isTriggerActive"]:
                break
            time.sleep(_POLL_S)
        if self.query:
            self.query.stop()


def start(
    flow: Flow,
    *,
    name: str,
    checkpoint: Checkpoint,
    topic: kafka.Topic,
    source: Kafka,
    until_caught_up: bool,
    max_outage_s: float,
    stopping: threading.Event,
    lost: Callable[[], str | None],
) -> Running:
    """Starts the query ``name``; its batches carry the offsets that the checkpoint's log names.

    ``lost`` is asked once the query has failed: which lines Kafka deleted before they were read.
    """

    def explained() -> str | None:
        return _other_topic(source, topic, name) or lost()

    unreadable = partial(kafka_timestamps.unreadable, source, topic)
    running = Running(name, checkpoint.location, explained, unreadable)

    def write_batch(rows: DataFrame, batch_id: int) -> None:
        try:
            with running.writing, logs.about(name, batch_id):
                if stopping.is_set():
                    raise StoppingError
                Retry(name, max_outage_s, stopping).run(
                    lambda: _write(flow, rows, name, checkpoint, batch_id, topic, source)
                )
        except BaseException as error:
            running.failure = error
            raise

    writer = (
        flow.rows.writeStream.queryName(name)
        .outputMode(flow.output_mode)
        .option("checkpointLocation", checkpoint.location)
        .foreachBatch(write_batch)
    )
    pause: dict[str, Any] = {"processingTime": f"{round(flow.interval_s * 1000)} milliseconds"}
    trigger: dict[str, Any] = {"availableNow": True} if until_caught_up else pause
    running.query = writer.trigger(**trigger).start()
    return running


def _write(
    flow: Flow,
    rows: DataFrame,
    name: str,
    checkpoint: Checkpoint,
    batch_id: int,
    topic: kafka.Topic,
    source: Kafka,
) -> None:
    began = time.monotonic()
    require_topic(kafka.topic(source, topic.name), topic.id, name)
    batch = Batch(name, checkpoint.id or "", batch_id, checkpoint.ranges(batch_id, topic.id))
    if not batch.lines:
        # A batch that only drops state behind the watermark; uncomputed, its state would be lost.
        rows.write.format("noop").mode("overwrite").save()
        return
    crash_point("after_read")
    flow.write(rows, batch)
    crash_point("before_checkpoint_commit")
    took_s = time.monotonic() - began
    metrics.WRITE_SECONDS.labels(*metrics.of(name), flow.sink).observe(took_s)
    metrics.INPUT_LINES.labels(*metrics.of(name)).inc(batch.lines)
    metrics.PROCESSED_RATE.labels(*metrics.of(name)).set(batch.lines / took_s)
    _log.info(logs.BATCH, name, batch_id, batch.lines, took_s)


def _exception(query: StreamingQuery) -> BaseException | None:
    """Why a query ended; with the JVM's own exception, of whose causes pyspark keeps the text."""
    raised = query.exception()
    if raised is not None:
        raised.java_exception = query._jsq.exception().get()  # type: ignore[attr-defined]
    return raised


def _source_away(failure: BaseException | None) -> str | None:
    """That the source of a query does not answer between two batches, where that is the failure."""
    found = outage(failure) if failure else None
    if found is None:
        return None
    return (
        f"{found.server} does not answer, and Spark has given up asking for new lines. Nothing is"
        f" lost: start the job again when it is back. It says {one_line(failure)}"
    )


def _other_topic(source: Kafka, topic: kafka.Topic, query: str) -> str | None:
    """That the topic was made again, where it was."""
    try:
        require_topic(kafka.topic(source, topic.name), topic.id, query)
    except JobError as error:
        return one_line(error)
    except ConfigurationError:
        return None  # Whatever is wrong there is not that.
    return None


def require_topic(topic: kafka.Topic, expected_id: str, query: str) -> None:
    """Raises JobError where the topic is not the one that the query's checkpoint belongs to."""
    if topic.id != expected_id:
        raise JobError(
            f"{query}: topic {topic.name!r} was deleted and made again (its id was {expected_id}, "
            f"now it is {topic.id}): its offsets mean other records. To read the new topic from "
            "its start, remove this query's checkpoint"
        )


def checked_checkpoint(
    spark: SparkSession, root: str, query: str, topic: kafka.Topic
) -> Checkpoint:
    """The query's checkpoint, noted as the topic's when new; raises JobError if it is another's."""
    checkpoint = Checkpoint(spark, root, query)
    note = checkpoint.note()
    if not note:
        checkpoint.write_note({"topic": topic.name, "topic_id": topic.id})
        _log.info("%s: a new checkpoint: it begins at the earliest record", query)
    elif note["topic"] != topic.name:
        raise JobError(
            f"{query}: its checkpoint {checkpoint.location} belongs to topic {note['topic']!r}, "
            f"not to {topic.name!r}: give the feed another name or remove the checkpoint"
        )
    else:
        require_topic(topic, note["topic_id"], query)
    return checkpoint
