"""GET /v1/logs/{feed}/{id}: one line, where it came from, and what stands around it."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from millrace.api import models, pages
from millrace.api.documents import plain, time_text
from millrace.api.logs import shown, trusted
from millrace.api.pages import Found
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Search, Service, chosen_feeds, query
from millrace.io.mongo import lines as stored
from millrace.io.mongo import search
from millrace.io.mongo.client import Document
from millrace.io.mongo.question import Question
from millrace.search import quoted

_AROUND = timedelta(hours=1)  # where lines of the same request are looked for

router = APIRouter(prefix="/v1/logs", tags=["logs"])

FeedName = Annotated[str, Path(max_length=32)]
Id = Annotated[str, Path(max_length=64)]
By = Literal["partition", "service", "request_id"]


class Context(models.Trust):
    """The lines before a line, itself, and the lines after it, the oldest first."""

    before: list[models.Document]
    item: models.Document
    after: list[models.Document]


@router.get("/{feed}/{id}", response_model=models.Detail)
def line(request: Request, own: Own, feed: FeedName, id: Id) -> JSONResponse:
    """One line, with the batch that stored it and the folder of the archive that it is in."""
    began = time.monotonic()
    asked, found = _found(request, own, feed, id)
    content = {
        "item": shown(own, found),
        "lineage": _lineage(own, found),
        **trusted(own, asked, began),
    }
    return JSONResponse(content)


@router.get("/{feed}/{id}/context", response_model=Context)
def context(
    request: Request,
    own: Own,
    feed: FeedName,
    id: Id,
    by: By = "partition",
    size: Annotated[int, Query(ge=1, le=200, description="Lines on each side.")] = 10,
) -> JSONResponse:
    """What stands around a line: in its partition, of its service, or of its request."""
    began = time.monotonic()
    asked, found = _found(request, own, feed, id)
    if by == "partition":
        sides = [
            [
                Found(feed, one)
                for one in stored.beside(
                    own.db, feed, found.document, size, own.conf.api.max_query_s / 2, is_after
                )
            ]
            for is_after in (False, True)
        ]
    else:
        alike = _alike(own, asked, found, by)
        sides = [_side(own, alike, found, size, is_after) for is_after in (False, True)]
    content = {
        "before": [shown(own, one) for one in reversed(sides[0])],
        "item": shown(own, found),
        "after": [shown(own, one) for one in sides[1]],
        **trusted(own, asked, began),
    }
    return JSONResponse(content)


def _found(request: Request, own: Service, feed: str, id: str) -> tuple[Search, Found]:
    feeds = chosen_feeds(own.conf, [feed])
    document = search.one(own.db, feed, id, own.conf.api.max_query_s)
    if document is None:
        raise ProblemError(404, f"{feed} has no line of that id")
    at: datetime = document["timestamp"]
    asked = Search(
        feeds, at - _AROUND, at + _AROUND, query(own, "", feeds), request.state.request_id
    )
    return asked, Found(feed, document)


def _alike(own: Service, asked: Search, found: Found, by: By) -> Search:
    """The search for lines of the same service, or the same request."""
    name = "service_name" if by == "service" else "request_id"
    value = found.document.get(name)
    if value is None or name in own.conf.api.hidden:
        raise ProblemError(422, f"by: the line has no {name}")
    return replace(asked, asked=query(own, f"{name}:{quoted(str(value))}", asked.feeds))


def _side(own: Service, asked: Search, found: Found, size: int, is_after: bool) -> list[Found]:
    questions: list[Question] = asked.questions(newest_first=not is_after)
    max_s = own.conf.api.max_query_s / 2
    return pages.page(own.db, questions, size, max_s, found.place).items


def _lineage(own: Service, found: Found) -> dict[str, Any]:
    document: Document = found.document
    kafka, received_at = document["kafka"], document["received_at"]
    batch = stored.batch_of(own.db, found.feed, document, own.conf.api.max_query_s)
    day = f"{received_at:%Y-%m-%d}"
    return {
        **plain(kafka),
        "received_at": time_text(received_at),
        "batch": plain(batch) if batch else None,
        "archive": f"{own.conf.storage.archive}/{found.feed}/date={day}",
    }
