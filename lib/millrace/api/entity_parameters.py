"""What a request for captured rows names: an entity, a time, terms, where a page goes on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query

from millrace.api import cursors, instants
from millrace.api.documents import plain, time_text
from millrace.api.entity_models import AsOf, EntityRow, RowChange
from millrace.api.entity_paths import key_text
from millrace.api.problems import ProblemError
from millrace.api.service import Service
from millrace.api.trust import Freshness, proofs
from millrace.config import Feed
from millrace.config.entities import Entities, feed
from millrace.io.mongo import entity_rows
from millrace.io.mongo.entity_rows import Row
from millrace.records.entities import Entity
from millrace.records.entity_json import row_json

JOB = "changes"
_SHOWN = ("op", "position", "committed_at", "received_at", "mended_at", "kafka")

EntityName = Annotated[str, Path(max_length=32, description="An entity of /v1/entities.")]
Key = Annotated[
    str, Path(max_length=2_048, description="The values of the key, with commas: Keys in a URL.")
]
Where = Annotated[
    list[str],
    Query(max_length=20, description="Terms that all hold, as `name:Bob*` or `popularity:>=5`."),
]
Time = Annotated[
    str | None, Query(max_length=64, description="As it was then, by commits: ISO 8601, now-1h.")
]
Size = Annotated[int, Query(ge=1, le=1_000, description="Rows a page.")]
After = Annotated[str | None, Query(max_length=8_192, description="`next` of the page before.")]


def captured(own: Service) -> Entities:
    """All entities; none where the configuration captures nothing."""
    return own.captured or Entities((), {})


def known(own: Service, name: str) -> Entity:
    """The entity of that name; raises ProblemError where there is none."""
    if found := own.entity(name):
        return found
    raise ProblemError(404, f"no entity is named {name!r}; see /v1/entities")


def asked_time(
    own: Service, entities: Sequence[Entity], text: str | None, fresh: Sequence[Freshness]
) -> tuple[datetime | None, AsOf | None]:
    """The time that is asked for, and what an answer as of it is based on.

    Raises ProblemError where it is none, lies ahead, or before the history of an entity begins.
    """
    if text is None:
        return None, None
    now = datetime.now(UTC)
    try:
        time = instants.instant(text, now)
    except ValueError as error:
        raise ProblemError(422, f"as_of: {error}") from None
    if time > now:
        raise ProblemError(422, "as_of: expected a time that has been")
    begun = [_begun(own, entity, now) for entity in entities]
    latest = max((one for one in begun if one), default=None)
    if latest is None:
        raise ProblemError(422, "as_of: nothing is stored yet that can be told")
    if time < latest:
        raise ProblemError(422, f"as_of: the history begins at {time_text(latest)}")
    reached = [one.committed_until for one in fresh]
    is_open = any(one is None or one <= time_text(time) for one in reached)
    told = AsOf(time=time_text(time), history_begins_at=time_text(latest), is_open=is_open)
    return time, told


def history_begins_at(own: Service, entity: Entity) -> str | None:
    """The first time at which the entity's rows can be told."""
    begun = _begun(own, entity, datetime.now(UTC))
    return time_text(begun) if begun else None


def _begun(own: Service, entity: Entity, now: datetime) -> datetime | None:
    return entity_rows.begins_at(own.db, entity.name, captured(own).history_days, now)


def freshness(own: Service, entities: Sequence[Entity]) -> list[Freshness]:
    """How far the job `changes` has come with each entity."""
    return own.freshness.of(own.db, _feeds(entities), JOB)


def trusted(
    own: Service, entities: Sequence[Entity], fresh: Sequence[Freshness], took_ms: float
) -> dict[str, Any]:
    """What an answer about these entities says of itself."""
    return {
        "freshness": [one.model_dump() for one in fresh],
        "proof": [one.model_dump() for one in proofs(own.db, _feeds(entities))],
        "took_ms": round(took_ms, 1),
    }


def _feeds(entities: Sequence[Entity]) -> list[Feed]:
    return [feed(entity) for entity in entities]


def shown(own: Service, entity: Entity, row: Row) -> EntityRow:
    """A row as it is shown."""
    return EntityRow(
        key=key_text(entity, row.key),
        fields=fields(own, entity, row),
        unknown=list(row.unknown),
        change=change(row),
    )


def fields(own: Service, entity: Entity, row: Row) -> dict[str, Any]:
    """The fields of a row as they are shown: without what the configuration hides."""
    hidden = own.conf.api.hidden
    return row_json(
        entity, {name: value for name, value in (row.fields or {}).items() if name not in hidden}
    )


def change(row: Row) -> RowChange:
    """The change that made a row so, as it is shown."""
    told = {name: value for name, value in row.change.items() if name in _SHOWN}
    return RowChange.model_validate(plain(told))


def place(own: Service, question: str, after: str | None) -> dict[str, Any]:
    """Where the page before ended; raises ProblemError where ``after`` is of another question."""
    if after is None:
        return {}
    try:
        return cursors.opened(own.tokens.key, question, after)
    except cursors.CursorError as error:
        raise ProblemError(422, f"after: {error}") from None
