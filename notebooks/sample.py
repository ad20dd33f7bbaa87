"""Runs to render the notebooks from: an hour of lines through the jobs, and weeks of a shop."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import pi, sin
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from millrace import config, stack
from millrace.config import Config, Feed
from millrace.io import kafka
from millrace.records.formats import OWN_LAYOUTS
from millrace.simulate import products
from millrace.simulate.lines import generate
from millrace.simulate.send import send

ROOT = Path(__file__).resolve().parents[1]
LINES = 200_000
MINUTES = 60
FAULTS_PERCENT = 1.0
JOBS = ("archive", "ingest", "aggregate")
SHOP_EVENTS, PRICE_CHANGES = 100_000, 3_000
SHOP_SPAN = timedelta(days=28)

_MINUTE = timedelta(minutes=1)
_INCIDENT = range(36, 40)  # of the access logs: a third of the answers are late errors
_SALE = range(22, 25)  # of the shop: three times the events
_LATER_LINES = 1_500  # of each feed, that only ingest has taken when the notebooks look
_SERVICES = {"combined": "web", "app": "app", "shop": "shop", "syslog": "syslog"}
_SHARES = {"combined": 0.4, "app": 0.3, "shop": 0.1, "syslog": 0.2}
_NAMES = {"combined": "access"}
# Not those of conf/local.yaml, whose servers may be up.
_KAFKA_PORT, _MONGO_PORT, _MYSQL_PORT, _API_PORT = 28092, 28117, 28306, 28080
_WAREHOUSE_PORT = 28432
_MILLRACE = (sys.executable, "-m", "millrace")


@contextmanager
def run(folder: Path, console: Console) -> Iterator[Path]:
    """Servers with an hour of lines, up as long as the context; the configuration of them.

    Everything but downloads lies in ``folder``.
    """
    with _servers(folder, _settings(folder), console) as (file, conf):
        now = datetime.now(UTC)
        start = now.replace(second=0, microsecond=0) - MINUTES * _MINUTE
        for feed in conf.feeds:
            send(conf.kafka, feed.topic, _lines(feed, start))
        for job in JOBS:
            _work(job, file, console)
        _send_later(conf, now)
        _work("ingest", file, console)
        yield file


@contextmanager
def shop(folder: Path, console: Console) -> Iterator[Path]:
    """The same with four weeks of a shop and of its prices, in the warehouse alone."""
    with _servers(folder, _settings_of_shop(folder), console) as (file, conf):
        now = datetime.now(UTC)
        start = now - SHOP_SPAN
        events = generate("shop", SHOP_EVENTS, seed=0, start=start, end=now, faults_percent=1.0)
        send(conf.kafka, "shop", (line.value for line in events))
        prices = products.changes(PRICE_CHANGES, seed=0, start=start, end=now)
        send(conf.kafka, "products", prices)
        for job in ("archive", "warehouse"):
            _work(job, file, console)
        _run("reconcile", [*_MILLRACE, "reconcile", "--warehouse", "--conf", str(file)])
        yield file


@contextmanager
def _servers(
    folder: Path, settings: dict[str, Any], console: Console
) -> Iterator[tuple[Path, Config]]:
    file = folder / "sample.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    conf = config.load(file)
    try:
        conf = stack.up(conf, console, ["warehouse"] if conf.warehouse else [])
        kafka.create_topics(conf.kafka, [feed.topic for feed in conf.feeds])
        yield file, conf
    finally:
        stack.down(conf, console)
        stack.remove_data(conf)


def _settings_of_shop(folder: Path) -> dict[str, Any]:
    settings = _settings(folder)
    shop = [feed for feed in settings["feeds"] if feed["format"] == "shop"]
    catalogue = {"name": "products", "topic": "products", "service_name": "catalogue"}
    return settings | {
        "warehouse": {"host": "127.0.0.1", "port": _WAREHOUSE_PORT},
        "stack": settings["stack"] | {"warehouse": ["warehouse-postgres"]},
        "stream": {"archive_max_lines_per_batch": 50_000},
        "feeds": [*shop, catalogue | {"formats": ["json"]}],
    }


def _settings(folder: Path) -> dict[str, Any]:
    return {
        "kafka": {"bootstrap_servers": f"127.0.0.1:{_KAFKA_PORT}", "partitions": 2},
        "mongo": {"uri": f"mongodb://127.0.0.1:{_MONGO_PORT}/?replicaSet=rs0"},
        "mysql": {"host": "127.0.0.1", "port": _MYSQL_PORT},
        "storage": {
            "checkpoints": str(folder / "checkpoints"),
            "archive": str(folder / "archive"),
        },
        "enrichment": {"country_database": str(folder / "countries.mmdb")},
        "stack": {
            "directory": str(folder / "stack"),
            "servers": ["kafka", "mongo", "mysql", "api"],
        },
        "api": {"port": _API_PORT},
        # Several batches, so that the ledger has something to tell.
        "stream": {"max_lines_per_batch": 8_000, "archive_max_lines_per_batch": 16_000},
        "spark": {"shuffle_partitions": 2, "driver_memory": "2g"},
        "feeds": [
            {
                "name": _NAMES.get(format, format),
                "topic": _NAMES.get(format, format),
                "format": format,
                "service_name": _SERVICES[format],
                # The hour comes all at once: none of it is late but what is dated before it.
                "max_lateness_s": 5400,
            }
            for format in OWN_LAYOUTS
        ],
    }


def _lines(feed: Feed, start: datetime) -> Iterator[bytes]:
    """More and fewer by the minute, as the day goes."""
    usual = LINES * _SHARES[feed.format] / MINUTES
    for minute in range(MINUTES):
        busy = 1 + 0.3 * sin(2 * pi * (minute / MINUTES + _SHARES[feed.format]))
        is_sale = feed.format == "shop" and minute in _SALE
        count = round(usual * busy * (3 if is_sale else 1))
        first = start + minute * _MINUTE
        generated = generate(
            feed.format,
            count,
            seed=minute,
            start=first,
            end=first + _MINUTE,
            faults_percent=FAULTS_PERCENT,
        )
        is_hit = feed.format == "combined" and minute in _INCIDENT
        for place, line in enumerate(generated):
            yield _failed(line.value) if is_hit and place % 3 == 0 else line.value


def _failed(line: bytes) -> bytes:
    """The same request, answered with 503 after 2.5 s more."""
    answered = re.sub(rb'" \d{3} (?=\d+ ")', b'" 503 ', line)
    return re.sub(rb"(?<= )\d+$", lambda ms: b"%d" % (int(ms[0]) + 2500), answered)


def _send_later(conf: Config, now: datetime) -> None:
    for feed in conf.feeds:
        lines = generate(feed.format, _LATER_LINES, seed=MINUTES, start=now - _MINUTE, end=now)
        send(conf.kafka, feed.topic, (line.value for line in lines))


def _work(job: str, file: Path, console: Console) -> None:
    console.print(f"{job} until it has caught up")
    command = [str(ROOT / "spark-submit.sh"), job, "--conf", str(file)]
    if job != "warehouse":  # which ends by itself
        command.append("--until-caught-up")
    _run(job, command)


def _run(name: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-2000:]}")
