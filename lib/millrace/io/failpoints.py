"""Named points at which a process kills itself when it is asked to, to try its recovery.

``MILLRACE_CRASH_AT=before_ledger`` kills the driver, Python and JVM, by SIGKILL where it first
comes there; ``before_ledger:3`` where it comes the third time. Unset, nothing happens.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal, get_args

from pyspark import SparkContext
from pyspark.sql import DataFrame

VARIABLE = "MILLRACE_CRASH_AT"

Point = Literal[
    "after_read",
    "before_mongo_write",
    "between_mongo_chunks",
    "after_mongo_records",
    "before_ledger",
    "before_mysql_staging",
    "before_mysql_transaction",
    "before_mysql_commit",
    "after_mysql_commit",
    "before_delta_write",
    "after_delta_write",
    "before_warehouse_staging",
    "before_warehouse_transaction",
    "before_warehouse_commit",
    "after_warehouse_commit",
    "before_checkpoint_commit",
]
POINTS: tuple[Point, ...] = get_args(Point)

_CHUNK_S = 3  # so long the rows before have to be written
_reached: Counter[str] = Counter()


def failpoint(name: Point) -> None:
    """Kills this process and its JVM where the environment names this point."""
    if _is_asked_for(name):
        _kill(_driver())


def failpoint_between(name: Point, rows: DataFrame) -> DataFrame:
    """The rows as they are, or such as kill the driver once some of a partition are written.

    For a driver that runs its tasks itself (``local[n]``).
    """
    if not _is_asked_for(name):
        return rows
    driver = _driver()

    def some_then_kill(batches: Iterator[Any]) -> Iterator[Any]:
        # The end of a piece is sent with the next one.
        yield from islice(batches, 2)
        time.sleep(_CHUNK_S)
        _kill(driver)

    return rows.mapInArrow(some_then_kill, rows.schema)


def _is_asked_for(name: Point) -> bool:
    asked, _, times = os.environ.get(VARIABLE, "").partition(":")
    if asked != name:
        return False
    _reached[name] += 1
    return _reached[name] == int(times or 1)


def _driver() -> list[int]:
    """The driver's processes, the JVM first: Python's end would let it end in order."""
    gateway: Any = SparkContext._gateway
    jvm = [gateway.proc.pid] if gateway else []
    return [*jvm, os.getpid()]


def _kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
