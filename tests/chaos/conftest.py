"""What the trials share: servers that may be killed, a hard time limit, and the table."""

import os
import signal
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.feed import new_feed
from support.outcome_table import Outcome, show, write
from support.places import settings_file
from support.server_faults import Servers
from trial import Trial

TABLE_FILE = "MILLRACE_CHAOS_TABLE"
# Far more than any row takes on a slow machine: one that takes longer hangs.
CASE_TIMEOUT_S = 1_800
_TABLE_WIDTH = 130
OUTCOMES = pytest.StashKey[list[Outcome]]()

NewTrial = Callable[..., Trial]


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers of this suite's own."""
    servers = Servers(settings_file(tmp_path_factory.mktemp("faulty")))
    try:
        yield servers
    finally:
        servers.down()


@pytest.fixture
def trial(faulty: Servers, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewTrial]:
    """A function that makes a trial: ``trial(fault, job)`` with settings of ``stream``.

    With ``beside`` it is one of another job on that trial's feed.
    """
    faulty.up()
    trials: list[Trial] = []

    def new(fault: str, job: str, beside: Trial | None = None, **stream: Any) -> Trial:
        outcome = Outcome(fault, job)
        feed = beside.feed if beside else new_feed(tmp_path, faulty.file, **stream)
        trials.append(Trial(feed, tmp_path, outcome))
        request.config.stash.setdefault(OUTCOMES, []).append(outcome)
        return trials[-1]

    try:
        yield new
    finally:
        for made in trials:
            made.close()


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Callable[[str, str], Outcome]:
    """A function that makes a row of the table, of a fault and a job that need no trial."""

    def new(fault: str, job: str) -> Outcome:
        made = Outcome(fault, job)
        request.config.stash.setdefault(OUTCOMES, []).append(made)
        return made

    return new


@pytest.fixture(autouse=True)
def _hard_limit() -> Iterator[None]:
    """No trial may hang: after its time it fails wherever it waits."""

    def fail(*_: object) -> None:
        raise TimeoutError(f"the trial took longer than {CASE_TIMEOUT_S} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(CASE_TIMEOUT_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Shows the table, and writes it where the environment says."""
    outcomes = config.stash.get(OUTCOMES, [])
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not outcomes or reporter is None:
        return
    text = StringIO()
    show(outcomes, Console(file=text, width=_TABLE_WIDTH))
    reporter.write("\n" + text.getvalue())
    if file := os.environ.get(TABLE_FILE):
        write(outcomes, Path(file))
