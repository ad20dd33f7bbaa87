"""How the demos run the suite's own commands, and what they say of one that fails."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from millrace.config import Config, ConfigurationError
from millrace.tools.terminal import as_text

SCRIPT = "spark-submit.sh"
MILLRACE = (sys.executable, "-m", "millrace")
# Lines of a stack trace that say nothing to a reader.
_TRACE = re.compile(r"\s|$|.*Traceback|Full stacktrace|Driver stacktrace")
_TAIL_LINES = 8
_LONGEST_LINE = 300


class DemoError(Exception):
    """A part of the demo failed; the message is one line that says which."""


def root() -> Path:
    """The repository's folder; raises ConfigurationError where it is not found."""
    for folder in (Path.cwd(), Path(__file__).parents[3]):
        if (folder / SCRIPT).is_file():
            return folder
    raise ConfigurationError(f"the demo needs the repository's folder: {SCRIPT} was not found")


def job_command(name: str, conf_file: Path, *options: str) -> list[str]:
    """The command of a job, in the repository's folder."""
    return [f"./{SCRIPT}", name, "--conf", str(conf_file), *options]


def log_file(conf: Config, name: str) -> Path:
    """What a command of the demo said."""
    return conf.stack.directory / "logs" / f"demo-{name}.log"


def run_command(
    name: str,
    title: str,
    command: list[str],
    good: tuple[int, ...],
    conf: Config,
    console: Console,
) -> tuple[int, str]:
    """Runs a command to its end under a ``title``; its exit code and what it printed.

    Raises DemoError where the code is not a ``good`` one.
    """
    log = log_file(conf, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(title, total=1)
        code = _exit_code(command, log)
        progress.update(task, completed=code in good)
    output = log.read_text(encoding="utf-8", errors="replace")
    if code not in good:
        readable = [line for line in output.splitlines() if not _TRACE.match(line)]
        latest = list(dict.fromkeys(reversed(readable)))[:_TAIL_LINES]
        for line in reversed(latest):
            console.print(as_text(f"  {line[:_LONGEST_LINE]}"), soft_wrap=True)
        raise DemoError(f"{name} ended with exit code {code}; its full output is in {log}")
    return code, output


def reconciled(
    conf: Config, conf_file: Path, console: Console, *options: str, least: int = 1
) -> list[dict[str, Any]]:
    """What `millrace reconcile` finds with these options: the objects that it prints, one a line.

    Raises DemoError where there are fewer than ``least``: then it could not find out.
    """
    name = "-".join(["reconcile", *(option.removeprefix("--") for option in options)])
    title = " ".join(["millrace reconcile", *options])
    command = [*MILLRACE, "reconcile", *options, "--json", "--conf", str(conf_file)]
    code, output = run_command(name, title, command, (0, 1), conf, console)
    found = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    if len(found) < least:
        raise DemoError(
            f"reconcile ended with exit code {code}; its output is in {log_file(conf, name)}"
        )
    return found


def _exit_code(command: list[str], log: Path) -> int:
    with log.open("wb") as output:
        process = _started(command, output)
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def in_background(name: str, command: list[str], conf: Config) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs meanwhile; it is asked to end at the end, and waited for.

    Raises DemoError where it has ended by itself, or ends badly.
    """
    log = log_file(conf, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = _started(command, output)
        try:
            yield process
            ended = process.poll()
            if ended is not None:
                raise DemoError(
                    f"{name} has ended by itself with exit code {ended}; its output is in {log}"
                )
        finally:
            process.terminate()
            code = process.wait()
    if code:
        raise DemoError(f"{name} ended with exit code {code}; its full output is in {log}")


def _started(command: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    # The interpreter that runs this one, where the script finds no .venv.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # In a session of its own: Ctrl-C is passed on once, as asking twice would mean that the running
    # batch is not to be finished.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=os.environ | {"PATH": path},
    )
