"""What every job is run by: arguments, configuration, queries, and an orderly end."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pyspark.sql import DataFrame, SparkSession

from millrace import config
from millrace.config import Config, ConfigurationError, Feed
from millrace.errors import JobError, one_line
from millrace.io import delta, delta_log, kafka
from millrace.io.checkpoint import Checkpoint
from millrace.observe import logs
from millrace.observe.logs import END
from millrace.observe.observer import Look, Observer
from millrace.proof import losses
from millrace.records.ledger import Batch
from millrace.retry import Retry, StoppingError
from millrace.session import spark_session
from millrace.setup.errors import SetupError
from millrace.stream import Flow, Running, checked_checkpoint, start
from millrace.watchdog import Stopping, watched

_log = logging.getLogger(__name__)
_POLL_S = 0.2

DONE, FAILED, MISUSED = 0, 1, 2


@dataclass(frozen=True)
class Run:
    """One run of a job over one feed: where its lines come from and how far they go."""

    spark: SparkSession
    conf: Config
    feed: Feed
    query: str
    topic: kafka.Topic | None = None
    checkpoint: Checkpoint | None = None
    archive_version: int | None = None

    def lines(self, max_lines_per_batch: int | None = None) -> DataFrame:
        """The feed's lines, streamed from Kafka or read from the archive: the same columns."""
        if self.topic is None:
            archive = self.conf.storage.archive
            return delta.lines(self.spark, archive, self.feed, self.archive_version)
        most = max_lines_per_batch or self.conf.stream.max_lines_per_batch
        starts = self.checkpoint.starts() if self.checkpoint else {}
        lines = kafka.lines(self.spark, self.conf.kafka, self.topic, most, starts)
        context = self.spark.sparkContext
        # A second wave of tasks takes a small batch as long as the first. On a cluster the cores
        # are not known yet, and a plan is made once.
        is_local = (context.master or "").startswith("local")
        return lines.coalesce(context.defaultParallelism) if is_local else lines


Job = Callable[[Run], Flow]


def main(name: str, job: Job, *, from_archive: bool = True, looks: Sequence[Look] = ()) -> None:
    """Runs ``job`` for every feed as the command line says, and exits.

    ``looks`` are called from time to time beside its queries, to set metrics.
    Exit codes: 0 done or stopped, 1 a query failed, 2 usage or configuration.
    """

    def command(
        conf: Annotated[Path, typer.Option(help="The configuration.")] = config.DEFAULT_FILE,
        until_caught_up: Annotated[
            bool, typer.Option("--until-caught-up", help="End when all lines are done.")
        ] = False,
        source: Annotated[str, typer.Option("--from", help="kafka or archive.")] = "kafka",
        accept_loss: Annotated[
            bool,
            typer.Option("--accept-loss", help="Go on without lines that Kafka deleted unread."),
        ] = False,
    ) -> None:
        if source not in (("kafka", "archive") if from_archive else ("kafka",)):
            raise typer.BadParameter(f"{name} cannot read from {source!r}", param_hint="--from")
        if accept_loss and source == "archive":
            raise typer.BadParameter("goes with --from kafka", param_hint="--accept-loss")
        logs.configure(f"millrace-{name}", "text")
        sys.exit(_run(name, job, conf, until_caught_up, source, looks, accept_loss))

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(command)
    app()


def _run(
    name: str,
    job: Job,
    path: Path,
    until_caught_up: bool,
    source: str,
    looks: Sequence[Look],
    accept_loss: bool,
) -> int:
    stopping = Stopping()
    _listen(stopping)
    try:
        conf = config.load(path)
        logs.configure(f"millrace-{name}", conf.logs.format)
        observer = Observer(name, conf, looks)
        topics = {} if source == "archive" else topics_of(conf)
        spark = spark_session(f"millrace-{name}", conf)
        _listen(stopping)  # Spark put a handler of its own in place, which cancels running jobs.
        with watched(spark, stopping, conf.stream.max_outage_s):
            try:
                if source == "archive":
                    return from_archive(name, job, spark, conf, stopping)
                return from_kafka(
                    name,
                    job,
                    spark,
                    conf,
                    topics,
                    until_caught_up,
                    stopping,
                    observer,
                    accept_loss=accept_loss,
                )
            finally:
                try:
                    observer.end()
                finally:
                    # Executors' pods go when they are told to, not when their driver is gone.
                    spark.stop()
    except ConfigurationError as error:
        END.error("%s: %s", name, error)
        return MISUSED
    except (JobError, SetupError) as error:
        END.error("%s: %s", name, error)
        return FAILED
    except Exception as error:  # Whatever it is, the last line says that the job failed.
        END.error("%s failed: %s", name, one_line(error), exc_info=error)
        return FAILED


def topics_of(conf: Config) -> dict[str, kafka.Topic]:
    """The topic of each feed, by its name; raises ConfigurationError where one is missing."""
    return {feed.name: kafka.topic(conf.kafka, feed.topic) for feed in conf.feeds}


def from_archive(
    name: str, job: Job, spark: SparkSession, conf: Config, stopping: threading.Event
) -> int:
    """One batch a feed, named after the archive's version that it read; the exit code.

    Archives are read as they are when the run begins, whatever `archive` appends meanwhile. Once a
    stop is asked for no batch begins; a line names the feeds that were not read.
    """
    archive = conf.storage.archive
    newest = {feed.name: delta_log.newest(spark, archive, feed) for feed in conf.feeds}
    for place, feed in enumerate(conf.feeds):
        if stopping.is_set():
            return _stopped_before(name, conf.feeds[place:])
        query, found = f"{name}-{feed.name}", newest[feed.name]
        held = delta.spans(spark, archive, feed, found[1]) if found else []
        if not found or not held:
            _log.warning("%s: nothing is archived of feed %s", name, feed.name)
            continue
        table_id, version = found
        flow = job(Run(spark, conf, feed, query, archive_version=version))
        try:
            if stopping.is_set():
                raise StoppingError
            batch = Batch(query, f"archive-{table_id}", version, tuple(held))
            retry = Retry(query, conf.stream.max_outage_s, stopping)
            retry.run(partial(flow.write, flow.rows, batch))
        except StoppingError:
            return _stopped_before(name, conf.feeds[place:])
        except Exception as error:
            END.error("%s failed: %s", query, one_line(error), exc_info=error)
            return FAILED
        _log.info("%s: %d lines from the archive", query, batch.lines)
    return DONE


def _stopped_before(name: str, feeds: Sequence[Feed]) -> int:
    names = ", ".join(feed.name for feed in feeds)
    _log.info("%s: stopped before the archive of these feeds was read: %s", name, names)
    return DONE


def from_kafka(
    name: str,
    job: Job,
    spark: SparkSession,
    conf: Config,
    topics: dict[str, kafka.Topic],
    until_caught_up: bool,
    stopping: threading.Event,
    observer: Observer,
    *,
    accept_loss: bool = False,
) -> int:
    """A query for each feed, until all ended or a stop was asked for; the exit code."""
    checkpoints = _checkpoints(name, spark, conf, topics, accept_loss)
    if checkpoints is None:
        return FAILED
    queries: list[Running] = []
    observer.listen(spark, [f"{name}-{feed.name}" for feed in conf.feeds])
    try:
        for feed in conf.feeds:
            query, topic = f"{name}-{feed.name}", topics[feed.name]
            checkpoint = checkpoints[feed.name]
            with logs.about(query):
                position = checkpoint.position(topic.name, topic.id)
                observer.lag.follow(query, topic.name, position)
                flow = job(Run(spark, conf, feed, query, topic, checkpoint))
            queries.append(
                start(
                    flow,
                    name=query,
                    checkpoint=checkpoint,
                    topic=topic,
                    source=conf.kafka,
                    until_caught_up=until_caught_up,
                    max_outage_s=conf.stream.max_outage_s,
                    stopping=stopping,
                    lost=partial(losses.told, spark, conf, feed, name, topic, checkpoint),
                )
            )
    except BaseException:
        _stop(queries, stopping)  # Those that run already end their batches, as at any end.
        raise
    observer.watch()
    _log.info("%s: reads %s; %s", name, ", ".join(topics), _seen_at(name, spark, conf))
    return _wait(queries, stopping)


def _checkpoints(
    name: str,
    spark: SparkSession,
    conf: Config,
    topics: dict[str, kafka.Topic],
    accept_loss: bool,
) -> dict[str, Checkpoint] | None:
    """The checkpoint of each feed; None, and each loss told, where lines were lost unaccepted."""
    checkpoints, is_told = {}, False
    for feed in conf.feeds:
        query, topic = f"{name}-{feed.name}", topics[feed.name]
        with logs.about(query):
            checkpoint = checked_checkpoint(spark, conf.storage.checkpoints, query, topic)
            loss = losses.find(spark, conf, feed, name, topic, checkpoint, is_whole=accept_loss)
            if loss and not losses.settle(spark, conf, feed, loss, checkpoint, accept=accept_loss):
                END.error("%s failed: %s", query, loss.sentence())
                is_told = True
            checkpoints[feed.name] = checkpoint
    return None if is_told else checkpoints


def _seen_at(name: str, spark: SparkSession, conf: Config) -> str:
    pages, port = spark.sparkContext.uiWebUrl, conf.metrics.port.of(name)
    return f"Spark's pages: {pages or 'none'}; metrics: {f'port {port}' if port else 'none'}"


def _listen(stopping: Stopping) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _ask_to_stop(stopping))


def _ask_to_stop(stopping: Stopping) -> None:
    if stopping.is_set():
        raise KeyboardInterrupt  # Asked twice: at once.
    _log.info("stopping after the running batches")
    stopping.ask()


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
