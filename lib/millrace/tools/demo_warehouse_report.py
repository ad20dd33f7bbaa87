"""What the demo of the warehouse shows: tables, money, changed prices, and whether it holds."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from millrace import config
from millrace.api.guard import CONSOLE
from millrace.config import Config, addresses
from millrace.io.warehouse.client import connection
from millrace.io.warehouse.reading import Reader, reader
from millrace.records.business import FIGURES, Failures, Prices, Revenue, Row, Span
from millrace.records.warehouse import BI, WAREHOUSE
from millrace.tools.drawing import bar, new_table
from millrace.tools.terminal import as_text

_MAX_S = 60.0
_SHOWN = 8
_FACTS = ("fact_event", "fact_order", "fact_order_item", "fact_search", "fact_request")
_DIMENSIONS = ("dim_product", "dim_user", "dim_country", "dim_device", "dim_payment", "dim_date")
_BY_NAME = {figure.row: figure for figure in FIGURES}


@dataclass(frozen=True)
class Loaded:
    """What came of the demo: seconds of load and build, and the objects of `reconcile`.

    ``since`` is before the first of the events that were sent.
    """

    since: datetime
    took_s: float
    found: Sequence[Mapping[str, Any]]


def show(conf: Config, loaded: Loaded, out: Console) -> bool:
    """Draws all of it; returns whether archive, figures and warehouse are equal."""
    assert conf.warehouse
    _show_tables(conf, loaded, out)
    with reader(conf.warehouse, _MAX_S, "demo") as asked:
        _show_revenue(asked, loaded, out)
        _show_failures(asked, loaded, out)
        _show_prices(asked, loaded, out)
    return _show_proof(loaded, out)


def ways_on(conf: Config, conf_file: Path) -> dict[str, str]:
    """Commands and addresses to try next, by their titles."""
    is_default = conf_file == config.DEFAULT_FILE.resolve()
    option = "" if is_default else f" --conf {os.path.relpath(conf_file)}"
    ways = {
        "again": f"./spark-submit.sh warehouse --every 10m{option}",
        "login": f"millrace status --secrets{option}  # the role {BI} reads, nothing else",
        "stop": f"millrace down{option}",
    }
    if "api" in conf.stack.servers:
        address = f"{addresses.of_api(conf.api).text}{CONSOLE}/business"
        ways["console"] = f"{address}  # its token: millrace status --secrets"
    return ways


def _show_tables(conf: Config, loaded: Loaded, out: Console) -> None:
    assert conf.warehouse
    table = new_table(f"Loaded and built in {loaded.took_s:.0f} s", "table", "rows")
    with connection(conf.warehouse, BI) as opened:
        for name in (*_FACTS, *_DIMENSIONS):
            row = opened.execute(f"SELECT count(*) FROM {WAREHOUSE}.{name}").fetchone()
            table.add_row(name, f"{row[0] if row else 0:,}")
    out.print(table)


def _show_revenue(asked: Reader, loaded: Loaded, out: Console) -> None:
    step = timedelta(minutes=1)
    since = loaded.since.replace(second=0, microsecond=0)
    rows: list[Revenue] = list(_rows(asked, Revenue, _span(since, step)))
    table = new_table("Orders and revenue by minute", "minute", "", "placed", "failed", "revenue")
    largest = max((float(row.revenue) for row in rows), default=0)
    for row in rows:
        if row.placed or row.completed or row.failed:
            drawn = bar(float(row.revenue), largest, "green")
            numbers = (f"{row.placed:,}", f"{row.failed:,}", f"{row.revenue:,.2f}")
            table.add_row(f"{row.window_start:%H:%M}", drawn, *numbers)
    out.print(table)


def _show_failures(asked: Reader, loaded: Loaded, out: Console) -> None:
    rows: list[Failures] = list(_rows(asked, Failures, _span(loaded.since)))
    rows.sort(key=lambda row: -row.failed)
    table = new_table("Why orders failed", "reason", "payment", "failed", "of", left=2)
    for row in rows[:_SHOWN]:
        words = (as_text(row.error_code), as_text(row.payment_method))
        table.add_row(*words, f"{row.failed:,}", f"{row.ended:,}")
    out.print(table)


def _show_prices(asked: Reader, loaded: Loaded, out: Console) -> None:
    rows: list[Prices] = list(_rows(asked, Prices, _span(loaded.since)))
    rows.sort(key=lambda row: (-row.revenue, row.product_id))
    columns = ("product", "category", "price", "from", "units", "revenue")
    table = new_table("Prices that changed meanwhile, and what was sold at each", *columns, left=2)
    for row in rows[:_SHOWN]:
        words = (as_text(row.product_id), as_text(row.category or "-"))
        price = "-" if row.price is None else f"{row.price:,.2f}"
        numbers = (price, f"{row.valid_from:%H:%M:%S}", f"{row.units:,}", f"{row.revenue:,.2f}")
        table.add_row(*words, *numbers)
    out.print(table)


def _rows(asked: Reader, kind: type[Row], span: Span) -> Iterator[Any]:
    return asked.rows(_BY_NAME[kind], span)


def _span(since: datetime, step: timedelta | None = None) -> Span:
    minute = timedelta(minutes=1)
    until = datetime.now(UTC).replace(second=0, microsecond=0) + minute
    return Span(since, until, step)


def _show_proof(loaded: Loaded, out: Console) -> bool:
    columns = ("feed", "lines archived", "minutes", "wrong")
    table = new_table("Archive, figures and warehouse (reconcile --warehouse)", *columns)
    feeds = [one for one in loaded.found if "feed" in one]
    for one in feeds:
        mark, wrong = "✓" if one["holds"] else "✗", sum(one["faults"].values())
        minutes = "-" if one["minutes"] is None else f"{one['minutes']:,}"
        table.add_row(f"{mark} {one['feed']}", f"{one['lines']:,}", minutes, f"{wrong:,}")
    joins = next((one["misjoined"] for one in loaded.found if "misjoined" in one), None)
    is_joined = joins is not None and not any(joins.values())
    table.add_row(
        f"{'✓' if is_joined else '✗'} facts: one version of each product",
        "",
        "",
        "0" if is_joined else "?",
    )
    out.print(table)
    return is_joined and bool(feeds) and all(one["holds"] for one in feeds)
