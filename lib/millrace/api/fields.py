"""GET /v1/fields: what lines can be asked for, and the values that fields have."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from millrace.api.documents import time_text
from millrace.api.field_values import counted_values, told_values
from millrace.api.logs import trusted
from millrace.api.models import Trust
from millrace.api.named_values import field_of
from millrace.api.service import FeedNames, Own, Searched, chosen_feeds
from millrace.search import columns
from millrace.telemetry import metrics

router = APIRouter(prefix="/v1/fields", tags=["fields"])

Name = Annotated[str, Path(max_length=256, description="A field of /v1/fields, or a synonym.")]
Size = Annotated[int, Query(ge=1, le=1000, description="How many values, the most frequent first.")]


class FieldOfLines(BaseModel):
    """What a query can name, and the names that standards have for it.

    A ``map`` has values under keys of its own: ``attributes.some_key``.
    """

    name: str
    type: str
    synonyms: list[str]
    is_list: bool
    feeds: list[str]


class Fields(BaseModel):
    """The fields of lines."""

    fields: list[FieldOfLines]


class Hits(BaseModel):
    """A value, and how many of the lines that were looked at have it."""

    value: str | int | float | bool
    hits: int


class Values(Trust):
    """The values of a field, the most frequent first.

    From figures these are of all lines between ``since`` and ``until``, in whole minutes; counted
    they are of ``looked_at`` lines, the newest that match, down to ``searched_until``.
    """

    field: str
    values: list[Hits]
    source: Literal["figures", "counted"]
    looked_at: int
    since: str
    until: str
    searched_until: str


@router.get("", response_model=Fields)
def fields(own: Own, feed: FeedNames = []) -> JSONResponse:  # noqa: B006
    """The fields that lines of the feeds have: each can stand in a query, with its synonyms."""
    feeds = chosen_feeds(own.conf, feed)
    by_layout = {one.layout: {own.name for own in columns([one.layout])} for one in feeds}
    made = Fields(
        fields=[
            FieldOfLines(
                name=column.name,
                type=column.type,
                synonyms=list(column.synonyms),
                is_list=column.is_list,
                feeds=[one.name for one in feeds if column.name in by_layout[one.layout]],
            )
            for column in columns(by_layout, own.conf.api.hidden)
        ]
    )
    return JSONResponse(made.model_dump())


@router.get("/{field}/values", response_model=Values)
def values(
    request: Request, own: Own, field: Name, asked: Searched, size: Size = 20
) -> JSONResponse:
    """The values of a field, with how many lines have each.

    Where figures count every line that has the field, they tell it; else the newest lines that
    match do, at most 5,000, as far as there is time.
    """
    began = time.monotonic()
    named = field_of(own, field, asked.feeds, "field")
    found = told_values(own, asked, named) or counted_values(own, asked, named)
    request.state.told = f"{found.looked_at} lines looked at"
    if found.is_partial:
        metrics.API_PARTIAL.labels("/v1/fields/{field}/values").inc()
    content = {
        "field": named.name,
        "values": [{"value": value, "hits": n} for value, n in found.hits.most_common(size)],
        "source": found.source,
        "looked_at": found.looked_at,
        "since": time_text(found.since),
        "until": time_text(found.until),
        "searched_until": time_text(found.searched_until),
        **trusted(own, asked, began),
    }
    return JSONResponse(content)
