"""Commands for routes: list, forget."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from millrace import config
from millrace.cli.options import FAILED, ConfFile, end, say
from millrace.config import Config, Feed
from millrace.io.names import RouteStore
from millrace.records.names import Forgotten
from millrace.tools.terminal import as_text

app = typer.Typer(no_args_is_help=True, help="List the routes that have a name, and free some.")

FeedName = Annotated[str, typer.Option("--feed", help="The feed.")]


@app.command("list")
def list_routes(feed: FeedName, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """List the routes that documents and figures name, in the order in which they came."""
    loaded = config.load(conf)
    chosen = loaded.feed(feed)
    table = Table("route", "documents", "figures", "lines before keep it")
    documents, figures = _stores(loaded, chosen)
    slots = [store.taken() for store in (documents, figures)]
    gone = {one.name: one for store in (documents, figures) for one in store.forgotten()}
    for route in sorted({*slots[0], *slots[1], *gone}, key=lambda name: _order(name, slots)):
        marks = ("named" if route in own else "" for own in slots)
        table.add_row(as_text(route), *marks, _until(gone.get(route)))
    Console().print(table)
    for what, own in zip(("documents", "figures"), slots, strict=True):
        say(f"{len(own)} of {chosen.max_routes} routes of {what} are taken")


@app.command()
def forget(
    feed: FeedName,
    routes: Annotated[list[str], typer.Argument(help="Routes, as `routes list` shows them.")],
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Free the places of routes, so that others can have a name. Stop ingest and aggregate first.

    Lines that the jobs have committed keep the route; a line that comes later may take a place
    again. Figures and documents that are stored stay as they are, and still reconcile.
    """
    from millrace.io.mongo import MongoLedger
    from millrace.io.mysql import MysqlLedger

    loaded = config.load(conf)
    chosen = loaded.feed(feed)
    known = {name for store in _stores(loaded, chosen) for name in store.taken()}
    unknown = [route for route in routes if route not in known]
    if unknown:
        end(f"{feed} has no route {unknown[0]!r}: millrace routes list --feed {feed}", FAILED)
    documents, figures = _stores(loaded, chosen)
    freed = documents.forget(routes, MongoLedger(loaded.mongo, chosen).taken().ranges)
    say(f"documents: {freed} places are free again")
    freed = figures.forget(routes, MysqlLedger(loaded.mysql, chosen).taken().ranges)
    say(f"figures: {freed} places are free again")


def _stores(conf: Config, feed: Feed) -> tuple[RouteStore, RouteStore]:
    """What keeps the routes of documents, and those of figures; made where they are missing."""
    from millrace.io import mongo, mysql

    mongo.prepare(conf.mongo, feed)
    mysql.prepare(conf.mysql)
    return mongo.MongoRoutes(conf.mongo, feed.name), mysql.MysqlRoutes(conf.mysql, feed.name)


def _order(route: str, slots: list[dict[str, int]]) -> tuple[int, str]:
    places = [own[route] for own in slots if route in own]
    return min(places, default=1 << 30), route


def _until(forgotten: Forgotten | None) -> str:
    return "" if forgotten is None else "yes"
