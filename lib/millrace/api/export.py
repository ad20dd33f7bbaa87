"""GET /v1/logs/export: all lines that match, as a file."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pymongo.database import Database

from millrace.api import files
from millrace.api.columns import Columns, Row
from millrace.api.documents import plain, time_text
from millrace.api.files import FileFormat
from millrace.api.logs import Order, trusted
from millrace.api.pages import Found
from millrace.api.service import Own, Search, Searched
from millrace.api.slices import Slices
from millrace.api.streams import Streamed
from millrace.io.mongo.client import Document
from millrace.io.mongo.question import Question
from millrace.io.mongo.reader import Reader
from millrace.records.business import Span

_SLICE_S = 5.0  # searched in less, the next slice of time is longer

router = APIRouter(prefix="/v1/logs", tags=["logs"])


class Lines:
    """The lines that match, slice by slice of their time, counted as they are read."""

    def __init__(self, db: Database[Document], questions: list[Question], columns: Columns) -> None:
        self.lines = 0
        self.types = columns.types
        self._questions, self._columns, self._reader = questions, columns, Reader(db)

    def rows(self) -> Iterator[Row]:
        """The row of each line."""
        return self._columns.rows(self._found())

    def objects(self) -> Iterator[dict[str, Any]]:
        """Each line as /v1/logs has it."""
        hidden = self._columns.hidden
        return ({"feed": one.feed} | plain(one.document, hidden) for one in self._found())

    def _found(self) -> Iterator[Found]:
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


@router.get("/export", response_class=Response, responses=files.RESPONSES)
def export(
    request: Request,
    own: Own,
    asked: Searched,
    format: FileFormat = "ndjson",
    order: Order = "newest",
) -> Streamed:
    """Every line that matches, between times that are fixed as it begins, without a limit.

    By time; those of the same time are in no order. What it says of itself is in the headers
    `X-Millrace-From`, `-To`, `-Freshness` and `-Proof`. A file that is cut is told
    from a whole one: NDJSON ends with `{"complete": true, "lines": N}`, Parquet with its footer,
    CSV with the last chunk of the answer, without which a client reports an error.
    """
    began = time.monotonic()
    files.require_visible_cut(request, format)
    headers = headers_of(asked.since, asked.until, trusted(own, asked, began))
    columns = Columns.of([feed.layout for feed in asked.feeds], own.conf.api.hidden)
    lines = Lines(own.db, asked.questions(order == "newest"), columns)
    name = name_of(asked, asked.feeds[0].name if len(asked.feeds) == 1 else "logs")
    return files.sent(request, own, lines, format, name, headers, asked.asked.text)


def headers_of(since: datetime, until: datetime, trust: Mapping[str, Any]) -> dict[str, str]:
    """What a file of that time says of itself."""
    return {
        "X-Millrace-From": time_text(since),
        "X-Millrace-To": time_text(until),
        "X-Millrace-Freshness": json.dumps(trust["freshness"]),
        "X-Millrace-Proof": json.dumps(trust["proof"]),
    }


def name_of(asked: Search | Span, what: str) -> str:
    """A name for a file of a search, by ``what`` it has and from when to when."""
    since, until = (f"{time:%Y%m%dT%H%M%SZ}" for time in (asked.since, asked.until))
    return f"millrace-{what}-{since}-{until}"
