"""A batch is tried again while a server that it needs is away, up to a limit."""

import logging
import threading
import time
from collections.abc import Callable

from millrace.errors import JobError, one_line
from millrace.io.outage import Outage, outage, refused_certificate
from millrace.telemetry import metrics
from millrace.telemetry.activity import ACTIVITY

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
# A try that worked for longer before it failed met a server that was there: a new outage.
_GOOD_WORK_S = 60.0


class StoppingError(Exception):
    """Raised in place of a batch that would begin after a stop was asked for."""


class Retry:
    """Tries a query's batch again while a server is away, ``max_outage_s`` at most.

    An outage begins with the first failure; where that is a timeout, with the silence before it.
    It ends with a try that succeeds, or that works for a while before it fails.
    """

    def __init__(self, query: str, max_outage_s: float, stopping: threading.Event) -> None:
        self._query = query
        self._max_outage_s = max_outage_s
        self._stopping = stopping
        self._since: float | None = None
        self._tries = 0
        self._retries = metrics.WRITE_RETRIES.labels(*metrics.of(query))

    def run(self, write: Callable[[], None]) -> None:
        """Calls ``write``, which must be idempotent, again after each outage, until it succeeds.

        Pauses between tries double from 1 to 30 s. Raises JobError where the outage is longer than
        the limit or a certificate is refused, StoppingError where a stop was asked for meanwhile,
        and what else ``write`` raises.
        """
        while not self._succeeds(write):
            pass

    def _succeeds(self, write: Callable[[], None]) -> bool:
        """Whether ``write`` returns; where a server is away it waits before it says so."""
        began = time.monotonic()
        try:
            with ACTIVITY.batch(self._query):
                write()
        except Exception as error:
            refused = refused_certificate(error)
            if refused:
                raise JobError(refused) from error
            met = outage(error)
            if met is None:
                raise
            self._pause(met, error, self._away_s(met, began))
            return False
        return True

    def _away_s(self, met: Outage, began: float) -> float:
        """Counts a try that failed; for how many seconds the server has been away by now."""
        now = time.monotonic()
        quiet_since = max(began, ACTIVITY.last) if met.is_silent else now
        # Silence as long as the limit is no blip between two pieces of work.
        is_blip = now - quiet_since < self._max_outage_s
        if self._since is None or (quiet_since - began > _GOOD_WORK_S and is_blip):
            self._since, self._tries = quiet_since, 0
        self._tries += 1
        return now - self._since

    def _pause(self, met: Outage, error: Exception, away_s: float) -> None:
        """Waits before the next try; raises where there is none."""
        # A connection may be dead while its server is well: one new one is tried in any case.
        left_s = self._max_outage_s - away_s
        if left_s <= 0 and self._tries > 1 and not self._stopping.is_set():
            raise JobError(
                f"{met.server} was unavailable at each of {self._tries} tries in {away_s:.0f} s,"
                f" longer than stream.max_outage_s {self._max_outage_s:g}. Nothing is lost: start"
                f" the job again when it is back. Last error: {one_line(error)}"
            ) from error
        doubled = min(_FIRST_PAUSE_S * 2 ** (self._tries - 1), _LONGEST_PAUSE_S)
        pause_s = min(doubled, max(left_s, _FIRST_PAUSE_S))
        _log.warning(
            "%s: %s is unavailable, next try in %.0f s: %s",
            self._query,
            met.server,
            pause_s,
            one_line(error),
        )
        self._retries.inc()
        if self._stopping.wait(pause_s):
            _log.warning(
                "%s: stopped while %s is unavailable; its batch runs again at the next start",
                self._query,
                met.server,
            )
            raise StoppingError
