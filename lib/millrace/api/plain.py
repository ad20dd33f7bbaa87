"""The plain addresses: what the first log stores answered, for whoever has a script for it."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from millrace.api import models, pages, totals
from millrace.api.guard import CONSOLE, wants_page
from millrace.api.logs import shown
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Search, Service, chosen_feeds, query, span
from millrace.io.mysql import figures
from millrace.io.mysql.figures import Chosen
from millrace.records.levels import Level
from millrace.records.tables import (
    ANOMALIES,
    COUNTRIES,
    COUNTRY,
    LEVEL,
    LEVELS,
    ROUTE,
    SERVICE,
    SEVERITY,
    TRAFFIC,
    Table,
)
from millrace.search import quoted

DEEPEST = 10_000  # lines: who wants more walks by /v1/logs
_DEFAULT_SPAN = "now-24h"
_ROWS = 1000

router = APIRouter(tags=["plain"])

From = Annotated[str, Query(max_length=64, description="ISO 8601, epoch, now-15m")]
To = Annotated[str, Query(max_length=64, description="The end, not included.")]
Page = Annotated[int, Query(ge=1, le=DEEPEST)]
Size = Annotated[int, Query(ge=1, le=1000)]


class Logs(BaseModel):
    """A page of lines. ``total`` counts up to 10,001; ``relation`` says whether there are more."""

    total: int | None
    relation: models.Relation
    page: int
    size: int
    logs: list[models.Document]


class Stats(BaseModel):
    """Lines and anomalies by the figures of whole minutes."""

    total: int
    by_level: dict[str, int]
    by_service: dict[str, int]
    anomalies: dict[str, int]


class Country(BaseModel):
    """The requests of a country, and their share of all in percent."""

    country: str
    count: int
    percent: float


class ApiLatency(BaseModel):
    """The response times of a route, in milliseconds."""

    api: str
    min: float
    max: float
    avg: float


class Root(BaseModel):
    """What this is, and where to read on."""

    name: str
    docs: str
    openapi: str
    logs: str
    console: str


@router.get("/", response_model=Root)
def root(request: Request) -> Response:
    """What this is; a browser is led to the console."""
    page = f"{CONSOLE}/"
    if wants_page(request.headers):
        return RedirectResponse(page, 303)
    made = Root(
        name="millrace", docs="/docs", openapi="/openapi.json", logs="/v1/logs", console=page
    )
    return JSONResponse(made.model_dump())


@router.get("/logs", response_model=Logs)
def logs(
    request: Request,
    own: Own,
    service_name: Annotated[str | None, Query(max_length=256)] = None,
    level: Level | None = None,
    status_code: Annotated[int | None, Query(ge=0, le=999)] = None,
    anomaly: Annotated[bool | None, Query(description="Only anomalies, or only others.")] = None,
    from_timestamp: From = _DEFAULT_SPAN,
    to_timestamp: To = "now",
    page: Page = 1,
    size: Size = 50,
) -> JSONResponse:
    """The newest lines first, page by page; the first 10,000."""
    terms: list[str] = []
    if service_name is not None:
        terms.append(f"service_name:{quoted(service_name)}")
    if level is not None:
        terms.append(f"level:{level}")
    if status_code is not None:
        terms.append(f"status_code:{status_code}")
    if anomaly is not None:
        terms.append("_exists_:anomaly" if anomaly else "NOT _exists_:anomaly")
    return _page(request, own, " AND ".join(terms), from_timestamp, to_timestamp, page, size)


@router.get("/logs/anomalies", response_model=Logs)
def anomalies(
    request: Request,
    own: Own,
    from_timestamp: From = _DEFAULT_SPAN,
    to_timestamp: To = "now",
    page: Page = 1,
    size: Size = 50,
) -> JSONResponse:
    """The newest lines that were scored above 0, with the reasons."""
    return _page(request, own, "_exists_:anomaly", from_timestamp, to_timestamp, page, size)


@router.get("/logs/stats", response_model=Stats)
def stats(own: Own, from_timestamp: From = _DEFAULT_SPAN, to_timestamp: To = "now") -> JSONResponse:
    """Lines by level and service, anomalies by severity."""
    lines = _chosen(own, LEVELS, from_timestamp, to_timestamp)
    severities = _chosen(own, ANOMALIES, from_timestamp, to_timestamp)
    levels = _sums(own, lines, LEVEL.name, "events")
    made = Stats(
        total=sum(levels.values()),
        by_level=levels,
        by_service=_sums(own, lines, SERVICE.name, "events"),
        anomalies=_sums(own, severities, SEVERITY.name, "events"),
    )
    return JSONResponse(made.model_dump())


@router.get("/country", response_model=list[Country])
def country(
    own: Own, from_timestamp: From = _DEFAULT_SPAN, to_timestamp: To = "now"
) -> JSONResponse:
    """The requests of each country, the most first."""
    chosen = _chosen(own, COUNTRIES, from_timestamp, to_timestamp)
    counts = _sums(own, chosen, COUNTRY.name, "requests")
    all_of_them = sum(counts.values())
    made = [
        Country(country=name, count=count, percent=round(100 * count / all_of_them, 2))
        for name, count in counts.items()
    ]
    return JSONResponse([one.model_dump() for one in made])


@router.get("/api", response_model=list[ApiLatency])
def api(own: Own, from_timestamp: From = _DEFAULT_SPAN, to_timestamp: To = "now") -> JSONResponse:
    """The response times of each route that has some, the busiest first."""
    chosen = _chosen(own, TRAFFIC, from_timestamp, to_timestamp)
    columns = ("timed_requests", "sum_response_us", "min_response_us", "max_response_us")
    with own.mysql.cursor() as cursor:
        rows = figures.sums(cursor, chosen, [ROUTE.name], columns, _ROWS, own.conf.api.max_query_s)
    made = [
        ApiLatency(
            api=row[ROUTE.name],
            min=int(row["min_response_us"]) / 1000,
            max=int(row["max_response_us"]) / 1000,
            avg=round(int(row["sum_response_us"]) / int(row["timed_requests"]) / 1000, 3),
        )
        for row in rows
        if row["timed_requests"]
    ]
    return JSONResponse([one.model_dump() for one in made])


def _page(
    request: Request, own: Service, text: str, since: str, until: str, page: int, size: int
) -> JSONResponse:
    if page * size > DEEPEST:
        raise ProblemError(422, f"page, size: expected {DEEPEST} lines at most: use /v1/logs")
    began, feeds = time.monotonic(), chosen_feeds(own.conf, [])
    asked = Search(feeds, *span(since, until), query(own, text, feeds), request.state.request_id)
    found = pages.page(own.db, asked.questions(), page * size, own.conf.api.max_query_s)
    total = totals.total(own, asked, found, page * size)
    request.state.told = f"{len(found.items)} lines in {time.monotonic() - began:.3f} s"
    content = {
        "total": total.value,
        "relation": total.relation,
        "page": page,
        "size": size,
        "logs": [shown(own, one) for one in found.items[(page - 1) * size :]],
    }
    return JSONResponse(content)


def _chosen(own: Service, table: Table, since: str, until: str) -> Chosen:
    from_, to = span(since, until)
    return Chosen(table, [feed.name for feed in own.conf.feeds], from_, to)


def _sums(own: Service, chosen: Chosen, key: str, figure: str) -> dict[str, int]:
    """A figure by the values of a key, the largest first."""
    with own.mysql.cursor() as cursor:
        rows = figures.sums(cursor, chosen, [key], [figure], _ROWS, own.conf.api.max_query_s)
    return {str(row[key]): int(row[figure]) for row in rows}
