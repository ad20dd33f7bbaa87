"""What answers about captured rows look like; /openapi.json is made from these."""

from typing import Any

from pydantic import BaseModel

from millrace.api.models import Total, Trust
from millrace.api.pipeline import LastBatch, Verdict
from millrace.api.trust import Freshness


class EntityField(BaseModel):
    """A field of an entity, and its type: docs/changes.md."""

    name: str
    type: str


class CapturedEntity(BaseModel):
    """An entity, what it is captured of, and where it stands.

    `rows` is as many as the server estimates. From `history_begins_at` on rows can be told as of a
    time; null where nothing is stored yet. `verdict` is what the last `reconcile --changes` found.
    """

    name: str
    source: str
    table: str
    topic: str
    key: list[str]
    fields: list[EntityField]
    rows: int
    history_begins_at: str | None
    open_dead_letters: int
    freshness: Freshness
    last_batch: LastBatch | None
    verdict: Verdict | None


class Connector(BaseModel):
    """What Kafka Connect says of a source's connector, and how old its last heartbeat is.

    It says that a task runs while its database is away: then the heartbeat is old. `state` is null
    where Kafka Connect has no such connector or, as `problem` says, does not answer;
    `heartbeat_age_s` where there was none or Kafka does not answer.
    """

    source: str
    connector: str
    state: str | None
    tasks: list[str]
    problem: str | None
    heartbeat_age_s: float | None
    heartbeat_every_s: float


class RowChange(BaseModel):
    """The change that made a row so: docs/changes.md. A mended row had none in Kafka."""

    op: str
    position: list[int]
    committed_at: str | None = None
    received_at: str | None = None
    mended_at: str | None = None
    kafka: dict[str, Any] | None = None


class EntityRow(BaseModel):
    """A row: `key` as it stands in a URL. What a field in `unknown` had then, no change told."""

    key: str
    fields: dict[str, Any]
    unknown: list[str]
    change: RowChange


class AsOf(BaseModel):
    """What an answer as of a time is based on: changes committed by `time`, by the source's clock.

    `history_begins_at` is the first time that can be told. It `is_open` while changes committed by
    then may still come: the store has not taken what was received until then.
    """

    time: str
    history_begins_at: str
    is_open: bool


class EntityPage(Trust):
    """Rows in the order of their keys. `next` is where they go on: hand it back as `after`.

    A page may have few rows, or none, with more to follow.
    """

    items: list[EntityRow]
    next: str | None
    total: Total
    as_of: AsOf | None


class EntityDetail(Trust):
    """One row."""

    item: EntityRow
    as_of: AsOf | None


class EntityVersion(BaseModel):
    """A row after one of its changes; null where it was deleted, or its table emptied.

    `superseded_at` is when the change arrived that took its place.
    """

    id: str
    fields: dict[str, Any] | None
    unknown: list[str]
    change: RowChange
    superseded_at: str | None


class EntityVersions(Trust):
    """The versions of a row, the last first, as far back as they are kept.

    ``next`` is where they go on: hand it back as ``after``.
    """

    items: list[EntityVersion]
    next: str | None
    history_begins_at: str | None


class CatalogRow(BaseModel):
    """A row of the view over all entities; `key` as it stands in a URL of its entity."""

    entity: str
    key: str
    fields: dict[str, Any]


class CatalogPage(Trust):
    """Rows of all entities, in their order and that of their keys. `next` is where they go on."""

    items: list[CatalogRow]
    next: str | None
    as_of: AsOf | None
