"""One job under one fault: a feed of its own, what is sent to it, and what has become of it."""

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from support.counts import AWAY, COUNTS, Found
from support.feed import Feed
from support.job_process import JobProcess
from support.marked_lines import Sent
from support.outcome_table import Outcome
from support.pipeline import ROOT
from verdict import reconciled

_LINES_TIMEOUT_S = 900
_POLL_S = 0.1


class Trial:
    """A job on a feed of its own. What is measured and counted goes to ``outcome``."""

    def __init__(self, feed: Feed, folder: Path, outcome: Outcome) -> None:
        self.feed, self.outcome = feed, outcome
        self._folder = folder
        self._count = COUNTS[outcome.job](feed.conf, feed.name)
        self._processes: list[JobProcess] = []
        self._lost: set[tuple[int, int]] = set()

    @property
    def job(self) -> str:
        """The job's name."""
        return self.outcome.job

    @property
    def expected(self) -> Found:
        """What has to be stored of the lines that were sent."""
        return self._count.expected(self._there_to_store(self.feed.lines.sent))

    def lose(self, until: dict[int, int], process: JobProcess) -> None:
        """Checks that the job, ended, told of each line before these offsets that is not stored."""
        found = self._count.found()
        gone = [item for item in self.feed.lines.sent if item.offset < until.get(item.partition, 0)]
        lost = {
            (item.partition, item.offset)
            for item in gone
            if any(not found[key] for key in self._count.expected([item]))
        }
        new = lost - self._lost
        told = re.search(r"Kafka deleted ([\d,]+) lines?\b", process.stderr())
        assert told, process.told()
        number = int(told[1].replace(",", ""))
        self.outcome.lost_told = (self.outcome.lost_told or 0) + number
        assert number == len(new)
        self._lost |= new

    def _there_to_store(self, sent: Sequence[Sent]) -> list[Sent]:
        return [item for item in sent if (item.partition, item.offset) not in self._lost]

    def start(
        self, *options: str, crash_at: str | None = None, within: Sequence[str] = ()
    ) -> JobProcess:
        """Starts the job, by the command ``within`` where there is one."""
        command = [*within, str(ROOT / "spark-submit.sh"), self.job, "--conf", str(self.feed.file)]
        scratch = self._folder / "scratch"
        scratch.mkdir(exist_ok=True)
        # What a killed job leaves behind goes with the test's folder.
        environment = {
            "SPARK_LOCAL_DIRS": str(scratch),
            "TMPDIR": str(scratch),
            "JAVA_TOOL_OPTIONS": f"-Djava.io.tmpdir={scratch}",
        }
        if crash_at:
            environment["MILLRACE_CRASH_AT"] = crash_at
        log = self._folder / f"{self.job}-{len(self._processes)}.log"
        self._processes.append(JobProcess([*command, *options], log, environment))
        return self._processes[-1]

    def start_until_caught_up(self, *options: str, **how: Any) -> JobProcess:
        """Starts the job so that it ends by itself when all lines are done."""
        return self.start("--until-caught-up", *options, **how)

    def complete(self, *options: str, **how: Any) -> None:
        """Runs the job until all lines are done, and notes when the last one landed."""
        with self.recovery():
            self.expect_end(self.start_until_caught_up(*options, **how), 0)

    def expect_end(self, process: JobProcess, code: int) -> None:
        """Waits for the job's end, which must be with this exit code."""
        ended_with = process.exit_code()
        assert ended_with == code, f"exit code {ended_with}, not {code}\n{process.told()}"

    @contextmanager
    def recovery(self) -> Iterator[None]:
        """Notes the time from its beginning to the last line that lands within it."""
        began = last = time.monotonic()
        is_over = threading.Event()

        def watch() -> None:
            nonlocal last
            before = self.landed()
            while not is_over.wait(_POLL_S):
                now = self.landed()
                if now is not None and now != before:
                    before, last = now, time.monotonic()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()
        self.outcome.restart_s = last - began

    def landed(self) -> int | None:
        """How many lines are stored; null while the server does not say."""
        with suppress(*AWAY):
            return self._count.landed()
        return None

    def wait_for_lines(self, process: JobProcess, at_least: int = 1) -> None:
        """Waits until the running job has stored some lines."""
        self.wait_until(
            lambda: (self.landed() or 0) >= at_least, process, f"{at_least} lines stored"
        )

    def wait_for_all(self, process: JobProcess) -> None:
        """Waits until the running job has stored as many lines as it has to."""
        self.wait_for_lines(process, self.expected.total())

    def wait_until(self, is_true: Callable[[], bool], process: JobProcess, what: str) -> None:
        """Waits for something that the running job does; fails where the job ends before."""
        deadline = time.monotonic() + _LINES_TIMEOUT_S
        while not is_true():
            assert not process.has_ended or is_true(), f"ended before: {what}\n{process.told()}"
            assert time.monotonic() < deadline, f"not in time: {what}\n{process.told()}"
            time.sleep(_POLL_S)

    def expect_unfinished(self) -> None:
        """Fails where the fault comes too late to hit anything."""
        landed, expected = self.landed(), self.expected.total()
        assert landed is not None
        assert landed < expected, f"all {expected} lines were stored before the fault"

    def judge(self) -> None:
        """Counts what is stored; each line has to be there once, and the product must say so."""
        expected, found = self.expected, self._count.found()
        self.outcome.lines = len(self.feed.lines.sent)
        self.outcome.dead_letters = self._count.dead_letters()
        self.outcome.records = found.total() - (self.outcome.dead_letters or 0)
        self.outcome.missing = (expected - found).total()
        self.outcome.doubled = (found - expected).total()
        self.outcome.is_reconciled = reconciled(self.feed.file, self.feed.name)
        assert (self.outcome.missing, self.outcome.doubled) == (0, 0)
        assert self.outcome.is_reconciled, "millrace reconcile says that lines differ"

    def close(self) -> None:
        """Ends whatever still runs of the job."""
        for process in self._processes:
            process.end()
        shutil.rmtree(self._folder / "scratch", ignore_errors=True)
