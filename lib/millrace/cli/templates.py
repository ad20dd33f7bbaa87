"""Commands for message templates: mine, list."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from millrace import config
from millrace.cli.options import FAILED, ConfFile, console, end, say
from millrace.config import Config, ConfigurationError, Feed
from millrace.io import template_files
from millrace.io.template_files import Templates
from millrace.records.fields import ENRICHED, TEMPLATE_ID
from millrace.records.tables import NO_VALUE
from millrace.tools.terminal import as_text

if TYPE_CHECKING:
    from millrace.io.mysql.templates import Seen
    from millrace.tools.mining import Mined

app = typer.Typer(no_args_is_help=True, help="Mine and list message templates.")

FeedName = Annotated[str | None, typer.Option("--feed", help="Only this feed.")]

_SOURCES = ("mongo", "archive")
_SHOWN = timedelta(hours=24)


@app.command()
def mine(
    feed: FeedName = None,
    source: Annotated[str, typer.Option("--from", help="|".join(_SOURCES))] = "mongo",
    max_messages: Annotated[int, typer.Option(min=1, help="Read the newest N messages.")] = 200_000,
    min_messages: Annotated[
        int, typer.Option(min=1, help="Only add templates that match at least N messages.")
    ] = 10,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start without the existing templates.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the templates; write nothing.")
    ] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Mine templates from stored messages and add them to the feed's file, read at job start.

    Existing templates are kept. Templates contain words of messages: review them before you
    publish them.
    """
    from millrace.tools import mining

    if source not in _SOURCES:
        raise typer.BadParameter(f"{source!r} is not one of {', '.join(_SOURCES)}")
    loaded = config.load(conf)
    read = 0
    for chosen in _feeds(loaded, feed):
        messages = mining.stored_messages(loaded, chosen, source, max_messages)
        try:
            came = mining.mined(
                _drawn(messages, chosen, max_messages),
                template_files.load(loaded.detection.templates, chosen.name),
                source=source,
                mined_at=datetime.now(UTC).replace(microsecond=0),
                min_messages=min_messages,
                fresh=fresh,
            )
        except mining.MiningError as error:
            end(str(error), FAILED)
        read += came.after.messages
        _settle(loaded, chosen, came, dry_run)
    if not read:
        end(f"there are no messages in {source}", FAILED)


@app.command("list")
def list_templates(feed: FeedName = None, conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Show the templates, the messages that matched each in the last 24 hours, and what changed.

    New: first seen in this hour or the one before. Vanished: missing in the hour before for the
    first time.
    """
    from millrace.io import mysql
    from millrace.io.mysql import templates as seen_templates

    loaded = config.load(conf)
    out, now = Console(), datetime.now(UTC).replace(tzinfo=None)
    for chosen in _feeds(loaded, feed):
        known = template_files.load(loaded.detection.templates, chosen.name)
        with mysql.connection(loaded.mysql) as opened, opened.cursor() as cursor:
            seen = seen_templates.seen(cursor, chosen, now - _SHOWN, now)
        out.print(_listed(chosen, known, seen))
        _show_unmatched(loaded, chosen, seen, out)


def _feeds(conf: Config, name: str | None) -> list[Feed]:
    """The feeds whose messages have templates, or the one that is asked for."""
    feeds = [feed for feed in conf.feeds if TEMPLATE_ID in ENRICHED[feed.layout]]
    chosen = feeds if name is None else [conf.feed(name)]
    if not chosen or chosen[0] not in feeds:
        without = " and ".join(name for name in ENRICHED if TEMPLATE_ID not in ENRICHED[name])
        raise ConfigurationError(f"feeds: feeds of format {without} have no message templates")
    return chosen


def _drawn(messages: Iterable[str], feed: Feed, limit: int) -> Iterator[str]:
    """The messages, counted on the console as they come."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"messages of {feed.name}", total=limit)
        yield from progress.track(messages, total=limit, task_id=task)
        progress.update(task, total=progress.tasks[0].completed)


def _settle(conf: Config, feed: Feed, came: "Mined", dry_run: bool) -> None:
    """Writes the file unless there is nothing to write, and says what came of the mining."""
    after, read = came.after, came.after.messages
    if not read:
        say(f"{feed.name}: no messages")
        return
    file = template_files.path(conf.detection.templates, feed.name)
    if dry_run:
        _show_mined(feed, came, Console())
    else:
        template_files.save(conf.detection.templates, feed.name, after)
    say(
        f"{feed.name}: {read:,} messages, {len(after.templates):,} templates"
        f" ({len(came.added):,} new, {came.removed:,} removed),"
        f" matching {100 * came.matched / read:.1f} % of the messages;"
        f" {file} {'would become' if dry_run else 'is now'} version {after.version}"
    )


def _listed(feed: Feed, known: Templates, seen: "Seen") -> Table:
    table = _table(feed, known, "events 24 h", "share %", "change")
    texts = {template.id: template.text for template in known.templates}
    missing = seen.events.keys() - texts.keys() - {NO_VALUE}
    texts |= dict.fromkeys(sorted(missing), "(not in the file)")
    for name in sorted(texts, key=lambda name: -seen.events.get(name, 0)):
        events = seen.events.get(name, 0)
        share = f"{100 * events / seen.total:.1f}" if seen.total else "-"
        named = (as_text(name), as_text(texts[name]))
        table.add_row(*named, f"{events:,}", share, seen.changes.get(name, ""))
    return table


def _show_unmatched(conf: Config, feed: Feed, seen: "Seen", out: Console) -> None:
    if not seen.total:
        out.print("no events in the last 24 hours\n")
        return
    ratio = seen.unmatched / seen.total
    out.print(
        f"{seen.unmatched:,} of {seen.total:,} events match no template ({100 * ratio:.1f} %)",
        highlight=False,
    )
    if ratio > conf.detection.max_unmatched_ratio:
        out.print(f"[yellow]mine again:[/] millrace templates mine --feed {feed.name}")
    out.print()


def _show_mined(feed: Feed, came: "Mined", out: Console) -> None:
    table = _table(feed, came.after, "messages", "")
    for template in came.after.templates:
        is_new = "new" if template in came.added else ""
        table.add_row(template.id, as_text(template.text), f"{template.messages:,}", is_new)
    out.print(table)


def _table(feed: Feed, known: Templates, *columns: str) -> Table:
    """A table whose columns after id and template are numbers, but for the last."""
    title = f"{feed.name}: no templates"
    if known.mined_at:
        title = (
            f"{feed.name}: version {known.version}, mined from {known.messages:,} messages of"
            f" {known.source} at {known.mined_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        )
    table = Table(title=Text(title), title_justify="left")
    table.add_column("id", no_wrap=True)
    table.add_column("template", overflow="fold")
    for name in columns:
        table.add_column(name, justify="left" if name == columns[-1] else "right")
    return table
