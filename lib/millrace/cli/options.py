"""What several commands share: options, where they print, and how they end."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from millrace.config import Config, Feed
from millrace.records.formats import PRESETS
from millrace.records.printable import printable
from millrace.runtime.repeated import DURATION, UNITS
from millrace.tools.terminal import as_text

ConfFile = Annotated[Path, typer.Option("--conf", help="Configuration file.")]
FormatName = Annotated[
    str, typer.Option("--format", help="A preset, or a format that the configuration declares.")
]

FAILED, MISUSED = 1, 2

console = Console(stderr=True)


def say(message: str) -> None:
    """Prints one line on standard error, whatever it quotes."""
    console.print(as_text(message), soft_wrap=True)


def end(message: str, code: int) -> NoReturn:
    """Ends the program with one line on standard error."""
    print(f"millrace: {printable(message)}", file=sys.stderr)
    sys.exit(code)


def instant(text: str) -> datetime:
    """The time that ``text`` names, in UTC: a time ago (90m, 6h, 2d), or ISO 8601.

    Raises typer.BadParameter if it is neither.
    """
    try:
        if match := DURATION.fullmatch(text):
            return datetime.now(UTC) - timedelta(**{UNITS[match[2]]: int(match[1])})
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text!r} is neither a duration (90m, 6h, 2d) nor an ISO 8601 time"
        ) from None


def feed_of(conf: Config, format: str) -> Feed:
    """The first feed of that format alone, or one that is like it.

    Raises typer.BadParameter where there is no such format.
    """
    for feed in conf.feeds:
        if feed.format == format:
            return feed
    known = (*PRESETS, *conf.formats)
    if format not in known:
        raise typer.BadParameter(
            f"{format!r} is not one of {', '.join(known)}", param_hint="--format"
        )
    name = format[:32]
    return Feed(name=name, topic=name, format=format, service_name=name)
