"""Rows as a Parquet file, piece by piece: no more than a row group of it is held at a time."""

import io
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from millrace.api.columns import Row
from millrace.api.streams import Pieces
from millrace.records.types import Type
from millrace.transform.arrow import arrow_type

ROWS = 50_000  # a row group's
_BYTES = 64 * 2**20  # fewer rows where they are that large
_ROWS_AT_ONCE = 1_000  # that are held as Python's objects, which are many times as large
_CHARACTERS_AT_ONCE = 4 * 2**20

_MILLISECONDS = pa.timestamp("ms", "UTC")


def parquet(rows: Iterator[Row], types: Mapping[str, Type], told: Mapping[str, str]) -> Pieces:
    """The file, with what is ``told`` of it as its metadata.

    The footer comes last: a file that was cut has none, and cannot be opened.
    """
    schema = schema_of(types).with_metadata(dict(told))
    pieces = _Pieces()
    with pq.ParquetWriter(pieces, schema, compression="zstd") as writer:
        for group in _groups(rows, schema):
            writer.write_table(group, row_group_size=ROWS)
            del group  # before the next one is made
            yield pieces.taken()
    yield pieces.taken()


def schema_of(types: Mapping[str, Type]) -> pa.Schema:
    """The columns as Arrow has them."""
    return pa.schema([(name, arrow_type(type, _MILLISECONDS)) for name, type in types.items()])


def _groups(rows: Iterator[Row], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of a row group each, but the last."""
    batches: list[pa.RecordBatch] = []
    count = size = 0
    for some in _batches(rows):
        batch = pa.RecordBatch.from_pylist(some, schema)
        batches.append(batch)
        count, size = count + batch.num_rows, size + batch.nbytes
        if count >= ROWS or size >= _BYTES:
            group, batches, count, size = pa.Table.from_batches(batches, schema), [], 0, 0
            yield group
            del group
    if batches:
        yield pa.Table.from_batches(batches, schema)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    some: list[Row] = []
    characters = 0
    for row in rows:
        some.append(row)
        characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(some) >= _ROWS_AT_ONCE or characters >= _CHARACTERS_AT_ONCE:
            yield some
            some, characters = [], 0
    if some:
        yield some


class _Pieces(io.RawIOBase):
    """What the writer wrote since it was last taken."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._written.append(bytes(piece))
        self._position += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        written, self._written = self._written, []
        return b"".join(written)
