"""The demo that is kept open: lines come, jobs run, and both end when they are told to."""

import subprocess
import sys
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from support.pipeline import wait_until

from millrace.config import Config, Feed
from millrace.io import kafka
from millrace.io.kafka.offset_probe import OffsetProbe
from millrace.tools import demo_open
from millrace.tools.demo_process import DemoError

ROOT = Path(__file__).parents[2]
FEEDS = tuple(
    Feed(name=f"open_{format}", topic=f"open_{format}", format=format, service_name="web")
    for format in ("combined", "app")
)
# Says that it runs, and how it was stopped.
JOB = """
import pathlib, signal, sys
told = pathlib.Path(sys.argv[1])
def stop(*_):
    told.write_text("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
told.write_text("runs")
while True:
    signal.pause()
"""


def job(told: Path, code: str = JOB) -> Callable[..., list[str]]:
    """What stands in for the command of a job: Spark itself is tried by the tests of jobs."""
    return lambda name, conf_file, *options: [sys.executable, "-c", code, str(told / name)]


@pytest.fixture
def open_demo(servers: Config, tmp_path: Path) -> Config:
    own = servers.stack.model_copy(update={"directory": tmp_path})
    kafka.create_topics(servers.kafka, [feed.topic for feed in FEEDS])
    return servers.model_copy(update={"feeds": FEEDS, "stack": own})


def lines(conf: Config) -> list[int]:
    """How many lines each topic has."""
    probe = OffsetProbe(conf.kafka)
    return [sum(end for _, end in probe.spans(feed.topic).values()) for feed in conf.feeds]


def test_lines_come_and_jobs_run_until_it_is_stopped(
    open_demo: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_open, "job_command", job(tmp_path))
    stop, out = threading.Event(), StringIO()
    asked = (open_demo, tmp_path / "conf.yaml", Console(file=out, width=200), stop)
    running = threading.Thread(target=demo_open.keep_open, args=asked)
    before = lines(open_demo)
    running.start()
    try:
        wait_until(
            lambda: all((tmp_path / name).exists() for name in demo_open.JOBS),
            "jobs run",
            timeout_s=60,
        )
        wait_until(
            lambda: all(now > old for now, old in zip(lines(open_demo), before, strict=True)),
            "lines come",
            timeout_s=60,
        )
        assert {(tmp_path / name).read_text() for name in demo_open.JOBS} == {"runs"}
    finally:
        stop.set()
        running.join()
    assert {(tmp_path / name).read_text() for name in demo_open.JOBS} == {"stopped"}
    assert "until Ctrl-C" in out.getvalue()
    after = lines(open_demo)
    assert lines(open_demo) == after


def test_a_job_that_ends_by_itself_ends_it_and_is_named(
    open_demo: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_open, "job_command", job(tmp_path, "import sys; sys.exit(3)"))
    asked = (open_demo, tmp_path / "conf.yaml", Console(file=StringIO()), threading.Event())
    with pytest.raises(DemoError, match="-open has ended by itself with exit code 3"):
        demo_open.keep_open(*asked)


def test_lines_differ_from_second_to_second_and_some_are_at_fault() -> None:
    made = demo_open._generated(FEEDS[1], 1, threading.Event())
    some = [next(made) for _ in range(600)]
    assert len(set(some)) > 590
    assert 1 <= sum(not line.startswith(b"{") or not line.endswith(b"}") for line in some) < 60


@pytest.mark.parametrize(("given", "is_open"), [([], False), (["OPEN=1"], True)])
def test_make_demo_passes_it_on(given: list[str], is_open: bool) -> None:
    command = ["make", "--dry-run", "demo", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = [one for one in done.stdout.splitlines() if "millrace demo" in one]
    assert ("--open" in line) == is_open
