"""The command that writes a report of a span of time."""

from pathlib import Path
from typing import Annotated

import typer

from millrace import config
from millrace.cli.options import ConfFile, say
from millrace.cli.query import end_refused


def report(
    file: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    since: Annotated[
        str, typer.Option("--from", help="ISO 8601 (UTC unless it has a zone), epoch, now-1d.")
    ] = "now-24h",
    to: Annotated[str, typer.Option(help="The end, not included.")] = "now",
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed; may be repeated.")] = None,
    tz: Annotated[
        str, typer.Option(help="The zone that times are shown in, as Europe/Berlin.")
    ] = "UTC",
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Write a report of a span of time: one HTML file with charts, tables, and how far to trust it.

    It needs nothing else, and prints to A4. The API must run: `millrace api`. The exit code is 1
    where the API is away or the file cannot be written, 2 where the API refuses what is asked.
    """
    from millrace.api.client import ApiError, Client

    with Client(conf=conf) as client:
        try:
            client.report(file, since, to, feed or (), tz)
        except ApiError as error:
            end_refused(error)
    say(f"wrote {file}")
