"""A batch is tried again while a server that it needs is away, up to a limit."""

import logging
import threading
import time
from collections.abc import Callable

from millrace.errors import JobError, one_line
from millrace.io.outage import is_outage
from millrace.observe import metrics

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0


class StoppingError(Exception):
    """Raised in place of a batch that would begin after a stop was asked for."""


class Patience:
    """How long a query's batches wait for a server, in seconds of outage."""

    def __init__(self, query: str, max_outage_s: float, stopping: threading.Event) -> None:
        self._query = query
        self._max_outage_s = max_outage_s
        self._stopping = stopping
        self._retries = metrics.WRITE_RETRIES.labels(*metrics.of(query))

    def outlast(self, write: Callable[[], None]) -> None:
        """Calls ``write``, again after each outage, with pauses that double up to 30 s.

        To be used with what may be done twice. Raises JobError where the outage is longer than the
        limit, StoppingError where a stop was asked for in a pause, and what else ``write`` raises.
        """
        began, pause_s = time.monotonic(), _FIRST_PAUSE_S
        while True:
            try:
                write()
                return
            except Exception as error:
                if not is_outage(error):
                    raise
                away_s = time.monotonic() - began
                if away_s + pause_s > self._max_outage_s:
                    raise JobError(
                        f"a server has been away for {away_s:.0f} s, longer than"
                        f" stream.max_outage_s {self._max_outage_s:g}. Nothing is lost: start the"
                        f" job again when it is back. It says {one_line(error)}"
                    ) from error
                _log.warning(
                    "%s: a server is away, next try in %.0f s: %s",
                    self._query,
                    pause_s,
                    one_line(error),
                )
            self._retries.inc()
            if self._stopping.wait(pause_s):
                raise StoppingError
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
