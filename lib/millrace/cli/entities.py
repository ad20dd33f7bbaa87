"""The command that asks the query API for captured rows."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace import config
from millrace.cli.options import ConfFile
from millrace.cli.query import end_refused, tell
from millrace.records.printable import printable_json

if TYPE_CHECKING:
    from millrace.api.captured import Captured

_PAGE = 1_000


def entities(
    entity: Annotated[str | None, typer.Argument(help="Else all entities are listed.")] = None,
    key: Annotated[
        list[str] | None, typer.Argument(help="The values of a row's key, in their order.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD:VALUE", help="As name:Bob* or popularity:>=5; all must hold."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="As it was then, by commits: ISO 8601, now-1h.")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Print the versions of the row, the last first.")
    ] = False,
    size: Annotated[int, typer.Option(min=1, help="Print at most N rows.")] = 50,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Print captured rows as JSON, a row a line. The API must run: `millrace api`.

    How far to trust them is told on standard error. The exit code is 1 where the API is away, 2
    where it refuses what is asked.
    """
    from millrace.api.client import ApiError, Client

    if history and not (entity and key):
        raise typer.BadParameter("expected an entity and a key", param_hint="--history")
    if key and where:
        raise typer.BadParameter("works only without a key", param_hint="--where")
    with Client(conf=conf) as client:
        captured = client.captured
        try:
            if entity is None:
                _print(captured.entities())
            elif not key:
                _print_rows(captured, entity, where or (), as_of, size)
            elif history:
                _print(captured.versions(entity, *key))
            else:
                answer = captured.row(entity, *key, as_of=as_of)
                _print([answer["item"]])
                tell(f"a row of {entity}", answer)
        except ApiError as error:
            end_refused(error)


def _print(items: Iterable[dict[str, Any]]) -> None:
    for item in items:
        print(printable_json(json.dumps(item)))


def _print_rows(
    captured: "Captured", entity: str, where: Iterable[str], as_of: str | None, size: int
) -> None:
    printed = 0
    for page in captured.pages(entity, list(where), as_of, min(size, _PAGE)):
        items = page["items"][: size - printed]
        _print(items)
        printed += len(items)
        if printed == size:
            break
    least = "" if page["total"]["relation"] == "exact" else "at least "
    tell(f"{printed:,} of {least}{page['total']['value']:,} rows of {entity}", page)
