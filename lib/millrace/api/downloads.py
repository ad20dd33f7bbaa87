"""Exports as files: one that is not whole is never left behind."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

FORMATS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".parquet": "parquet"}
"""The format of a file by how its name ends."""
_LAST_LINE_BYTES = 256


class IncompleteError(Exception):
    """A file is not whole."""


def saved(path: Path, pieces: Iterable[bytes]) -> int:
    """Writes the file, in place of what was there, and returns how many lines it has.

    Raises IncompleteError where it is not whole, and whatever ``pieces`` raises; what was there
    stays then.
    """
    rows = _Rows()
    is_csv = FORMATS[path.suffix] == "csv"
    with placed(path) as part:
        with part.open("wb") as file:
            for piece in rows.counted(pieces) if is_csv else pieces:
                file.write(piece)
        return rows.count - 1 if is_csv else _CHECKS[FORMATS[path.suffix]](part)


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """A file to write to, which takes the place of ``path`` unless an error is raised."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _Rows:
    """Counts the rows of CSV as it passes by: line feeds outside of quotes."""

    def __init__(self) -> None:
        self.count, self._is_quoted = 0, False

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            parts = piece.split(b'"')
            self.count += b"".join(parts[self._is_quoted :: 2]).count(b"\n")
            self._is_quoted ^= len(parts) % 2 == 0
            yield piece


def _of_ndjson(path: Path) -> int:
    """How many lines the last one names; raises IncompleteError where it does not end the file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LAST_LINE_BYTES))
        *_, last, after = [b"", *file.read().split(b"\n")]
    try:
        told = json.loads(last)
    except ValueError:
        told = None
    if after or not isinstance(told, dict) or told.get("complete") is not True:
        raise IncompleteError("its last line is missing")
    return int(told["lines"])


def _of_parquet(path: Path) -> int:
    """How many lines the footer names; raises IncompleteError where there is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except pa.ArrowInvalid:
        raise IncompleteError("its footer is missing") from None


_CHECKS: dict[str, Callable[[Path], int]] = {"ndjson": _of_ndjson, "parquet": _of_parquet}
