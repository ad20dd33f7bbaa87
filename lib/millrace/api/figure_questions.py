"""What the routes of a table's rows are asked: read and checked in one way for all of them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from millrace.api.buckets import Steps
from millrace.api.columns import FEED
from millrace.api.figure_parameters import (
    MOST_ROWS,
    By,
    FeedNames,
    Step,
    TableName,
    columns_of,
    feeds_of,
    key_values,
    known_table,
    whole_steps,
)
from millrace.api.service import From, Own, Search, To, all_lines
from millrace.config import Feed
from millrace.io.mysql.figures import Chosen
from millrace.records.tables import Table

_SHARED = (FEED, "from", "to", "step", "by")


@dataclass(frozen=True)
class Asked:
    """Rows of a table, of some feeds, with these ``keys``, told apart by ``columns``, in steps.

    ``step`` is their length as it was asked for, ``lines`` the search for all lines of these feeds
    and steps, ``began`` when the request came, on the monotonic clock.
    """

    table: Table
    columns: Sequence[str]
    feeds: tuple[Feed, ...]
    keys: Mapping[str, Sequence[str]]
    step: str
    steps: Steps
    lines: Search
    began: float

    @property
    def chosen(self) -> Chosen:
        """The rows that are meant."""
        names = [feed.name for feed in self.feeds]
        return Chosen(self.table, names, self.steps.since, self.steps.until, self.keys)


def asked_for(*others: str, most: int | None = MOST_ROWS) -> Any:
    """The dependency that reads it; the route has the parameters ``others`` as well.

    It raises ProblemError where what is asked for is not there, or is more than ``most`` steps.
    """
    parameters = {*_SHARED, *others}

    def read(
        request: Request,
        own: Own,
        table: TableName,
        feed: FeedNames = [],  # noqa: B006
        from_: From = "now-1h",
        to: To = "now",
        step: Step = "1m",
        by: By = [],  # noqa: B006
    ) -> Asked:
        began, of = time.monotonic(), known_table(table)
        columns = columns_of(own, of, by)
        feeds = feeds_of(own, of, feed)
        keys = key_values(request, own, of, parameters)
        steps = whole_steps(from_, to, step, most)
        lines = all_lines(request, own, feeds, steps.since, steps.until)
        return Asked(of, columns, feeds, keys, step, steps, lines, began)

    return Depends(read)
