"""GET /v1/dead-letters/export: all dead letters of a time, as a file."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from millrace.api import export, files, trust
from millrace.api.columns import Row
from millrace.api.documents import plain
from millrace.api.entity_parameters import freshness
from millrace.api.files import FileFormat
from millrace.api.service import (
    FeedNames,
    From,
    Own,
    Service,
    To,
    all_lines,
    chosen,
    span,
)
from millrace.api.streams import Streamed
from millrace.config import Feed
from millrace.io.mongo.reader import Reader
from millrace.io.mongo.received_letters import Received
from millrace.records import types
from millrace.records.dead_letters import FIRST_STATUS, TYPES, Reason, Status
from millrace.records.types import Type

_TEXT, _TIME = Type("string"), Type("timestamp")
# What a person did with it, beside what the jobs write. Its bytes are text here as everywhere.
_TYPES = {name: types.parsed(type) for name, type in TYPES.items()}
_TYPES |= {"raw": _TEXT, "settled_at": _TIME, "resolution": _TEXT, "note": _TEXT}

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])


class Letters:
    """The letters of a search's feeds and time, counted as they are read."""

    def __init__(self, own: Service, chosen: Received) -> None:
        self.lines = 0
        self._hidden: Collection[str] = own.conf.api.hidden
        self.types = {name: type for name, type in _TYPES.items() if name not in self._hidden}
        self._chosen = chosen
        self._reader = Reader(own.db)

    def rows(self) -> Iterator[Row]:
        """The row of each letter."""
        for letter in self._found():
            shown = plain(letter, self._hidden)
            yield {
                name: letter[name] if isinstance(letter.get(name), datetime) else shown.get(name)
                for name in self.types
            }

    def objects(self) -> Iterator[dict[str, Any]]:
        """Each letter as /v1/dead-letters has it."""
        return (plain(one, self._hidden) for one in self._found())

    def _found(self) -> Iterator[dict[str, Any]]:
        for letter in self._reader.letters(self._chosen):
            self.lines += 1
            yield letter

    def stop(self) -> None:
        """Ends the reading, from any thread."""
        self._reader.stop()

    def close(self) -> None:
        """Gives the session back."""
        self._reader.close()


@router.get("/export", response_class=Response, responses=files.RESPONSES)
def letters(
    request: Request,
    own: Own,
    format: FileFormat = "ndjson",
    feed: FeedNames = [],  # noqa: B006
    reason: Reason | None = None,
    status: Annotated[list[Status], Query()] = [FIRST_STATUS],  # noqa: B006
    from_: From = "now-24h",
    to: To = "now",
) -> Streamed:
    """Every letter of these feeds, this reason and these statuses, those received last first.

    An entity is named as a feed is. Without a limit. Bytes are text, those that are no UTF-8 as
    `\\xff`. The headers, and what tells a file that is cut from a whole one, are those of
    /v1/logs/export.
    """
    since, until = span(from_, to)
    files.require_visible_cut(request, format)
    asked = all_lines(request, own, chosen(own.lettered, feed), since, until)
    headers = export.headers_of(since, until, _trusted(own, asked.feeds))
    names = [one.name for one in asked.feeds]
    content = Letters(own, Received(names, asked.since, asked.until, status, reason))
    query = " ".join([*(f"status={one}" for one in status), *([f"reason={reason}"] * bool(reason))])
    name = export.name_of(asked, "dead-letters")
    return files.sent(request, own, content, format, name, headers, query)


def _trusted(own: Service, feeds: Sequence[Feed]) -> dict[str, Any]:
    """How far lines and changes are read, each by its job, and what was proven of them."""
    entities = [one for one in (own.entity(feed.name) for feed in feeds) if one]
    lines = [feed for feed in feeds if own.entity(feed.name) is None]
    fresh = [*own.freshness.of(own.db, lines), *freshness(own, entities)]
    return {
        "freshness": [one.model_dump() for one in fresh],
        "proof": [one.model_dump() for one in trust.proofs(own.db, feeds)],
    }
