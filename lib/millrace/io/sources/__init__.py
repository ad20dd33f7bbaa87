"""The databases whose changes are captured: made ready, asked for their state and for snapshots.

Each function raises UnreachableError where the database is away, ConfigurationError where it
refuses.
"""

from collections.abc import Sequence
from types import ModuleType

from millrace.config import Changes
from millrace.io.sources import mariadb, mongo, postgres
from millrace.io.sources.prepared import Prepared, SourceState
from millrace.records.entities import Entity, Source

__all__ = ["Prepared", "SourceState", "prepare", "signal", "state"]

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
