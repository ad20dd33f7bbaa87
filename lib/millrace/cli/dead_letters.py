"""Commands for dead letters: list, show, requeue, discard, resolve."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from millrace import config
from millrace.cli.chosen_letters import (
    DryRun,
    Everything,
    FeedName,
    Ids,
    Note,
    ReasonName,
    Since,
    chosen_by,
    feeds_of,
    filter_of,
)
from millrace.cli.options import FAILED, ConfFile, console, end, say
from millrace.config import Config, Feed, entities
from millrace.records.dead_letters import COLLECTION, OPEN, STATUSES, Status
from millrace.records.printable import printable_json
from millrace.tools.terminal import as_text

if TYPE_CHECKING:
    from millrace.io.mongo.letters import Filter, Letter
    from millrace.proof.requeue import Requeued

app = typer.Typer(no_args_is_help=True, help="Inspect, requeue and settle dead letters.")


_CUT = (
    "they hold only the first bytes of their line. The whole line is in Kafka or the archive: parse"
    " it again with `millrace replay`, or pass a line with --line"
)
_LONGEST_LINE = 100
_WIDTH = 200  # columns of what is piped


@app.command("list")
def list_letters(
    feed: FeedName = None,
    reason: ReasonName = None,
    since: Since = None,
    status: Annotated[
        str | None, typer.Option(help="|".join(STATUSES) + ". Default: new and requeued.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most N letters, newest first.")] = 20,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per letter.")
    ] = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Show the newest dead letters, and the number of letters by reason."""
    from millrace.io import mongo
    from millrace.io.mongo import letters

    chosen = filter_of(feed=feed, reason=reason, since=since, status=status)
    db = mongo.database(config.load(conf).mongo)
    listed = letters.find(db, chosen, limit=limit)
    if as_json:
        for letter in listed:
            print(printable_json(json.dumps(_plain(letter), ensure_ascii=False)))
        return
    # Where nobody sees how wide the screen is, nothing need be cut off.
    out = Console(width=None if sys.stdout.isatty() else _WIDTH)
    table = Table(Column("id", no_wrap=True), "reason", "status", "detail", "line")
    for letter in listed:
        plain = _plain(letter)
        table.add_row(
            *(as_text(plain[name]) for name in ("_id", "reason", "status")),
            as_text(_detail(letter)),
            as_text(plain.get("raw", "")[:_LONGEST_LINE]),
        )
    out.print(table)
    for row in letters.counts(db, chosen):
        named = f"{row['feed']}  {row['reason']}  {row['status']}"
        out.print(as_text(f"{row['n']:>9}  {named}", "dim"))


@app.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="ID")],
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Print one letter in full, as JSON."""
    from millrace.io import mongo
    from millrace.io.mongo import letters

    db = mongo.database(config.load(conf).mongo)
    document = next(letters.find(db, letters.Filter(ids=(letter,))), None)
    if document is None:
        end(f"there is no dead letter {letter}", FAILED)
    print(printable_json(json.dumps(_plain(document), indent=2, ensure_ascii=False)))


@app.command("requeue")
def requeue_letters(
    ids: Ids = None,
    feed: FeedName = None,
    reason: ReasonName = None,
    since: Since = None,
    everything: Everything = False,
    line: Annotated[
        str | None,
        typer.Option(help="Parse this line instead of the stored one, for exactly one id."),
    ] = None,
    dry_run: DryRun = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Parse open letters again with today's parser, and resolve those that become records."""
    chosen = chosen_by(ids, feed, reason, since, everything)
    if line is not None and len(chosen.ids) != 1:
        raise typer.BadParameter("needs exactly one id", param_hint="--line")
    loaded = config.load(conf)
    records, cut, still_dead = 0, 0, Counter[str]()
    if loaded.changes:
        loaded = loaded.model_copy(update={"feeds": (*loaded.feeds, *entities.feeds(loaded))})
    for one in feeds_of(loaded, chosen):
        done = _requeued(loaded, one, chosen, line, dry_run=dry_run)
        records += done.records
        cut += done.cut
        still_dead.update(done.still_dead)
    say(f"{records} letters {'would become' if dry_run else 'became'} records")
    for name, count in still_dead.most_common():
        say(f"{count} letters are still dead: {name}")
    if cut:
        say(f"{cut} letters were skipped: {_CUT}")
    if chosen.ids and not records and not still_dead:
        if cut:
            sys.exit(FAILED)
        end("none of these is an open dead letter", FAILED)


def _requeued(
    conf: Config, feed: Feed, chosen: "Filter", line: str | None, *, dry_run: bool
) -> "Requeued":
    """What became of the feed's open letters that were chosen, with a bar while it goes on."""
    from millrace.io import mongo
    from millrace.io.mongo import letters
    from millrace.proof.requeue import Requeued, requeue
    from millrace.proof.requeue_changes import requeue_changes

    captured = entities.of(conf).all if conf.changes else ()
    entity = next((one for one in captured if one.topic == feed.topic), None)
    again = partial(requeue_changes, conf, entity) if entity else partial(requeue, conf, feed)
    db = mongo.database(conf.mongo)
    of_feed = letters.Filter(chosen.ids, feed.name, chosen.reason, chosen.since, OPEN)
    count = db[COLLECTION].count_documents(of_feed.query)
    if not count:
        return Requeued()
    with _progress() as progress:
        task = progress.add_task(feed.name, total=count)
        return again(
            letters.snapshot(db, of_feed),
            line=None if line is None else line.encode(),
            dry_run=dry_run,
            on_progress=lambda done: progress.update(task, completed=done),
        )


@app.command()
def discard(
    ids: Ids = None,
    feed: FeedName = None,
    reason: ReasonName = None,
    since: Since = None,
    everything: Everything = False,
    note: Note = None,
    dry_run: DryRun = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Mark open letters as not worth fixing."""
    _settle("discarded", chosen_by(ids, feed, reason, since, everything), note, dry_run, conf)


@app.command()
def resolve(
    ids: Ids = None,
    feed: FeedName = None,
    reason: ReasonName = None,
    since: Since = None,
    everything: Everything = False,
    note: Note = None,
    dry_run: DryRun = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Mark open letters as handled in some other way."""
    _settle("resolved", chosen_by(ids, feed, reason, since, everything), note, dry_run, conf)


def _settle(
    status: Status, chosen: "Filter", note: str | None, dry_run: bool, conf: ConfFile
) -> None:
    from millrace.io import mongo
    from millrace.io.mongo import letters

    db = mongo.database(config.load(conf).mongo)
    if dry_run:
        say(f"{letters.count_open(db, chosen)} letters would be {status}")
        return
    count = letters.settle(db, chosen, status, note)
    say(f"{count} letters {status}")
    if chosen.ids and not count:
        end("none of these is an open dead letter", FAILED)


def _detail(letter: "Letter") -> str:
    from millrace.io.mongo import letters

    detail = str(letter.get("detail", ""))[:_LONGEST_LINE]
    return (
        f"{detail}; the first {len(letter['raw'])} bytes kept" if letters.is_cut(letter) else detail
    )


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console)


def _plain(letter: "Letter") -> dict[str, Any]:
    """The letter as JSON can hold it: times in ISO 8601, bytes as text, others escaped."""

    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="milliseconds")
        if isinstance(value, bytes):
            return value.decode("utf-8", errors="backslashreplace")
        return value

    return {key: plain(value) for key, value in letter.items()}
