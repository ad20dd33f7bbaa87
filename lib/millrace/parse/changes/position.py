"""Where in its source's log a change is: what of the block ``source`` may be compared.

The rules were seen to hold over restarts, snapshots and long transactions (docs/changes.md):

- PostgreSQL: both numbers of ``sequence``, the last commit and the event; not ``lsn``, which a long
  transaction has lower than a snapshot that began later.
- MariaDB: the number of the log file, the byte in it, the row of the event.
- MongoDB: the time in ms and its ordinal. All events of a transaction have the same: so of two
  changes with one position the later arrival counts.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from millrace.parse.rejection import RejectedError, found
from millrace.records.changes import Position
from millrace.records.entities import Source

_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_LARGEST = 2**63 - 1


def position(source: Source, block: Mapping[str, Any]) -> Position:
    """The position that ``block`` names; raises RejectedError (missing_field, bad_value)."""
    return _READERS[source](block)


def _postgres(block: Mapping[str, Any]) -> Position:
    text = block.get("sequence")
    if not isinstance(text, str):
        raise RejectedError("missing_field", "source.sequence")
    try:
        pair = json.loads(text)
    except (ValueError, RecursionError):
        pair = None
    if not (isinstance(pair, list) and len(pair) == 2):
        raise RejectedError("bad_value", found("source.sequence", text))
    event = _whole("source.sequence", pair[1])
    commit = event if pair[0] is None else _whole("source.sequence", pair[0])
    return commit, event


def _mariadb(block: Mapping[str, Any]) -> Position:
    file = block.get("file")
    if not isinstance(file, str):
        raise RejectedError("missing_field", "source.file")
    number = _whole("source.file", file.rpartition(".")[2])
    return number, _whole("source.pos", block.get("pos")), _whole("source.row", block.get("row"))


def _mongo(block: Mapping[str, Any]) -> Position:
    ordinal = block.get("ord")
    # A first snapshot has -1.
    number = -1 if ordinal == -1 else _whole("source.ord", ordinal)
    return _whole("source.ts_ms", block.get("ts_ms")), number


def _whole(name: str, value: Any) -> int:
    if value is None:
        raise RejectedError("missing_field", name)
    number = int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _LARGEST:
        return number
    raise RejectedError("bad_value", found(name, f"{value!r:.100}"))


_READERS: dict[Source, Callable[[Mapping[str, Any]], Position]] = {
    "postgres": _postgres,
    "mariadb": _mariadb,
    "mongo": _mongo,
}
