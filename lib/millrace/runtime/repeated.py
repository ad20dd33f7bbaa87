"""A command that is run again and again, as a service, and how often."""

import math
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import typer

DURATION = re.compile(r"(\d+)([smhd])", re.ASCII)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = 100_000  # of any unit


def duration(text: str) -> timedelta:
    """How long ``text`` names: 10m, 1h, 1d. Raises typer.BadParameter if it names none."""
    match = DURATION.fullmatch(text)
    if match and 0 < int(match[1]) <= _LONGEST:
        return timedelta(**{UNITS[match[2]]: int(match[1])})
    raise typer.BadParameter(f"{text!r} is not a duration (10m, 1h, 1d)")


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
        print(f"next run at {next_at:%Y-%m-%d %H:%M:%S} UTC", file=sys.stderr, flush=True)
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
