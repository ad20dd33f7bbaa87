"""What `reconcile` has found of each table's windows: are their figures those of their lines?"""

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from millrace.records.tables import FEED, WINDOW_S, Key

TABLE = "reconciled_windows"

State = Literal["equal", "late", "differs"]

Run = tuple[datetime, datetime]
"""Windows that follow on one another: the first one's start, and the end of the last."""

_WINDOW = timedelta(seconds=WINDOW_S)
MOST_RUNS = 100
ALL_WINDOWS: Run = (datetime(1000, 1, 1), datetime(9999, 12, 31))  # what DATETIME holds

# The window comes last in the key: a table's windows are read, and forgotten, from one to another.
DDL = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
  feed {FEED.type} NOT NULL,
  `table` {Key("table", 64).type} NOT NULL,
  window_start DATETIME NOT NULL,
  state {Key("state", 8).type} NOT NULL,
  late_lines BIGINT NOT NULL,
  reconciled_at DATETIME(3) NOT NULL,
  figures_version INT NOT NULL,
  PRIMARY KEY (feed, `table`, window_start)
)"""


@dataclass(frozen=True, slots=True)
class WindowState:
    """What was found of a table's figures in one window.

    ``late_lines`` is how many late lines figures lack that are ``late``, else 0. Figures and lines
    were those of the moment ``reconciled_at``, in UTC, without a zone. Since then no batch had a
    line of the window: it would have deleted the row. ``figures_version`` is the earliest one that
    may have counted the window.
    """

    state: State
    late_lines: int
    reconciled_at: datetime
    figures_version: int


def runs(starts: Collection[datetime]) -> list[Run]:
    """The windows with these starts as runs, in order.

    There are ``MOST_RUNS`` at most: where windows are scattered wider, those that lie nearest to
    each other share a run, with the windows between them.
    """
    ordered = sorted(starts)
    gaps = [n for n in range(1, len(ordered)) if ordered[n] - ordered[n - 1] > _WINDOW]
    widest = heapq.nlargest(MOST_RUNS - 1, gaps, key=lambda n: ordered[n] - ordered[n - 1])
    bounds = [0, *sorted(widest), len(ordered)]
    return [
        (ordered[first], ordered[until - 1] + _WINDOW)
        for first, until in pairwise(bounds)
        if first < until
    ]
