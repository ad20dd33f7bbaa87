"""Where documents have a value: by its path in a filter, and in Python."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.search.conditions import Condition, Filter


@dataclass(frozen=True)
class Place:
    """A place in documents: a path through structures, and ``keys`` of a map there.

    Where ``list_at`` is not 0, so many names of the path lead to a list, and the rest into its
    items.
    """

    path: tuple[str, ...]
    keys: tuple[str, ...] = ()
    list_at: int = 0

    def filter(self, condition: Condition) -> Filter:
        """The filter of documents that have such a value here."""
        if any("." in key or key.startswith("$") for key in self.keys):
            # A path would lead through objects, where a key with dots is one name.
            value: Any = f"${'.'.join(self.path)}"
            for key in self.keys:
                value = {"$getField": {"field": {"$literal": key}, "input": value}}
            return {"$expr": condition.expression(value)}
        if self.list_at:
            # Of one item, not of the list: its bounds could hold of different ones.
            head, rest = self.path[: self.list_at], ".".join(self.path[self.list_at :])
            operator = condition.operator()
            return {".".join(head): {"$elemMatch": {rest: operator} if rest else operator}}
        return {".".join((*self.path, *self.keys)): condition.operator()}

    def values(self, document: Mapping[str, Any]) -> Iterator[Any]:
        """The values that a document has here."""
        if not self.list_at:
            yield from _within(document, (*self.path, *self.keys))
            return
        for items in _within(document, self.path[: self.list_at]):
            for item in items if isinstance(items, list) else ():
                yield from _within(item, self.path[self.list_at :])


def _within(value: Any, names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            return
        value = value[name]
    yield value
