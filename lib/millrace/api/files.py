"""Rows as a file: NDJSON, CSV or Parquet, sent while they are read, and seen to be cut."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from fastapi import Query, Request

from millrace.api import streams, text_files
from millrace.api.columns import Row
from millrace.api.problems import ProblemError
from millrace.api.service import Service
from millrace.api.streams import Pieces, Streamed
from millrace.records.types import Type

Format = Literal["ndjson", "csv", "parquet"]
FileFormat = Annotated[Format, Query(description="The kind of file.")]


class Content(streams.Source, Protocol):
    """Rows that are read once, in one of two shapes."""

    @property
    def types(self) -> Mapping[str, Type]:
        """The type of each column by its name."""

    def rows(self) -> Iterator[Row]:
        """The rows as a table has them."""

    def objects(self) -> Iterator[dict[str, Any]]:
        """The same as JSON has them."""


@dataclass(frozen=True)
class _Kind:
    """A format: its media type, and what makes the file."""

    media_type: str
    pieces: Callable[[Content, Mapping[str, str]], Pieces]
    is_text: bool = True


def _parquet(content: Content, told: Mapping[str, str]) -> Pieces:
    # Here alone, as Arrow takes a third of the time that the API needs to start.
    from millrace.api.parquet import parquet

    return parquet(content.rows(), content.types, told)


_KINDS: dict[Format, _Kind] = {
    "ndjson": _Kind("application/x-ndjson", lambda of, told: text_files.ndjson(of.objects())),
    "csv": _Kind(
        "text/csv; charset=utf-8", lambda of, told: text_files.csv_rows(of.rows(), of.types)
    ),
    "parquet": _Kind("application/vnd.apache.parquet", _parquet, is_text=False),
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {kind.media_type.partition(";")[0]: {} for kind in _KINDS.values()},
    }
}
"""What a route that sends a file answers with, for its description."""


def require_visible_cut(request: Request, format: Format) -> None:
    """Raises ProblemError where nothing would show that the file was cut."""
    if format == "csv" and request.scope["http_version"] == "1.0" and not _takes_gzip(request):
        raise ProblemError(
            400, "expected HTTP/1.1 or gzip: by HTTP/1.0 a CSV file that is cut looks whole"
        )


def sent(
    request: Request,
    own: Service,
    content: Content,
    format: Format,
    name: str,
    headers: Mapping[str, str],
    query: str,
) -> Streamed:
    """The answer that is the file: ``name`` is of letters, digits, hyphens and underscores.

    ``headers`` say what it is and how far to trust it; Parquet has them, and the ``query``, as its
    metadata. NDJSON ends with a line that says how many rows there were, Parquet with its footer,
    CSV with the last chunk of the answer.
    """
    kind, headers = _KINDS[format], dict(headers)
    pieces = kind.pieces(content, headers | {"X-Millrace-Query": query})
    if kind.is_text and _takes_gzip(request):
        pieces = text_files.gzipped(pieces)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return Streamed(pieces, content, own.exports, media_type=kind.media_type, headers=headers)


def _takes_gzip(request: Request) -> bool:
    """Whether the header Accept-Encoding names gzip, and not as what is not wanted."""
    accepted = request.headers.get("accept-encoding", "")
    return any(
        re.fullmatch(r"\s*(x-)?gzip\s*", coding) and not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
        for coding, _, weight in (one.partition(";") for one in accepted.lower().split(","))
    )
