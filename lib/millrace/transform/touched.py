"""The windows that a stream's lines are in, brought from tasks to the driver.

Figures do not tell of a line that comes after its window is closed: Spark drops it between the
tasks that count lines and the sink.
"""

from datetime import datetime, timedelta

from pyspark import AccumulatorParam
from pyspark.sql import SparkSession

from millrace.records.received import EPOCH
from millrace.records.tables import WINDOW_S

_WINDOW = timedelta(seconds=WINDOW_S)
_EPOCH = EPOCH.replace(tzinfo=None)

Ends = tuple[int | None, int | None]
"""A window's end, or the minute of receipt that is the window, in microseconds since 1970."""


class _Union(AccumulatorParam[set[Ends]]):
    def zero(self, value: set[Ends]) -> set[Ends]:
        return set()

    def addInPlace(self, value1: set[Ends], value2: set[Ends]) -> set[Ends]:  # noqa: N802
        value1 |= value2
        return value1


class TouchedWindows:
    """Collects them until they are taken note of; each query has one of its own."""

    def __init__(self, spark: SparkSession) -> None:
        self._found = spark.sparkContext.accumulator(set[Ends](), _Union())

    def add(self, windows: set[Ends]) -> None:
        """Adds windows; called in a task."""
        self._found.add(windows)

    def starts(self) -> set[datetime]:
        """The starts of what tasks that have ended have added, in UTC, without a zone."""
        return {_start(*window) for window in self._found.value}

    def clear(self) -> None:
        """Forgets them."""
        self._found.value = set()


def _start(window_end: int | None, received_minute: int | None) -> datetime:
    if window_end is None:
        return _EPOCH + timedelta(microseconds=received_minute or 0)
    return _EPOCH + timedelta(microseconds=window_end) - _WINDOW
