"""A command that is run again and again, as a service."""

import math
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from millrace.cli.options import say


def repeated(command: Sequence[str], every: timedelta) -> NoReturn:
    """Runs ``command`` once in each span of time until SIGTERM or SIGINT, which ends it with 0.

    Each run is a process of its own, so that nothing of it stays in memory; what it prints is what
    is told of it, whatever it ends with. Where it takes longer than a span, the next run waits for
    the next one. To be called in the main thread.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    due = time.monotonic()
    while True:
        _run(command)
        now = time.monotonic()
        due += every.total_seconds() * math.floor((now - due) / every.total_seconds() + 1)
        next_at = datetime.now(UTC) + timedelta(seconds=due - now)
        say(f"next run at {next_at:%Y-%m-%d %H:%M:%S} UTC")
        time.sleep(max(due - time.monotonic(), 0))


def _run(command: Sequence[str]) -> None:
    """Runs it once; a stop meanwhile ends it."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            process.wait()
        except SystemExit:
            process.terminate()
            raise


def _stop(*_: Any) -> NoReturn:
    """Ends the program from where it is: what it does may take hours, and can be done again."""
    sys.exit(0)
