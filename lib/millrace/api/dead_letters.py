"""/v1/dead-letters: lines that are no record, and what becomes of them."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from millrace.api import cursors
from millrace.api.documents import plain
from millrace.api.problems import ProblemError
from millrace.api.service import FeedNames, From, Own, To, chosen_feeds, operator, span
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Filter
from millrace.records.dead_letters import FIRST_STATUS, OPEN, Reason, Status
from millrace.records.received import EPOCH

_DEFAULT_SPAN = "now-24h"
_MOST_IDS = 1000
_MS = timedelta(milliseconds=1)

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])


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


LetterId = Annotated[str, Field(max_length=128, pattern=r"^[^/]+/.+$")]
"""The feed, and the id that the line's record would have."""


class Settle(BaseModel):
    """Which open letters are settled, and how."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[LetterId] = Field(min_length=1, max_length=_MOST_IDS)
    status: Literal["discarded", "resolved"]
    note: str | None = Field(None, max_length=1000)


class Settled(BaseModel):
    """How many letters were open and are settled now."""

    settled: int


class Requeue(BaseModel):
    """Which open letters are parsed again; ``line`` in place of the bytes of exactly one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[LetterId] = Field(min_length=1, max_length=_MOST_IDS)
    line: str | None = Field(None, max_length=60_000)
    dry_run: bool = False


class Requeued(BaseModel):
    """How many letters became records; why others are still dead; how many held a part alone."""

    records: int
    still_dead: dict[str, int]
    cut: int


@router.get("", response_model=Letters)
def dead_letters(
    own: Own,
    feed: FeedNames = [],  # noqa: B006
    reason: Reason | None = None,
    status: Annotated[list[Status], Query()] = [FIRST_STATUS],  # noqa: B006
    from_: From = _DEFAULT_SPAN,
    to: To = "now",
    size: Annotated[int, Query(ge=1, le=1000)] = 50,
    after: Annotated[str | None, Query(max_length=512)] = None,
) -> JSONResponse:
    """Letters of these feeds, this reason and these statuses, those received last first."""
    since, until = span(from_, to)
    names = [one.name for one in chosen_feeds(own.conf, feed)]
    question = "\n".join([*names, reason or "", *status])
    place: tuple[datetime, str] | None = None
    if after is not None:
        try:
            values = cursors.opened(own.tokens.key, question, after)
        except cursors.CursorError as error:
            raise ProblemError(422, f"after: {error}") from None
        place = (EPOCH + values["received"] * _MS, values["id"])
    max_s = own.conf.api.max_query_s
    found = letters.page(own.db, names, status, reason, (since, until), place, size, max_s)
    following = None
    if len(found) == size:
        last = found[-1]
        received = (last["received_at"] - EPOCH) // _MS
        values = {"received": received, "id": last["_id"]}
        following = cursors.seal(own.tokens.key, question, values)
    hidden = own.conf.api.hidden
    return JSONResponse({"items": [plain(one, hidden) for one in found], "next": following})


@router.post("/settle", response_model=Settled, dependencies=[Depends(operator)])
def settle(own: Own, asked: Settle) -> JSONResponse:
    """Mark open letters as discarded or resolved."""
    chosen = Filter(ids=tuple(asked.ids))
    count = letters.settle(own.db, chosen, asked.status, asked.note)
    return JSONResponse(Settled(settled=count).model_dump())


@router.post("/requeue", response_model=Requeued, dependencies=[Depends(operator)])
def requeue_letters(own: Own, asked: Requeue) -> JSONResponse:
    """Parse open letters again with today's parser; those that become records are resolved."""
    # Here alone, as parsing takes much to import.
    from millrace.proof.requeue import requeue

    if asked.line is not None and len(asked.ids) != 1:
        raise ProblemError(422, "line: expected exactly one id")
    line = None if asked.line is None else asked.line.encode("utf-8", "surrogatepass")
    result = Requeued(records=0, still_dead={}, cut=0)
    for feed in chosen_feeds(own.conf, sorted({id.partition("/")[0] for id in asked.ids})):
        chosen = Filter(tuple(asked.ids), feed.name, statuses=OPEN)
        opened = letters.snapshot(own.db, chosen)
        done = requeue(own.conf, feed, opened, line=line, dry_run=asked.dry_run)
        result.records += done.records
        result.cut += done.cut
        for reason, count in done.still_dead.items():
            result.still_dead[reason] = result.still_dead.get(reason, 0) + count
    return JSONResponse(result.model_dump())
