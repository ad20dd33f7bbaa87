"""The command ``millrace``. Exit codes: 0 done, 1 the work failed, 2 usage or configuration."""

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from millrace import check as checks
from millrace import config
from millrace.config import Config, ConfigurationError, Feed
from millrace.records.formats import FORMATS, Format
from millrace.setup.errors import SetupError

app = typer.Typer(
    help="Log lines from Kafka to MongoDB and MySQL, once each.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
console = Console(stderr=True)

ConfFile = Annotated[Path, typer.Option("--conf", help="The configuration.")]
FormatName = Annotated[str, typer.Option("--format", help="|".join(FORMATS))]

_FAILED, _MISUSED = 1, 2
_DEFAULT_SPAN = timedelta(minutes=5)


def main() -> None:
    """Runs the command; what a person can mend is one line, without a trace."""
    try:
        app()
    except ConfigurationError as error:
        _end(str(error), _MISUSED)
    except SetupError as error:
        _end(str(error), _FAILED)
    except KeyboardInterrupt:
        _end("interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()


def _end(message: str, code: int) -> NoReturn:
    print(f"millrace: {message}", file=sys.stderr)
    sys.exit(code)


@app.command()
def up(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Start the servers of the configuration's stack section, and make the feeds' topics."""
    from millrace import stack
    from millrace.io import kafka

    loaded = config.load(conf)
    stack.up(loaded, console)
    made = kafka.create_topics(loaded.kafka, [feed.topic for feed in loaded.feeds])
    if made:
        console.print(f"topics made: {', '.join(made)}")


@app.command()
def down(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Stop the servers that `up` started; their data stays."""
    from millrace import stack

    stack.down(config.load(conf), console)


@app.command()
def status(
    conf: ConfFile = config.DEFAULT_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show each server: version, address, pid, state."""
    from millrace import stack

    servers = stack.status(config.load(conf))
    if as_json:
        print(json.dumps([asdict(server) for server in servers], indent=2))
        return
    table = Table("server", "version", "address", "pid", "state")
    for server in servers:
        table.add_row(
            server.kind,
            server.version or "-",
            server.address,
            str(server.pid or "-"),
            server.state,
        )
    Console().print(table)


@app.command()
def check(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Validate the configuration and reach every server it names."""
    colours = {"ok": "green", "warning": "yellow", "wrong": "red"}
    states = set()
    for finding in checks.findings(config.load(conf)):
        states.add(finding.state)
        colour = colours[finding.state]
        console.print(
            f"[{colour}]{finding.state:8}[/] {finding.subject}: {finding.detail}", highlight=False
        )
    sys.exit(_MISUSED if "wrong" in states else 0)


@app.command()
def demo(
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="An access log, or .gz, to send as well."),
    ] = None,
    count: Annotated[int, typer.Option(min=0, help="How many lines to generate.")] = 200_000,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Start the servers, send lines, run the three jobs, and show what came of them."""
    from millrace.demo import DemoError
    from millrace.demo import run as run_demo

    try:
        sys.exit(0 if run_demo(conf, file=file, count=count, console=console) else _FAILED)
    except DemoError as error:
        _end(str(error), _FAILED)


@app.command()
def simulate(
    format: FormatName,
    count: Annotated[int, typer.Option(min=1, help="How many lines.")],
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Lines a second; as fast as it goes.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same lines.")] = None,
    faults: Annotated[
        float, typer.Option(min=0, max=100, help="Percentage of faulty lines.")
    ] = 0.0,
    topic: Annotated[str | None, typer.Option(help="Default: the format's feed's.")] = None,
    start: Annotated[datetime | None, typer.Option(help="First event time, UTC.")] = None,
    end: Annotated[datetime | None, typer.Option(help="Last event time, UTC; now.")] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print instead of sending.")] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Generate realistic log lines and send them to Kafka."""
    from millrace.simulate.lines import generate

    loaded = config.load(conf)
    feed = _feed_of(loaded, _format(format))
    last = end.replace(tzinfo=timezone.utc) if end else datetime.now(timezone.utc)
    span = timedelta(seconds=count / rate) if rate else _DEFAULT_SPAN
    first = start.replace(tzinfo=timezone.utc) if start else last - span
    if first > last:
        raise typer.BadParameter("it lies after --end", param_hint="--start")
    chosen = random.randrange(2**32) if seed is None else seed
    lines = generate(feed.format, count, seed=chosen, start=first, end=last, faults_percent=faults)
    values = (line.value for line in lines)
    if stdout:
        sys.stdout.buffer.writelines(value + b"\n" for value in values)
        return
    _send(loaded, topic or feed.topic, values, count, rate)


@app.command()
def send(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Log file, or .gz.")],
    topic: Annotated[str, typer.Option(help="Where to.")],
    rate: Annotated[float | None, typer.Option(min=0.01, help="Lines a second.")] = None,
    restamp: Annotated[bool, typer.Option(help="Move the file's times: the last is now.")] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Send the lines of a file to Kafka, each as one message."""
    from millrace.simulate import restamp as stamps

    loaded = config.load(conf)
    count = sum(1 for _ in stamps.read(file))
    lines = stamps.restamp(file, datetime.now(timezone.utc)) if restamp else stamps.read(file)
    _send(loaded, topic, lines, count, rate)
    if restamp:
        console.print(f"times of {file.name} were moved: its last line is now")


@app.command()
def parse(
    format: FormatName,
    file: Annotated[Path | None, typer.Argument(help="Standard input where not given.")] = None,
    received_at: Annotated[datetime | None, typer.Option(help="UTC; now.")] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Print what each line parses to: one JSON object a line, in order."""
    from millrace import preview
    from millrace.session import spark_session

    loaded = config.load(conf)
    countries = checks.country_database(loaded)
    received = (received_at or datetime.now(timezone.utc)).replace(tzinfo=timezone.utc)
    feed = _feed_of(loaded, _format(format))
    with tempfile.TemporaryDirectory() as folder:
        # A copy: Spark takes some names for patterns, and passes over _names and .names.
        lines = Path(folder) / "lines"
        if file is None:
            with lines.open("wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
        elif file.is_file():
            shutil.copyfile(file, lines)
        else:
            raise ConfigurationError(f"{file}: no such file")
        spark = spark_session("millrace-parse", loaded)
        for line in preview.parsed(
            spark,
            lines,
            feed,
            received_at=received,
            country_database=countries,
        ):
            print(line)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(FORMATS)}", param_hint="--format")
    return name


def _feed_of(conf: Config, format: Format) -> Feed:
    """The first feed of that format, or one that is like it."""
    for feed in conf.feeds:
        if feed.format == format:
            return feed
    return Feed(name=format, topic=format, format=format, service_name=format)


def _send(
    conf: Config,
    topic: str,
    lines: Iterable[bytes],
    count: int,
    rate: float | None,
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
        )
    except SendError as error:
        _end(str(error), _FAILED)
    console.print(f"{sent} lines acknowledged by {topic}")
