"""Arrow batches of a Kafka source's rows -> Arrow batches of a sink's rows, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pyarrow as pa

from millrace.parse.truncate import kept
from millrace.records import received
from millrace.records.fields import Fields, document
from millrace.records.names import Place
from millrace.transform.arrow import Columns
from millrace.transform.chain import Chain, Letter, Outcome, internal_error
from millrace.transform.spec import Spec

# Letters of a task that ride back with its records; the rest is asked for again.
_CARRIED, _CARRIED_BYTES = 20_000, 4 * 2**20
_IDENTITY = ("_id", "kafka")
_COORDINATES = ("topic", "partition", "offset", "part", "parts")
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
    fields = [(field.name, field.type) for field in document(spec.layout, raw=spec.store_raw)]
    return Columns([*fields, *LETTER], apart=_IDENTITY)


class RowEncoder:
    """Encodes one task's lines: each as the row of its record or of its letter."""

    def __init__(self, spec: Spec, chain: Chain) -> None:
        self._spec, self._chain, self._columns = spec, chain, row_columns(spec)
        self._room = _Room()

    def encode(self, lines: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The rows of some lines, in their order; a record of several lines has as many."""
        if not lines.num_rows:
            return
        milliseconds, values, raw_bytes, digests = _looked_at(lines)
        found = [*map(self._chain.outcomes, values, raw_bytes, milliseconds, places(lines))]
        rows = [
            self._row(outcome, time, sha256)
            for outcomes, time, sha256 in zip(found, milliseconds, digests, strict=True)
            for outcome in outcomes
        ]
        yield from self._encoded(_with_parts(lines, [*map(len, found)]), rows)

    def _row(self, outcome: Outcome, milliseconds: int | None, sha256: str | None) -> list[Any]:
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


def places(lines: pa.RecordBatch) -> Iterable[Place | None]:
    """Where each line stands in Kafka; None of each where nobody asks for it."""
    if "topic_id" not in lines.schema.names:
        return repeat(None, lines.num_rows)
    names = ("topic_id", "partition", "offset")
    return zip(*(lines.column(name).to_pylist() for name in names), strict=True)


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


def _with_parts(lines: pa.RecordBatch, counts: list[int]) -> pa.RecordBatch:
    """The Kafka records as often as they have lines, with the columns ``part`` and ``parts``."""
    if max(counts) == min(counts) == 1:
        none = pa.nulls(lines.num_rows, pa.int32())
        return lines.append_column("part", none).append_column("parts", none)
    repeated = lines.take(pa.array([n for n, count in enumerate(counts) for _ in range(count)]))
    parts = [count if count > 1 else None for count in counts for _ in range(count)]
    part = [n if count > 1 else None for count in counts for n in range(count)]
    repeated = repeated.append_column("part", pa.array(part, pa.int32()))
    return repeated.append_column("parts", pa.array(parts, pa.int32()))


def _identity(lines: pa.RecordBatch) -> dict[str, pa.Array]:
    """The columns of lines that their coordinates alone make."""
    coordinates = [lines.column(name) for name in _COORDINATES]
    named = ("milliseconds", "partition", "offset", "part")
    ids = map(received.record_id, *(lines.column(name).to_pylist() for name in named))
    return {
        "_id": pa.array([*ids], pa.string()),
        "kafka": pa.StructArray.from_arrays(coordinates, names=_COORDINATES),
    }
