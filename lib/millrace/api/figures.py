"""GET /v1/figures: the tables of figures, and their rows in steps of time."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from millrace.api.buckets import Steps, buckets
from millrace.api.documents import time_text
from millrace.api.figure_models import Figures, TableOfFigures, Tables
from millrace.api.figure_parameters import (
    KEY_PARAMETERS,
    MOST_ROWS,
    FeedNames,
    Step,
    TableName,
    feeds_of,
    key_values,
    known_table,
    shown_keys,
    whole_steps,
)
from millrace.api.logs import trusted
from millrace.api.problems import ProblemError
from millrace.api.service import From, Own, Search, Service, To, query
from millrace.config import Feed
from millrace.io.mongo import search
from millrace.io.mysql import figures
from millrace.io.mysql.figures import Chosen, OutOfTimeError
from millrace.records import views
from millrace.records.tables import MEASURES, TABLES, Table

_FEED = "feed"
_NARROWER = "ask for a larger step, a shorter time, fewer of `by`, or some values of a key"

router = APIRouter(prefix="/v1/figures", tags=["figures"])

By = Annotated[
    list[str],
    Query(max_length=8, description="Keys, and feed, that rows are told apart by; else summed."),
]


@router.get("", response_model=Tables)
def tables(own: Own) -> JSONResponse:
    """The tables and views of figures, what names their rows, and the figures they have."""
    made = Tables(
        tables=[
            TableOfFigures(
                name=table.name,
                keys=["window_start", _FEED, *(key.name for key in shown_keys(own, table))],
                figures=[*table.figures],
                feeds=[feed.name for feed in own.conf.feeds if feed.layout in table.layouts],
            )
            for table in TABLES
        ],
        views=[
            TableOfFigures(
                name=view.name,
                keys=[key for key in view.keys if key not in own.conf.api.hidden],
                figures=[*view.figures],
                feeds=[
                    feed.name
                    for feed in own.conf.feeds
                    if feed.layout in known_table(view.table).layouts
                ],
                of=view.table,
            )
            for view in views.DESCRIBED
        ],
    )
    return JSONResponse(made.model_dump())


@router.get("/{table}", response_model=Figures, openapi_extra=KEY_PARAMETERS)
def rows(
    request: Request,
    own: Own,
    table: TableName,
    feed: FeedNames = [],  # noqa: B006
    from_: From = "now-1h",
    to: To = "now",
    step: Step = "1m",
    by: By = [],  # noqa: B006
) -> JSONResponse:
    """A table's rows in steps, each with figures of all its minutes: whole steps, in UTC.

    Counts and totals are summed, a least is the least of all. Of `latency_by_minute` each row has
    percentiles of all its requests; they are at most a fifth too high, as buckets are so wide.
    """
    began, of = time.monotonic(), known_table(table)
    columns = columns_of(own, of, by)
    feeds = feeds_of(own, of, feed)
    keys = key_values(request, own, of, {"feed", "from", "to", "step", "by"})
    steps = whole_steps(from_, to, step)
    chosen = Chosen(of, [one.name for one in feeds], steps.since, steps.until, keys)
    max_s = own.conf.api.max_query_s
    try:
        with own.mysql.cursor() as cursor:
            counted = own.settlement.counted(cursor, feeds)
            found = figures.rows(cursor, chosen, columns, steps.length, MOST_ROWS + 1, max_s)
            if len(found) > MOST_ROWS:
                raise ProblemError(422, f"there are more than {MOST_ROWS:,} rows: {_NARROWER}")
            revised = {int(row["bucket"]) for row in found if row["revised"]}
            trust = buckets(own, cursor, of, feeds, steps, revised)
    except (OutOfTimeError, search.OutOfTimeError):
        raise ProblemError(422, f"the rows take longer than {max_s:g} s: {_NARROWER}") from None
    request.state.told = f"{len(found)} rows"
    content = {
        "table": of.name,
        "since": time_text(steps.since),
        "until": time_text(steps.until),
        "step_s": int(steps.length.total_seconds()),
        "rows": [row_of(of, steps, columns, row) for row in found],
        "buckets": [one.model_dump() for one in trust],
        "counted": [one.model_dump() for one in counted],
        **trusted(own, search_of(request, own, feeds, steps.since, steps.until), began),
    }
    return JSONResponse(content)


def search_of(
    request: Request, own: Service, feeds: tuple[Feed, ...], since: datetime, until: datetime
) -> Search:
    """The search for all lines of the feeds in that time."""
    return Search(feeds, since, until, query(own, "", feeds), request.state.request_id)


def shown_figures(table: Table, row: Mapping[str, Any]) -> dict[str, int | float | str | None]:
    """A row's figures as JSON has them: whole numbers, times in ms, and money as text."""
    made: dict[str, int | float | str | None] = {}
    for name, value in row.items():
        measure = table.figures.get(name)
        if measure and value is not None:
            made[name] = str(value) if MEASURES[measure].startswith("DECIMAL") else int(value)
        elif measure or name in _PERCENTILES:
            made[name] = None if value is None else float(value)
    return made


_PERCENTILES = {f"p{percent}_ms" for percent in figures.PERCENTILES}


def row_of(
    table: Table, steps: Steps, columns: Sequence[str], row: Mapping[str, Any]
) -> dict[str, Any]:
    """A row of a step as JSON has it."""
    start = time_text(steps.start(int(row["bucket"])))
    keys = {
        name: str(row[name]) if isinstance(row[name], Decimal) else row[name] for name in columns
    }
    return {"window_start": start} | keys | shown_figures(table, row)


def columns_of(own: Service, table: Table, names: Sequence[str]) -> list[str]:
    """The keys of a table that rows are told apart by; raises ProblemError where it lacks one."""
    wanted = [name for text in names for name in text.split(",") if name]
    known = [_FEED, *(key.name for key in shown_keys(own, table))]
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, 3) or None
            told = f"by: {name[:64]!r} is none of {', '.join(known)}"
            raise ProblemError(422, told, nearest=near)
    return list(dict.fromkeys(wanted))
