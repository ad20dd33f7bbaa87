"""GET /v1/logs: lines by query and time, page by page."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from millrace.api import cursors, models, pages, totals, trust
from millrace.api.documents import plain, time_text
from millrace.api.pages import Found
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Search, Searched, Service
from millrace.api.slices import Place
from millrace.records.received import EPOCH
from millrace.telemetry import metrics

LARGEST_PAGE = 1000
_MS = timedelta(milliseconds=1)

router = APIRouter(prefix="/v1", tags=["logs"])

Size = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Lines a page.")]
Order = Literal["newest", "oldest"]
After = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


@router.get("/logs", response_model=models.Page)
def logs(
    request: Request,
    own: Own,
    asked: Searched,
    after: After = None,
    size: Size = 200,
    order: Order = "newest",
) -> JSONResponse:
    """The lines that match, the newest first, with how many there are and how far to trust it.

    A walk goes on with `next` as `after`, between the same times: what comes later is not in it.
    """
    began = time.monotonic()
    newest_first = order == "newest"
    walk = _resumed(own, asked, after, order)
    asked, place = walk.asked, walk.place
    found = pages.page(own.db, asked.questions(newest_first), size, own.conf.api.max_query_s, place)
    plan = totals.plan(own, walk.whole)
    _refuse_standstill(asked, found, newest_first, place, plan)
    total = walk.total or totals.total(own, walk.whole, None if after else found, size)
    is_end = found.is_complete
    if not is_end and len(found.items) < size:
        metrics.API_PARTIAL.labels("/v1/logs").inc()
    end = asked.since if newest_first else asked.until
    content = {
        "items": [shown(own, one) for one in found.items],
        "next": None if is_end else _next(own, replace(walk, total=total), order, found),
        "searched_until": time_text(end if is_end else found.searched_until),
        "total": total.model_dump(),
        "plan": plan.model_dump(),
        **trusted(own, asked, began),
    }
    request.state.told = f"{len(found.items)} lines of {plan.estimated} candidates"
    return JSONResponse(content)


def shown(own: Service, found: Found) -> dict[str, Any]:
    """The line as it is shown: without what the configuration hides."""
    return {"feed": found.feed} | plain(found.document, own.conf.api.hidden)


def trusted(own: Service, asked: Search, began: float) -> dict[str, Any]:
    """What an answer to that search says of itself."""
    return {
        "freshness": [one.model_dump() for one in own.freshness.of(own.db, asked.feeds)],
        "proof": [one.model_dump() for one in trust.proofs(own.db, asked.feeds)],
        "took_ms": round(1000 * (time.monotonic() - began), 1),
    }


def _refuse_standstill(
    asked: Search,
    found: pages.Page,
    newest_first: bool,
    place: Place | None,
    plan: models.Plan,
) -> None:
    """Raises ProblemError where not even the first slice was searched: a walk would never end."""
    start = place[0] if place else asked.until if newest_first else asked.since
    if found.is_complete or found.items or found.searched_until != start:
        return
    lines = "" if plan.estimated is None else f"{plan.estimated:,} lines are in this time: "
    raise ProblemError(422, f"{lines}narrow it by service_name, level, feed or a shorter time")


@dataclass(frozen=True)
class _Walk:
    """A search page by page: the whole of it, and what of it is left for this page and those after.

    The total is known of a page before where it is not exact: it stays true, and took long.
    """

    whole: Search
    asked: Search
    place: Place | None = None
    total: models.Total | None = None


def _next(own: Service, walk: _Walk, order: Order, found: pages.Page) -> str:
    asked, total = walk.whole, walk.total
    values: dict[str, Any] = {
        "since": _to_ms(asked.since),
        "until": _to_ms(asked.until),
        "reached": _to_ms(found.searched_until),
    }
    if total and total.relation != "exact":
        values["total"] = total.model_dump()
    if found.items and found.searched_until == found.items[-1].place[0]:
        _, id, feed = found.items[-1].place
        values |= {"id": id, "feed": feed}
    return cursors.seal(own.tokens.key, _question(asked, order), values)


def _resumed(own: Service, asked: Search, after: str | None, order: Order) -> _Walk:
    """The walk that ``after`` goes on with, or a new one."""
    if after is None:
        return _Walk(asked, asked)
    try:
        values = cursors.opened(own.tokens.key, _question(asked, order), after)
    except cursors.CursorError as error:
        raise ProblemError(422, f"after: {error}") from None
    reached = _from_ms(values["reached"])
    since, until = _from_ms(values["since"]), _from_ms(values["until"])
    whole = asked.between(since, until)
    place = (reached, values["id"], values["feed"]) if "id" in values else None
    if place is None and order == "newest":
        until = reached
    elif place is None:
        since = reached
    told = models.Total.model_validate(values["total"]) if "total" in values else None
    return _Walk(whole, asked.between(since, until), place, told)


def _question(asked: Search, order: Order) -> str:
    return "\n".join([asked.asked.text, order, *(feed.name for feed in asked.feeds)])


def _to_ms(time: datetime) -> int:
    return (time - EPOCH) // _MS


def _from_ms(milliseconds: int) -> datetime:
    return EPOCH + milliseconds * _MS
