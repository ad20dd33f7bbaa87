"""One run of the whole suite, seen from outside: lines of every format through jobs at work."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import yaml
from monitoring.panels import Grafana, panels
from monitoring.scraping import answers, scraping, value
from monitoring.tools import prometheus
from support.lines import recent
from support.pipeline import JOB_TIMEOUT_S, ROOT, Pipeline, pipeline, wait_until
from support.places import free_ports

from millrace import config
from millrace.api import tokens
from millrace.config import addresses
from millrace.detect.templates import Template, template_id
from millrace.io import template_files
from millrace.io.template_files import Templates

JOBS = ("ingest", "aggregate", "archive")
FEEDS: tuple[dict[str, Any], ...] = (
    {"name": "seen_access", "topic": "seen_access", "format": "combined", "service_name": "web"},
    {"name": "seen_app", "topic": "seen_app", "format": "app", "service_name": "app"},
    {"name": "seen_shop", "topic": "seen_shop", "format": "shop", "service_name": "shop"},
    {"name": "seen_syslog", "topic": "seen_syslog", "format": "syslog", "service_name": "syslog"},
)
USUAL, BURST = 4000, 1500  # lines of a feed: what minutes are like, and what stands out after that
USUAL_MINUTES, BURST_MINUTES = 25, 3
# What anybody who can log can name a service, and what its figures are kept under.
HOSTILE_SERVICES = {
    "\\": "/",
    "\\' OR 1=1 -- ": "/' OR 1=1 --",
    "' UNION SELECT 1 -- ": "' UNION SELECT 1 --",
    "a,b": "a,b",
    '"': '"',
    "${__all}": "${__all}",
    "$service": "$service",
    "$nobody(a)": "$nobody(a)",
    "$__timeGroup(a)": "$__timeGroup(a)",
    "x, user() ": "x, user()",
    "\x1b[2J\n": "_[2J_",
}
FAULTS = 5.0  # percent, late lines and dead letters among them
HOURS_SHOWN = 3  # late lines are of two hours ago
MESSAGE = "User logged in"
# What the run has come to at its end. A scrape of each second may time out on a busy machine.
SETTLED = {
    # What the panel asks: all that can be wrong, at the second that it is evaluated for.
    next(p for p in panels(("health",)) if p.title == "Healthy?").targets[0]["expr"]: 0,
    "max(max_over_time(millrace_lag_lines[3s]))": 0,
    'min(millrace_reconcile_holds{feed="seen_shop"})': 1,
    "min(up)": 1,
    "max(millrace_lag_seconds)": 0,
    "min(millrace_query_active)": 1,
    "min(millrace_kafka_up)": 1,
}
# What tells whose value it is that does not settle.
SERIES = '{__name__=~"up|millrace_(lag_.*|query_active|kafka_up|reconcile_holds)"}'


@dataclass(frozen=True)
class Observed:
    """The run: its jobs have ended, its servers and its Prometheus are up.

    ``lines`` were sent to each feed.
    """

    pipe: Pipeline
    grafana: Grafana
    lines: int = USUAL + BURST


@contextmanager
def run(folder: Path, servers_file: Path) -> Iterator[Observed]:
    """Lines of every format, faults among them, through the three jobs at once, under scrapes.

    The API is asked for them meanwhile.
    """
    program = prometheus()
    own_port, api_port, *of_metrics = free_ports(2 + len(JOBS) + 1)
    ports = dict(zip((*JOBS, "api"), of_metrics, strict=True))
    pipe = _with_metrics(pipeline(folder, servers_file, *FEEDS), folder, ports, api_port)
    start_s = int(time.time()) - HOURS_SHOWN * 3600
    with scraping(program, folder, own_port, ports) as address, _api(pipe, folder):
        with ExitStack() as jobs:
            jobs.enter_context(_asked(pipe))
            for job in JOBS:
                jobs.enter_context(_ended_in_order(pipe, job))
            _send(pipe, USUAL, USUAL_MINUTES, seed=1)
            _wait_until_counted(pipe, USUAL)
            _send(pipe, BURST, BURST_MINUTES, seed=2)
            _wait_until_counted(pipe, USUAL + BURST)
            _reconcile(pipe)
            end_s = _settled_at(address)
        yield Observed(pipe, Grafana(address, pipe.conf.mysql, start_s, end_s))


def _with_metrics(pipe: Pipeline, folder: Path, ports: dict[str, int], api: int) -> Pipeline:
    """The pipeline with jobs and an API to scrape, and a template for some of its messages."""
    content = yaml.safe_load(pipe.file.read_text())
    content["metrics"] = {"port": ports, "interval_s": 1}
    content["api"] = {"port": api}
    content["detection"] = {"templates": str(folder / "templates")}
    pipe.file.write_text(yaml.safe_dump(content))
    template = Template(template_id(MESSAGE), MESSAGE, 1)
    template_files.save(
        folder / "templates",
        "seen_app",
        Templates(1, datetime.now(UTC), "this run", 1, (template,)),
    )
    return replace(pipe, conf=config.load(pipe.file))


@contextmanager
def _ended_in_order(pipe: Pipeline, job: str) -> Iterator[None]:
    """A job that runs meanwhile, and has ended well after that."""
    said: list[str] = []
    with pipe.running(job) as process:
        assert process.stderr
        # What nobody reads would fill the pipe, and the job would wait for room in it.
        reader = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reader.start()
        try:
            yield
        except BaseException:
            print(job, *said[-20:], sep="\n", file=sys.stderr)
            raise
        process.send_signal(signal.SIGTERM)
        code = process.wait(JOB_TIMEOUT_S)
        reader.join(JOB_TIMEOUT_S)
        assert code == 0, "".join(said[-20:])


@contextmanager
def _api(pipe: Pipeline, folder: Path) -> Iterator[None]:
    """The API, which answers meanwhile, as a process of its own."""
    command = [sys.executable, "-m", "millrace", "api", "--conf", str(pipe.file)]
    with (folder / "api.log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _asked(pipe: Pipeline) -> Iterator[None]:
    """The API is asked again and again meanwhile."""
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.wait(0.5):
            headers = {"Authorization": f"Bearer {tokens.stored(pipe.conf.stack)}"}
            address = addresses.of_api(pipe.conf.api).text
            with suppress(URLError, ConnectionError):
                urlopen(Request(f"{address}/v1/logs?size=1", headers=headers), timeout=60).close()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        is_over.set()
        asking.join()


def _send(pipe: Pipeline, count: int, minutes: int, seed: int) -> None:
    for feed in pipe.conf.feeds:
        lines = recent(feed.format, count, seed=seed, minutes=minutes, faults=FAULTS)
        hostile = _hostile_lines() if feed.format == "app" and seed == 1 else []
        pipe.send(feed.name, [*hostile, *lines[len(hostile) :]])


def _hostile_lines() -> list[bytes]:
    line = {"timestamp": int(time.time() * 1000), "level": "INFO", "message": "x"}
    return [json.dumps(line | {"service_name": name}).encode() for name in HOSTILE_SERVICES]


def _wait_until_counted(pipe: Pipeline, lines: int) -> None:
    """Waits until each line of each feed is a document or a letter, and is in the figures."""

    def is_counted() -> bool:
        return all(
            pipe.documents(feed.name).estimated_document_count() + pipe.letters(feed.name) == lines
            and _rows_in(pipe, f"aggregate-{feed.name}") == lines
            for feed in pipe.conf.feeds
        )

    wait_until(is_counted, f"{lines} lines of each feed", timeout_s=JOB_TIMEOUT_S, poll_s=0.5)


def _rows_in(pipe: Pipeline, query: str) -> int:
    (row,) = pipe.select(f"SELECT SUM(rows_in) AS n FROM batches WHERE query = '{query}'")
    return int(row["n"] or 0)


def _reconcile(pipe: Pipeline) -> None:
    program = str(Path(sys.executable).with_name("millrace"))
    command = [program, "reconcile", "--feed", "seen_shop", "--conf", str(pipe.file)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=JOB_TIMEOUT_S, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def _settled_at(address: str) -> int:
    """Waits for what the run comes to; the second, of Unix time, at which all of it was so."""
    deadline_s = time.time() + JOB_TIMEOUT_S
    while True:
        at_s = int(time.time())
        told = {name: value(address, name, at_s) for name in SETTLED}
        if told == SETTLED:
            return at_s
        unsettled = {name: told[name] for name in SETTLED if told[name] != SETTLED[name]}
        assert at_s < deadline_s, f"{unsettled}; {answers(address, SERIES, at_s)}"
        time.sleep(0.5)
