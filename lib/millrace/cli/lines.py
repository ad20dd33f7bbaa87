"""Commands for lines: send, parse, tap."""

import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from millrace import config
from millrace.cli.options import (
    FAILED,
    ConfFile,
    console,
    end,
    feed_of,
    say,
)
from millrace.config import Config, ConfigurationError


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
    send_lines(loaded, topic, lines, count, rate)
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


def send_lines(
    conf: Config,
    topic: str,
    lines: Iterable[bytes],
    count: int,
    rate: float | None,
    *,
    traced: bool = False,
) -> None:
    """Sends them with a bar of progress; ends the program with 1 where Kafka does not take them."""
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
