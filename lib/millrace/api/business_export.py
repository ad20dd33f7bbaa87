"""GET /v1/business/{figure}/export: all rows of a figure of the business, as a file."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from millrace.api import export, files
from millrace.api.business import (
    Step,
    asked_span,
    loads_of,
    reading,
    shown,
    trusted,
    warehouse,
)
from millrace.api.columns import Row
from millrace.api.files import FileFormat
from millrace.api.problems import ProblemError
from millrace.api.service import From, Own, To
from millrace.api.streams import Streamed
from millrace.records.business import FIGURES, Figure, Span

if TYPE_CHECKING:
    from millrace.io.warehouse.reading import Reader

router = APIRouter(prefix="/v1/business", tags=["business"])

FigureName = Annotated[
    str,
    Path(
        max_length=64,
        description="A figure of /v1/business.",
        json_schema_extra={"enum": [figure.name for figure in FIGURES]},
    ),
]


class BusinessRows:
    """The rows of a figure, counted as they are read."""

    def __init__(self, reader: "Reader", figure: Figure, asked: Span) -> None:
        self.lines = 0
        self.types = figure.types
        self._reader, self._figure, self._asked = reader, figure, asked

    def rows(self) -> Iterator[Row]:
        """Each row as a table has it."""
        for row in self._reader.rows(self._figure, self._asked):
            self.lines += 1
            yield dict(vars(row))

    def objects(self) -> Iterator[dict[str, Any]]:
        """Each row as /v1/business has it."""
        for row in self._reader.rows(self._figure, self._asked):
            self.lines += 1
            yield shown(row)

    def stop(self) -> None:
        """Ends the reading, from any thread."""
        self._reader.stop()

    def close(self) -> None:
        """Closes the connection."""
        self._reader.close()


@router.get("/{figure}/export", response_class=Response, responses=files.RESPONSES)
def rows(
    request: Request,
    own: Own,
    figure: FigureName,
    format: FileFormat = "ndjson",
    from_: From = "now-24h",
    to: To = "now",
    step: Step = "1h",
) -> Streamed:
    """Every row of a figure, all of one moment of the warehouse, however many there are.

    `step` counts for figures that have steps. Money is exact: text in NDJSON, decimal in Parquet.
    The headers, and what tells a file that is cut from a whole one, are those of /v1/logs/export.
    """
    # Here alone, as psycopg takes as long to import as the API to start.
    from millrace.io.warehouse.reading import Reader

    began = time.monotonic()
    files.require_visible_cut(request, format)
    of = _known(figure)
    asked = asked_span(own, of, from_, to, step)
    with reading(own, request) as quick:
        trust = trusted(own, loads_of(quick), began)
    # It opens a connection once the file is begun.
    where = warehouse(own)
    reader = Reader(where, where.statement_timeout_s, request.state.request_id)
    headers = export.headers_of(asked.since, asked.until, trust.model_dump())
    content, name = BusinessRows(reader, of, asked), export.name_of(asked, of.name)
    query = f"{of.name} step={step}" if of.least_step and not of.is_fixed else of.name
    return files.sent(request, own, content, format, name, headers, query)


def _known(name: str) -> Figure:
    for figure in FIGURES:
        if figure.name == name:
            return figure
    raise ProblemError(404, f"no figure is named {name!r}; see /v1/business")
