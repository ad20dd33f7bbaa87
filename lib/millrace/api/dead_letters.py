"""/v1/dead-letters: lines that are no record, changes that are none, and what becomes of them."""

from base64 import b64encode
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from millrace.api import cursors
from millrace.api.dead_letter_models import (
    Bytes,
    Letters,
    Looked,
    Parsed,
    Requeue,
    Requeued,
    Settle,
    Settled,
)
from millrace.api.documents import plain
from millrace.api.problems import ProblemError
from millrace.api.service import (
    FeedNames,
    From,
    Own,
    Service,
    To,
    chosen,
    operator,
    span,
)
from millrace.config import Feed
from millrace.io.mongo import letters, received_letters
from millrace.io.mongo.letters import Filter
from millrace.io.mongo.received_letters import Received
from millrace.records.dead_letters import FIRST_STATUS, OPEN, Reason, Status
from millrace.records.printable import printable
from millrace.records.received import EPOCH

if TYPE_CHECKING:
    from millrace.proof import requeue as requeued

_DEFAULT_SPAN = "now-24h"
_TOLD = 20  # letters of which it is said what came of them
_LOGGED = 10
_MS = timedelta(milliseconds=1)

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])


LetterFeed = Annotated[str, Path(max_length=32)]
LetterPart = Annotated[str, Path(max_length=96, description="What follows in the letter's id.")]


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
    """Letters of these feeds, this reason and these statuses, those received last first.

    What is captured has letters, too: an entity is named as a feed is.
    """
    since, until = span(from_, to)
    names = [one.name for one in chosen(own.lettered, feed)]
    question = "\n".join([*names, reason or "", *status])
    place: tuple[datetime, str] | None = None
    if after is not None:
        try:
            values = cursors.opened(own.tokens.key, question, after)
        except cursors.CursorError as error:
            raise ProblemError(422, f"after: {error}") from None
        place = (EPOCH + values["received"] * _MS, values["id"])
    received = Received(names, since, until, status, reason)
    found = received_letters.page(own.db, received, place, size, own.conf.api.max_query_s)
    following = None
    if len(found) == size:
        last = found[-1]
        values = {"received": (last["received_at"] - EPOCH) // _MS, "id": last["_id"]}
        following = cursors.seal(own.tokens.key, question, values)
    hidden = own.conf.api.hidden
    return JSONResponse({"items": [plain(one, hidden) for one in found], "next": following})


@router.get("/{feed}/{id}", response_model=Looked)
def dead_letter(own: Own, feed: LetterFeed, id: LetterPart) -> JSONResponse:
    """One letter: what came, and what today's parser says of it. Nothing is changed."""
    of = _feed(own, feed)
    found = next(letters.find(own.db, Filter(ids=(f"{feed}/{id}",), feed=feed)), None)
    if found is None:
        raise ProblemError(404, "there is no dead letter of that id")
    hidden = own.conf.api.hidden
    told = Parsed(becomes="unknown")
    if not letters.is_cut(found):
        told = _told(_parsed(own, of, found), hidden)
    looked = {
        "letter": plain(found, hidden),
        "bytes": None if "raw" in hidden else _bytes(found).model_dump(),
        "parsed": told.model_dump(),
    }
    return JSONResponse(looked)


@router.post("/settle", response_model=Settled, dependencies=[Depends(operator)])
def settle(request: Request, own: Own, asked: Settle) -> JSONResponse:
    """Mark open letters as discarded or resolved."""
    meant = Filter(ids=tuple(asked.ids))
    if asked.dry_run:
        count = letters.count_open(own.db, meant)
    else:
        count = letters.settle(own.db, meant, asked.status, asked.note)
    note = f", note {asked.note!r}" if asked.note else ""
    done = f"would be {asked.status}" if asked.dry_run else asked.status
    request.state.told = f"{count} letters {done}{note}: {_named(asked.ids)}"
    return JSONResponse(Settled(settled=count).model_dump())


@router.post("/requeue", response_model=Requeued, dependencies=[Depends(operator)])
def requeue_letters(request: Request, own: Own, asked: Requeue) -> JSONResponse:
    """Parse open letters again with today's parser; those that become records are resolved.

    With `dry_run` nothing is changed: the answer says what would become of them.
    """
    # Here alone, as parsing takes much to import.
    from millrace.proof.requeue import requeue
    from millrace.proof.requeue_changes import requeue_changes

    if asked.line is not None and len(asked.ids) != 1:
        raise ProblemError(422, "line: expected exactly one id")
    line = None if asked.line is None else asked.line.encode("utf-8", "surrogatepass")
    result = Requeued(records=0, still_dead={}, cut=0, outcomes={})
    for feed in chosen(own.lettered, sorted({id.partition("/")[0] for id in asked.ids})):
        meant = Filter(tuple(asked.ids), feed.name, statuses=OPEN)
        opened = letters.snapshot(own.db, meant)
        told, entity = _TOLD - len(result.outcomes), own.entity(feed.name)
        again = partial(requeue, own.conf, feed)
        if entity:
            again = partial(requeue_changes, own.conf, entity)
        done = again(opened, line=line, dry_run=asked.dry_run, told=told)
        result.records += done.records
        result.cut += done.cut
        for id, outcome in done.outcomes.items():
            result.outcomes[id] = _told(outcome, own.conf.api.hidden)
        for reason, count in done.still_dead.items():
            result.still_dead[reason] = result.still_dead.get(reason, 0) + count
    verb = "would become" if asked.dry_run else "became"
    edited = " from an edited line" if line is not None else ""
    dead = sum(result.still_dead.values())
    request.state.told = (
        f"{result.records} letters {verb} records{edited}, {dead} still dead, {result.cut} cut:"
        f" {_named(asked.ids)}"
    )
    return JSONResponse(result.model_dump())


def _feed(own: Service, name: str) -> Feed:
    for feed in own.lettered:
        if feed.name == name:
            return feed
    raise ProblemError(404, "there is no feed of that name")


def _parsed(own: Service, feed: Feed, letter: letters.Letter) -> "requeued.Parsed":
    # Here alone, as parsing takes much to import.
    from millrace.proof import requeue, requeue_changes

    entity = own.entity(feed.name)
    if entity:
        return requeue_changes.parsed(entity, letter)
    return requeue.parsed(own.conf, feed, letter)


def _told(outcome: "requeued.Parsed", hidden: Collection[str]) -> Parsed:
    if outcome.document is None:
        return Parsed(becomes="dead_letter", reason=outcome.reason, detail=outcome.detail)
    return Parsed(becomes="record", document=plain(outcome.document, hidden))


def _bytes(letter: letters.Letter) -> Bytes:
    raw = bytes(letter.get("raw") or b"")
    return Bytes(
        shown=printable(raw.decode("utf-8", "backslashreplace")),
        base64=b64encode(raw).decode(),
        length=len(raw),
        came=int(letter.get("raw_bytes", len(raw))),
        is_cut=letters.is_cut(letter),
    )


def _named(ids: Sequence[str]) -> str:
    """Ids for the log, the first few: whoever sends them may put anything into them."""
    shown = ", ".join(printable(id) for id in ids[:_LOGGED])
    return f"{shown} and {len(ids) - _LOGGED:,} more" if len(ids) > _LOGGED else shown
