"""What queries can name: the fields of documents, the values within them, and their synonyms.

A synonym is a name that OpenTelemetry or ECS gives the field (`millrace.records.fields`). It is
none where a remark says that it has other values, or where one field holds what several names stand
for. Names of a structure are those of its parts, in their order.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from millrace.records.fields import Field, document
from millrace.records.formats import LAYOUTS, Layout
from millrace.records.types import Type, parsed

NEAREST = 3
_CLOSE = 0.7  # of 1.0, by difflib
_LONGEST_NAME = 64  # that is looked at to find near ones
_SETS_OF_LAYOUTS = 1 << len(LAYOUTS)


@dataclass(frozen=True)
class Column:
    """A field, or a value within one, with dots in its name.

    ``type`` is one of `millrace.records.types`: ``string``, ``int``, ``bigint``, ``double``,
    ``decimal``, ``timestamp``, or ``map`` and ``struct``, whose values have names of their own.
    """

    name: str
    type: str
    synonyms: tuple[str, ...] = ()
    list_at: int = 0
    """How many parts of the name lead to a list whose items have the value; 0: there is no list."""
    keys: int = 0
    """How many keys lead to a value of a map: of a map of maps 2."""

    @property
    def is_list(self) -> bool:
        """Whether a document may have several values of it."""
        return self.list_at > 0


@dataclass(frozen=True)
class Found:
    """What a name stands for: one column of each layout's documents, and a key of a map."""

    columns: tuple[Column, ...]
    key: str | None = None


class Catalogue:
    """The names that queries over documents of some layouts can use."""

    def __init__(self, layouts: Iterable[Layout], hidden: Collection[str] = ()) -> None:
        fields = [
            [field for field in document(layout) if field.name not in hidden] for layout in layouts
        ]
        own = {column.name: column for each in fields for column in _all_columns(each)}
        synonyms: dict[str, dict[str, Column]] = {}
        for each in fields:
            for name, column in _first_synonyms(each).items():
                if name not in own:
                    synonyms.setdefault(name, {})[column.name] = column
        self.columns = [_with_synonyms(column, synonyms) for column in own.values()]
        self._found: dict[str, tuple[Column, ...]] = {
            column.name: (column,) for column in self.columns
        }
        for name, columns in synonyms.items():
            self._found[name] = tuple(self._found[other][0] for other in columns)
        self._maps = [name for name, found in self._found.items() if found[0].type == "map"]

    def find(self, name: str) -> Found | None:
        """What the name stands for; None where it is unknown."""
        columns = self._found.get(name)
        if columns:
            return Found(columns)
        for head in self._maps:
            if name.startswith(f"{head}."):
                return Found(self._found[head], name[len(head) + 1 :])
        return None

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to NEAREST names that may be meant, the likeliest first."""
        asked = _simple(name[:_LONGEST_NAME])
        known = {_simple(one): one for one in reversed(self._found)}
        parts = [one for one in known if one.startswith(asked) or one.endswith(f"_{asked}")]
        close = difflib.get_close_matches(asked, known, NEAREST, _CLOSE)
        return tuple(known[one] for one in dict.fromkeys(sorted(parts, key=len) + close))[:NEAREST]


def columns(layouts: Iterable[Layout], hidden: Collection[str] = ()) -> list[Column]:
    """What queries over documents of these layouts can name, in the documents' order."""
    return list(catalogue(layouts, hidden).columns)


def catalogue(layouts: Iterable[Layout], hidden: Collection[str] = ()) -> Catalogue:
    """The names of documents of these layouts, but those of the ``hidden`` fields."""
    return _catalogue(frozenset(layouts), frozenset(hidden))


@lru_cache(_SETS_OF_LAYOUTS)
def _catalogue(layouts: frozenset[Layout], hidden: frozenset[str]) -> Catalogue:
    return Catalogue([layout for layout in LAYOUTS if layout in layouts], hidden)


def _all_columns(fields: Iterable[Field]) -> Iterator[Column]:
    for field in fields:
        yield from _columns(field.name, parsed(field.type))


def _columns(name: str, type: Type, list_at: int = 0) -> Iterator[Column]:
    if type.name == "array" and type.of:
        yield from _columns(name, type.of, name.count(".") + 1)
    elif type.name == "map" and type.of:
        yield Column(name, "map", (), list_at, 2 if type.of.name == "map" else 1)
    else:
        yield Column(name, type.name, (), list_at)
        for member, inner in type.fields:
            yield from _columns(f"{name}.{member}", inner, list_at)


def _first_synonyms(fields: Iterable[Field]) -> dict[str, Column]:
    """The columns of one layout by their synonyms: a name is that of the first that has it."""
    found: dict[str, Column] = {}
    for field in fields:
        whole, *members = _columns(field.name, parsed(field.type))
        depth = field.name.count(".") + 1
        parts = [column for column in members if column.name.count(".") == depth]
        for standard in (field.opentelemetry, field.ecs):
            names = standard.split(", ")
            named = parts if whole.type == "struct" else [whole] * (len(names) == 1)
            for name, column in zip(names, named, strict=False):
                if name != "-" and "(" not in name:
                    found.setdefault(name, column)
    return found


def _with_synonyms(column: Column, synonyms: dict[str, dict[str, Column]]) -> Column:
    return replace(
        column, synonyms=tuple(name for name, of in synonyms.items() if column.name in of)
    )


def _simple(name: str) -> str:
    return name.lower().replace(".", "_").replace("-", "_").replace("@", "")
