"""Ends a process that waits without end: its batch is silent, or it was asked to stop and does not.

Clients have timeouts of their own, which come first. This is for what has none, and for a stop
that cannot wait for them. What is left undone runs again at the next start.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from millrace.telemetry.activity import ACTIVITY
from millrace.telemetry.logs import END

_POLL_S = 1.0
_SPARK_POLL_S = 5.0  # executors tell of running tasks every ten seconds
_LATEST_EXECUTIONS = 20
_CLIENTS_FIRST_S = 60.0
_STOP_SILENCE_S = 90.0  # below the two minutes that Kubernetes and Compose give


class Stopping(threading.Event):
    """Set where no further batch is to begin; ``is_asked`` where somebody asked for that."""

    is_asked = False

    def ask(self) -> None:
        """Has the process stop after the batches in hand."""
        self.is_asked = True
        self.set()


@contextmanager
def watched(
    spark: SparkSession,
    stopping: Stopping,
    max_outage_s: float,
    end: Callable[[int], object] = os._exit,
) -> Iterator[None]:
    """While in this context, ends the process where it waits without end.

    A batch is left after ``max_outage_s`` and a minute without a sign of work, with exit code 1.
    After a stop was asked for, a minute and a half of silence is enough, with exit code 0.
    """
    over = threading.Event()

    def guard() -> None:
        stop_s: float | None = None
        while not over.wait(_POLL_S):
            stop_s = stop_s or (time.monotonic() if stopping.is_set() else None)
            code = _verdict(stopping, stop_s, max_outage_s)
            if code is not None:
                # At once: whatever is waited for may hold up an orderly end as well. The JVM ends
                # with its parent.
                logging.shutdown()
                end(code)
                return

    def look() -> None:
        before: object = None
        while not over.wait(_SPARK_POLL_S):
            now = _metrics(spark)
            if now != before:
                ACTIVITY.note()
            before = now

    for target in (guard, look):
        threading.Thread(target=target, name=f"watchdog-{target.__name__}", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _verdict(stopping: Stopping, stop_s: float | None, max_outage_s: float) -> int | None:
    """The exit code where the process is to end, with a line that says why; else None."""
    if stop_s is not None:
        silent_s = time.monotonic() - max(stop_s, ACTIVITY.last)
        if silent_s <= _STOP_SILENCE_S:
            return None
        END.warning(
            "stopped: no progress for %.0f s after the stop request; the unfinished batch (%s)"
            " runs again at the next start",
            silent_s,
            ", ".join(ACTIVITY.silent()) or "none",
        )
        return 0 if stopping.is_asked else 1
    silent = {q: s for q, s in ACTIVITY.silent().items() if s > max_outage_s + _CLIENTS_FIRST_S}
    for query, silent_s in silent.items():
        END.error(
            "%s failed: its batch made no progress for %.0f s, longer than stream.max_outage_s"
            " %g: a server, or Spark, does not answer. Nothing is lost: the batch runs again at the"
            " next start",
            query,
            silent_s,
            max_outage_s,
        )
    return 1 if silent else None


def _metrics(spark: SparkSession) -> object:
    """What running executions of Spark have done by now: it changes while their rows flow.

    SQL metrics, as Spark's UI shows them: with a local master no others change within a task.
    """
    try:
        session: Any = spark._jsparkSession
        store = session.sharedState().statusStore()
        first = max(0, store.executionsCount() - _LATEST_EXECUTIONS)
        executions = store.executionsList(first, _LATEST_EXECUTIONS).iterator()
        running = []
        while executions.hasNext():
            execution = executions.next()
            if execution.completionTime().isEmpty():
                number = execution.executionId()
                running.append((number, store.executionMetrics(number).toString()))
        return running
    except Exception:  # Spark ends, or has ended.
        return None
