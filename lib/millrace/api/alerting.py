"""What evaluates rules and delivers alerts beside the requests, in two threads."""

import logging
import threading
from collections.abc import Callable

from pymongo.errors import PyMongoError
from pymysql import MySQLError

from millrace.api.deliverer import Deliverer
from millrace.api.evaluator import Evaluator
from millrace.api.service import Service
from millrace.config import ConfigurationError
from millrace.errors import one_line
from millrace.telemetry import metrics

_EVERY_S = 5
_LONGEST_S = 20
_ENDS_S = 30

_log = logging.getLogger(__name__)


class Alerting:
    """The two threads: an Alertmanager that is away never keeps rules from being evaluated."""

    def __init__(self, own: Service) -> None:
        self._evaluator, self._deliverer = Evaluator(own), Deliverer(own)
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(name, step), name=name, daemon=True)
            for name, step in (("evaluator", self._evaluate), ("deliverer", self._deliver))
        ]

    def start(self) -> None:
        """Begins, and has the metrics tell of it."""
        metrics.ALERT_LAG.set_function(self._evaluator.lag_s)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends after what runs is done, so that another process goes on at once."""
        self._ended.set()
        for thread in self._threads:
            thread.join(_ENDS_S)
        try:
            self._evaluator.release()
        except PyMongoError as error:
            _log.warning("the lease of alerts runs out by itself: %s", one_line(error))

    def _evaluate(self) -> bool:
        self._evaluator.step()
        return True

    def _deliver(self) -> bool:
        return not self._evaluator.is_holder or self._deliverer.step()

    def _run(self, name: str, step: Callable[[], bool]) -> None:
        """A step now and then; after failures in a row later and later."""
        wait_s, is_failing = _EVERY_S, False
        while not self._ended.wait(wait_s):
            try:
                is_done = step()
            except (ConfigurationError, PyMongoError, MySQLError) as error:
                is_done = False
                if not is_failing:
                    _log.warning("%s: %s", name, one_line(error))
            except Exception as error:
                is_done = False
                _log.error("%s: %s", name, one_line(error), exc_info=error)
            is_failing = not is_done
            wait_s = min(2 * wait_s, _LONGEST_S) if is_failing else _EVERY_S
