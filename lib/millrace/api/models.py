"""What answers look like; the schema at /openapi.json is made from these."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from millrace.api.trust import Freshness, Proof

Relation = Literal["exact", "at_least", "unknown"]
Source = Literal["figures", "counted", "none"]


class Document(BaseModel):
    """A stored line: docs/fields.md has every field."""

    model_config = ConfigDict(extra="allow", title="LogDocument")

    id: str = Field(alias="_id")
    feed: str


class Total(BaseModel):
    """How many lines match. ``exact`` where proven; else so many were counted, up to 10,001.

    ``unknown`` where not all could be looked at in little time: there are as many at least.
    """

    value: int | None
    relation: Relation
    source: Source


class Plan(BaseModel):
    """How a search is answered: by which index of each feed, and how many lines that has.

    ``estimated`` is from the figures by minute; null where they do not tell.
    """

    index: dict[str, str]
    estimated: int | None


class Trust(BaseModel):
    """What each answer says of itself."""

    freshness: list[Freshness]
    proof: list[Proof]
    took_ms: float


class Page(Trust):
    """Lines in the order of their time. ``next`` is where they go on: hand it back as ``after``.

    All of the span was searched where ``searched_until`` is its end; else ``next`` goes on.
    """

    items: list[Document]
    next: str | None
    searched_until: str
    total: Total
    plan: Plan


class Explained(BaseModel):
    """What a query means, and what it would cost."""

    sentence: str
    plan: Plan
    narrower: list[str]


class Lineage(BaseModel):
    """Where a line came from."""

    model_config = ConfigDict(extra="allow")

    topic: str
    partition: int
    offset: int
    batch: dict[str, Any] | None
    archive: str | None


class Detail(Trust):
    """One line, and where it came from."""

    item: Document
    lineage: Lineage
