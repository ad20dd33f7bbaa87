"""What `reconcile --warehouse` does: the warehouse held against the archive and the figures."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from millrace.cli.options import FAILED, console, say
from millrace.config import Config, Warehouse, captured_products
from millrace.records.printable import printable_json
from millrace.records.reconciliations import ALL, WAREHOUSE, Fault, Reconciliation

if TYPE_CHECKING:
    from millrace.proof.warehouse import FeedVerdict

_NAMED = 20


def reconcile(loaded: Config, feed: str | None, since: datetime | None, *, as_json: bool) -> None:
    """Compares what was loaded, prints and stores what was found, and ends with 1 if unequal."""
    from millrace.proof import warehouse as proof
    from millrace.runtime import loading

    own, start = loading.section(loaded), since or ALL
    verdicts = []
    for found in _verdicts(loaded, own, feed, start):
        verdicts.append(found)
        _tell(found, as_json=as_json)
    joins = proof.misjoined(own)
    _tell_joins(joins, as_json=as_json)
    holds = all(one.holds for one in verdicts) and not any((joins or {}).values())
    if not feed:
        _keep(loaded, verdicts, joins, start, holds=holds)
    if not holds:
        say("does not hold: see docs/warehouse.md#when-it-does-not-hold")
        sys.exit(FAILED)


def _verdicts(
    loaded: Config, own: Warehouse, feed: str | None, start: datetime
) -> "Iterator[FeedVerdict]":
    """What is found of each feed, or of the one that is named; captured products come last."""
    from millrace.proof import warehouse as proof
    from millrace.proof import warehouse_captured
    from millrace.runtime import loading
    from millrace.runtime.session import spark_session

    captured = captured_products.of(loaded)
    is_captured = captured is not None and feed == captured.name
    chosen = () if is_captured else (loaded.feed(feed),) if feed else loading.feeds(loaded)
    tables = {one.name: loading.table_of(loaded, one) for one in chosen}
    if chosen:
        spark = spark_session("millrace-reconcile", loaded)
        for one in chosen:
            with console.status(one.name):
                found = proof.reconcile(spark, loaded, own, one, tables[one.name], start)
            yield found
    if captured and feed in (None, captured.name):
        yield warehouse_captured.reconcile(loaded, own, captured, start)


def _keep(
    conf: Config,
    verdicts: "Sequence[FeedVerdict]",
    joins: Mapping[str, int] | None,
    since: datetime,
    *,
    holds: bool,
) -> None:
    from millrace.io import mongo
    from millrace.io.mongo import reconciliations as stored
    from millrace.proof.warehouse import advice

    faults: dict[Fault, int] = {"misjoined": sum((joins or {}).values())}
    for one in verdicts:
        for fault, count in one.faults.items():
            faults[fault] = faults.get(fault, 0) + count
    told = tuple(advice(fault) for fault, count in faults.items() if count)
    outcome = Reconciliation(WAREHOUSE, since, datetime.now(UTC), holds, faults, told)
    stored.save(mongo.database(conf.mongo), outcome)


def _tell(found: "FeedVerdict", *, as_json: bool) -> None:
    if as_json:
        plain = asdict(found) | {"holds": found.holds, "faults": found.faults}
        print(printable_json(json.dumps(plain, default=str)), flush=True)
        return
    compared = "" if found.minutes is None else f", {found.minutes:,} minutes of figures compared"
    say(f"{found.feed}: {found.lines:,} archived lines{compared}: {_word(found.holds)}")
    for hour in found.hours[:_NAMED]:
        rows = "" if hour.rows is None else f", {hour.expected_rows:,} rows expected, {hour.rows:,}"
        say(f"  {hour.hour_at:%Y-%m-%d %H}:00 {hour.archived:,} archived, {hour.read:,} read{rows}")
    _tell_rest(found.hours, "hours")
    for minute in found.differing[:_NAMED]:
        figures, loaded = minute.figures, minute.loaded
        say(
            f"  {minute.window_start:%Y-%m-%d %H:%M} revenue {figures.revenue} in figures,"
            f" {loaded.revenue} loaded; failed {figures.failed_amount}, {loaded.failed_amount};"
            f" events {figures.events:,}, {loaded.events:,}"
        )
    _tell_rest(found.differing, "minutes")
    if found.lag:
        say(f"  {found.lag:,} archived lines are not loaded yet")


def _tell_rest(found: Sequence[Any], what: str) -> None:
    if len(found) > _NAMED:
        say(f"  and {len(found) - _NAMED:,} more {what}: see --json")


def _tell_joins(joins: Mapping[str, int] | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"misjoined": joins}), flush=True)
    elif joins is None:
        say("facts: none are built yet")
    else:
        wrong = ", ".join(f"{count:,} of {fact}" for fact, count in joins.items() if count)
        told = f"{wrong} do not join the one version of their product" if wrong else "hold"
        say(f"facts: {told}")


def _word(holds: bool) -> str:
    return "holds" if holds else "does not hold"
