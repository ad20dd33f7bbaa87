"""Files that the API sends: whole ones, with what they say of themselves."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from millrace.api.connection import ApiError, Connection
from millrace.api.downloads import FORMATS, IncompleteError, saved
from millrace.errors import one_line

_TIMEOUT = httpx.Timeout(600, connect=10)  # where few lines match, it waits for them

Progress = Callable[[int], object]
"""Called with the bytes that came so far."""


@dataclass(frozen=True)
class Exported:
    """A file of all that was asked for between two times, and how far to trust it."""

    path: Path
    lines: int
    since: str
    until: str
    freshness: list[dict[str, Any]]
    proof: list[dict[str, Any]]


def fetched(
    api: Connection, address: str, asked: dict[str, Any], path: str | Path, progress: Progress
) -> Exported:
    """Writes what the address sends to ``path``, in the format that its name ends with.

    What is there is replaced once the file is whole. Raises ApiError where the file cannot be had
    whole, or not be written.
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        raise ApiError(f"{path}: expected a name that ends in {', '.join(FORMATS)}")
    wanted = asked | {"format": FORMATS[path.suffix]}
    try:
        with api.answer("GET", address, params=wanted, timeout=_TIMEOUT) as response:
            exported = _about(path, response.headers)
            lines = saved(path, _counted(response, progress))
    except (IncompleteError, OSError) as error:
        raise ApiError(f"{path}: {one_line(error)}") from None
    return replace(exported, lines=lines)


def _counted(response: httpx.Response, progress: Progress) -> Iterator[bytes]:
    size = 0
    for piece in response.iter_bytes():
        yield piece
        size += len(piece)
        progress(size)


def _about(path: Path, headers: httpx.Headers) -> Exported:
    """What an export says of itself before it begins; raises ApiError where it is none."""
    if not {"transfer-encoding", "content-length"} & headers.keys():
        raise ApiError("a proxy hides where the answer ends: it could not be seen to be cut")
    try:
        since, until, freshness, proof = (
            headers[f"X-Millrace-{name}"] for name in ("From", "To", "Freshness", "Proof")
        )
    except KeyError:
        raise ApiError("an answer, but not of the API: is the address right?") from None
    return Exported(path, 0, since, until, json.loads(freshness), json.loads(proof))
