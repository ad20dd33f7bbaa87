"""Change capture under a random workload while all that takes part is killed in turn.

``MILLRACE_CHAOS_CHANGES`` is the least number of operations.
"""

import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.captured import ENTITIES, captured_servers, marked
from support.job_process import JobProcess
from support.outcome_table import Outcome
from support.pipeline import ROOT, wait_until
from support.server_faults import Servers

from millrace.config import Config, Server, entities
from millrace.io import mongo
from millrace.parse.changes.latest import identity
from millrace.proof.changes import compare
from millrace.records.entities import Source
from millrace.simulate.working import Done, work
from millrace.tools.connectors import Connectors

OPERATIONS = int(os.environ.get("MILLRACE_CHAOS_CHANGES", "6000"))
RATE = 150.0  # a second, of each database
AT_ONCE = 500
KILLED_S = 2
PATIENCE_S = 600.0
HARD_LIMIT_S = 1_800 + OPERATIONS // 20
JOB = "job"
OF_SOURCES: dict[Source, Server] = {
    "postgres": "source-postgres",
    "mariadb": "source-mariadb",
    "mongo": "source-mongo",
}


class _Writers:
    """A thread for each database that writes to it until told that it may end."""

    def __init__(self, conf: Config, count: int) -> None:
        self._conf, self._count = conf, count
        self.may_end = threading.Event()
        self.done: dict[Source, Done] = {source: Done() for source in OF_SOURCES}
        self.failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._write, args=(source,)) for source in OF_SOURCES
        ]

    def __enter__(self) -> "_Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_end.set()
        for thread in self._threads:
            thread.join()

    @property
    def have_done_all(self) -> bool:
        """Whether so many operations were done, in all databases together."""
        return sum(done.operations for done in self.done.values()) >= self._count

    def _write(self, source: Source) -> None:
        own = self.done[source]
        try:
            for seed in itertools.count(1):
                if self.may_end.is_set():
                    return
                assert self._conf.changes
                some = work(
                    self._conf.changes,
                    AT_ONCE,
                    RATE,
                    seed,
                    only=(source,),
                    patience_s=PATIENCE_S,
                )
                own.operations += some.operations
                own.rolled_back += some.rolled_back
                own.in_doubt += some.in_doubt
        except BaseException as error:
            self.failures.append(error)
            raise


class _Positions:
    """Looks at the position of every row again and again: it may not fall."""

    def __init__(self, conf: Config) -> None:
        self._db, self._seen = mongo.database(conf.mongo), dict[tuple[str, bytes], list[int]]()
        self.fallen: list[Any] = []
        self.looks = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Positions":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(1):
            for name in ENTITIES:
                for row in self._db[name].find({}, {"change.position": 1}):
                    place, now = (name, identity(row["_id"])), row["change"]["position"]
                    if now < self._seen.get(place, now):
                        self.fallen.append((name, row["_id"], self._seen[place], now))
                    self._seen[place] = now
            self.looks += 1


class _Capture:
    """The servers and the job, each of which can be killed and started again."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers, self._folder = servers, folder
        self._jobs: list[JobProcess] = []

    def start_job(self) -> None:
        command = [str(ROOT / "spark-submit.sh"), "changes", "--conf", str(self._servers.file)]
        log = self._folder / f"changes-{len(self._jobs)}.log"
        self._jobs.append(JobProcess(command, log, {}))

    def kill(self, victim: Server | str) -> None:
        """Kills it, and starts it again once the rest has noticed."""
        if victim == JOB:
            self.job.end()
            time.sleep(KILLED_S)
            self.start_job()
            return
        self._servers.kill(victim)  # type: ignore[arg-type]
        time.sleep(KILLED_S)
        self._servers.up()

    @property
    def job(self) -> JobProcess:
        return self._jobs[-1]

    def has_come_back(self) -> None:
        """Waits until connectors have gone past what is committed now, and the job has stored it.

        What is killed next is at work.
        """
        known = entities.of(self._servers.conf)
        for name in ENTITIES:
            marked(self._servers.conf, known.entity(name), PATIENCE_S)
        batches = mongo.database(self._servers.conf.mongo).batches
        since = datetime.now(UTC)
        for name in ENTITIES:
            newer = {"query": f"changes-{name}", "committed_at": {"$gte": since}}
            wait_until(
                lambda of=newer: batches.find_one(of) is not None,
                self.job.told(),
                timeout_s=PATIENCE_S,
                poll_s=0.5,
            )
        assert not self.job.has_ended, self.job.told()

    def close(self) -> None:
        for job in self._jobs:
            job.end()


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[tuple[_Capture, Config]]:
    with captured_servers(tmp_path) as servers:
        conf = servers.conf
        assert conf.changes
        work(conf.changes, AT_ONCE, None, 1)  # There are rows before there are connectors.
        connectors = Connectors.of(conf)
        said = list(connectors.apply(connectors.chosen([])))
        assert not [one for one in said if one.kind == "wrong"], said
        made = _Capture(servers, tmp_path)
        try:
            made.start_job()
            yield made, conf
        finally:
            made.close()


def test_store_and_databases_are_equal_though_all_are_killed_in_turn(
    capture: tuple[_Capture, Config], outcome: Callable[[str, str], Outcome]
) -> None:
    signal.alarm(HARD_LIMIT_S)  # in place of that of every trial: operations take their time
    row = outcome("Connect, job and each database killed in turn", "changes")
    made, conf = capture
    victims: tuple[Server | str, ...] = ("connect", JOB, *OF_SOURCES.values())
    wait_until(_has_rows(conf), made.job.told(), timeout_s=PATIENCE_S, poll_s=0.5)
    kills: Counter[str] = Counter()
    with _Positions(conf) as positions, _Writers(conf, OPERATIONS) as writers:
        for victim in itertools.cycle(victims):
            made.kill(victim)
            kills[victim] += 1
            made.has_come_back()
            assert not writers.failures, writers.failures
            if len(kills) == len(victims) and writers.have_done_all:
                break
        writers.may_end.set()
    began = time.monotonic()
    known = entities.of(conf)
    found = [
        compare(conf, known.entity(name), mend=False, patience_s=PATIENCE_S) for name in ENTITIES
    ]
    row.restart_s = time.monotonic() - began
    row.lines = sum(done.operations for done in writers.done.values())
    row.records = sum(one.rows for one in found)
    row.dead_letters = mongo.database(conf.mongo).dead_letters.count_documents({})
    row.missing = sum(len(one.missing) + len(one.differing) for one in found)
    row.doubled = sum(len(one.undeleted) for one in found)
    row.is_reconciled = all(one.is_equal for one in found)
    print(f"kills: {dict(kills)}", writers.done, *found, sep="\n")
    print(f"{positions.looks} looks at positions, {len(positions.fallen)} have fallen")
    assert not positions.fallen
    assert positions.looks > kills.total()
    assert row.dead_letters == 0
    assert all(one.is_equal and not one.changing for one in found), found
    assert row.lines >= OPERATIONS


def _has_rows(conf: Config) -> Callable[[], bool]:
    db = mongo.database(conf.mongo)
    return lambda: all(db[name].estimated_document_count() for name in ENTITIES)
