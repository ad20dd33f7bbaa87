"""The command `millrace revise`: recomputes windows."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from millrace import config
from millrace.cli.options import FAILED, ConfFile, console, instant
from millrace.records.tables import WINDOW_S

if TYPE_CHECKING:
    from millrace.proof.revise import Revision

_WINDOW = timedelta(seconds=WINDOW_S)
_MOST_NAMED = 10
_MOST_WINDOWS = 100_000


def revise(
    feed: Annotated[str, typer.Option(help="Feed to revise.")],
    windows: Annotated[
        list[str] | None,
        typer.Option(help="A minute, or a range FROM/TO (TO excluded): ISO 8601, UTC."),
    ] = None,
    from_reconcile: Annotated[
        bool,
        typer.Option(
            "--from-reconcile", help="Windows that a recount finds wrong or without late lines."
        ),
    ] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Recompute closed windows from the archive, with late lines, and replace their rows.

    Windows that are still open, or not completely in the archive, are refused and listed.
    """
    from millrace.proof import revise as proof
    from millrace.proof.recount import recount
    from millrace.runtime.session import spark_session

    if bool(windows) == from_reconcile:
        raise typer.BadParameter("give either --windows or --from-reconcile")
    loaded = config.load(conf)
    chosen = loaded.feed(feed)
    named = {start for text in windows or () for start in _minutes(text)}
    spark = spark_session("millrace-revise", loaded)
    with console.status(feed) as status:
        if from_reconcile:
            status.update(f"{feed}: recounting")
            compared = recount(spark, loaded, chosen, None).compared
            named = {start for _, start in compared.differing} | compared.late.keys()
        status.update(f"{feed}: computing {len(named):,} windows")
        came = proof.revise(spark, loaded, chosen, named)
    _show(feed, came)
    if came.refused:
        sys.exit(FAILED)


def _show(feed: str, came: "Revision") -> None:
    out = Console(highlight=False, soft_wrap=True)
    for start, reason in sorted(came.refused.items())[:_MOST_NAMED]:
        out.print(f"[red]refused[/] {start:%Y-%m-%d %H:%M}: {reason}")
    if len(came.refused) > _MOST_NAMED:
        out.print(f"and {len(came.refused) - _MOST_NAMED:,} more windows refused")
    empty = ": no line has a timestamp in them" if came.windows and not came.rows else ""
    out.print(f"{feed}: {len(came.windows):,} windows revised, {came.rows:,} rows{empty}")


def _minutes(text: str) -> Iterator[datetime]:
    """The windows of a minute or span, as the database has them: UTC, without a zone."""
    first, slash, last = text.partition("/")
    start = instant(first).astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    end = start + _WINDOW
    if slash:
        end = instant(last).astimezone(UTC).replace(tzinfo=None)
    if end <= start or (end - start) / _WINDOW > _MOST_WINDOWS:
        raise typer.BadParameter(f"{text!r} is not a range of at most {_MOST_WINDOWS:,} minutes")
    while start < end:
        yield start
        start += _WINDOW
