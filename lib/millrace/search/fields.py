"""A name in a query -> the places where documents have its values."""

from collections.abc import Iterator
from dataclasses import dataclass

from millrace.search.errors import QueryError, shown
from millrace.search.names import Catalogue, Column
from millrace.search.places import Place
from millrace.search.syntax import Written

_MOST_PARTS = 16  # of a key of a map of maps, where dots may part two keys or belong to one


@dataclass(frozen=True)
class NamedField:
    """What a name stands for: nearly always one column, and a ``key`` within it of a map."""

    columns: tuple[Column, ...]
    key: str | None
    position: int

    @property
    def name(self) -> str:
        """The field's own name, whatever synonym the query has for it."""
        own = " or ".join(column.name for column in self.columns)
        return own if self.key is None else f"{own}.{self.key}"

    @property
    def column(self) -> Column:
        """The column; all have the same type where there are several."""
        return self.columns[0]

    def presence(self) -> tuple[Place, ...]:
        """Where it stands if it is there: a list or a map as a whole."""
        keys = [()] if self.key is None else [(self.key,), *self._keys()]
        return tuple(
            Place(path, each, 0 if column.list_at == len(path) else column.list_at)
            for column, path in self._paths()
            for each in dict.fromkeys(keys)
        )

    def values(self) -> tuple[Place, ...]:
        """Where its values stand; raises QueryError where it has none but those of its parts."""
        keys = self._keys()
        if self.column.type == "struct":
            said = f"{self.name} has no value of its own: name one of its parts"
            raise QueryError(said, self.position)
        if not keys:
            said = f"{self.name} has no value of its own: name a key in it, as in {self.name}.name"
            raise QueryError(said, self.position)
        return tuple(
            Place(path, each, column.list_at) for column, path in self._paths() for each in keys
        )

    def _paths(self) -> Iterator[tuple[Column, tuple[str, ...]]]:
        for column in self.columns:
            yield column, tuple(column.name.split("."))

    def _keys(self) -> list[tuple[str, ...]]:
        """The keys that lead to a value: of a map of maps two, parted at any of the dots."""
        if not self.column.keys:
            return [()]
        if self.key is None:
            return []
        if self.column.keys == 1:
            return [(self.key,)]
        parts = self.key.split(".")
        pairs = ((".".join(parts[:at]), ".".join(parts[at:])) for at in range(1, len(parts)))
        return [pair for pair in pairs if all(pair)]


def named(written: Written, catalogue: Catalogue) -> NamedField:
    """What is named; raises QueryError where nothing is called so."""
    name, position = written.text, written.position
    if not written.is_plain:
        raise QueryError("the name of a field takes no * or ?", position)
    found = catalogue.find(name)
    if found is None:
        said = (
            f"there is no field {shown(name)}: what lines have beside their fields is named"
            " attributes.KEY, and text with a colon is put in quotes"
        )
        raise QueryError(said, position, catalogue.nearest(name))
    if found.key is not None and (not found.key or "\0" in found.key):
        raise QueryError(f"{shown(name)}: a key cannot be empty or have NUL in it", position)
    if found.key is not None and found.key.count(".") >= _MOST_PARTS:
        raise QueryError(f"{shown(name)}: a key has at most {_MOST_PARTS} parts", position)
    return NamedField(found.columns, found.key, position)
