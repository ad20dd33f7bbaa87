"""One server: started and waited for, and ended."""

import threading
import time

from millrace.errors import StackError
from millrace.setup.commands import last_line
from millrace.stack import processes
from millrace.stack.progress import Say
from millrace.stack.servers import Folders, Server, refuse_taken_ports

STOP_PATIENCE_S = 60
POLL_S = 0.2
LINGER_S = 5


def bring_up(server: Server, places: Folders, interrupted: threading.Event, say: Say) -> None:
    """Starts a server unless it runs, and waits until it is ready; raises StackError."""
    began = time.monotonic()
    process = processes.running(places.pid_file(server.kind))
    if process is not None and not server.is_kept:
        say("stopping")
        processes.stop(places.pid_file(server.kind), STOP_PATIENCE_S, server.stop_signal)
    elif process is not None:
        _refuse_moved(server, process)
        if _becomes_ready(server, places, interrupted):
            say("already running")
            return
        # It was about to end, as one that was just killed is: start it again.
    _start(server, places, say)
    if not _becomes_ready(server, places, interrupted):
        raise _failure(server, places, "stopped while starting")
    say(f"ready in {time.monotonic() - began:.1f} s")


def _start(server: Server, places: Folders, say: Say) -> None:
    pid_file = places.pid_file(server.kind)
    # A server that was killed may hold its ports a moment longer than it is seen to live.
    refuse_taken_ports(server, LINGER_S if pid_file.exists() else 0)
    say("downloading")
    server.install()
    say("starting")
    command, log = server.command(), places.log(server.kind)
    processes.start(
        command,
        log,
        pid_file,
        server.port,
        server.folder,
        user=server.user,
        secrets=server.secrets,
    )


def _refuse_moved(server: Server, process: processes.Process) -> None:
    if process.port != server.port:
        raise StackError(
            f"{server.title} runs on port {process.port}, not on that of "
            f"{server.address.key}: stop it first (millrace down)"
        )


def _becomes_ready(server: Server, places: Folders, interrupted: threading.Event) -> bool:
    """Waits until ``server`` is ready; False where its process ends before that."""
    deadline = time.monotonic() + server.start_timeout_s
    while processes.running(places.pid_file(server.kind)) is not None:
        if server.is_ready():
            return True
        if time.monotonic() > deadline:
            reason = f"was not ready after {server.start_timeout_s} s"
            raise _failure(server, places, reason)
        if interrupted.wait(POLL_S):
            raise StackError(f"{server.title}: interrupted")
    return False


def _failure(server: Server, places: Folders, reason: str) -> StackError:
    log = places.log(server.kind)
    line = last_line(log.read_bytes())
    return StackError(f"{server.title} {reason}: {line} (log: {log})")


def end(server: Server, places: Folders, say: Say) -> None:
    """Ends a server if it runs; raises StackError where it does not end."""
    began = time.monotonic()
    say("stopping")
    pid_file = places.pid_file(server.kind)
    was_running = processes.stop(pid_file, STOP_PATIENCE_S, server.stop_signal)
    say(f"stopped in {time.monotonic() - began:.1f} s" if was_running else "was not running")
