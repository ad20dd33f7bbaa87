"""Runs a job: its command line, its configuration, and an orderly stop."""

import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from millrace import config
from millrace.config import Config, ConfigurationError, Feed
from millrace.errors import JobError, SetupError, one_line
from millrace.observe.observer import Observer
from millrace.runtime import backfill, streams
from millrace.runtime.context import FAILED, MISUSED, JobContext
from millrace.runtime.flow import Job
from millrace.runtime.session import spark_session
from millrace.runtime.watchdog import Stopping, watched
from millrace.telemetry import logs
from millrace.telemetry.logs import END

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Options:
    """What the command line asks for."""

    source: str
    until_caught_up: bool
    accept_loss: bool
    feeds: Callable[[Config], tuple[Feed, ...]] | None


def main(
    name: str,
    job: Job,
    *,
    from_archive: bool = True,
    feeds: Callable[[Config], tuple[Feed, ...]] | None = None,
) -> None:
    """Runs ``job`` for every feed as the command line says, and exits.

    The feeds are those of the configuration, or what ``feeds`` makes of it.
    Exit codes: 0 done or stopped, 1 a query failed, 2 usage or configuration.
    """

    def command(
        conf: Annotated[Path, typer.Option(help="Configuration file.")] = config.DEFAULT_FILE,
        until_caught_up: Annotated[
            bool, typer.Option("--until-caught-up", help="Process the available lines, then stop.")
        ] = False,
        source: Annotated[
            str, typer.Option("--from", help="Where to read lines: kafka or archive.")
        ] = "kafka",
        accept_loss: Annotated[
            bool,
            typer.Option("--accept-loss", help="Continue without lines that Kafka deleted unread."),
        ] = False,
    ) -> None:
        if source not in (("kafka", "archive") if from_archive else ("kafka",)):
            raise typer.BadParameter(f"{name} cannot read from {source!r}", param_hint="--from")
        if accept_loss and source == "archive":
            raise typer.BadParameter("works only with --from kafka", param_hint="--accept-loss")
        logs.configure(f"millrace-{name}")
        sys.exit(_run(name, job, conf, _Options(source, until_caught_up, accept_loss, feeds)))

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(command)
    app()


def _run(name: str, job: Job, path: Path, options: _Options) -> int:
    stopping = Stopping()
    _listen(stopping)
    try:
        conf = config.load(path)
        if options.feeds:
            conf = conf.model_copy(update={"feeds": options.feeds(conf)})
        return _run_checked(name, job, conf, options, stopping)
    except ConfigurationError as error:
        END.error("%s: %s", name, error)
        return MISUSED
    except (JobError, SetupError) as error:
        END.error("%s: %s", name, error)
        return FAILED
    except Exception as error:  # Whatever it is, the last line says that the job failed.
        END.error("%s failed: %s", name, one_line(error), exc_info=error)
        return FAILED


def _run_checked(name: str, job: Job, conf: Config, options: _Options, stopping: Stopping) -> int:
    logs.configure(f"millrace-{name}", is_json=conf.logs.format == "json")
    observer = Observer(name, conf)
    topics = {} if options.source == "archive" else streams.topics_of(conf)
    spark = spark_session(f"millrace-{name}", conf)
    _listen(stopping)  # Spark put a handler of its own in place, which cancels running jobs.
    context = JobContext(name, job, spark, conf, stopping, observer)
    with watched(spark, stopping, conf.stream.max_outage_s):
        try:
            if options.source == "archive":
                return backfill.run(context)
            return streams.run(
                context,
                topics,
                until_caught_up=options.until_caught_up,
                accept_loss=options.accept_loss,
            )
        finally:
            try:
                observer.end()
            finally:
                # Executors' pods go when they are told to, not when their driver is gone.
                spark.stop()


def _listen(stopping: Stopping) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _ask_to_stop(stopping))


def _ask_to_stop(stopping: Stopping) -> None:
    if stopping.is_set():
        raise KeyboardInterrupt  # Asked twice: at once.
    _log.info("stopping after the running batches")
    stopping.ask()
