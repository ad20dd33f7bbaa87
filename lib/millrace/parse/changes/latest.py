"""Of many changes the last one of each key, by the position of each and then by its arrival."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import bson

from millrace.records.changes import Change


@dataclass(frozen=True)
class Placed:
    """A change, and where it stands in Kafka: the offset, and when the broker received it."""

    change: Change
    offset: int
    received_ms: int


@dataclass(frozen=True)
class Latest:
    """The last change of each key, and the last truncate: it comes before those of the keys."""

    truncate: Placed | None
    changes: list[Placed]


def latest(changes: Iterable[Placed]) -> Latest:
    """What the changes of one partition come to, in the order in which they came.

    A change that is behind in position is left out. A truncate deletes each key that came before
    it and is not ahead of it in position. A value that a change does not carry
    (``Change.unchanged``) is that of the change before it, where that is here.
    """
    truncate: Placed | None = None
    found: dict[Any, Placed] = {}
    for placed in changes:
        change = placed.change
        if change.op == "t":
            if truncate is None or change.position >= truncate.change.position:
                truncate = placed
            for key, before in found.items():
                if before.change.position <= change.position:
                    gone = replace(before.change, op="t", values={}, unchanged=frozenset())
                    gone = replace(gone, position=change.position, committed_ms=change.committed_ms)
                    found[key] = Placed(gone, placed.offset, placed.received_ms)
            continue
        key = identity(change.key)
        known = found.get(key)
        if known is None or known.change.position <= change.position:
            found[key] = replace(placed, change=_carried(known, change))
    return Latest(truncate, list(found.values()))


def identity(key: Any) -> bytes:
    """A key as MongoDB compares it, near enough: its bytes."""
    return bytes(bson.encode({"": key}))


def _carried(known: Placed | None, change: Change) -> Change:
    """The change with the values of the one before it that it does not carry itself."""
    if known is None or not change.unchanged or known.change.is_deleted:
        return change
    before = known.change
    filled = {name: before.values[name] for name in change.unchanged if name in before.values}
    values = {**change.values, **filled}
    return replace(change, values=values, unchanged=change.unchanged - filled.keys())
