"""The demo of the warehouse: events and prices sent, archived, loaded, built, and proven equal."""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from millrace import config, stack
from millrace.config import Config, ConfigurationError, Feed
from millrace.io import kafka
from millrace.simulate import products
from millrace.simulate.lines import generate
from millrace.simulate.progress import send_drawn
from millrace.simulate.send import SendError
from millrace.tools import demo_warehouse_report
from millrace.tools.demo_process import (
    SCRIPT,
    DemoError,
    job_command,
    reconciled,
    root,
    run_command,
)
from millrace.tools.demo_warehouse_report import Loaded

PRICE_CHANGES = 3_000
# Shorter than a feed's max_lateness_s: none of its lines is late.
SPAN = timedelta(minutes=8)
_FORMAT = "shop"
_BEFORE = ("archive", "aggregate")  # what the warehouse is loaded from, and compared with


def run(conf_file: Path, *, count: int, console: Console) -> bool:
    """Runs the demo with ``count`` events of the shop; draws on stdout, progress on ``console``.

    The servers go on, so that the console and other programs can read the result. Returns whether
    archive, figures and warehouse are equal. Raises DemoError, SetupError or ConfigurationError
    where a part fails.
    """
    conf_file = conf_file.resolve()
    os.chdir(root())
    conf = config.load(conf_file)
    events, prices = _feeds(conf)
    servers = tuple(kind for kind in conf.stack.servers if kind != "reconcile")
    begun = conf.model_copy(update={"stack": conf.stack.model_copy(update={"servers": servers})})
    conf = stack.up(begun, console, ["warehouse"])
    kafka.create_topics(conf.kafka, [feed.topic for feed in conf.feeds])
    began_at = datetime.now(UTC) - SPAN
    _send(conf, events, prices, count, console)
    for name in _BEFORE:
        command = job_command(name, conf_file, "--until-caught-up")
        run_command(name, f"{SCRIPT} {name}", command, (0,), conf, console)
    took_s = _run_job(conf_file, conf, console)
    reconciled(conf, conf_file, console)
    found = reconciled(conf, conf_file, console, "--warehouse")
    out = Console()
    out.print()
    loaded = Loaded(began_at, took_s, found)
    holds = demo_warehouse_report.show(conf, loaded, out)
    out.print("[bold]Next steps[/]")
    for title, way in demo_warehouse_report.ways_on(conf, conf_file).items():
        out.print(f" {title:<10} {way}", markup=False, highlight=False, soft_wrap=True)
    return holds


def _feeds(conf: Config) -> tuple[Feed, Feed]:
    """The feed of the shop's events, and that of its products."""
    if conf.warehouse is None:
        raise ConfigurationError(f"{conf.file}: warehouse: this section is missing")
    of_events = [feed for feed in conf.feeds if feed.format == _FORMAT]
    if not of_events:
        raise ConfigurationError(f"{conf.file}: feeds: expected one of the format {_FORMAT}")
    return of_events[0], conf.feed(conf.warehouse.products)


def _send(conf: Config, events: Feed, prices: Feed, count: int, console: Console) -> None:
    """Sends every product with its changes of the last hours, then events of the last minutes."""
    now, seed = datetime.now(UTC), random.randrange(2**32)
    of_shop = generate(_FORMAT, count, seed=seed, start=now - SPAN, end=now, faults_percent=1.0)
    changed = products.changes(PRICE_CHANGES, seed=seed, start=now - timedelta(days=1), end=now)
    changes, lines = list(changed), (line.value for line in of_shop)
    for feed, values, number, what in (
        (prices, changes, len(changes), "prices and stock"),
        (events, lines, count, "events"),
    ):
        title = f"sending {what} to {feed.topic}"
        try:
            send_drawn(conf.kafka, feed.topic, values, count=number, title=title, console=console)
        except SendError as error:
            raise DemoError(str(error)) from None


def _run_job(conf_file: Path, conf: Config, console: Console) -> float:
    """Loads what is new and has dbt build it; the seconds that it took."""
    began = time.monotonic()
    title = f"{SCRIPT} warehouse (load, then dbt build)"
    run_command("warehouse", title, job_command("warehouse", conf_file), (0,), conf, console)
    return time.monotonic() - began
