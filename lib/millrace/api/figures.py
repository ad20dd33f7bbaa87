"""GET /v1/figures: the tables of figures, and their rows in steps of time."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from millrace.api.buckets import Steps, buckets
from millrace.api.columns import FEED
from millrace.api.documents import time_text
from millrace.api.figure_models import Figures, TableOfFigures, Tables
from millrace.api.figure_parameters import (
    KEY_PARAMETERS,
    MOST_ROWS,
    known_table,
    shown_keys,
)
from millrace.api.figure_questions import Asked, asked_for
from millrace.api.logs import trusted
from millrace.api.problems import ProblemError
from millrace.api.service import Own
from millrace.io.mongo import search
from millrace.io.mysql import figures
from millrace.io.mysql.figures import OutOfTimeError
from millrace.records import views
from millrace.records.tables import MEASURES, TABLES, Table

_NARROWER = "ask for a larger step, a shorter time, fewer of `by`, or some values of a key"

router = APIRouter(prefix="/v1/figures", tags=["figures"])


@router.get("", response_model=Tables)
def tables(own: Own) -> JSONResponse:
    """The tables and views of figures, what names their rows, and the figures they have."""
    made = Tables(
        tables=[
            TableOfFigures(
                name=table.name,
                keys=["window_start", FEED, *(key.name for key in shown_keys(own, table))],
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
def rows(request: Request, own: Own, asked: Annotated[Asked, asked_for()]) -> JSONResponse:
    """A table's rows in steps, each with figures of all its minutes: whole steps, in UTC.

    Counts and totals are summed, a least is the least of all. Of `latency_by_minute` each row has
    percentiles of all its requests; they are at most a fifth too high, as buckets are so wide.
    """
    table, columns, steps = asked.table, asked.columns, asked.steps
    max_s = own.conf.api.max_query_s
    try:
        with own.mysql.cursor() as cursor:
            counted = own.settlement.counted(cursor, asked.feeds)
            read = (cursor, asked.chosen, columns, steps.length, MOST_ROWS + 1, max_s)
            found = figures.rows(*read)
            if len(found) > MOST_ROWS:
                raise ProblemError(422, f"there are more than {MOST_ROWS:,} rows: {_NARROWER}")
            revised = {int(row["bucket"]) for row in found if row["revised"]}
            trust = buckets(own, cursor, table, asked.feeds, steps, revised)
    except (OutOfTimeError, search.OutOfTimeError):
        raise ProblemError(422, f"the rows take longer than {max_s:g} s: {_NARROWER}") from None
    request.state.told = f"{len(found)} rows"
    content = {
        "table": table.name,
        "since": time_text(steps.since),
        "until": time_text(steps.until),
        "step_s": int(steps.length.total_seconds()),
        "rows": [row_of(table, steps, columns, row) for row in found],
        "buckets": [one.model_dump() for one in trust],
        "counted": [one.model_dump() for one in counted],
        **trusted(own, asked.lines, asked.began),
    }
    return JSONResponse(content)


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
