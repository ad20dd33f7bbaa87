"""GET /v1/figures/{table}/top: what has most of a figure, over a whole span of time."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from millrace.api.buckets import Steps, buckets
from millrace.api.documents import time_text
from millrace.api.figure_models import Top
from millrace.api.figure_parameters import (
    KEY_PARAMETERS,
    FeedNames,
    Step,
    TableName,
    feeds_of,
    key_values,
    known_table,
    whole_steps,
)
from millrace.api.figures import By, columns_of, search_of, shown_figures
from millrace.api.logs import trusted
from millrace.api.problems import ProblemError
from millrace.api.service import From, Own, To
from millrace.io.mongo import search
from millrace.io.mysql import figures
from millrace.io.mysql.figures import Chosen, OutOfTimeError

_PARAMETERS = {"feed", "from", "to", "step", "by", "figure", "size"}

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
    table: TableName,
    feed: FeedNames = [],  # noqa: B006
    from_: From = "now-1h",
    to: To = "now",
    step: Step = "1m",
    by: By = [],  # noqa: B006
    figure: Figure = None,
    size: Size = 20,
) -> JSONResponse:
    """The rows that have most of a figure over all of the time: whole steps, in UTC.

    Each row has the table's figures of that time together, without percentiles; `is_cut` says that
    there are more rows. Over the same steps they add up to what /v1/figures has.
    """
    began, of = time.monotonic(), known_table(table)
    columns = columns_of(own, of, by)
    feeds = feeds_of(own, of, feed)
    keys = key_values(request, own, of, _PARAMETERS)
    first = of.lines if figure is None else figure
    if first not in of.figures:
        near = list(of.figures)
        raise ProblemError(
            422, f"figure: {first[:64]!r} is none of {', '.join(near)}", nearest=near
        )
    steps = whole_steps(from_, to, step)
    whole = Steps(steps.since, steps.until, steps.until - steps.since)
    chosen = Chosen(of, [one.name for one in feeds], whole.since, whole.until, keys)
    ordered = [first, *(name for name in of.figures if name != first)]
    max_s = own.conf.api.max_query_s
    try:
        with own.mysql.cursor() as cursor:
            found = figures.sums(cursor, chosen, columns, ordered, size + 1, max_s)
            revised = figures.revised(cursor, chosen, whole.length, max_s)
            (bucket,) = buckets(own, cursor, of, feeds, whole, revised)
    except (OutOfTimeError, search.OutOfTimeError):
        told = f"the rows take longer than {max_s:g} s: ask for a shorter time"
        raise ProblemError(422, told) from None
    request.state.told = f"{min(size, len(found))} rows"
    content = {
        "table": of.name,
        "since": time_text(whole.since),
        "until": time_text(whole.until),
        "rows": [
            {**{name: str(row[name]) for name in columns}, **shown_figures(of, row)}
            for row in found[:size]
        ],
        "is_cut": len(found) > size,
        "bucket": bucket.model_dump(),
        **trusted(own, search_of(request, own, feeds, whole.since, whole.until), began),
    }
    return JSONResponse(content)
