"""A query whose names are known: conditions of documents, and what joins them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.search.conditions import Condition, Contains, Filter, Number, OneOf
from millrace.search.places import Place

Required = dict[str, frozenset[str]]
"""Fields of text, and the values of which every match has one."""
Least = dict[str, Number]
"""Fields of numbers, and what the value of every match is at least."""


class Node(ABC):
    """What documents must be."""

    @abstractmethod
    def mongo(self) -> Filter:
        """The filter of such documents."""

    @abstractmethod
    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether a document, as pymongo gives it, is so."""

    @abstractmethod
    def words(self, *, negated: bool = False) -> str:
        """What is said of such documents."""

    def required(self) -> Required:
        """What every match must have."""
        return {}

    def least(self) -> Least:
        """What numbers of every match are at least."""
        return {}

    def is_exact_on(self, keys: Collection[str]) -> bool:
        """Whether ``required`` is all there is to it, and names none but these fields."""
        return False

    @property
    def has_text(self) -> bool:
        """Whether texts are looked for within others."""
        return False


@dataclass(frozen=True)
class Everything(Node):
    """All documents are so."""

    def mongo(self) -> Filter:
        return {}

    def matches(self, document: Mapping[str, Any]) -> bool:
        return True

    def words(self, *, negated: bool = False) -> str:
        return "no line" if negated else "every line"

    def is_exact_on(self, keys: Collection[str]) -> bool:
        return True


@dataclass(frozen=True)
class Term(Node):
    """A value at one of some places meets a condition."""

    name: str
    places: tuple[Place, ...]
    condition: Condition

    def mongo(self) -> Filter:
        filters = [place.filter(self.condition) for place in self.places]
        return filters[0] if len(filters) == 1 else {"$or": filters}

    def matches(self, document: Mapping[str, Any]) -> bool:
        found = (value for place in self.places for value in place.values(document))
        return any(map(self.condition.holds, found))

    def words(self, *, negated: bool = False) -> str:
        if not self.places[0].list_at:
            return f"{self.name} {self.condition.words(negated=negated)}"
        said = self.condition.words(negated=False)
        return f"{'none' if negated else 'one'} of {self.name} {said}"

    def required(self) -> Required:
        (first, *others) = self.places
        if others or first.list_at or not isinstance(self.condition, OneOf):
            return {}
        texts = {option for option in self.condition.options if isinstance(option, str)}
        return {self.name: frozenset(texts)} if texts else {}

    def least(self) -> Least:
        (first, *others) = self.places
        least = self.condition.least()
        return {} if others or first.list_at or least is None else {self.name: least}

    def is_exact_on(self, keys: Collection[str]) -> bool:
        return bool(self.required()) and self.name in keys

    @property
    def has_text(self) -> bool:
        return isinstance(self.condition, Contains)


@dataclass(frozen=True)
class Text(Node):
    """A text that stands in a line, whatever the case of letters of ASCII.

    It is looked for in ``always``, and in ``others`` where the line itself is not stored, or where
    nobody may see it: then ``line`` is None.
    """

    condition: Contains
    line: Place | None
    always: tuple[Place, ...]
    others: tuple[Place, ...]

    def mongo(self) -> Filter:
        filters = [place.filter(self.condition) for place in self.always]
        without = [place.filter(self.condition) for place in self.others]
        if self.line is None:
            return {"$or": filters + without}
        filters.insert(0, self.line.filter(self.condition))
        if without:
            is_absent = {".".join(self.line.path): {"$exists": False}}
            filters.append({"$and": [is_absent, {"$or": without}]})
        return {"$or": filters}

    def matches(self, document: Mapping[str, Any]) -> bool:
        places = [*([self.line] if self.line else []), *self.always]
        if self.line is None or not any(True for _ in self.line.values(document)):
            places += self.others
        found = (value for place in places for value in place.values(document))
        return any(map(self.condition.holds, found))

    def words(self, *, negated: bool = False) -> str:
        return f"the line {self.condition.words(negated=negated)}"

    @property
    def has_text(self) -> bool:
        return True


@dataclass(frozen=True)
class Not(Node):
    """Something does not hold; it does not, either, where the value is absent."""

    of: Node

    def mongo(self) -> Filter:
        return {"$nor": [self.of.mongo()]}

    def matches(self, document: Mapping[str, Any]) -> bool:
        return not self.of.matches(document)

    def words(self, *, negated: bool = False) -> str:
        return self.of.words(negated=not negated)

    @property
    def has_text(self) -> bool:
        return self.of.has_text


@dataclass(frozen=True)
class All(Node):
    """Several things hold."""

    parts: tuple[Node, ...]

    def mongo(self) -> Filter:
        return {"$and": [part.mongo() for part in self.parts]}

    def matches(self, document: Mapping[str, Any]) -> bool:
        return all(part.matches(document) for part in self.parts)

    def words(self, *, negated: bool = False) -> str:
        said = " and ".join(_within(part, Either) for part in self.parts)
        return f"not ({said})" if negated else said

    def required(self) -> Required:
        found: Required = {}
        for part in self.parts:
            for name, values in part.required().items():
                found[name] = found.get(name, values) & values
        return found

    def least(self) -> Least:
        found: Least = {}
        for part in self.parts:
            for name, least in part.least().items():
                found[name] = max(found.get(name, least), least)
        return found

    def is_exact_on(self, keys: Collection[str]) -> bool:
        return all(part.is_exact_on(keys) for part in self.parts)

    @property
    def has_text(self) -> bool:
        return any(part.has_text for part in self.parts)


@dataclass(frozen=True)
class Either(Node):
    """One of several things holds."""

    parts: tuple[Node, ...]

    def mongo(self) -> Filter:
        return {"$or": [part.mongo() for part in self.parts]}

    def matches(self, document: Mapping[str, Any]) -> bool:
        return any(part.matches(document) for part in self.parts)

    def words(self, *, negated: bool = False) -> str:
        said = " or ".join(_within(part, All) for part in self.parts)
        return f"not ({said})" if negated else said

    def required(self) -> Required:
        first, *others = (part.required() for part in self.parts)
        return {
            name: values.union(*(other[name] for other in others))
            for name, values in first.items()
            if all(name in other for other in others)
        }

    def least(self) -> Least:
        first, *others = (part.least() for part in self.parts)
        return {
            name: min(least, *(other[name] for other in others))
            for name, least in first.items()
            if all(name in other for other in others)
        }

    @property
    def has_text(self) -> bool:
        return any(part.has_text for part in self.parts)


def _within(part: Node, joined: type[Node]) -> str:
    said = part.words()
    return f"({said})" if isinstance(part, joined) else said
