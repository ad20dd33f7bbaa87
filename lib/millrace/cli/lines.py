"""Commands for lines: simulate, send, parse, tap."""

import random
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from millrace import config
from millrace.cli import changes
from millrace.cli.options import (
    FAILED,
    ConfFile,
    console,
    end,
    feed_of,
    say,
)
from millrace.config import Config, ConfigurationError

_SIMULATED = (
    *("combined", "app", "shop", "syslog", "pino", "zap", "otlp", "logfmt", "nginx", "cri"),
    *("filebeat", "haproxy"),
)
_DEFAULT_SPAN = timedelta(minutes=5)


class Simulated(StrEnum):
    """What `simulate` writes."""

    lines = "lines"
    changes = "changes"
    products = "products"


def simulate(
    count: Annotated[int, typer.Option(min=1, help="Number of lines, or of changes.")],
    what: Annotated[
        Simulated, typer.Argument(help="Log lines, changes of databases, or of a shop's products.")
    ] = Simulated.lines,
    format: Annotated[str | None, typer.Option("--format", help="|".join(_SIMULATED))] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Lines per second. Default: no limit.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same lines.")] = None,
    faults: Annotated[
        float, typer.Option(min=0, max=100, help="Percentage of faulty lines.")
    ] = 0.0,
    topic: Annotated[
        str | None, typer.Option(help="Topic. Default: that of the format's feed.")
    ] = None,
    start: Annotated[datetime | None, typer.Option(help="First event time, UTC.")] = None,
    end: Annotated[
        datetime | None, typer.Option(help="Last event time, UTC. Default: now.")
    ] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the lines only.")] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Generate realistic log lines and send them to Kafka, or change rows of the databases.

    `simulate changes` makes the demo's tables where they are missing, and inserts, updates,
    deletes, changes keys and truncates, in transactions: some are long, some rolled back.

    `simulate products` sends every product of the simulated shop as it is at --start, then so many
    changes of prices and stock until --end, some of them late, to the feed warehouse.products.
    """
    from millrace.simulate import products

    loaded = config.load(conf)
    if what is Simulated.changes:
        changes.simulate(loaded, count, rate, random.randrange(2**32) if seed is None else seed)
        return
    is_of_products = what is Simulated.products
    simulated = "" if is_of_products else _simulated(format)
    topic = topic or (_products_topic(loaded) if is_of_products else _topic_of(loaded, simulated))
    last = end.replace(tzinfo=UTC) if end else datetime.now(UTC)
    span = timedelta(seconds=count / rate) if rate else _DEFAULT_SPAN
    first = start.replace(tzinfo=UTC) if start else last - span
    if first > last:
        raise typer.BadParameter("must not be later than --end", param_hint="--start")
    chosen = random.randrange(2**32) if seed is None else seed
    values: Iterable[bytes]
    if is_of_products:
        values = products.changes(count, seed=chosen, start=first, end=last)
    else:
        values = _generated(simulated, count, chosen, first, last, faults)
    if stdout:
        sys.stdout.buffer.writelines(value + b"\n" for value in values)
        return
    _send(loaded, topic, values, count, rate, traced=True)


def _generated(
    format: str, count: int, seed: int, first: datetime, last: datetime, faults: float
) -> Iterable[bytes]:
    from millrace.simulate.lines import generate

    lines = generate(format, count, seed=seed, start=first, end=last, faults_percent=faults)
    return (line.value for line in lines)


def _simulated(format: str | None) -> str:
    """The format, where lines of it can be simulated."""
    if format is None:
        raise typer.BadParameter("tell the format of the lines", param_hint="--format")
    if format not in _SIMULATED:
        named = ", ".join(_SIMULATED)
        raise typer.BadParameter(f"{format!r} is not one of {named}", param_hint="--format")
    return format


def _topic_of(loaded: Config, format: str) -> str:
    """That of the format's feed."""
    from millrace.simulate.lines import READ_AS

    return feed_of(loaded, READ_AS.get(format, format)).topic


def _products_topic(loaded: Config) -> str:
    if loaded.warehouse is None:
        raise ConfigurationError(f"{loaded.file}: warehouse: this section is missing")
    return loaded.feed(loaded.warehouse.products).topic


def send(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Log file, plain or .gz.")
    ],
    topic: Annotated[str, typer.Option(help="Topic to send to.")],
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Lines per second. Default: no limit.")
    ] = None,
    restamp: Annotated[
        bool, typer.Option(help="Shift the file's timestamps so that the last one is now.")
    ] = False,
    follow: Annotated[bool, typer.Option(help="Keep following the file, like tail -F.")] = False,
    as_app: Annotated[
        str | None,
        typer.Option(
            help="Convert a log of Kafka, mongod or MySQL to format app, with this service_name."
        ),
    ] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Send a file to Kafka, one message per line."""
    from millrace.io.log_files import read
    from millrace.simulate import restamp as stamps
    from millrace.simulate import server_logs

    loaded = config.load(conf)
    if restamp and (follow or as_app):
        raise typer.BadParameter(
            "cannot be combined with --follow or --as-app", param_hint="--restamp"
        )
    if follow:
        _follow(loaded, topic, file, rate, as_app)
        return
    count = sum(1 for _ in read(file))
    lines = stamps.restamp(file, datetime.now(UTC)) if restamp else read(file)
    lines = server_logs.as_app(lines, as_app) if as_app else lines
    _send(loaded, topic, lines, count, rate)
    if restamp:
        say(f"timestamps of {file.name} were shifted: the last one is now")


def parse(
    format: Annotated[
        str | None,
        typer.Option("--format", help="A preset, or a format that the configuration declares."),
    ] = None,
    feed_name: Annotated[
        str | None, typer.Option("--feed", help="Parse as this feed of the configuration does.")
    ] = None,
    file: Annotated[Path | None, typer.Argument(help="Log file. Default: standard input.")] = None,
    received_at: Annotated[
        datetime | None, typer.Option(help="Time of receipt, UTC. Default: now.")
    ] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Parse lines and print one JSON object per line, in the same order."""
    from millrace.io import reference_data
    from millrace.tools import preview

    if (format is None) == (feed_name is None):
        raise typer.BadParameter("give a format, or a feed", param_hint="--format")
    loaded = config.load(conf)
    received = (received_at or datetime.now(UTC)).replace(tzinfo=UTC)
    feed = loaded.feed(feed_name) if feed_name else feed_of(loaded, str(format))
    spec = reference_data.spec(loaded, feed, needs_country=False)
    if file is not None and not file.is_file():
        raise ConfigurationError(f"{file}: no such file")
    with nullcontext(sys.stdin.buffer) if file is None else file.open("rb") as lines:
        for line in preview.parsed(lines, spec, int(received.timestamp() * 1000)):
            print(line)


def tap(
    topic: Annotated[str, typer.Option(help="Topic to read.")],
    format: Annotated[
        str | None,
        typer.Option("--format", help="A format's name. Default: that of the topic's feed."),
    ] = None,
    last: Annotated[int, typer.Option(min=0, help="Show about the last N lines first.")] = 10,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after N lines.")] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Show the lines of a topic as they arrive, each with its parsed fields."""
    from millrace.tools.tap import tap as follow

    loaded = config.load(conf)
    feed = next((feed for feed in loaded.feeds if feed.topic == topic), None)
    if format is not None:
        feed = feed_of(loaded, format)
    if feed is None:
        raise typer.BadParameter(f"no feed reads {topic!r}: give the format", param_hint="--format")
    follow(loaded, topic, feed, Console(highlight=False), last=last, limit=limit)


def _follow(conf: Config, topic: str, file: Path, rate: float | None, as_app: str | None) -> None:
    """Sends the file's lines and those appended later, until Ctrl-C or SIGTERM."""
    from millrace.simulate import server_logs
    from millrace.simulate.follow import follow
    from millrace.simulate.send import SendError, send

    is_over = threading.Event()

    def stop(number: int, _: object) -> None:
        is_over.set()
        signal.signal(number, signal.SIG_DFL)  # Asked twice: at once.

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    lines = follow(file, is_over.is_set)
    say(f"following {file}: press Ctrl-C to stop")
    try:
        sent = send(
            conf.kafka,
            topic,
            server_logs.as_app(lines, as_app) if as_app else lines,
            rate=rate,
        )
    except SendError as error:
        end(str(error), FAILED)
    say(f"{sent} lines acknowledged by {topic}")


def _send(
    conf: Config,
    topic: str,
    lines: Iterable[bytes],
    count: int,
    rate: float | None,
    *,
    traced: bool = False,
) -> None:
    from millrace.simulate.progress import send_drawn
    from millrace.simulate.send import SendError

    try:
        sent = send_drawn(
            conf.kafka,
            topic,
            lines,
            count=count,
            title=f"to {topic}",
            console=console,
            rate=rate,
            traced=traced,
        )
    except SendError as error:
        end(str(error), FAILED)
    say(f"{sent} lines acknowledged by {topic}")
