"""Work that is done again and again in one process, as a service."""

import math
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from millrace.cli.options import say
from millrace.errors import one_line


def repeated(work: Callable[[], None], every: timedelta) -> NoReturn:
    """Calls ``work`` once in each span of time until SIGTERM or SIGINT, which ends it with code 0.

    Where it takes longer than a span, the next call waits for the next one. A server that is away
    is told, and ``work`` tries it again at its next time. Raises what else ``work`` raises. To be
    called in the main thread, after what puts handlers of its own in place.
    """
    stop = _Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    due = time.monotonic()
    while True:
        _once(work, stop)
        now = time.monotonic()
        due += every.total_seconds() * math.floor((now - due) / every.total_seconds() + 1)
        next_at = datetime.now(UTC) + timedelta(seconds=due - now)
        say(f"next run at {next_at:%Y-%m-%d %H:%M:%S} UTC")
        time.sleep(max(due - time.monotonic(), 0))


def _once(work: Callable[[], None], stop: "_Stop") -> None:
    from millrace.io.outage import outage

    try:
        work()
    except Exception as error:
        met = outage(error)
        # What was cut off may say anything.
        if met is None and not stop.is_asked:
            raise
        if met and not stop.is_asked:
            say(f"{met.server} is unavailable: {one_line(error)}")
    if stop.is_asked:
        sys.exit(0)


class _Stop:
    """Ends the program from where it is: what it does may take hours, and can be done again."""

    is_asked = False

    def __call__(self, *_: Any) -> None:
        self.is_asked = True
        sys.exit(0)
