"""Streaming queries: started on a checked checkpoint, ended at the end of a batch."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from millrace.config import Config, ConfigurationError, Feed, Kafka
from millrace.errors import JobError, is_other_plan, is_unreadable_timestamp, one_line
from millrace.io import kafka
from millrace.io.checkpoint import Checkpoint
from millrace.io.failpoints import failpoint
from millrace.io.kafka import timestamps
from millrace.io.outage import outage
from millrace.io.sink import MicroBatch
from millrace.records.ledger import Batch
from millrace.runtime.flow import Flow
from millrace.runtime.quality import Quality
from millrace.runtime.retry import Retry, StoppingError
from millrace.telemetry import logs
from millrace.telemetry.spans import Span

_log = logging.getLogger(__name__)
_POLL_S = 0.2
_COMMIT_WAIT_S = 30.0


@dataclass
class Running:
    """A query that was started, with what is needed to end it between two batches."""

    context: "QueryContext"
    writing: threading.Lock = field(default_factory=threading.Lock)
    failure: BaseException | None = None
    said: str | None = None
    is_told: bool = False
    query: StreamingQuery | None = None

    @property
    def name(self) -> str:
        """The query's name."""
        return self.context.name

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
        """How to fix the failure, if that is known, else its own message."""
        context = self.context
        if is_other_plan(failure):
            return (
                f"its checkpoint {context.checkpoint.location} holds the state of another version"
                " of this query, which this version cannot read. Move the checkpoint aside and"
                " start the job again: windows that are complete in Kafka are recomputed,"
                " and `millrace reconcile` lists the others"
            )
        if isinstance(failure, JobError):
            return one_line(failure)
        if is_unreadable_timestamp(failure):
            return timestamps.unreadable(context.conf.kafka, context.topic)
        # Spark may fail of a topic that was made again, or lost lines, before a batch begins.
        recreated = _recreated(context.conf.kafka, context.topic, context.name)
        return recreated or context.lost() or _source_away(failure) or one_line(failure)

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


@dataclass(frozen=True)
class QueryContext:
    """What a query needs beside its flow: names, limits, and callbacks.

    ``lost`` is asked once the query has failed: which lines Kafka deleted before they were read.
    """

    conf: Config
    feed: Feed
    name: str
    checkpoint: Checkpoint
    topic: kafka.Topic
    stopping: threading.Event
    lost: Callable[[], str | None]
    on_spans: Callable[[Batch, list[Span]], None]


def start(flow: Flow, context: QueryContext, *, until_caught_up: bool) -> Running:
    """Starts the query; its batches carry the offsets that the checkpoint's log names."""
    flow.sink.prepare()
    writing = _BatchWriter(flow, context)
    rows = flow.rows(context.conf.stream.max_lines_per_batch)
    writer = (
        rows.writeStream.queryName(context.name)
        .outputMode(flow.sink.output_mode)
        .option("checkpointLocation", context.checkpoint.location)
        .foreachBatch(writing.write)
    )
    pause: dict[str, Any] = {"processingTime": f"{round(flow.interval_s * 1000)} milliseconds"}
    trigger: dict[str, Any] = {"availableNow": True} if until_caught_up else pause
    running = writing.running
    running.query = writer.trigger(**trigger).start()
    return running


class _BatchWriter:
    """Writes a query's micro-batches, one at a time."""

    def __init__(self, flow: Flow, context: QueryContext) -> None:
        self._flow, self._context = flow, context
        self._quality = Quality(context.feed, context.conf.detection.max_unmatched_ratio)
        self.running = Running(context)

    def write(self, rows: DataFrame, batch_id: int) -> None:
        """Writes one micro-batch, again while a server is away."""
        context, spans = self._context, list[Span]()
        limit_s = context.conf.stream.max_outage_s
        try:
            with self.running.writing, logs.about(context.name, batch_id):
                if context.stopping.is_set():
                    raise StoppingError
                retry = Retry(context.name, limit_s, context.stopping)
                retry.run(partial(self._write_once, rows, batch_id, spans))
        except BaseException as error:
            self.running.failure = error
            raise
        finally:
            context.on_spans(Batch(context.name, "", batch_id, ()), spans)

    def _write_once(self, rows: DataFrame, batch_id: int, spans: list[Span]) -> None:
        began = time.monotonic()
        context, sink = self._context, self._flow.sink
        now = kafka.topic(context.conf.kafka, context.topic.name)
        require_topic(now, context.topic.id, context.name)
        ranges = context.checkpoint.ranges(batch_id, context.topic.id)
        checkpoint_id = context.checkpoint.id or ""
        batch = MicroBatch(context.name, checkpoint_id, batch_id, ranges, rows, spans)
        if not batch.lines:
            # It only drops state behind the watermark; uncomputed, its state would be lost.
            rows.write.format("noop").mode("overwrite").save()
            return
        failpoint("after_read")
        result = sink.write(batch)
        failpoint("before_checkpoint_commit")
        took_s = time.monotonic() - began
        self._quality.report(batch, result, sink=sink.name, took_s=took_s)
        _log.info(logs.BATCH, context.name, batch_id, batch.lines, took_s)


def _exception(query: StreamingQuery) -> BaseException | None:
    """Why a query ended; with the JVM's own exception, of whose causes pyspark keeps the text."""
    raised = query.exception()
    if raised is not None:
        raised.java_exception = query._jsq.exception().get()  # type: ignore[attr-defined]
    return raised


def _source_away(failure: BaseException | None) -> str | None:
    """That the source of a query does not answer between two batches, where that is the failure."""
    away = outage(failure) if failure else None
    if away is None:
        return None
    return (
        f"{away.server} does not answer, and Spark has given up asking for new lines. Nothing is"
        f" lost: start the job again when it is back. Last error: {one_line(failure)}"
    )


def _recreated(source: Kafka, topic: kafka.Topic, query: str) -> str | None:
    """The error's text where the topic was deleted and created again, else None."""
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
            f"{query}: topic {topic.name!r} was deleted and recreated (its id was {expected_id}, "
            f"now it is {topic.id}): the checkpoint's offsets now mean other records. To read the "
            "new topic from its start, remove this query's checkpoint"
        )


def checked_checkpoint(
    spark: SparkSession, root: str, query: str, topic: kafka.Topic
) -> Checkpoint:
    """The query's checkpoint, noted as the topic's when new; raises JobError if it is another's."""
    checkpoint = Checkpoint(spark, root, query)
    note = checkpoint.note()
    if not note:
        checkpoint.write_note({"topic": topic.name, "topic_id": topic.id})
        _log.info("%s: new checkpoint: reading starts at the earliest record", query)
    elif note["topic"] != topic.name:
        raise JobError(
            f"{query}: its checkpoint {checkpoint.location} belongs to topic {note['topic']!r}, "
            f"not to {topic.name!r}: give the feed another name or remove the checkpoint"
        )
    else:
        require_topic(topic, note["topic_id"], query)
    return checkpoint
