"""Commands for routes: list, forget."""

from operator import itemgetter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from millrace import config
from millrace.cli.options import FAILED, ConfFile, end, say
from millrace.config import Config, Feed
from millrace.io.names import RouteStore
from millrace.tools.terminal import as_text

app = typer.Typer(no_args_is_help=True, help="List the routes that have a name, and free some.")

FeedName = Annotated[str, typer.Option("--feed", help="The feed.")]


@app.command("list")
def list_routes(feed: FeedName, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """List the routes that documents and figures name, in the order in which they came."""
    loaded = config.load(conf)
    chosen = loaded.feed(feed)
    table = Table("route", "place", "named")
    stores = _stores(loaded, chosen)
    slots = {route: slot for store in stores for route, slot in store.taken().items()}
    older = {route for store in stores for one in store.epochs() for route in one.names}
    for route, slot in sorted(slots.items(), key=itemgetter(1)):
        table.add_row(as_text(route), str(slot), "")
    for route in sorted(older - slots.keys()):
        table.add_row(as_text(route), "", "in older lines")
    Console().print(table)
    say(f"{len(slots)} of {chosen.max_routes} places are taken")


@app.command()
def forget(
    feed: FeedName,
    routes: Annotated[list[str], typer.Argument(help="Routes, as `routes list` shows them.")],
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Free the places of routes, so that others can have a name. Stop ingest and aggregate first.

    Lines that the jobs have committed keep the names that there are now, whatever computes them
    again; later lines may take the places. What is stored stays as it is, and still reconciles.
    """
    from millrace.io.mongo import MongoLedger
    from millrace.io.mysql import MysqlLedger

    loaded = config.load(conf)
    chosen = loaded.feed(feed)
    documents, figures = _stores(loaded, chosen)
    of_figures = figures.taken()
    # Documents have the figures' names, and their own while MySQL did not answer.
    known = documents.taken().keys() | of_figures
    unknown = [route for route in routes if route not in known]
    if unknown:
        end(f"{feed} has no route {unknown[0]!r}: millrace routes list --feed {feed}", FAILED)
    documents.forget(routes, known, MongoLedger(loaded.mongo, chosen).taken().ranges)
    figures.forget(routes, of_figures, MysqlLedger(loaded.mysql, chosen).taken().ranges)
    say(f"{len(known & set(routes))} places are free again")


def _stores(conf: Config, feed: Feed) -> tuple[RouteStore, RouteStore]:
    """What keeps the routes of documents, and those of figures; made where they are missing."""
    from millrace.io import mongo, mysql

    mongo.prepare(conf.mongo, feed)
    mysql.prepare(conf.mysql)
    return mongo.MongoRoutes(conf.mongo, feed.name), mysql.MysqlRoutes(conf.mysql, feed.name)
