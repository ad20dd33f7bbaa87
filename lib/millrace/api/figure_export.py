"""GET /v1/figures/{table}/export: all rows of a table in steps, as a file."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from millrace.api import export, files
from millrace.api.buckets import Counting, Steps, buckets, counting
from millrace.api.columns import Row
from millrace.api.figure_models import Bucket
from millrace.api.figure_parameters import KEY_PARAMETERS
from millrace.api.figure_questions import Asked, asked_for
from millrace.api.figures import row_of
from millrace.api.files import FileFormat
from millrace.api.logs import trusted
from millrace.api.service import Own, Service
from millrace.api.streams import Streamed
from millrace.io.mysql import figures
from millrace.io.mysql.figures import PERCENTILES
from millrace.io.mysql.reader import Reader
from millrace.records.tables import LATENCY, LE_MS, MEASURES, Table
from millrace.records.types import Type

_FIRST_STEPS, _MOST_STEPS = 16, 4_096  # that are read at once
_ROWS_AT_ONCE = 20_000  # of these; each question computes them all
_SHORT = timedelta(seconds=1)  # read in less, the next ones are more
_LONG = timedelta(seconds=5)  # read in more, fewer
_TEXT, _TIME, _WHOLE, _DOUBLE = (Type(n) for n in ("string", "timestamp", "bigint", "double"))
_MONEY = Type("decimal", digits=38, scale=4)
_BOUND = Type("decimal", digits=14, scale=4)
_TRUST = {"trust_state": _TEXT, "trust_proof": _TEXT, "trust_late_lines": _WHOLE}

router = APIRouter(prefix="/v1/figures", tags=["figures"])


class FigureRows:
    """The rows of a table in steps, each with how far its step can be trusted, counted as read."""

    def __init__(self, own: Service, asked: Asked) -> None:
        self.lines = 0
        self.types = types_of(asked.table, asked.columns)
        self._own, self._asked = own, asked
        self._reader = Reader(own.conf.mysql)
        self._counting: Counting | None = None

    def rows(self) -> Iterator[Row]:
        """Each row as a table has it."""
        for steps, bucket, row in self._found():
            values = {name: row[name] for name in self.types.keys() & row.keys()}
            for percent in PERCENTILES:
                if (value := values.get(f"p{percent}_ms")) is not None:
                    values[f"p{percent}_ms"] = float(value)
            for name, type in self.types.items():
                if type is _WHOLE and values.get(name) is not None:
                    values[name] = int(values[name])
            yield {"window_start": steps.start(int(row["bucket"]))} | values | _told(bucket)

    def objects(self) -> Iterator[dict[str, Any]]:
        """Each row as /v1/figures has it."""
        for steps, bucket, row in self._found():
            yield row_of(self._asked.table, steps, self._asked.columns, row) | _told(bucket)

    def _found(self) -> Iterator[tuple[Steps, Bucket, Mapping[str, Any]]]:
        """Each row, with the steps that its own is counted in; raises where a server stops.

        So many steps are read at once as take a server a few seconds.
        """
        every = self._asked.steps
        at, many = every.since, _FIRST_STEPS
        while at < every.until:
            began = time.monotonic()
            until = min(every.until, at + many * every.length)
            some = Steps(at, until, every.length)
            for bucket, row in self._read(some):
                self.lines += 1
                yield some, bucket, row
            at, took = until, timedelta(seconds=time.monotonic() - began)
            if took < _SHORT:
                many = min(_MOST_STEPS, 4 * many)
            elif took > _LONG:
                many = max(1, many // 4)

    def _read(self, steps: Steps) -> Iterator[tuple[Bucket, Mapping[str, Any]]]:
        feeds, by = self._asked.feeds, self._asked.columns
        chosen = replace(self._asked.chosen, since=steps.since, until=steps.until)
        max_s = float(self._own.conf.mysql.statement_timeout_s)
        with self._reader.cursor() as cursor:
            revised = figures.revised(cursor, chosen, steps.length, max_s)
            # As all is of one moment, it is asked once.
            self._counting = self._counting or counting(self._own, cursor, feeds)
            asked_of = (self._own, cursor, chosen.table, feeds, steps, revised)
            trust = buckets(*asked_of, self._counting)
            done, is_end = 0, False
            while not is_end:
                asked = (cursor, chosen, by, steps.length, _ROWS_AT_ONCE, max_s, done)
                some = figures.rows(*asked)
                yield from ((trust[int(row["bucket"])], row) for row in some)
                done, is_end = done + len(some), len(some) < _ROWS_AT_ONCE

    def stop(self) -> None:
        """Ends the reading, from any thread."""
        self._reader.stop()

    def close(self) -> None:
        """Closes the connection."""
        self._reader.close()


def types_of(table: Table, by: Sequence[str]) -> dict[str, Type]:
    """The columns of a file: what names a row, its figures, and how far to trust them."""
    told = {name: _figure_type(measure) for name, measure in table.figures.items()}
    if table is LATENCY and LE_MS.name not in by:
        told |= {f"p{percent}_ms": _DOUBLE for percent in PERCENTILES}
    keys = {name: _BOUND if name == LE_MS.name else _TEXT for name in by}
    return {"window_start": _TIME} | keys | told | _TRUST


def _figure_type(measure: str) -> Type:
    return _MONEY if MEASURES[measure].startswith("DECIMAL") else _WHOLE


def _told(bucket: Bucket) -> dict[str, Any]:
    return dict(zip(_TRUST, (bucket.state, bucket.proof, bucket.late_lines), strict=True))


@router.get(
    "/{table}/export",
    response_class=Response,
    responses=files.RESPONSES,
    openapi_extra=KEY_PARAMETERS,
)
def rows(
    request: Request,
    own: Own,
    asked: Annotated[Asked, asked_for("format", most=None)],
    format: FileFormat = "ndjson",
) -> Streamed:
    """Every row of a table in steps, all of one moment, by time and `by`, without a limit.

    A row has what /v1/figures has, and of its step `trust_state`, `trust_proof` and
    `trust_late_lines`, as `buckets` there. Money is exact: text in NDJSON, decimal in Parquet. The
    headers, and what tells a file that is cut from a whole one, are those of /v1/logs/export.
    """
    files.require_visible_cut(request, format)
    steps, lines = asked.steps, asked.lines
    headers = export.headers_of(steps.since, steps.until, trusted(own, lines, asked.began))
    content = FigureRows(own, asked)
    name = export.name_of(lines, asked.table.name)
    return files.sent(request, own, content, format, name, headers, _query(asked))


def _query(asked: Asked) -> str:
    """What was asked for, within one line."""
    chosen = [f"{name}={value}" for name, values in asked.keys.items() for value in values]
    by = [f"by={name}" for name in asked.columns]
    return " ".join([asked.table.name, f"step={asked.step}", *by, *chosen])
