"""The demo, kept open: lines come and are taken, until somebody ends it."""

import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from millrace.api.guard import CONSOLE
from millrace.config import Config, Feed, addresses
from millrace.errors import one_line
from millrace.simulate.lines import SOURCES, generate
from millrace.simulate.send import SendError, send
from millrace.tools.demo_process import DemoError, in_background, job_command

JOBS = ("ingest", "aggregate")
LINES_PER_S = 10  # of each feed
FAULTS_PERCENT = 1.0
SEED = 24

_AT_ONCE = timedelta(seconds=1)
_LOOK_S = 0.5


def keep_open(conf: Config, conf_file: Path, console: Console, stop: threading.Event) -> None:
    """Sends lines to each feed while jobs take them, until ``stop`` is set.

    Then it stops the jobs, each after its running batch; the servers go on. Raises DemoError where
    a job ends by itself, or lines cannot be sent any more.
    """
    feeds = [feed for feed in conf.feeds if feed.format in SOURCES]
    _tell(conf, feeds, console)
    failures: list[str] = []
    with ExitStack() as started:
        jobs = [
            started.enter_context(in_background(f"{name}-open", job_command(name, conf_file), conf))
            for name in JOBS
        ]
        for number, feed in enumerate(feeds):
            started.enter_context(_lines(conf, feed, SEED + number, stop, failures.append))
        while not (stop.wait(_LOOK_S) or failures or any(job.poll() is not None for job in jobs)):
            pass
        stop.set()
        console.print("Stopping: each job finishes its running batch")
    if failures:
        raise DemoError(failures[0])


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; to be called in the main thread."""
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _tell(conf: Config, feeds: list[Feed], console: Console) -> None:
    console.print()
    named = ", ".join(feed.name for feed in feeds)
    console.print(f"{LINES_PER_S} lines a second come to each of {named}, until Ctrl-C")
    if "api" in conf.stack.servers:
        address = f"{addresses.of_api(conf.api).text}{CONSOLE}/"
        told = f"See them at {address} (its token: millrace status --secrets)"
        console.print(told, markup=False, soft_wrap=True)


@contextmanager
def _lines(
    conf: Config, feed: Feed, seed: int, stop: threading.Event, fail: Callable[[str], object]
) -> Iterator[None]:
    """Lines that come to a feed, from a thread of their own."""

    def run() -> None:
        try:
            send(conf.kafka, feed.topic, _generated(feed, seed, stop), rate=LINES_PER_S)
        except SendError as error:
            fail(one_line(error))

    thread = threading.Thread(target=run, name=f"lines-{feed.name}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _generated(feed: Feed, seed: int, stop: threading.Event) -> Iterator[bytes]:
    """Lines of the second before each, as long as they are wanted."""
    draw = random.Random(seed)
    while True:
        now = datetime.now(UTC)
        # Of so few lines none would be at fault: in some seconds one of them is.
        has_fault = draw.random() < LINES_PER_S * FAULTS_PERCENT / 100
        made = generate(
            str(feed.format),
            LINES_PER_S,
            seed=draw.randrange(2**32),
            start=now - _AT_ONCE,
            end=now,
            faults_percent=100 / LINES_PER_S if has_fault else 0.0,
        )
        for line in made:
            if stop.is_set():
                return
            yield line.value
