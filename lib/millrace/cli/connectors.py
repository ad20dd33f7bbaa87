"""Commands for connectors: apply, status, restart, pause, resnapshot, remove."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from millrace import config
from millrace.cli.options import FAILED, ConfFile, console
from millrace.tools.terminal import as_text

if TYPE_CHECKING:
    from millrace.tools.connectors import Connectors, Said

app = typer.Typer(
    no_args_is_help=True, help="Set up and watch what captures the changes of databases."
)
SourceNames = Annotated[
    list[str] | None, typer.Argument(help="postgres, mariadb, mongo; all if none is given.")
]
_COLOURS = {"ok": "green", "made": "green", "note": "yellow", "wrong": "red"}


@app.command()
def apply(sources: SourceNames = None, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Make databases and connectors as configured, and wait until these run.

    A second time changes nothing.
    """
    connectors = _connectors(conf)
    _tell(connectors.apply(connectors.chosen(sources or [])))


@app.command()
def status(sources: SourceNames = None, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Show how each connector is, and what its database says of it."""
    connectors = _connectors(conf)
    _tell(connectors.status(connectors.chosen(sources or [])))


@app.command()
def restart(sources: SourceNames = None, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Start connectors and their tasks again."""
    connectors = _connectors(conf)
    _tell(connectors.restart(connectors.chosen(sources or [])))


@app.command()
def pause(sources: SourceNames = None, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Stop reading until the next apply or restart; databases keep what is not read."""
    connectors = _connectors(conf)
    _tell(connectors.pause(connectors.chosen(sources or [])))


@app.command()
def resnapshot(
    names: Annotated[list[str], typer.Argument(help="Entities; with --all, sources.")],
    whole: Annotated[
        bool, typer.Option("--all", help="Begin anew with a snapshot, as after a lost slot.")
    ] = False,
    where: Annotated[
        str | None, typer.Option(help="SQL condition: only these rows of the tables.")
    ] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Read rows again as they are now, while changes go on."""
    connectors = _connectors(conf)
    if whole and where:
        raise typer.BadParameter("works only without --all", param_hint="--where")
    if whole:
        chosen = connectors.chosen(names)
        _tell(line for source in chosen for line in connectors.snapshot_anew(source))
    else:
        _tell(connectors.signal(names, where))


@app.command()
def remove(
    sources: Annotated[list[str], typer.Argument(help="postgres, mariadb, mongo.")],
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Remove connectors and how far they have come; what is stored stays."""
    connectors = _connectors(conf)
    _tell(connectors.remove(connectors.chosen(sources)))


def _connectors(conf: Path) -> "Connectors":
    from millrace.tools.connectors import Connectors

    return Connectors.of(config.load(conf))


def _tell(lines: "Iterable[Said]") -> None:
    """Prints the lines as they come, and ends; with 1 where one of them is wrong."""
    is_right = True
    for line in lines:
        is_right &= line.kind != "wrong"
        kind = Text(f"{line.kind:6}", _COLOURS[line.kind])
        text = as_text(f"{line.connector}: {line.text}")
        console.print(Text.assemble(kind, text), soft_wrap=True)
    sys.exit(0 if is_right else FAILED)
