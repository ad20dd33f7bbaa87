"""The command `millrace reconcile`: checks that each line is stored exactly once."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from millrace import config
from millrace.cli import changes, verdicts, warehouse_proof
from millrace.cli.options import FAILED, ConfFile, console, instant, say
from millrace.config import Config, Feed
from millrace.records import reconciliations
from millrace.records.printable import printable_json
from millrace.records.reconciliations import Reconciliation
from millrace.runtime.repeated import duration, repeated

if TYPE_CHECKING:
    from millrace.proof.reconcile import Verdict


_Feed = Annotated[str | None, typer.Option(help="Only this feed.")]
_Since = Annotated[
    str | None,
    typer.Option(help="Only lines received since: 90m, 6h, 2d, or an ISO 8601 time (UTC)."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per feed.")]
_Every = Annotated[
    str | None,
    typer.Option(
        help="Check again each time this long has passed (10m, 1h, 1d), until SIGTERM or SIGINT"
        " ends it with 0. What does not pass, or cannot be checked, is printed each time and"
        " ends nothing."
    ),
]
_Changes = Annotated[
    bool,
    typer.Option("--changes", help="Compare databases with the operational store instead."),
]
_Warehouse = Annotated[
    bool,
    typer.Option("--warehouse", help="Compare the warehouse with archive and figures instead."),
]
_Mend = Annotated[
    bool, typer.Option("--mend", help="With --changes: store what the databases have.")
]


def reconcile(
    feed: _Feed = None,
    since: _Since = None,
    as_json: _Json = False,
    every: _Every = None,
    of_changes: _Changes = False,
    of_warehouse: _Warehouse = False,
    mend: _Mend = False,
    conf: ConfFile = config.DEFAULT_FILE,
) -> None:
    """Check that each line is in MongoDB, the archive and MySQL exactly once; list what is not.

    With --changes: check that each row of the captured tables is the same in the operational store,
    while both change; list the keys that are missing, differ, or are not deleted.

    With --warehouse: check that each archived line is loaded once, by hour, that revenue is that of
    proven figures to the cent, and that each fact joins the one version of its product.

    Jobs may keep running: only what they have committed is checked. Exits with 0 only if every
    check passes. The result is stored, and `ingest` publishes it as metrics; that of each minute
    of figures in MySQL, in `reconciled_windows`.
    """
    loaded = config.load(conf)
    if of_changes and of_warehouse:
        raise typer.BadParameter("works only without --changes", param_hint="--warehouse")
    if mend and not of_changes:
        raise typer.BadParameter("works only with --changes", param_hint="--mend")
    if since and of_changes:
        raise typer.BadParameter("works only without --changes", param_hint="--since")
    if feed and not (of_changes or of_warehouse):
        loaded.feed(feed)
    start = instant(since) if since else None
    if every:
        asked = {"--changes": of_changes, "--warehouse": of_warehouse, "--mend": mend}
        options = [option for option, is_asked in asked.items() if is_asked]
        repeated([*_command(feed, since, as_json, conf), *options], duration(every))
    if of_changes:
        changes.reconcile(loaded, feed, mend=mend, as_json=as_json)
    elif of_warehouse:
        warehouse_proof.reconcile(loaded, feed, start, as_json=as_json)
    else:
        _reconcile(loaded, feed, start, as_json)


def _reconcile(loaded: Config, feed: str | None, start: datetime | None, as_json: bool) -> None:
    feeds = [loaded.feed(feed)] if feed else list(loaded.feeds)
    failing = _check(loaded, feeds, start, as_json)
    if failing:
        say(f"does not hold: {', '.join(failing)}")
        sys.exit(FAILED)


def _command(feed: str | None, since: str | None, as_json: bool, conf: Path) -> list[str]:
    """The same check, once."""
    command = [sys.executable, "-P", "-m", "millrace", "reconcile", "--conf", str(conf)]
    command += ["--feed", feed] if feed else []
    command += ["--since", since] if since else []
    return [*command, "--json"] if as_json else command


def _check(
    loaded: Config, feeds: Sequence[Feed], start: datetime | None, as_json: bool
) -> list[str]:
    """Checks the feeds, prints and stores each result; the names of those that do not hold."""
    from millrace.proof import reconcile as proof
    from millrace.runtime.session import spark_session

    spark = spark_session("millrace-reconcile", loaded)
    failing = []
    for chosen in feeds:
        with console.status(chosen.name) as status:
            verdict = proof.reconcile(
                spark,
                loaded,
                chosen,
                start,
                lambda what, name=chosen.name: status.update(f"{name}: {what}"),  # type: ignore[misc]
            )
        if not verdict.holds:
            failing.append(chosen.name)
        if as_json:
            print(printable_json(json.dumps(verdicts.plain(verdict), default=str)), flush=True)
        else:
            verdicts.show(verdict, Console())
        _keep(loaded, verdict, start)
    return failing


def _keep(conf: Config, verdict: "Verdict", start: datetime | None) -> None:
    from millrace.io import mongo
    from millrace.io.mongo import reconciliations as stored

    ended_at = datetime.now(UTC)
    since = start or reconciliations.ALL
    ran = (verdict.feed, since, ended_at, verdict.holds, verdict.faults)
    outcome = Reconciliation(*ran, verdicts.advice_of(verdict))
    stored.save(mongo.database(conf.mongo), outcome)
