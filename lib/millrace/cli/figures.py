"""The command that asks the query API for figures."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from millrace import config
from millrace.api.downloads import FORMATS
from millrace.cli.options import ConfFile
from millrace.cli.query import NAMES, end_refused, exporting, tell, tell_export
from millrace.records.printable import printable_json


def figures(
    table: Annotated[str, typer.Argument(help="As levels_by_minute: GET /v1/figures has all.")],
    since: Annotated[str, typer.Option("--from", help="ISO 8601, epoch, now-15m.")] = "now-1h",
    to: Annotated[str, typer.Option(help="The end, not included.")] = "now",
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed; may be repeated.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(help="A key that rows are told apart by; may be repeated. Else summed."),
    ] = None,
    step: Annotated[str, typer.Option(help="Rows are of so long: 1m, 5m, 1h.")] = "1m",
    where: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Only these; may be repeated.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help=f"Write all rows to a file, without a limit: {NAMES}.")
    ] = None,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Print a table's figures as JSON, a row a line. The API must run: `millrace api`.

    How far to trust them is told on standard error, and in a file beside each row. The exit code is
    1 where the API is away or a file cannot be had whole, 2 where it refuses what is asked.
    """
    from millrace.api.client import ApiError, Client

    if export is not None and export.suffix not in FORMATS:
        raise typer.BadParameter(f"expected {NAMES}", param_hint="--export")
    asked = (table, since, to, feed or (), by or (), step)
    with Client(conf=conf) as client:
        try:
            if export is None:
                answer = client.figures_answer(*asked, **_values(where or ()))
                for row in answer["rows"]:
                    print(printable_json(json.dumps(row)))
                tell(f"{len(answer['rows']):,} rows of {table}", answer)
            else:
                with exporting(export) as progress:
                    made = client.export_figures(export, *asked, progress, **_values(where or ()))
                tell_export(made, export)
        except ApiError as error:
            end_refused(error)


def _values(where: list[str] | tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for one in where:
        name, is_given, value = one.partition("=")
        if not is_given:
            raise typer.BadParameter(f"{one!r}: expected KEY=VALUE", param_hint="--where")
        values.setdefault(name, []).append(value)
    return values
