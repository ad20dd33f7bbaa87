"""Files of lines, plain or gzipped."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

_GZIP_MAGIC = b"\x1f\x8b"


def read(path: Path) -> Iterator[bytes]:
    """The lines of a file, plain or gzipped, without their line feeds.

    Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        gzipped = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    with gzip.open(path) if gzipped else path.open("rb") as lines:
        try:
            for line in lines:
                yield line[:-1] if line.endswith(b"\n") else line
        except (EOFError, zlib.error) as error:
            raise OSError(f"{path}: the gzip data is damaged: {error}") from error
