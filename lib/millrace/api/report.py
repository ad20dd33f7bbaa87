"""GET /v1/report: a span of time as one HTML document."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pymysql.cursors import DictCursor

from millrace import __version__
from millrace.api import instants, pages, problems
from millrace.api.buckets import Steps
from millrace.api.documents import plain, time_text
from millrace.api.problems import ProblemError
from millrace.api.report_figures import FigureParts, part, step_of
from millrace.api.service import (
    FeedNames,
    From,
    Own,
    Search,
    Service,
    To,
    chosen_feeds,
    query,
    span,
)
from millrace.config import Feed
from millrace.io import template_files
from millrace.io.mongo import received_letters, reconciliations
from millrace.io.mongo.received_letters import Received
from millrace.io.mysql import templates
from millrace.io.mysql.figures import stored
from millrace.records.dead_letters import OPEN
from millrace.records.fields import ENRICHED, TEMPLATE_ID
from millrace.records.tables import NO_VALUE
from millrace.report.page import page
from millrace.report.style import POLICY
from millrace.report.values import FeedStanding, Part, Report, Row

_FEW, _MOST = 20, 50
_SAYING = ("message", "request", "path", "event_type", "raw")
_CONTENT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}

router = APIRouter(prefix="/v1", tags=["report"])

Zone = Annotated[
    str, Query(max_length=64, description="The zone that times are shown in, as Europe/Berlin.")
]


@router.get("/report", response_class=HTMLResponse, responses=_CONTENT)
def report(
    request: Request,
    own: Own,
    feed: FeedNames = [],  # noqa: B006
    from_: From = "now-24h",
    to: To = "now",
    tz: Zone = "UTC",
) -> Response:
    """What happened between two times, as one HTML document that needs nothing else.

    It has charts and tables of traffic, response times, levels, routes, countries, anomalies,
    templates, dead letters and the shop, each with how far to trust it, and prints to A4. The
    figures are of whole steps of time, which the document names, and all of one moment.
    """
    feeds, zone = chosen_feeds(own.conf, feed), known_zone(tz)
    steps = _steps(*span(from_, to), zone)
    if not own.exports.acquire(blocking=False):
        busy = {"Retry-After": "10"}
        return problems.response(429, "as many exports run as may", busy)
    try:
        made = read(own, feeds, steps, zone, request.state.request_id)
    finally:
        own.exports.release()
    request.state.told = f"{len(steps)} steps of {len(feeds)} feeds"
    names = f"{steps.since:%Y%m%dT%H%M%SZ}-{steps.until:%Y%m%dT%H%M%SZ}"
    headers = {
        "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
        "Content-Disposition": f'inline; filename="millrace-report-{names}.html"',
    }
    return HTMLResponse(page(made), headers=headers)


def _steps(since: datetime, until: datetime, zone: str) -> Steps:
    """The steps of a span that the zone's clocks can show."""
    length = step_of(until - since)
    try:
        steps = Steps(instants.floor(since, length), instants.ceiling(until, length), length)
        for time in (steps.since, steps.until):
            time.astimezone(ZoneInfo(zone))
    except OverflowError as error:
        raise ProblemError(422, f"from, to: {error}") from None
    return steps


def known_zone(name: str) -> str:
    """The name of a zone; raises ProblemError where there is none of that name."""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        told = f"tz: {name!r}: expected the name of a zone, as Europe/Berlin"
        raise ProblemError(422, told) from None


def read(own: Service, feeds: Sequence[Feed], steps: Steps, zone: str, request_id: str) -> Report:
    """All that a report of these feeds and steps says.

    Raises UnreachableError, and what the clients of the servers raise, where one is away.
    """
    with own.mysql.cursor() as cursor:
        as_of = datetime.now(UTC)
        standing = _standing(own, cursor, feeds)
        parts, trust = FigureParts(own, cursor, feeds, steps).read()
        parts |= _templates(own, cursor, feeds, steps)
    parts |= _lines(own, feeds, steps, request_id)
    parts |= _letters(own, feeds, steps)
    times = steps.since, steps.until, steps.length, as_of
    return Report(*times, zone, __version__, standing, trust, parts)


def _standing(own: Service, cursor: DictCursor, feeds: Sequence[Feed]) -> list[FeedStanding]:
    found = reconciliations.latest(own.db, [feed.name for feed in feeds])
    made = []
    for feed, counted in zip(feeds, own.settlement.counted(cursor, feeds), strict=True):
        until = datetime.fromisoformat(counted.counted_until) if counted.counted_until else None
        standing = FeedStanding(feed.name, until, counted.lag_lines)
        if last := found.get(feed.name):
            standing = replace(
                standing,
                holds=last.holds,
                since=last.since,
                ended_at=last.ended_at,
                faults=dict(last.faults.items()),
            )
        made.append(standing)
    return made


def _templates(
    own: Service, cursor: DictCursor, feeds: Sequence[Feed], steps: Steps
) -> dict[str, Part]:
    having = [feed for feed in feeds if TEMPLATE_ID in ENRICHED[feed.layout]]
    if not having or TEMPLATE_ID.name in own.conf.api.hidden:
        return {}
    texts = {feed.name: _texts(own, feed) for feed in having}
    span = stored(steps.since), stored(steps.until)

    def changes() -> Part:
        found = [
            _named({**row, "feed": feed.name}, texts) | {"window_start": _utc(row["window_start"])}
            for feed in having
            for row in templates.changes(cursor, feed, *span, _MOST + 1, own.conf.api.max_query_s)
        ]
        found.sort(key=lambda row: (row["window_start"], row["feed"]), reverse=True)
        return Part(found[:_MOST], len(found) > _MOST)

    def frequent() -> Part:
        found: list[Row] = []
        for feed in having:
            seen = templates.seen(cursor, feed, *span)
            found += [
                _named({"feed": feed.name, "template_id": id, "events": events}, texts)
                | {"of": seen.total}
                for id, events in seen.events.items()
            ]
        found.sort(key=lambda row: -row["events"])
        return Part(found[:_FEW], len(found) > _FEW)

    return {"changes": part(changes), "templates": part(frequent)}


def _texts(own: Service, feed: Feed) -> dict[str, str]:
    if "message" in own.conf.api.hidden:
        return {}
    known = template_files.load(own.conf.detection.templates, feed.name).templates
    return {one.id: one.text for one in known} | {NO_VALUE: "(none of the templates)"}


def _named(row: dict[str, Any], texts: dict[str, dict[str, str]]) -> dict[str, Any]:
    return row | {"text": texts[row["feed"]].get(row["template_id"])}


def _lines(own: Service, feeds: Sequence[Feed], steps: Steps, request_id: str) -> dict[str, Part]:
    """The newest lines that were scored."""
    if "anomaly" in own.conf.api.hidden:
        return {}

    def read() -> Part:
        asked = query(own, "_exists_:anomaly", feeds)
        search = Search(tuple(feeds), steps.since, steps.until, asked, request_id)
        found = pages.page(own.db, search.questions(), _FEW, own.conf.api.max_query_s)
        rows = [_scored(own, one.feed, one.document) for one in found.items]
        if not found.is_complete and not rows:
            reached = time_text(found.searched_until)
            return Part(problem=f"none is after {reached}; there was no time for what was before")
        return Part(rows, not found.is_complete)

    return {"records": part(read)}


def _scored(own: Service, feed: str, document: dict[str, Any]) -> Row:
    shown = plain(document, own.conf.api.hidden)
    anomaly = shown.get("anomaly") or {}
    text = next((shown[name] for name in _SAYING if shown.get(name)), "")
    return {
        "feed": feed,
        "timestamp": document["timestamp"],
        "service_name": shown.get("service_name", NO_VALUE),
        "score": anomaly.get("score"),
        "reasons": anomaly.get("reasons") or [],
        "text": text,
    }


def _letters(own: Service, feeds: Sequence[Feed], steps: Steps) -> dict[str, Part]:
    every = Received([feed.name for feed in feeds], steps.since, steps.until)
    max_s, hidden = own.conf.api.max_query_s, own.conf.api.hidden

    def counts() -> Part:
        found = received_letters.counts(own.db, every, _MOST + 1, max_s)
        return Part(found[:_MOST], len(found) > _MOST)

    def newest() -> Part:
        found = received_letters.page(own.db, replace(every, statuses=OPEN), None, _FEW + 1, max_s)
        rows = [
            {"detail": "", "raw": ""} | plain(one, hidden) | {"received_at": one["received_at"]}
            for one in found[:_FEW]
        ]
        return Part(rows, len(found) > _FEW)

    return {"letters": part(counts), "newest_letters": part(newest)}


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC)
