"""Rows as the text of a file, piece by piece: NDJSON, CSV, and either of them compressed."""

import csv
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from millrace.api.columns import Row
from millrace.api.documents import plain, time_text
from millrace.api.streams import Pieces
from millrace.records.types import Type

_PIECE = 128 * 1024  # characters that are gathered before they are sent
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 3  # the next ones cost more time than they save bytes
# What a spreadsheet takes for a formula, or would once an apostrophe is taken off: so each cell's
# own text can be had back, by one apostrophe less wherever this matches behind one.
# A hyphen alone is none: so figures have what has no value.
_FORMULA = re.compile(r"'*(?:[=+@\t\r]|-(?!\Z))")


def ndjson(objects: Iterable[Mapping[str, Any]]) -> Pieces:
    """A line of JSON for each; then one that says how many there were.

    Where that last line is missing, the file was cut.
    """
    lines = 0
    texts: list[str] = []
    characters = 0
    for one in objects:
        # ASCII: what a log line has in it ends no line of the file, whoever splits it.
        text = json.dumps(one)
        texts += (text, "\n")
        characters += len(text)
        lines += 1
        if characters > _PIECE:
            yield "".join(texts).encode()
            texts, characters = [], 0
    texts.append(json.dumps({"complete": True, "lines": lines}) + "\n")
    yield "".join(texts).encode()


def csv_rows(rows: Iterable[Row], types: Mapping[str, Type]) -> Pieces:
    """A head with the names of the columns, and a row for each, as RFC 4180 has them, in UTF-8.

    A field within a field has a column of its own, named by a dotted path; maps and arrays are
    JSON. What is absent is empty. A text that a spreadsheet would take for a formula has an
    apostrophe before it.
    """
    cells = [one for name, type in types.items() for one in _cells((name,), type)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(".".join(path) for path, _ in cells)
    for row in rows:
        writer.writerow([as_cell(_at(row, path)) for path, as_cell in cells])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def gzipped(pieces: Iterable[bytes]) -> Pieces:
    """The same, compressed."""
    compressor = zlib.compressobj(_LEVEL, wbits=_GZIP)
    for piece in pieces:
        if compressed := compressor.compress(piece):
            yield compressed
    yield compressor.flush()


def _cells(
    path: tuple[str, ...], type: Type
) -> Iterator[tuple[tuple[str, ...], Callable[..., Any]]]:
    """The cells of a field, each by where its value stands, with what makes its text."""
    for name, inner in type.fields:
        yield from _cells((*path, name), inner)
    if type.name == "string":
        yield path, _text
    elif type.name == "timestamp":
        yield path, _time
    elif type.of:
        yield path, _json
    elif not type.fields:
        yield path, _number


def _at(row: Row, path: tuple[str, ...]) -> Any:
    value = row.get(path[0])
    for name in path[1:]:
        value = value.get(name) if value else None
    return value


def _text(value: str | None) -> str | None:
    return f"'{value}" if value and _FORMULA.match(value) else value


def _time(value: datetime | None) -> str | None:
    return None if value is None else time_text(value)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(plain({"": value})[""], default=str)


def _number(value: float | Decimal | bool | None) -> float | Decimal | bool | None:
    return value
