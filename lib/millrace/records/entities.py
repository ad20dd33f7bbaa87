"""Entities: what is captured of which table, under which names and types."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

Source = Literal["postgres", "mariadb", "mongo"]
SOURCES: tuple[Source, ...] = get_args(Source)
PLAIN_TYPES = (
    "boolean",
    "int",
    "bigint",
    "double",
    "decimal",
    "string",
    "date",
    "timestamp",
    "binary",
    "json",
)
# Of a stored document beside the fields of its entity.
ID, CHANGE = "_id", "change"
RESERVED = (ID, CHANGE)
CATALOG = "catalog"  # the view over all entities
_ARRAY = re.compile(r"array<(\w+)>")


@dataclass(frozen=True)
class Field:
    """A field: its name in the store, its type, and the column that it comes from."""

    name: str
    type: str
    column: str


@dataclass(frozen=True)
class Entity:
    """What is captured of one table; ``key`` names the fields that tell its rows apart.

    ``table`` is ``schema.table`` in PostgreSQL, else a table or collection of the source's
    database. ``topic`` is where its changes are.
    """

    name: str
    source: Source
    table: str
    topic: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def key_fields(self) -> tuple[Field, ...]:
        """The fields of the key, in its order."""
        by_name = {field.name: field for field in self.fields}
        return tuple(by_name[name] for name in self.key)


def item_type(type: str) -> str | None:
    """The type of an array's items; None where the type is no array of a known type."""
    match = _ARRAY.fullmatch(type)
    return match[1] if match and match[1] in PLAIN_TYPES else None


def is_type(type: str) -> bool:
    """Whether a field can be of that type."""
    return type in PLAIN_TYPES or item_type(type) is not None
