"""/v1/logs/explain: what a query means, and what it would cost, before it is asked."""

import logging
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from millrace.api import models, totals
from millrace.api.service import (
    LONGEST_QUERY,
    Own,
    Search,
    Searched,
    Service,
    search,
)
from millrace.errors import UnreachableError, one_line
from millrace.io.mongo.question import BY_LEVEL
from millrace.io.mysql import figures
from millrace.records.tables import LEVEL, NO_VALUE, SERVICE
from millrace.search import quoted

_OFFERED = 3  # values of a field
_FEW = 1_000  # candidates that need no narrowing

_log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/logs", tags=["logs"])

Text = Annotated[str, Field(max_length=64)]


def _several(names: object) -> object:
    """One name is as good as a list of one."""
    return [names] if isinstance(names, str) else names


class Question(BaseModel):
    """A search, by the parameters of /v1/logs."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Question")

    q: Annotated[str, Field(max_length=LONGEST_QUERY)] = ""
    feed: Annotated[list[Text], BeforeValidator(_several)] = []
    from_: Annotated[Text, Field(alias="from")] = "now-1h"
    to: Text = "now"


@router.get("/explain", response_model=models.Explained)
def explain(own: Own, asked: Searched) -> JSONResponse:
    """What the query means in a sentence, by which index it is answered, and what narrows it."""
    return _explained(own, asked)


@router.post("/explain", response_model=models.Explained)
def explain_posted(request: Request, own: Own, question: Question) -> JSONResponse:
    """The same of a query that a URL is too short for, or that no log of URLs is to have."""
    asked = search(request, own, question.feed, question.q, question.from_, question.to)
    return _explained(own, asked)


def _explained(own: Service, asked: Search) -> JSONResponse:
    plan = totals.plan(own, asked)
    made = models.Explained(
        sentence=asked.asked.sentence, plan=plan, narrower=_narrower(own, asked, plan)
    )
    return JSONResponse(made.model_dump())


def _narrower(own: Service, asked: Search, plan: models.Plan) -> list[str]:
    """What makes the candidates fewer, and how many they are then: the fewest first."""
    if plan.estimated is None or plan.estimated <= _FEW:
        return []
    offers = []
    told = totals.candidates(asked).table.keys
    for key, values in ((LEVEL, BY_LEVEL), (SERVICE, None)):
        is_shown = key in told and key.name not in own.conf.api.hidden
        if not is_shown or asked.asked.required.get(key.name):
            continue
        counts = _counts(own, asked, key.name)
        offers += [
            (count, f"{key.name}:{quoted(value)}: about {count:,} of {plan.estimated:,} lines")
            for value, count in counts.items()
            if (values is None or value in values) and value != NO_VALUE and count < plan.estimated
        ][:_OFFERED]
    texts = [text for _, text in sorted(offers)]
    if len(asked.feeds) > 1:
        texts.append(f"feed: one of {', '.join(feed.name for feed in asked.feeds)}")
    middle = asked.since + (asked.until - asked.since) / 2
    texts.append(f"a shorter time: from={middle:%Y-%m-%dT%H:%M:%SZ} is half of it")
    return texts


def _counts(own: Service, asked: Search, key: str) -> dict[str, int]:
    """How many candidates have each value of a key, the most first."""
    try:
        with own.mysql.cursor() as cursor:
            candidates, max_s = totals.candidates(asked), own.conf.api.max_query_s
            rows = figures.sums(cursor, candidates, [key], [candidates.table.lines], 100, max_s)
    except (UnreachableError, figures.OutOfTimeError) as error:
        _log.warning("no counts: %s", one_line(error))
        return {}
    return {str(row[key]): int(row[candidates.table.lines]) for row in rows}
