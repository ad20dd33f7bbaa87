"""/v1/entities: captured rows as they are now or were at a time, and each row's versions."""

import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from millrace.api import cursors
from millrace.api.documents import time_text
from millrace.api.entity_filters import match
from millrace.api.entity_keys import key_of
from millrace.api.entity_models import (
    CapturedEntity,
    EntityDetail,
    EntityField,
    EntityPage,
    EntityVersion,
    EntityVersions,
)
from millrace.api.entity_parameters import (
    JOB,
    After,
    EntityName,
    Key,
    Size,
    Time,
    Where,
    asked_time,
    captured,
    change,
    fields,
    freshness,
    history_begins_at,
    known,
    place,
    shown,
    trusted,
)
from millrace.api.entity_paths import key_text
from millrace.api.models import Total
from millrace.api.pipeline import last_batch, verdict_of
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Service
from millrace.api.totals import COUNTED_TO
from millrace.io.mongo import entity_rows, entity_versions, newest_batch, reconciliations
from millrace.io.mongo.client import Document
from millrace.io.mongo.entity_rows import Asked, Page
from millrace.records.dead_letters import COLLECTION, OPEN
from millrace.records.entities import Entity

_LETTERS_COUNTED_TO = 100_000

router = APIRouter(prefix="/v1/entities", tags=["entities"])


@router.get("", response_model=list[CapturedEntity])
def entities(own: Own) -> JSONResponse:
    """What is captured, and where each entity stands; empty where nothing is captured."""
    told = [_standing(own, entity) for entity in captured(own).all]
    return JSONResponse([one.model_dump() for one in told])


@router.get("/{entity}", response_model=EntityPage)
def rows(
    request: Request,
    own: Own,
    entity: EntityName,
    where: Where = [],  # noqa: B006
    as_of: Time = None,
    size: Size = 100,
    after: After = None,
) -> JSONResponse:
    """The rows that match, in the order of their keys, now or as of a time.

    A walk goes on with `next` as `after`, as of the same time: rows that change meanwhile do not
    move in it. Without `as_of` each row is as it is when its page is asked for.
    """
    began, of = time.monotonic(), known(own, entity)
    question = "\n".join([of.name, as_of or "", *where])
    values = place(own, question, after)
    fresh = freshness(own, [of])
    at, told = asked_time(own, [of], values.get("as_of", as_of), fresh)
    types = {field.name: field.type for field in of.fields}
    chosen = match(where, types, own.conf.api.hidden)
    asked = Asked(of.name, chosen, at, request.state.request_id)
    reached = key_of(of, values["key"]) if "key" in values else None
    found = entity_rows.page(own.db, asked, size, own.conf.api.max_query_s, reached)
    count = values.get("count", 0) + len(found.items)
    following: str | None = None
    if found.reached is not None:
        values = {"key": key_text(of, found.reached), "count": count}
        values |= {"as_of": told.time} if told else {}
        following = cursors.seal(own.tokens.key, question, values)
    content = {
        "items": [shown(own, of, row).model_dump() for row in found.items],
        "next": following,
        "total": _total(own, asked, found, count).model_dump(),
        "as_of": told.model_dump() if told else None,
        **trusted(own, [of], fresh, 1000 * (time.monotonic() - began)),
    }
    return JSONResponse(content)


@router.get("/{entity}/{key}", response_model=EntityDetail)
def row(own: Own, entity: EntityName, key: Key, as_of: Time = None) -> JSONResponse:
    """One row by its key, now or as of a time."""
    began, of = time.monotonic(), known(own, entity)
    fresh = freshness(own, [of])
    at, told = asked_time(own, [of], as_of, fresh)
    found = entity_rows.row(own.db, of.name, key_of(of, key), at, own.conf.api.max_query_s)
    if found is None or found.fields is None:
        ended = change(found).committed_at if found else None
        raise ProblemError(404, f"it was deleted at {ended}" if ended else "no row has this key")
    content = {
        "item": shown(own, of, found).model_dump(),
        "as_of": told.model_dump() if told else None,
        **trusted(own, [of], fresh, 1000 * (time.monotonic() - began)),
    }
    return JSONResponse(content)


@router.get("/{entity}/{key}/history", response_model=EntityVersions)
def versions(
    own: Own, entity: EntityName, key: Key, size: Size = 50, after: After = None
) -> JSONResponse:
    """The versions of a row, the last first: what each of its changes, and each truncate, left."""
    began, of = time.monotonic(), known(own, entity)
    wanted = key_of(of, key)
    question = "\n".join([of.name, "history", key_text(of, wanted)])
    values, max_s = place(own, question, after), own.conf.api.max_query_s
    reached = (values["order"], values["id"]) if values else None
    found = entity_versions.page(own.db, of.name, wanted, size, max_s, reached)
    following: str | None = None
    if len(found) == size:
        order, id = entity_versions.place(found[-1])
        following = cursors.seal(own.tokens.key, question, {"order": order, "id": id})
    content = {
        "items": [_version(own, of, one).model_dump() for one in found],
        "next": following,
        "history_begins_at": history_begins_at(own, of),
        **trusted(own, [of], freshness(own, [of]), 1000 * (time.monotonic() - began)),
    }
    return JSONResponse(content)


def _version(own: Service, of: Entity, found: Document) -> EntityVersion:
    told, ended = entity_rows.of_version(found), found.get("superseded_at")
    return EntityVersion(
        id=found["_id"],
        fields=None if told.fields is None else fields(own, of, told),
        unknown=list(told.unknown),
        change=change(told),
        superseded_at=time_text(ended) if ended else None,
    )


def _total(own: Service, asked: Asked, found: Page, count: int) -> Total:
    """How many rows match: of a walk that has ended as many as it had, else counted."""
    if found.reached is None:
        return Total(value=count, relation="exact", source="counted")
    counted = None
    if asked.as_of is None:
        max_s = own.conf.api.max_query_s / 2
        counted = entity_rows.count(own.db, asked, COUNTED_TO, max_s)
    if counted is None:
        return Total(value=count, relation="at_least", source="counted")
    is_all = counted < COUNTED_TO
    return Total(value=counted, relation="exact" if is_all else "at_least", source="counted")


def _standing(own: Service, entity: Entity) -> CapturedEntity:
    newest = newest_batch.newest(own.db, f"{JOB}-{entity.name}")
    letters: dict[str, Any] = {"feed": entity.name, "status": {"$in": list(OPEN)}}
    verdict = reconciliations.of(own.db, entity.name)
    (fresh,) = freshness(own, [entity])
    return CapturedEntity(
        name=entity.name,
        source=entity.source,
        table=entity.table,
        topic=entity.topic,
        key=list(entity.key),
        fields=[EntityField(name=field.name, type=field.type) for field in entity.fields],
        rows=entity_rows.rows(own.db, entity.name),
        history_begins_at=history_begins_at(own, entity),
        open_dead_letters=own.db[COLLECTION].count_documents(letters, limit=_LETTERS_COUNTED_TO),
        freshness=fresh,
        last_batch=last_batch(newest) if newest else None,
        verdict=verdict_of(verdict) if verdict else None,
    )
