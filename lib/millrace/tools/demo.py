"""The demo: servers up, lines sent, the three jobs and a check run in turn, results drawn."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from millrace import config, stack
from millrace.api.guard import CONSOLE
from millrace.config import Config, Feed, addresses
from millrace.io import kafka
from millrace.simulate.faults import Fault
from millrace.simulate.lines import SOURCES, generate
from millrace.simulate.progress import send_drawn
from millrace.simulate.send import SendError
from millrace.stack import clients
from millrace.telemetry import logs
from millrace.tools import demo_figures, demo_file, demo_open, demo_report
from millrace.tools.demo_process import (
    SCRIPT,
    DemoError,
    job_command,
    reconciled,
    root,
    run_command,
)
from millrace.tools.demo_report import JobRun, Sent, SentFile

JOBS = ("archive", "ingest", "aggregate")
FAULTS_PERCENT = 1.0
# Shorter than a feed's max_lateness, so that lines of this run are late only where they should be.
SPAN = timedelta(minutes=8)


def run(
    conf_file: Path, *, file: Path | None, count: int, stays_open: bool, console: Console
) -> bool:
    """Runs the demo with ``count`` generated lines and those of ``file``; draws on stdout.

    Where it ``stays_open``, lines keep coming until Ctrl-C or SIGTERM. Progress goes to
    ``console``. Returns whether every line is in exactly one place at the end, and
    `reconcile` holds: it runs once here, and as a service with ``millrace up`` alone.
    Raises DemoError, SetupError or ConfigurationError where a part fails.
    """
    conf_file, file = conf_file.resolve(), file.resolve() if file else None
    # Where the script runs jobs: relative paths of the configuration mean the same there.
    os.chdir(root())
    conf = config.load(conf_file)
    if file:
        conf_file = demo_file.with_feed(conf, conf_file, file)
        conf = config.load(conf_file)
    servers = tuple(kind for kind in conf.stack.servers if kind != "reconcile")
    begun = conf.model_copy(update={"stack": conf.stack.model_copy(update={"servers": servers})})
    conf = stack.up(begun, console)
    kafka.create_topics(conf.kafka, [feed.topic for feed in conf.feeds])
    # The file first: its older lines must not come after newer ones, which close their windows.
    sent_file = demo_file.send(conf, file, _send, console) if file else None
    sent = _send_generated(conf, count, sent_file, console)
    runs = [_run_job(name, conf, conf_file, console) for name in JOBS]
    checks = reconciled(conf, conf_file, console, least=len(conf.feeds))

    out = Console()
    found = demo_report.stored(conf)
    out.print()
    demo_report.show_lines(sent, found, out)
    demo_report.show_checks(checks, out)
    if sent_file:
        demo_report.show_file(conf, sent_file, out)
    demo_figures.show_figures(conf, found, out)
    demo_report.show_jobs(runs, out)
    _show_ways_on(conf, conf_file, out)
    if stays_open:
        with demo_open.stopped_by_signals() as stop:
            demo_open.keep_open(conf, conf_file, console, stop)
    return all(item.is_whole for item in found) and all(check["holds"] for check in checks)


def _send_generated(
    conf: Config, count: int, sent_file: SentFile | None, console: Console
) -> list[Sent]:
    simulated = [feed for feed in conf.feeds if feed.format in SOURCES]
    result = []
    for position, feed in enumerate(simulated):
        share = (count + len(simulated) - 1 - position) // len(simulated)
        faults: Counter[Fault] = Counter()
        if share:
            _send(conf, feed, _generated(feed, share, faults), share, "generated", console)
        from_file = sent_file.lines if sent_file and sent_file.feed == feed else 0
        result.append(Sent(feed, share, faults, from_file))
    return result


def _generated(feed: Feed, count: int, faults: Counter[Fault]) -> Iterator[bytes]:
    """Lines that end now, each run's its own; counts their faults as it goes."""
    now = datetime.now(UTC)
    seed = random.randrange(2**32)
    lines = generate(
        str(feed.format), count, seed=seed, start=now - SPAN, end=now, faults_percent=FAULTS_PERCENT
    )
    for line in lines:
        if line.fault:
            faults[line.fault] += 1
        yield line.value


def _send(
    conf: Config, feed: Feed, lines: Iterable[bytes], count: int, origin: str, console: Console
) -> None:
    title = f"sending to {feed.topic} ({origin})"
    try:
        send_drawn(conf.kafka, feed.topic, lines, count=count, title=title, console=console)
    except SendError as error:
        raise DemoError(str(error)) from None


def _run_job(name: str, conf: Config, conf_file: Path, console: Console) -> JobRun:
    """Runs a job until it has caught up; raises DemoError where it fails."""
    command = job_command(name, conf_file, "--until-caught-up")
    began = time.monotonic()
    _, output = run_command(name, f"{SCRIPT} {name}", command, (0,), conf, console)
    return _measured(name, time.monotonic() - began, output)


def _measured(name: str, took_s: float, output: str) -> JobRun:
    """Feeds' batches run at the same time: from the first one's start to the last one's end."""
    starts, ends, lines = [], [], 0
    for end, count, seconds in logs.batches(output):
        starts.append(end - timedelta(seconds=seconds))
        ends.append(end)
        lines += count
    batches_s = (max(ends) - min(starts)).total_seconds() if ends else 0.0
    return JobRun(name, took_s, lines, batches_s)


def _show_ways_on(conf: Config, conf_file: Path, out: Console) -> None:
    """Prints commands to try next, with the addresses of this configuration."""
    option = (
        ""
        if conf_file == config.DEFAULT_FILE.resolve()
        else f" --conf {os.path.relpath(conf_file)}"
    )
    feed, programs = conf.feeds[0].name, os.path.relpath(Path(sys.executable).parent)
    loaded = f"config.load(Path('{os.path.relpath(conf_file)}'))" if option else "config.load()"
    ways = {
        "servers": f"{programs}/millrace status{option}  # --secrets: passwords, the API's token",
        "live": f"./{SCRIPT} ingest{option}  # Spark UI: http://localhost:4040",
        "documents": clients.mongosh(conf, f'db.{feed}.findOne({{level: "ERROR"}})'),
        "": f'{programs}/python -c "{"from pathlib import Path; " if option else ""}'
        "from millrace import config; from millrace.io import mongo;"
        f" print(mongo.database({loaded}.mongo).{feed}.find_one({{'level': 'ERROR'}}))\"",
        "figures": clients.mysql(conf, "SELECT * FROM api_latency"),
        "late lines": f"./{SCRIPT} aggregate --from archive{option}"
        "  # adds the lines that came too late",
        "stop": f"{programs}/millrace down{option}",
        "console": f"{addresses.of_api(conf.api).text}{CONSOLE}/  # its token: status --secrets",
    }
    if "api" not in conf.stack.servers:
        del ways["console"]
    out.print("[bold]Next steps[/]")
    for title, way in ways.items():
        out.print(f" {title:<10} {way}", markup=False, highlight=False, soft_wrap=True)
