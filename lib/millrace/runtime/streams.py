"""A job over Kafka: a streaming query a feed, until all have ended or a stop was asked for."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial

from millrace.config import Config, Feed
from millrace.errors import JobError
from millrace.io import kafka
from millrace.io.checkpoint import Checkpoint
from millrace.proof import losses
from millrace.runtime.context import DONE, FAILED, JobContext
from millrace.runtime.flow import KafkaSource, Run
from millrace.runtime.query import QueryContext, Running, checked_checkpoint, start
from millrace.telemetry import logs
from millrace.telemetry.logs import END

_log = logging.getLogger(__name__)
_POLL_S = 0.2


def topics_of(conf: Config) -> dict[str, kafka.Topic]:
    """The topic of each feed, by its name; raises ConfigurationError where one is missing."""
    return {feed.name: kafka.topic(conf.kafka, feed.topic) for feed in conf.feeds}


def run(
    context: JobContext,
    topics: Mapping[str, kafka.Topic],
    *,
    until_caught_up: bool,
    accept_loss: bool = False,
) -> int:
    """A query for each feed, until all ended or a stop was asked for; the exit code."""
    conf, observer = context.conf, context.observer
    checkpoints = _checkpoints(context, topics, accept_loss=accept_loss)
    if checkpoints is None:
        return FAILED
    queries: list[Running] = []
    observer.listen(context.spark, [f"{context.name}-{feed.name}" for feed in conf.feeds])
    try:
        for feed in conf.feeds:
            own = (topics[feed.name], checkpoints[feed.name])
            queries.append(_started(context, feed, *own, until_caught_up=until_caught_up))
    except BaseException:
        _stop(queries, context.stopping)  # Those that run already end their batches.
        raise
    observer.watch()
    _log.info("%s: reading %s; %s", context.name, ", ".join(topics), _addresses(context))
    return _wait(queries, context.stopping)


def _started(
    context: JobContext,
    feed: Feed,
    topic: kafka.Topic,
    checkpoint: Checkpoint,
    *,
    until_caught_up: bool,
) -> Running:
    spark, conf, query = context.spark, context.conf, f"{context.name}-{feed.name}"
    with logs.about(query):
        context.observer.lag.follow(query, topic.name, checkpoint.position(topic.name, topic.id))
        source = KafkaSource(spark, conf.kafka, topic, checkpoint)
        flow = context.job(Run(spark, conf, feed, query, source))
    lost = partial(losses.told, spark, conf, feed, context.name, topic, checkpoint)
    own = QueryContext(
        conf, feed, query, checkpoint, topic, context.stopping, lost, context.observer.written
    )
    return start(flow, own, until_caught_up=until_caught_up)


def _checkpoints(
    context: JobContext, topics: Mapping[str, kafka.Topic], *, accept_loss: bool
) -> dict[str, Checkpoint] | None:
    """The checkpoint of each feed; None, and each loss told, where lines were lost unaccepted."""
    spark, conf = context.spark, context.conf
    checkpoints, is_told = {}, False
    for feed in conf.feeds:
        query, topic = f"{context.name}-{feed.name}", topics[feed.name]
        with logs.about(query):
            checkpoint = checked_checkpoint(spark, conf.storage.checkpoints, query, topic)
            loss = losses.find(
                spark, conf, feed, context.name, topic, checkpoint, is_whole=accept_loss
            )
            if loss and not losses.settle(spark, conf, feed, loss, checkpoint, accept=accept_loss):
                END.error("%s failed: %s", query, loss.sentence())
                is_told = True
            checkpoints[feed.name] = checkpoint
    return None if is_told else checkpoints


def _addresses(context: JobContext) -> str:
    pages, port = context.spark.sparkContext.uiWebUrl, context.conf.metrics.port.of(context.name)
    return f"Spark UI: {pages or 'none'}; metrics: {f'port {port}' if port else 'none'}"


def _wait(queries: list[Running], stopping: threading.Event) -> int:
    """Waits until all queries ended, or one failed, or a stop was asked for."""
    # A short sleep: Python runs signal handlers between its own steps, never inside the JVM's.
    while not stopping.is_set() and any(query.is_active for query in queries):
        if any(query.reason() for query in queries if not query.is_active):
            stopping.set()
        time.sleep(_POLL_S)
    _tell_failures(queries)  # Before the others end, which may take a while.
    _stop(queries, stopping)
    _tell_failures(queries)
    if any(query.is_told for query in queries):
        return FAILED
    _log.info("ended")
    return DONE


def _tell_failures(queries: Sequence[Running]) -> None:
    """Says of each query that failed why, once."""
    for query in queries:
        if query.is_told or not query.reason():
            continue
        query.is_told = True
        says_all = not query.failure or isinstance(query.failure, JobError)
        trace = None if says_all else query.failure
        END.error("%s failed: %s", query.name, query.reason(), exc_info=trace)


def _stop(queries: Sequence[Running], stopping: threading.Event) -> None:
    stopping.set()
    for query in queries:
        query.stop()
