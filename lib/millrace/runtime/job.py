"""Runs a job: its command line, its configuration, and an orderly stop."""

import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from millrace import config
from millrace.config import Config, ConfigurationError, Feed
from millrace.errors import JobError, SetupError, one_line
from millrace.observe.observer import Observer
from millrace.runtime import backfill, loading, streams
from millrace.runtime.context import DONE, FAILED, MISUSED, JobContext
from millrace.runtime.flow import Job
from millrace.runtime.repeated import duration, repeated
from millrace.runtime.session import spark_session
from millrace.runtime.watchdog import Stopping, watched
from millrace.telemetry import logs
from millrace.telemetry.logs import END

_log = logging.getLogger(__name__)


_ConfFile = Annotated[Path, typer.Option("--conf", help="Configuration file.")]
_Runner = Callable[[JobContext], int]
Feeds = Callable[[Config], tuple[Feed, ...]]


@dataclass(frozen=True)
class _Work:
    """A job by its name and function, over the feeds that it has, and what runs it.

    ``runner`` is given the configuration before Spark starts, so that what is wrong is told soon.
    ``then`` is done after it, once Spark has ended, where all went well and nobody asked to stop.
    """

    name: str
    job: Job
    runner: Callable[[Config], _Runner]
    feeds: Feeds | None = None
    then: Callable[[Config], None] | None = None


def main(name: str, job: Job, *, from_archive: bool = True, feeds: Feeds | None = None) -> None:
    """Runs ``job`` for every feed as the command line says, and exits.

    The feeds are those of the configuration, or what ``feeds`` makes of it.
    Exit codes: 0 done or stopped, 1 a query failed, 2 usage or configuration.
    """

    def command(
        conf: _ConfFile = config.DEFAULT_FILE,
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

        def runner(loaded: Config) -> _Runner:
            if source == "archive":
                return backfill.run
            return partial(
                streams.run,
                topics=streams.topics_of(loaded),
                until_caught_up=until_caught_up,
                accept_loss=accept_loss,
            )

        sys.exit(_run(_Work(name, job, runner, feeds), conf))

    _command_line(command)


def load(name: str, job: Job, *, feeds: Feeds, then: Callable[[Config], None]) -> None:
    """Runs ``job`` over what the archive has beyond the job's ledger, once or again and again.

    After each run that went well it does ``then``, unless the command line says otherwise. Exits
    as ``main`` does; where it runs again and again, only a stop ends it, with 0.
    """

    def command(
        conf: _ConfFile = config.DEFAULT_FILE,
        every: Annotated[
            str | None,
            typer.Option(
                help="Run again each time this long has passed (10m, 1h, 1d), until SIGTERM or"
                " SIGINT ends it with 0. A run that fails is told, and ends nothing."
            ),
        ] = None,
        accept_loss: Annotated[
            bool,
            typer.Option("--accept-loss", help="Continue without lines that the archive lost."),
        ] = False,
        load_only: Annotated[
            bool, typer.Option("--load-only", help="Load, and have nothing built of it.")
        ] = False,
    ) -> None:
        if every and accept_loss:
            raise typer.BadParameter("is for one run, without --every", param_hint="--accept-loss")
        if every:
            options = ["--conf", str(conf), *(["--load-only"] if load_only else [])]
            repeated([sys.executable, sys.argv[0], *options], duration(every))
        run_it = partial(loading.run, accept_loss=accept_loss)
        later = None if load_only else then
        sys.exit(_run(_Work(name, job, lambda loaded: run_it, feeds, later), conf))

    _command_line(command)


def _command_line(command: Callable[..., None]) -> None:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(command)
    app()


def _run(work: _Work, path: Path) -> int:
    name, stopping = work.name, Stopping()
    logs.configure(f"millrace-{name}")
    _listen(stopping)
    try:
        conf = config.load(path)
        if work.feeds:
            conf = conf.model_copy(update={"feeds": work.feeds(conf)})
        code = _run_checked(work, conf, stopping)
        if work.then and code == DONE and not stopping.is_set():
            work.then(conf)
        return code
    except ConfigurationError as error:
        END.error("%s: %s", name, error)
        return MISUSED
    except (JobError, SetupError) as error:
        END.error("%s: %s", name, error)
        return FAILED
    except Exception as error:  # Whatever it is, the last line says that the job failed.
        END.error("%s failed: %s", name, one_line(error), exc_info=error)
        return FAILED


def _run_checked(work: _Work, conf: Config, stopping: Stopping) -> int:
    logs.configure(f"millrace-{work.name}", is_json=conf.logs.format == "json")
    observer = Observer(work.name, conf)
    run = work.runner(conf)
    spark = spark_session(f"millrace-{work.name}", conf)
    _listen(stopping)  # Spark put a handler of its own in place, which cancels running jobs.
    context = JobContext(work.name, work.job, spark, conf, stopping, observer)
    with watched(spark, stopping, conf.stream.max_outage_s):
        try:
            return run(context)
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
