"""GET /v1/templates: what messages look like, how many are of each kind, which are new or gone."""

import time

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from millrace.api.documents import time_text
from millrace.api.logs import trusted
from millrace.api.models import Trust
from millrace.api.problems import ProblemError
from millrace.api.service import FeedNames, From, Own, Service, To, all_lines, chosen_feeds, span
from millrace.config import Feed
from millrace.io import template_files
from millrace.io.mysql.templates import Change, Seen, seen
from millrace.records.fields import ENRICHED, TEMPLATE_ID
from millrace.records.tables import NO_VALUE

router = APIRouter(prefix="/v1", tags=["templates"])


class Template(BaseModel):
    """A template, and the messages that matched it.

    ``text`` is null where messages are hidden, and of a template that is no longer in the feed's
    file. ``share`` is of all messages of the feed in that time.
    """

    id: str
    text: str | None
    events: int
    share: float | None
    change: Change | None


class FeedTemplates(BaseModel):
    """A feed's templates, those with the most messages first, and how many messages match none.

    ``version`` and ``mined_at`` are those of the last `millrace templates mine`.
    """

    feed: str
    version: int
    mined_at: str | None
    events: int
    unmatched: int
    items: list[Template]


class Templates(Trust):
    """The templates of each feed that has them."""

    feeds: list[FeedTemplates]


@router.get("/templates", response_model=Templates)
def templates(
    request: Request,
    own: Own,
    feed: FeedNames = [],  # noqa: B006
    from_: From = "now-24h",
    to: To = "now",
) -> JSONResponse:
    """What messages look like, and how many there were of each kind, by the figures of minutes.

    New: first seen in the hour of `to` or the one before. Vanished: missing in the hour before for
    the first time.
    """
    began = time.monotonic()
    since, until = span(from_, to)
    feeds = _with_templates(own, feed)
    with own.mysql.cursor() as cursor:
        times = since.replace(tzinfo=None), until.replace(tzinfo=None)
        found = [_of_feed(own, one, seen(cursor, one, *times)) for one in feeds]
    told = trusted(own, all_lines(request, own, feeds, since, until), began)
    return JSONResponse({"feeds": [one.model_dump() for one in found]} | told)


def _with_templates(own: Service, names: list[str]) -> tuple[Feed, ...]:
    """The chosen feeds that have templates; raises ProblemError where none may be shown."""
    chosen = chosen_feeds(own.conf, names)
    found = tuple(feed for feed in chosen if TEMPLATE_ID in ENRICHED[feed.layout])
    if not found or TEMPLATE_ID.name in own.conf.api.hidden:
        named = ", ".join(feed.name for feed in chosen)
        raise ProblemError(422, f"feed: no templates are shown of {named}")
    return found


def _of_feed(own: Service, feed: Feed, seen: Seen) -> FeedTemplates:
    known = template_files.load(own.conf.detection.templates, feed.name)
    is_hidden = "message" in own.conf.api.hidden
    texts: dict[str, str | None] = {
        one.id: None if is_hidden else one.text for one in known.templates
    }
    texts |= {name: None for name in seen.events if name not in texts and name != NO_VALUE}
    items = [
        Template(
            id=name,
            text=text,
            events=seen.events.get(name, 0),
            share=seen.events.get(name, 0) / seen.total if seen.total else None,
            change=seen.changes.get(name),
        )
        for name, text in texts.items()
    ]
    return FeedTemplates(
        feed=feed.name,
        version=known.version,
        mined_at=time_text(known.mined_at) if known.mined_at else None,
        events=seen.total,
        unmatched=seen.unmatched,
        items=sorted(items, key=lambda one: (-one.events, one.id)),
    )
