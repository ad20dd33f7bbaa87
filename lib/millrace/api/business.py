"""GET /v1/business: the figures of the business, from the warehouse."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from millrace.api import trust
from millrace.api.business_models import (
    FigureOfBusiness,
    FiguresOfBusiness,
    Loaded,
    OfBusiness,
    answer_of,
)
from millrace.api.documents import time_text
from millrace.api.figure_parameters import MOST_ROWS, whole_steps
from millrace.api.problems import ProblemError
from millrace.api.service import From, Own, Service, To, span
from millrace.config import Warehouse
from millrace.errors import OutOfTimeError
from millrace.records.business import FIGURES, Figure, Row, Span
from millrace.records.reconciliations import WAREHOUSE

if TYPE_CHECKING:
    from millrace.io.warehouse.reading import Reader

router = APIRouter(prefix="/v1/business", tags=["business"])

_LESS = "ask for a shorter time, or a larger step"
_ABSENT = (
    "no warehouse: the configuration has no section `warehouse`, or no password of its role bi"
    " (MILLRACE__WAREHOUSE__BI_PASSWORD)"
)
Step = Annotated[
    str, Query(max_length=16, description="A multiple of a minute, as 15m, 1h, 1d or 1w.")
]


@router.get("", response_model=FiguresOfBusiness)
def figures(request: Request, own: Own) -> JSONResponse:
    """The figures of the business, each with its columns, and how far the warehouse is.

    404 where the configuration has no warehouse, 503 where it is away or was not built yet.
    """
    began = time.monotonic()
    with reading(own, request) as reader:
        loads = loads_of(reader)
    made = FiguresOfBusiness(
        figures=[
            FigureOfBusiness(
                name=one.name,
                title=one.title,
                about=getdoc(one.row) or "",
                columns=[*one.types],
                least_step_s=int(one.least_step.total_seconds()) if one.least_step else None,
            )
            for one in FIGURES
            if not one.shows & own.conf.api.hidden
        ],
        **trusted(own, loads, began).model_dump(),
    )
    return JSONResponse(made.model_dump())


def warehouse(own: Service) -> Warehouse:
    """The section of the configuration; raises ProblemError where it has none to be read."""
    found = own.warehouse
    if found is None:
        raise ProblemError(404, _ABSENT)
    return found


def asked_span(own: Service, figure: Figure, from_: str, to: str, step: str) -> Span:
    """The time that is asked for, in whole steps where the figure has them.

    Raises ProblemError where it is none, and where the figure shows what is hidden.
    """
    if hidden := figure.shows & own.conf.api.hidden:
        raise ProblemError(403, f"api.hidden_fields hides {', '.join(sorted(hidden))}")
    if figure.least_step is None:
        return Span(*span(from_, to))
    steps = whole_steps(from_, to, "1w" if figure.is_fixed else step)
    return Span(steps.since, steps.until, steps.length)


def loads_of(reader: "Reader") -> list[Loaded]:
    """How far each feed is in the warehouse."""
    return [
        Loaded(
            feed=one.feed,
            loaded_at=time_text(one.loaded_at),
            built_at=time_text(one.built_at) if one.built_at else None,
            waiting_rows=one.waiting_rows,
        )
        for one in reader.loads()
    ]


def trusted(own: Service, loads: list[Loaded], began: float) -> OfBusiness:
    """What an answer from the warehouse says of itself."""
    return OfBusiness(
        freshness=loads,
        proof=[trust.proof_of(own.db, WAREHOUSE)],
        took_ms=round(1000 * (time.monotonic() - began), 1),
    )


def shown(row: Row) -> dict[str, Any]:
    """A row as JSON has it."""
    return {name: _shown(value) for name, value in vars(row).items()}


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    return str(value) if isinstance(value, Decimal) else value


@contextmanager
def reading(own: Service, request: Request) -> Iterator["Reader"]:
    """A reader of the warehouse; raises ProblemError where there is none, or no answer in time."""
    # Here alone, as psycopg takes as long to import as the API to start.
    from millrace.io.warehouse.reading import reader

    where, max_s = warehouse(own), own.conf.api.max_query_s
    try:
        with reader(where, max_s, request.state.request_id) as made:
            yield made
    except OutOfTimeError:
        raise ProblemError(422, f"the rows take longer than {max_s:g} s: {_LESS}") from None


def _answer(request: Request, own: Service, figure: Figure, asked: Span) -> JSONResponse:
    began = time.monotonic()
    rows: list[dict[str, Any]] = []
    with reading(own, request) as reader:
        loads = loads_of(reader)
        for row in reader.rows(figure, asked):
            if len(rows) == MOST_ROWS:
                raise ProblemError(422, f"there are more than {MOST_ROWS:,} rows: {_LESS}")
            rows.append(shown(row))
    request.state.told = f"{len(rows)} rows"
    content = {
        "figure": figure.name,
        "since": time_text(asked.since),
        "until": time_text(asked.until),
        "step_s": int(asked.step.total_seconds()) if asked.step else None,
        "rows": rows,
    }
    return JSONResponse(content | trusted(own, loads, began).model_dump())


def _route(figure: Figure) -> Callable[..., JSONResponse]:
    """What answers with a figure: of those with steps to choose, for a step."""
    if figure.least_step is None or figure.is_fixed:
        first = "now-12w" if figure.is_fixed else "now-24h"

        def plain(request: Request, own: Own, from_: From = first, to: To = "now") -> JSONResponse:
            return _answer(request, own, figure, asked_span(own, figure, from_, to, ""))

        return plain

    def stepped(
        request: Request, own: Own, from_: From = "now-24h", to: To = "now", step: Step = "1h"
    ) -> JSONResponse:
        return _answer(request, own, figure, asked_span(own, figure, from_, to, step))

    return stepped


for _figure in FIGURES:
    router.add_api_route(
        f"/{_figure.name}",
        _route(_figure),
        name=f"business {_figure.name}",
        description=getdoc(_figure.row),
        response_model=answer_of(_figure),
    )
