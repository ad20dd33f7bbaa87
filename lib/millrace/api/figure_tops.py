"""GET /v1/figures/{table}/top: what has most of a figure, over a whole span of time."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from millrace.api.buckets import Steps, buckets
from millrace.api.documents import time_text
from millrace.api.figure_models import Top
from millrace.api.figure_parameters import KEY_PARAMETERS
from millrace.api.figure_questions import Asked, asked_for
from millrace.api.figures import shown_figures
from millrace.api.logs import trusted
from millrace.api.problems import ProblemError
from millrace.api.service import Own
from millrace.io.mongo import search
from millrace.io.mysql import figures
from millrace.io.mysql.figures import OutOfTimeError
from millrace.records.tables import Table

router = APIRouter(prefix="/v1/figures", tags=["figures"])

Figure = Annotated[
    str | None,
    Query(max_length=32, description="The figure that orders the rows; else what counts lines."),
]
Size = Annotated[int, Query(ge=1, le=1000, description="Rows at most.")]


@router.get("/{table}/top", response_model=Top, openapi_extra=KEY_PARAMETERS)
def top(
    request: Request,
    own: Own,
    asked: Annotated[Asked, asked_for("figure", "size")],
    figure: Figure = None,
    size: Size = 20,
) -> JSONResponse:
    """The rows that have most of a figure over all of the time: whole steps, in UTC.

    Each row has the table's figures of that time together, without percentiles; `is_cut` says that
    there are more rows. Over the same steps they add up to what /v1/figures has.
    """
    table, columns, feeds = asked.table, asked.columns, asked.feeds
    ordered = _ordered(table, figure)
    since, until = asked.steps.since, asked.steps.until
    whole = Steps(since, until, until - since)
    max_s = own.conf.api.max_query_s
    try:
        with own.mysql.cursor() as cursor:
            counted = own.settlement.counted(cursor, feeds)
            found = figures.sums(cursor, asked.chosen, columns, ordered, size + 1, max_s)
            revised = figures.revised(cursor, asked.chosen, whole.length, max_s)
            (bucket,) = buckets(own, cursor, table, feeds, whole, revised)
    except (OutOfTimeError, search.OutOfTimeError):
        told = f"the rows take longer than {max_s:g} s: ask for a shorter time"
        raise ProblemError(422, told) from None
    shown = found[:size]
    request.state.told = f"{len(shown)} rows"
    content = {
        "table": table.name,
        "since": time_text(since),
        "until": time_text(until),
        "rows": [
            {**{name: str(row[name]) for name in columns}, **shown_figures(table, row)}
            for row in shown
        ],
        "is_cut": len(found) > size,
        "bucket": bucket.model_dump(),
        "counted": [one.model_dump() for one in counted],
        **trusted(own, asked.lines, asked.began),
    }
    return JSONResponse(content)


def _ordered(table: Table, figure: str | None) -> list[str]:
    """The table's figures, the one that orders its rows first; raises ProblemError of none."""
    first, known = table.lines if figure is None else figure, list(table.figures)
    if first not in known:
        told = f"figure: {first[:64]!r} is none of {', '.join(known)}"
        raise ProblemError(422, told, nearest=known)
    return [first, *(name for name in known if name != first)]
