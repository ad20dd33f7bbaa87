"""/v1/catalog: the view over all entities; /v1/connectors: what captures their changes."""

import time
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from millrace.api import cursors
from millrace.api.entity_filters import Match, match
from millrace.api.entity_keys import key_of, key_text
from millrace.api.entity_models import CatalogPage, CatalogRow, Connector
from millrace.api.entity_parameters import (
    After,
    Size,
    Time,
    Where,
    asked_time,
    captured,
    fields,
    freshness,
    place,
    trusted,
)
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Service
from millrace.config.changes import Changes
from millrace.config.entities import Entities
from millrace.errors import ConfigurationError
from millrace.io.mongo import entity_rows
from millrace.io.mongo.entity_rows import Asked, Row
from millrace.records import capture
from millrace.records.entities import Entity, Source

_PATIENCE_S = 5.0

router = APIRouter(prefix="/v1", tags=["entities"])


@router.get("/catalog", response_model=CatalogPage)
def catalog(
    request: Request,
    own: Own,
    where: Where = [],  # noqa: B006
    as_of: Time = None,
    size: Size = 100,
    after: After = None,
) -> JSONResponse:
    """The rows of all entities by the fields of the view `catalog`, now or as of a time.

    An entity that lacks a field of `where` has no row that matches.
    """
    began, every = time.monotonic(), captured(own)
    question = "\n".join(["catalog", as_of or "", *where])
    values = place(own, question, after)
    fresh = freshness(own, every.all)
    at, told = asked_time(own, every.all, values.get("as_of", as_of), fresh)
    parts = [
        (entity, Asked(entity.name, chosen, at, request.state.request_id))
        for entity in every.all
        if (chosen := _match(own, every, entity, where))
    ]
    items, reached = _walk(own, every, parts, size, values)
    following: str | None = None
    if reached is not None:
        rest = reached | ({"as_of": told.time} if told else {})
        following = cursors.seal(own.tokens.key, question, rest)
    content = {
        "items": [one.model_dump() for one in items],
        "next": following,
        "as_of": told.model_dump() if told else None,
        **trusted(own, every.all, fresh, 1000 * (time.monotonic() - began)),
    }
    return JSONResponse(content)


@router.get("/connectors", response_model=list[Connector])
def connectors(own: Own) -> JSONResponse:
    """The connectors of the entities' sources, as Kafka Connect and their heartbeats tell them."""
    changes, every = own.conf.changes, captured(own)
    if changes is None:
        return JSONResponse([])
    told = [_connector(own, changes, source) for source in every.sources]
    return JSONResponse([one.model_dump() for one in told])


def _walk(
    own: Service,
    every: Entities,
    parts: Sequence[tuple[Entity, Asked]],
    size: int,
    values: dict[str, Any],
) -> tuple[list[CatalogRow], dict[str, Any] | None]:
    """The first rows, and where they go on; None where nothing follows."""
    ends_at = time.monotonic() + own.conf.api.max_query_s
    names = [entity.name for entity, _ in parts]
    first = names.index(values["entity"]) if values.get("entity") in names else 0
    items: list[CatalogRow] = []
    for number, (entity, asked) in enumerate(parts[first:], first):
        is_first = number == first and "key" in values
        after = key_of(entity, values["key"]) if is_first else None
        left_s = max(0.001, ends_at - time.monotonic())
        found = entity_rows.page(own.db, asked, size - len(items), left_s, after)
        items += [_shown(own, every, entity, row) for row in found.items]
        if found.reached is not None:
            key = key_text(entity, found.reached)
            return items, {"entity": entity.name, "key": key}
        is_over = len(items) == size or time.monotonic() > ends_at
        if is_over and number + 1 < len(parts):
            return items, {"entity": names[number + 1]}
    return items, None


def _shown(own: Service, every: Entities, entity: Entity, row: Row) -> CatalogRow:
    """A row by the fields of the view that its entity has."""
    stored, made = fields(own, entity, row), {}
    for name, origins in every.catalog.items():
        origin = origins.get(entity.name)
        if origin in stored:
            made[name] = stored[origin]
    return CatalogRow(entity=entity.name, key=key_text(entity, row.key), fields=made)


def _match(own: Service, every: Entities, entity: Entity, terms: Sequence[str]) -> Match | None:
    """The filter that the terms are of the entity's own fields; None where it has not all of them.

    Raises ProblemError where the view has no such field.
    """
    found = []
    for term in terms:
        name, colon, text = term.partition(":")
        if name not in every.catalog:
            raise ProblemError(422, f"where: the catalog has no field {name[:64]!r}")
        if entity.name not in every.catalog[name]:
            return None
        found.append(f"{every.catalog[name][entity.name]}{colon}{text}")
    types = {field.name: field.type for field in entity.fields}
    return match(found, types, own.conf.api.hidden)


def _connector(own: Service, changes: Changes, source: Source) -> Connector:
    # Here alone: the API answers most questions without them.
    from millrace.io.connect import Connect
    from millrace.io.kafka.heartbeat import heartbeat_age_s

    name = capture.connector(changes.name, source)
    told = Connector(
        source=source,
        connector=name,
        state=None,
        tasks=[],
        problem=None,
        heartbeat_age_s=None,
        heartbeat_every_s=changes.heartbeat_s,
    )
    try:
        with Connect(changes, _PATIENCE_S) as connect:
            status = connect.status(name)
        if status:
            told.state, told.tasks = status.state.lower(), [one.lower() for one in status.tasks]
            told.problem = status.cause
    except ConfigurationError as error:
        told.problem = str(error)
    try:
        age_s = heartbeat_age_s(own.conf.kafka, capture.heartbeat_topic(changes.name, source))
        told.heartbeat_age_s = None if age_s is None else round(age_s, 1)
    except ConfigurationError:
        pass
    return told
