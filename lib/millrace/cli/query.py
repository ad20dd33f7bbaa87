"""The command that asks the query API for lines."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich import progress
from rich.console import Console
from rich.progress import DownloadColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from millrace import config
from millrace.api.downloads import FORMATS
from millrace.cli.options import FAILED, MISUSED, ConfFile, console, end, say
from millrace.records.printable import printable_json
from millrace.tools.terminal import LEVEL_COLOURS, as_text

if TYPE_CHECKING:
    from millrace.api.client import ApiError, Search
    from millrace.api.exported import Exported, Progress

NAMES = ", ".join(f"NAME{suffix}" for suffix in FORMATS)
_PAGE = 1_000
_TELLING = ("message", "request", "event_type", "raw")
_STATES = {"holds": "proven", "fails": "the last proof failed", "never": "not proven yet"}


def query(
    q: Annotated[str, typer.Argument(help="As service_name:web level:ERROR.")] = "",
    since: Annotated[str, typer.Option("--from", help="ISO 8601, epoch, now-15m.")] = "now-1h",
    to: Annotated[str, typer.Option(help="The end, not included.")] = "now",
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed; may be repeated.")] = None,
    size: Annotated[int, typer.Option(min=1, help="Print at most N lines.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
    export: Annotated[
        Path | None,
        typer.Option(help=f"Write all lines that match to a file: {NAMES}."),
    ] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Print the lines that match a query, the newest first. The API must run: `millrace api`.

    How many match and how far to trust it is told on standard error. The exit code is 1 where the
    API is away or a file cannot be had whole, 2 where the query is refused.
    """
    from millrace.api.client import ApiError, Client

    if export is not None and export.suffix not in FORMATS:
        raise typer.BadParameter(f"expected {NAMES}", param_hint="--export")
    with Client(conf=conf) as client:
        found = client.search(q, since, to, feed or (), min(size, _PAGE))
        try:
            if export is None:
                _print(found, size, as_json)
            else:
                _export(found, export)
        except ApiError as error:
            end_refused(error)


def end_refused(error: "ApiError") -> NoReturn:
    """Ends the program with what the API says: 2 where it is the request's fault, else 1."""
    is_refused = error.status is not None and 400 <= error.status < 500
    is_busy = error.status == 429
    end(_reason(error), MISUSED if is_refused and not is_busy else FAILED)


def _print(found: "Search", size: int, as_json: bool) -> None:
    out, printed = Console(highlight=False), 0
    for page in found.pages():
        for line in page["items"][: size - printed]:
            if as_json:
                print(printable_json(json.dumps(line)))
            else:
                out.print(_drawn(line), soft_wrap=True)
        printed = min(size, printed + len(page["items"]))
        if printed == size:
            break
    tell(_of_total(page, printed), page)


def _export(found: "Search", path: Path) -> None:
    with exporting(path) as progress:
        made = found.export(path, progress)
    tell_export(made, path)


@contextmanager
def exporting(path: Path) -> "Iterator[Progress]":
    """Shows how large a file is that comes; to be called with the bytes that came so far."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn())
    with progress.Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:
        task = shown.add_task(str(path), total=None)
        yield lambda size: shown.update(task, completed=size)


def tell_export(made: "Exported", path: Path) -> None:
    """Says what a file has, and how far to trust it."""
    told = {"proof": made.proof, "freshness": made.freshness}
    tell(f"{_lines(made.lines)} from {made.since} to {made.until} in {path}", told)


def _drawn(line: dict[str, Any]) -> Text:
    level = str(line.get("level", "-"))
    drawn = as_text(str(line.get("timestamp", "-")), "cyan")
    drawn.append(" ").append(as_text(line["feed"], "bright_black"))
    drawn.append(" ").append(as_text(str(line.get("service_name", "-")), "bold"))
    drawn.append(" ").append(as_text(f"{level:<5}", LEVEL_COLOURS.get(level, "")))
    return drawn.append(" ").append(as_text(_message(line)))


def _message(line: dict[str, Any]) -> str:
    """What a line says, in the fields that its format has for that."""
    if "method" in line and "message" not in line:
        return " ".join(str(line.get(name, "-")) for name in ("method", "path", "status_code"))
    return next((str(line[name]) for name in _TELLING if name in line), "")


def _of_total(page: dict[str, Any], printed: int) -> str:
    """How many were printed, and of how many."""
    total, relation = page["total"]["value"] or 0, page["total"]["relation"]
    if page["next"] is None and printed >= total:
        return _lines(printed)
    least = "" if relation == "exact" else "at least "
    return f"{printed:,} of {least}{_lines(max(printed, total))}"


def _lines(count: int) -> str:
    return f"{count:,} {'line' if count == 1 else 'lines'}"


def tell(shown: str, about: dict[str, Any]) -> None:
    """Says what was shown, and of each feed how far to trust it."""
    say(shown)
    fresh = {one["feed"]: one for one in about["freshness"]}
    for proof in about["proof"]:
        state, own = _STATES[proof["state"]], fresh[proof["feed"]]
        told = [f"{state} since {proof['since']}" if proof["state"] == "holds" else state]
        if own["committed_until"]:
            told.append(f"stored up to what was received at {own['committed_until']}")
        if own["lag_lines"]:
            told.append(f"{own['lag_lines']:,} lines wait in Kafka")
        say(f"{proof['feed']}: {', '.join(told)}")


def _reason(error: "ApiError") -> str:
    reason = str(error)
    if error.position is not None:
        reason += f" (character {error.position + 1})"
    return reason + (f"; is it {' or '.join(error.nearest)}?" if error.nearest else "")
