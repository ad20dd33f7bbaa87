"""The databases whose changes are captured: made ready, asked for their state and for snapshots.

Each function raises UnreachableError where the database is away, ConfigurationError where it
refuses.
"""

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from millrace.config import Changes
from millrace.io.sources import mariadb, mongo, postgres
from millrace.io.sources.prepared import Prepared, SourceState
from millrace.records.entities import Entity, Source

__all__ = ["Prepared", "SourceState", "mark", "prepare", "rows", "signal", "state"]

_MODULES: dict[Source, ModuleType] = {"postgres": postgres, "mariadb": mariadb, "mongo": mongo}


def prepare(changes: Changes, entities: Sequence[Entity]) -> Prepared:
    """Makes what capture needs in the database of ``entities``, which are of one source."""
    found: Prepared = _MODULES[entities[0].source].prepare(changes, entities)
    return found


def state(changes: Changes, entities: Sequence[Entity]) -> SourceState:
    """How the database of ``entities``, which are of one source, sees its connector."""
    found: SourceState = _MODULES[entities[0].source].state(changes, entities)
    return found


def signal(changes: Changes, entity: Entity, where: str | None) -> None:
    """Asks for a snapshot of a table, of the rows that the SQL ``where`` names if it is given."""
    _MODULES[entity.source].signal(changes, entity, where)


def mark(changes: Changes, source: Source) -> str:
    """Writes a signal that asks for nothing; its id, which comes after all that is committed."""
    id: str = _MODULES[source].mark(changes)
    return id


def rows(
    changes: Changes, entity: Entity, keys: Sequence[tuple[Any, ...]] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of an entity's table by column, or those with the ``keys``, as clients give them."""
    found: Iterator[dict[str, Any]] = _MODULES[entity.source].rows(changes, entity, keys)
    return found
