"""Arrow batches of a Kafka source's rows -> Arrow batches of a sink's rows, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from millrace.parse.truncate import kept
from millrace.records import received
from millrace.records.fields import Fields, document
from millrace.transform.arrow import Columns
from millrace.transform.chain import Chain, Letter, Spec, internal_error

# Letters of a task that ride back with its records; the rest is asked for again.
_CARRIED, _CARRIED_BYTES = 20_000, 4 * 2**20
_IDENTITY = ("_id", "kafka")
_COORDINATES = ("topic", "partition", "offset")
LETTER = (
    ("reason", "string"),
    ("detail", "string"),
    ("value", "binary"),
    ("raw_bytes", "bigint"),
    ("raw_sha256", "string"),
    ("is_carried", "boolean"),
)


def row_columns(spec: Spec) -> Columns:
    """The columns of a feed's records and letters: a document's fields, then a letter's own."""
    fields = [(field.name, field.type) for field in document(spec.format, raw=spec.store_raw)]
    return Columns([*fields, *LETTER], apart=_IDENTITY)


class RowEncoder:
    """Encodes one task's lines: each as the row of its record or of its letter."""

    def __init__(self, spec: Spec, chain: Chain) -> None:
        self._spec, self._chain, self._columns = spec, chain, row_columns(spec)
        self._room = _Room()

    def encode(self, lines: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The rows of some lines, in their order."""
        if lines.num_rows:
            yield from self._encoded(lines, [*map(self._row, *_looked_at(lines))])

    def _row(
        self,
        milliseconds: int | None,
        value: bytes | None,
        raw_bytes: int | None,
        sha256: str | None,
    ) -> list[Any]:
        outcome = self._chain.outcome(value, raw_bytes, milliseconds)
        if isinstance(outcome, Letter):
            return self._row_of_letter(outcome, milliseconds, sha256)
        # The columns of a letter are none of a record's fields.
        return [*map(outcome.get, self._columns.names)]

    def _row_of_letter(
        self, letter: Letter, milliseconds: int | None, sha256: str | None
    ) -> list[Any]:
        fields: Fields = {
            "received_at": received.stored_us(milliseconds or 0),
            "parser_version": self._chain.version,
            "reason": letter.reason,
            "detail": letter.detail,
            "value": letter.value,
            "raw_bytes": letter.raw_bytes,
            "raw_sha256": sha256,
            "is_carried": self._room.takes(letter),
        }
        return [*map(fields.get, self._columns.names)]

    def _encoded(self, lines: pa.RecordBatch, rows: list[list[Any]]) -> Iterator[pa.RecordBatch]:
        """The rows as batches; a row that Arrow refuses is a letter, and costs no other one."""
        try:
            yield self._columns.batch(rows, _identity(lines))
            return
        except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
            refusal = error
        half = len(rows) // 2
        if half:
            yield from self._encoded(lines.slice(0, half), rows[:half])
            yield from self._encoded(lines.slice(half), rows[half:])
        else:
            milliseconds, value, raw_bytes, sha256 = (values[0] for values in _looked_at(lines))
            if value is not None:
                limit, masks = self._spec.max_record_bytes, self._spec.masks
                value, raw_bytes = kept(value, raw_bytes, limit, masks)
            letter = internal_error(refusal, value, raw_bytes)
            row = self._row_of_letter(letter, milliseconds, sha256)
            yield self._columns.batch([row], _identity(lines))


@dataclass
class _Room:
    """How many letters of a task ride back still."""

    letters: int = _CARRIED
    bytes: int = _CARRIED_BYTES

    def takes(self, letter: Letter) -> bool:
        """Whether there is room for one more, which is then taken."""
        size = len(letter.value or b"")
        if self.letters < 1 or self.bytes < size:
            return False
        self.letters, self.bytes = self.letters - 1, self.bytes - size
        return True


def _looked_at(lines: pa.RecordBatch) -> list[list[Any]]:
    names = ("milliseconds", "value", "raw_bytes", "raw_sha256")
    return [lines.column(name).to_pylist() for name in names]


def _identity(lines: pa.RecordBatch) -> dict[str, pa.Array]:
    """The columns of lines that their coordinates alone make."""
    coordinates = [lines.column(name) for name in _COORDINATES]
    _, partitions, offsets = (column.to_pylist() for column in coordinates)
    times = lines.column("milliseconds").to_pylist()
    return {
        "_id": pa.array([*map(received.record_id, times, partitions, offsets)], pa.string()),
        "kafka": pa.StructArray.from_arrays(coordinates, names=_COORDINATES),
    }
