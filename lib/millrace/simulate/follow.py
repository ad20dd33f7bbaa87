"""The lines of a file that grows, through its rotation: what ``tail -F`` shows."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_POLL_S = 0.2
_CHUNK_BYTES = 1 << 20
# A line that never ends is handed on in pieces: they become dead letters, not the memory's end.
_LONGEST_LINE_BYTES = 16 << 20


def follow(path: Path, is_over: Callable[[], bool]) -> Iterator[bytes]:
    """The lines of a file, those it has and those that come, until ``is_over`` says so.

    A file put in its place (rotation) or cut to nothing is read from its start; what the old one
    still got is read before. A last line without a line end waits for it.
    Raises OSError where the file cannot be read.
    """
    file = path.open("rb")
    rest = b""
    try:
        while True:
            # Asked before it is read, so that all that came to the old file until then is read.
            is_replaced = _is_replaced(path, file)
            chunk = file.read(_CHUNK_BYTES)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
            if len(rest) > _LONGEST_LINE_BYTES:
                yield rest
                rest = b""
            if is_over():
                return
            if chunk:
                continue
            if is_replaced:
                if rest:
                    yield rest
                file.close()
                file, rest = path.open("rb"), b""
            else:
                time.sleep(_POLL_S)
    finally:
        file.close()


def _is_replaced(path: Path, file: BinaryIO) -> bool:
    """Whether another file has the name now, or the file was cut below what was read of it."""
    status = os.fstat(file.fileno())
    try:
        named = path.stat()
    except FileNotFoundError:
        return False  # Between two files of a rotation.
    return (named.st_dev, named.st_ino) != (
        status.st_dev,
        status.st_ino,
    ) or status.st_size < file.tell()
