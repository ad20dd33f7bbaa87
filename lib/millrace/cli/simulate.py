"""The command `millrace simulate`: log lines, changes of databases, changes of products."""

import random
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from millrace import config
from millrace.cli import changes
from millrace.cli.lines import send_lines
from millrace.cli.options import ConfFile, feed_of
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
    send_lines(loaded, topic, values, count, rate, traced=True)


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
