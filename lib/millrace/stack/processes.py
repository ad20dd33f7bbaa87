"""Processes that outlive the command that started them, known again by their pid files."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from millrace.errors import StackError
from millrace.setup.commands import environment, identity

POLL_S = 0.1
# Popen objects are kept so that a process that ended is reaped by the next poll.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Process:
    """A process we started; its start time tells it from a later one with the same pid."""

    pid: int
    port: int
    started_ticks: int
    boot_id: str


def start(
    command: list[str],
    log: Path,
    pid_file: Path,
    port: int,
    folder: Path | None = None,
    *,
    user: str | None = None,
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Starts ``command`` in a session of its own, with its output in ``log``.

    It runs in ``folder``, else in that of the log, as ``user``, else as the user who starts it,
    with ``secrets`` in its environment. The log of the run before is kept as ``.1``.
    Raises StackError where it cannot be executed.
    """
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    try:
        with log.open("wb") as output:
            # A session of its own: neither Ctrl-C nor the terminal's end reaches the server.
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=folder or log.parent,
                env={**environment(), **(secrets or {})},
                **identity(user),
            )
    except OSError as error:
        raise StackError(f"{command[0]} cannot be executed: {error.strerror}") from None
    _children.append(child)
    ticks = _started_ticks(child.pid)
    if ticks is not None:
        _write(pid_file, Process(child.pid, port, ticks, _boot_id()))


def running(pid_file: Path) -> Process | None:
    """The process written down in ``pid_file`` if it still runs, else None."""
    for child in _children:
        child.poll()
    try:
        process = Process(**json.loads(pid_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    is_same_boot = process.boot_id == _boot_id()
    is_same_process = _started_ticks(process.pid) == process.started_ticks
    return process if is_same_boot and is_same_process else None


def stop(pid_file: Path, patience_s: float, stop_signal: int = signal.SIGTERM) -> bool:
    """Ends the process of ``pid_file`` and removes the file; False where it no longer ran.

    It gets ``stop_signal``, and SIGKILL after ``patience_s``. Raises StackError where it survives
    both or belongs to another user.
    """
    process = running(pid_file)
    if process is not None:
        try:
            os.kill(process.pid, stop_signal)
            if not _ended(pid_file, patience_s):
                os.kill(process.pid, signal.SIGKILL)
                if not _ended(pid_file, patience_s):
                    raise StackError(f"process {process.pid} does not stop ({pid_file})")
        except ProcessLookupError:
            pass  # it ended by itself between the look and the signal
        except PermissionError:
            raise StackError(f"process {process.pid} belongs to another user") from None
    pid_file.unlink(missing_ok=True)
    return process is not None


def _ended(pid_file: Path, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while running(pid_file) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _started_ticks(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name, second field, may hold spaces and brackets: count from behind its last bracket.
    fields = stat.rpartition(")")[2].split()
    state, started_ticks = fields[0], int(fields[19])
    is_dead = state in "ZX"
    return None if is_dead else started_ticks


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()


def _write(pid_file: Path, process: Process) -> None:
    unfinished = pid_file.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(process)), encoding="utf-8")
    unfinished.replace(pid_file)
