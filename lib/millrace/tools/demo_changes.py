"""The demo of change capture: three databases filled, captured, changed, and proven equal."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from millrace import config, stack
from millrace.config import Config, ConfigurationError, Server, entities
from millrace.io import mongo
from millrace.io.mongo import change_delays
from millrace.records import ledger
from millrace.simulate.working import Done, work
from millrace.tools import demo_changes_report
from millrace.tools.demo_changes_report import Captured
from millrace.tools.demo_process import (
    MILLRACE,
    SCRIPT,
    DemoError,
    in_background,
    job_command,
    log_file,
    reconciled,
    root,
    run_command,
)

# What reads the others is not needed; the rest has passwords that each command wants to know.
_NOT_NEEDED: tuple[Server, ...] = ("api", "reconcile")
_JOB = "changes"
_PATIENCE_S, _POLL_S = 180.0, 0.5
_RATE = 200.0  # changes a second while the job runs


def run(conf_file: Path, *, count: int, console: Console) -> bool:
    """Runs the demo with ``count`` operations, half of them while the job runs; draws on stdout.

    Progress goes to ``console``. Returns whether store and databases are equal at the end. What it
    started is stopped. Raises DemoError, SetupError or ConfigurationError where a part fails.
    """
    conf_file = conf_file.resolve()
    os.chdir(root())
    conf = config.load(conf_file)
    if conf.changes is None:
        raise ConfigurationError(f"{conf.file}: changes: this section is missing")
    needed = tuple(kind for kind in conf.stack.servers if kind not in _NOT_NEEDED)
    begun = conf.model_copy(update={"stack": conf.stack.model_copy(update={"servers": needed})})
    with _servers(begun, console) as up:
        assert up.changes is not None
        filled = work(up.changes, count // 2, None, seed=int(time.time()))
        applied = [_applied(conf_file, up, console, title) for title in ("apply", "apply again")]
        if "made" in applied[1]:
            raise DemoError(
                "connectors apply changed something the second time: see"
                f" {log_file(up, 'connectors')}"
            )
        changed, found, since = _captured(conf_file, up, count - count // 2, console)
        delays = {
            entity.name: sorted(_delays(up, entity.name, since)) for entity in entities.of(up).all
        }
        out = Console()
        out.print()
        demo_changes_report.show(up, Captured(filled, changed, found, delays), out)
    return all(one["is_equal"] for one in found)


@contextmanager
def _servers(conf: Config, console: Console) -> Iterator[Config]:
    """The servers, up meanwhile; those that did not run before are down afterwards."""
    before = {server.kind for server in stack.status(conf) if server.pid}
    wanted = {*conf.stack.servers, *conf.stack.changes}
    try:
        yield stack.up(conf, console, ["changes"])
    finally:
        stack.down(conf, console, only=wanted - before)


def _applied(conf_file: Path, conf: Config, console: Console, title: str) -> set[str]:
    """Has the connectors applied; the first word of each line that was said."""
    command = [*MILLRACE, "connectors", "apply", "--conf", str(conf_file)]
    title = f"millrace connectors {title}"
    _, output = run_command("connectors", title, command, (0,), conf, console)
    return {line.split()[0] for line in output.splitlines() if line.strip()}


def _captured(
    conf_file: Path, conf: Config, count: int, console: Console
) -> tuple[Done, list[dict[str, Any]], datetime]:
    """Changes rows while the job runs, and compares: what was done, and found, since when."""
    assert conf.changes is not None
    with in_background(_JOB, job_command(_JOB, conf_file), conf):
        _wait_for_first_batches(conf, datetime.now(UTC), console)
        since = datetime.now(UTC)
        with console.status(f"{count:,} changes at {_RATE:g}/s"):
            changed = work(conf.changes, count, _RATE, seed=int(time.time()) + 1)
        found = reconciled(conf, conf_file, console, "--changes", least=len(entities.of(conf).all))
    return changed, found, since


def _wait_for_first_batches(conf: Config, since: datetime, console: Console) -> None:
    """Waits until each query of the job has written a batch: Spark takes a while to start."""
    batches = mongo.database(conf.mongo)[ledger.COLLECTION]
    queries = {f"{_JOB}-{entity.name}" for entity in entities.of(conf).all}
    deadline = time.monotonic() + _PATIENCE_S
    with console.status(f"{SCRIPT} {_JOB}: its first batches"):
        while queries - set(batches.distinct("query", {"committed_at": {"$gte": since}})):
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{_JOB} has written no batch within {_PATIENCE_S:g} s: see"
                    f" {log_file(conf, _JOB)}"
                )
            time.sleep(_POLL_S)


def _delays(conf: Config, entity: str, since: datetime) -> Iterator[float]:
    return change_delays.commit_to_store_s(mongo.database(conf.mongo), entity, _JOB, since)
