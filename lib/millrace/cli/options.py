"""What several commands share: options, where they print, and how they end."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from millrace.config import Config, Feed
from millrace.records.formats import FORMATS, Format

ConfFile = Annotated[Path, typer.Option("--conf", help="The configuration.")]
FormatName = Annotated[str, typer.Option("--format", help="|".join(FORMATS))]

FAILED, MISUSED = 1, 2

console = Console(stderr=True)


def end(message: str, code: int) -> NoReturn:
    """Ends the program with one line on standard error."""
    print(f"millrace: {message}", file=sys.stderr)
    sys.exit(code)


def format_named(name: str) -> Format:
    """The format of that name; raises typer.BadParameter where there is none."""
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(FORMATS)}", param_hint="--format")
    return name


def feed_of(conf: Config, format: Format) -> Feed:
    """The first feed of that format, or one that is like it."""
    for feed in conf.feeds:
        if feed.format == format:
            return feed
    return Feed(name=format, topic=format, format=format, service_name=format)
