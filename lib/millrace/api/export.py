"""GET /v1/logs/export: all lines that match, as a file."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pymongo.database import Database

from millrace.api import text_files
from millrace.api.columns import Columns
from millrace.api.documents import time_text
from millrace.api.logs import Order, trusted
from millrace.api.pages import Found
from millrace.api.problems import ProblemError
from millrace.api.service import Own, Search, Searched
from millrace.api.slices import Slices
from millrace.api.streams import Pieces, Streamed
from millrace.io.mongo.client import Document
from millrace.io.mongo.reader import Reader
from millrace.io.mongo.search import Question

_SLICE_S = 5.0  # searched in less, the next slice of time is longer

Format = Literal["ndjson", "csv", "parquet"]
router = APIRouter(prefix="/v1/logs", tags=["logs"])


@dataclass(frozen=True)
class _Kind:
    """A format: its media type, and what makes the file."""

    media_type: str
    pieces: Callable[[Iterable[Found], Columns, Mapping[str, str]], Pieces]
    is_text: bool = True


def _parquet(found: Iterable[Found], columns: Columns, told: Mapping[str, str]) -> Pieces:
    # Here alone, as Arrow takes a third of the time that the API needs to start.
    from millrace.api.parquet import parquet

    return parquet(found, columns, told)


_KINDS: dict[Format, _Kind] = {
    "ndjson": _Kind("application/x-ndjson", lambda found, of, told: text_files.ndjson(found, of)),
    "csv": _Kind("text/csv; charset=utf-8", lambda found, of, told: text_files.csv_rows(found, of)),
    "parquet": _Kind("application/vnd.apache.parquet", _parquet, is_text=False),
}
_CONTENT: dict[str, Any] = {kind.media_type.partition(";")[0]: {} for kind in _KINDS.values()}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": _CONTENT}
}


class Lines:
    """The lines that match, slice by slice of their time, counted as they are read."""

    def __init__(self, db: Database[Document], questions: list[Question]) -> None:
        self.lines = 0
        self._questions, self._reader = questions, Reader(db)

    def __iter__(self) -> Iterator[Found]:
        """Each in the order of its time; raises pymongo's errors where the server does not go on.

        A slice is as long as the server can search without a pause that ends the connection.
        """
        first = self._questions[0]
        slices = Slices(first.since, first.until, first.newest_first, None)
        while not slices.is_done:
            began = time.monotonic()
            since, until = slices.next
            asked = [replace(one, since=since, until=until) for one in self._questions]
            for feed, document in self._reader.merged(asked):
                self.lines += 1
                yield Found(feed, document)
            slices.advance(grow=time.monotonic() - began < _SLICE_S)

    def stop(self) -> None:
        """Ends the reading, from any thread."""
        self._reader.stop()

    def close(self) -> None:
        """Gives the session back."""
        self._reader.close()


@router.get("/export", response_class=Response, responses=_RESPONSES)
def export(
    request: Request,
    own: Own,
    asked: Searched,
    format: Annotated[Format, Query(description="The kind of file.")] = "ndjson",
    order: Order = "newest",
) -> Streamed:
    """Every line that matches, between times that are fixed as it begins, without a limit.

    By time; those of the same time are in no order. What it says of itself is in the headers
    `X-Millrace-From`, `-To`, `-Freshness` and `-Proof`. A file that is cut is told
    from a whole one: NDJSON ends with `{"complete": true, "lines": N}`, Parquet with its footer,
    CSV with the last chunk of the answer, without which a client reports an error.
    """
    began, kind = time.monotonic(), _KINDS[format]
    is_compressed = kind.is_text and _takes_gzip(request.headers.get("accept-encoding", ""))
    if format == "csv" and not is_compressed and request.scope["http_version"] == "1.0":
        raise ProblemError(
            400, "expected HTTP/1.1 or gzip: by HTTP/1.0 a CSV file that is cut looks whole"
        )
    headers = _headers(asked, trusted(own, asked, began))
    lines = Lines(own.db, asked.questions(order == "newest"))
    hidden = own.conf.api.hidden
    columns = Columns.of([feed.layout for feed in asked.feeds], hidden)
    pieces = kind.pieces(lines, columns, headers | {"X-Millrace-Query": asked.asked.text})
    if is_compressed:
        pieces = text_files.gzipped(pieces)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Disposition"] = f'attachment; filename="{_name(asked)}.{format}"'
    return Streamed(pieces, lines, own.exports, media_type=kind.media_type, headers=headers)


def _headers(asked: Search, trust: Mapping[str, Any]) -> dict[str, str]:
    """What the answer says of itself."""
    return {
        "X-Millrace-From": time_text(asked.since),
        "X-Millrace-To": time_text(asked.until),
        "X-Millrace-Freshness": json.dumps(trust["freshness"]),
        "X-Millrace-Proof": json.dumps(trust["proof"]),
    }


def _name(asked: Search) -> str:
    """A name for the file, of letters, digits and hyphens."""
    feeds = asked.feeds[0].name if len(asked.feeds) == 1 else "logs"
    since, until = (f"{time:%Y%m%dT%H%M%SZ}" for time in (asked.since, asked.until))
    return f"millrace-{feeds}-{since}-{until}"


def _takes_gzip(accepted: str) -> bool:
    """Whether the header Accept-Encoding names gzip, and not as what is not wanted."""
    return any(
        re.fullmatch(r"\s*(x-)?gzip\s*", coding) and not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
        for coding, _, weight in (one.partition(";") for one in accepted.lower().split(","))
    )
