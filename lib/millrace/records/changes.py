"""A change of one row, as it is understood: what the store keeps of it, and by which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Op = Literal["c", "u", "d", "r", "t"]
OPS: tuple[Op, ...] = get_args(Op)
"""Insert, update, delete, a row as a snapshot read it, and a table that was emptied (truncate)."""

Position = tuple[int, ...]
"""Where in the log of its source a change is. Positions compare within one source alone."""

PARSER_VERSION = 1


@dataclass(frozen=True)
class Change:
    """One change of an entity.

    ``key`` is the value of the stored ``_id``: that of the key's one field, or a document of all
    its fields; None of a truncate as it is sent, which concerns all keys. ``values`` are the
    declared fields that were sent, None where one is null, and no value is among ``unchanged``
    (PostgreSQL leaves out large values that an update does not touch). ``unknown`` are columns that
    are not declared.
    ``committed_ms`` is the source's clock in milliseconds since 1970.
    """

    op: Op
    key: Any
    values: Mapping[str, Any]
    position: Position
    committed_ms: int
    unchanged: frozenset[str] = field(default=frozenset())
    unknown: frozenset[str] = field(default=frozenset())

    @property
    def is_deleted(self) -> bool:
        """Whether there is no row after it."""
        return self.op in ("d", "t")
