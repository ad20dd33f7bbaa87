"""Builds the warehouse by dbt, with what the configuration says: facts and dimensions from raw.

``python -m millrace.tools.dbt`` installs dbt.
"""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.config import Config, ConfigurationError, Warehouse
from millrace.errors import JobError, SetupError
from millrace.io.warehouse.client import connection, fetched, login, named
from millrace.records.printable import printable
from millrace.records.warehouse import DBT, RAW
from millrace.setup.dbt import PROJECT, dbt

Say = Callable[[str], None]
"""What is told of each step: how far it is, and its name."""

_VARIABLES = {
    "host": "HOST",
    "port": "PORT",
    "dbname": "DATABASE",
    "user": "USER",
    "password": "PASSWORD",
    "sslmode": "SSLMODE",
    "sslrootcert": "CA_FILE",
}
_GOOD = {"success", "pass", "warn", "no-op"}
_LONGEST = 300
_LOCK = "millrace warehouse"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a build came to: steps that were done, one line for each that failed, and the rest."""

    done: int
    failures: tuple[str, ...]
    skipped: int


def build(conf: Config, say: Say, *, is_full: bool = False) -> Outcome:
    """Builds what the new loads change, everything where ``is_full``, and tests it.

    Raises ConfigurationError where there is no warehouse or it does not answer, SetupError where
    there is no dbt, JobError where nothing is loaded, where another build runs, or where dbt ends
    without a result.
    """
    warehouse = of(conf)
    program = dbt(warehouse.dbt)
    with connection(warehouse, DBT) as opened:
        if fetched(opened, "SELECT to_regclass(%s)", f"{RAW}.batches") is None:
            raise JobError(
                f"{named(warehouse)}: nothing is loaded yet: ./spark-submit.sh warehouse"
            )
        if not fetched(opened, "SELECT pg_try_advisory_xact_lock(hashtext(%s))", _LOCK):
            raise JobError(f"{named(warehouse)}: another build is running")
        # Unit tests try the code, not the data: they are run where that is changed.
        wanted = ["build", "--exclude-resource-type", "unit_test"]
        return _outcome(conf, program, [*wanted, *(["--full-refresh"] if is_full else [])], say)


def told(conf: Config, say: Say = lambda _: None, *, is_full: bool = False) -> int:
    """Builds, and tells on standard error what it came to: a line for each failure, then the sum.

    Gives the exit code, 0 or 1. Raises ConfigurationError and SetupError as ``build`` does.
    """
    began = time.monotonic()
    try:
        outcome = build(conf, say, is_full=is_full)
    except JobError as error:
        print(f"warehouse: {printable(str(error))}", file=sys.stderr)
        return 1
    for failure in outcome.failures:
        print(failure, file=sys.stderr)
    rest = (f", {len(outcome.failures)} failed" if outcome.failures else "") + (
        f", {outcome.skipped} skipped" if outcome.skipped else ""
    )
    seconds = time.monotonic() - began
    print(f"warehouse: {outcome.done} steps done{rest}, {seconds:.1f} s", file=sys.stderr)
    return 1 if rest else 0


def build_loaded(conf: Config) -> None:
    """Builds what was loaded, and logs what it came to; raises JobError where a step fails."""
    outcome = build(conf, _log.debug)
    if outcome.failures:
        raise JobError("; ".join(outcome.failures))
    _log.info("built in %d steps", outcome.done)


def run(conf: Config, arguments: list[str]) -> int:
    """Runs any command of dbt over the warehouse, on this terminal; its exit code.

    Raises ConfigurationError where there is no warehouse, SetupError where there is no dbt.
    """
    command = [str(dbt(of(conf).dbt)), *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment(conf), check=False).returncode


def of(conf: Config) -> Warehouse:
    """The section of the warehouse; raises ConfigurationError where there is none."""
    if conf.warehouse is None:
        raise ConfigurationError(
            f"{conf.file}: the section warehouse is missing: see docs/warehouse.md"
        )
    return conf.warehouse


def environment(conf: Config) -> dict[str, str]:
    """What dbt is started with: this one's own environment, the login, and where it may write."""
    values = login(of(conf), DBT)
    own = {f"MILLRACE_WAREHOUSE_{_VARIABLES[key]}": str(value) for key, value in values.items()}
    folder = folder_of(conf)
    return {
        **os.environ,
        **own,
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }


def folder_of(conf: Config) -> Path:
    """Where dbt keeps what it makes: compiled queries, results, its log, its documentation."""
    return conf.stack.directory.resolve() / "dbt"


def _outcome(conf: Config, program: Path, arguments: list[str], say: Say) -> Outcome:
    results = folder_of(conf) / "target" / "run_results.json"
    results.unlink(missing_ok=True)  # of a build before
    command = [str(program), "--log-format", "json", *arguments]
    said = "it named no error"
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(conf), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for info, data in events(process.stdout):
            if info["name"] == "LogStartLine":
                say(f"{data['index']}/{data['total']} {data['node_info']['node_name']}")
            elif info["level"] == "error":
                said = str(info["msg"])
    if not results.exists():
        raise JobError(f"dbt ended with {process.returncode}: {one_line(said)}")
    return outcome_of(json.loads(results.read_text(encoding="utf-8"))["results"])


def events(lines: Iterable[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What each line of dbt's log says of itself, and its values; what is no event is left out."""
    for line in lines:
        try:
            event = json.loads(line)
            yield event["info"], event["data"]
        except (ValueError, KeyError, TypeError):
            continue


def outcome_of(results: list[dict[str, Any]]) -> Outcome:
    """What the results that dbt writes down come to."""
    skipped = sum(one["status"] == "skipped" for one in results)
    good = sum(one["status"] in _GOOD for one in results)
    wrong = [one for one in results if one["status"] not in _GOOD | {"skipped"}]
    failures = tuple(f"{_named(one)}: {one['status']}: {_reason(one)}" for one in wrong)
    return Outcome(good, failures, skipped)


def _named(result: dict[str, Any]) -> str:
    """The name of a model or a test, without its project and the digest at its end."""
    return str(result["unique_id"].split(".")[2])


def _reason(result: dict[str, Any]) -> str:
    return one_line(str(result.get("message") or f"{result.get('failures')} rows"))


def one_line(text: str) -> str:
    """What dbt says in several lines, in one: a message may quote a value, whatever it is."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith("compiled code at")]
    return printable(" ".join(told))[:_LONGEST]


if __name__ == "__main__":
    try:
        print(f"dbt: {dbt()}")
    except SetupError as error:
        print(f"dbt: {error}", file=sys.stderr)
        sys.exit(1)
