"""What requests for dead letters and their answers look like; /openapi.json is made from these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_MOST_IDS = 1000


class Letter(BaseModel):
    """A dead letter: docs/fields.md has every field. `raw` is text, other bytes escaped."""

    model_config = ConfigDict(extra="allow", title="DeadLetter")

    id: str = Field(alias="_id")
    feed: str
    reason: str
    status: str


class Letters(BaseModel):
    """Dead letters, those received last first. ``next`` is where they go on."""

    items: list[Letter]
    next: str | None


class Parsed(BaseModel):
    """What a line comes to by today's parser: its document, or why it is dead still.

    Of a letter that holds a part of its line alone, neither is known.
    """

    becomes: Literal["record", "dead_letter", "unknown"]
    document: dict[str, Any] | None = None
    reason: str | None = None
    detail: str | None = None


class Bytes(BaseModel):
    """The bytes that a letter holds, and how many came.

    ``shown`` is one line of text: what could control a screen, or is no text, is escaped.
    """

    shown: str
    base64: str
    length: int
    came: int
    is_cut: bool


class Looked(BaseModel):
    """A letter, its bytes, and what today's parser says of them.

    Null are the bytes where the configuration hides them.
    """

    letter: Letter
    bytes: Bytes | None
    parsed: Parsed


LetterId = Annotated[str, Field(max_length=128, pattern=r"^[^/]+/.+$")]
"""The feed, and the id that the line's record would have."""


class Settle(BaseModel):
    """Which open letters are settled, and how; with ``dry_run`` they are counted alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[LetterId] = Field(min_length=1, max_length=_MOST_IDS)
    status: Literal["discarded", "resolved"]
    note: str | None = Field(None, max_length=1000)
    dry_run: bool = False


class Settled(BaseModel):
    """How many letters were open and are settled now, or would be."""

    settled: int


class Requeue(BaseModel):
    """Which open letters are parsed again; ``line`` in place of the bytes of exactly one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[LetterId] = Field(min_length=1, max_length=_MOST_IDS)
    line: str | None = Field(None, max_length=60_000)
    dry_run: bool = False


class Requeued(BaseModel):
    """How many letters became records; why others are still dead; how many held a part alone.

    ``outcomes`` says by id what came of the first 20, or would come of them.
    """

    records: int
    still_dead: dict[str, int]
    cut: int
    outcomes: dict[str, Parsed]
