"""What the demo of change capture shows: operations, entities compared, delays, the view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from millrace.config import Config, entities
from millrace.io import mongo
from millrace.records.entities import CATALOG, CHANGE
from millrace.simulate.working import Done
from millrace.tools.drawing import new_table
from millrace.tools.terminal import as_text

_SHOWN = 6


@dataclass(frozen=True)
class Captured:
    """What was done before the job ran and while it did, and what came of it.

    ``found`` are the objects of ``reconcile --changes --json``; ``delays`` the seconds from commit
    to store of each entity's changes, sorted.
    """

    filled: Done
    changed: Done
    found: Sequence[Mapping[str, Any]]
    delays: Mapping[str, Sequence[float]]


def show(conf: Config, captured: Captured, out: Console) -> None:
    """Draws all of it."""
    for title, done in (("before", captured.filled), ("while", captured.changed)):
        out.print(
            f"{done.operations:,} operations {title} the job ran,"
            f" {done.rolled_back:,} of them rolled back",
            highlight=False,
        )
    out.print()
    _show_entities(conf, captured, out)
    _show_delays(captured, out)
    _show_catalog(conf, out)


def _show_entities(conf: Config, captured: Captured, out: Console) -> None:
    db, known = mongo.database(conf.mongo), entities.of(conf)
    columns = ("entity", "source", "rows", "stored", "deleted", "missing", "differing")
    table = new_table(
        "Databases and store compared (millrace reconcile --changes)",
        *(*columns, "undeleted"),
        left=2,
    )
    for one in captured.found:
        entity = known.entity(one["entity"])
        rows = db[entity.name]
        deleted = rows.count_documents({f"{CHANGE}.deleted": True})
        counts = (
            one["rows"],
            rows.count_documents({}) - deleted,
            deleted,
            *(len(one[kind]) for kind in ("missing", "differing", "undeleted")),
        )
        mark = "✓" if one["is_equal"] else "✗"
        numbers = (f"{count:,}" for count in counts)
        table.add_row(f"{mark} {entity.name}", entity.source, *numbers)
    out.print(table)


def _show_delays(captured: Captured, out: Console) -> None:
    table = new_table("Seconds from commit to store", "entity", "changes", "half", "95 %")
    for name, delays in captured.delays.items():
        shares = (quantile(delays, 0.5), quantile(delays, 0.95))
        seconds = ("-" if share is None else f"{share:.2f}" for share in shares)
        table.add_row(name, f"{len(delays):,}", *seconds)
    out.print(table)


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value of sorted ``values`` below which that share of them is; None of none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def _show_catalog(conf: Config, out: Console) -> None:
    out.print(Text(f"The most popular of all three (the view {CATALOG})", "bold"))
    rows = mongo.database(conf.mongo)[CATALOG].find().sort("popularity", -1).limit(_SHOWN)
    for row in rows:
        title, popularity = row.get("title"), row.get("popularity")
        out.print(as_text(f" {row['entity']:<8} {row['key']!s:<8} {popularity!s:<8} {title}"))
    out.print()
