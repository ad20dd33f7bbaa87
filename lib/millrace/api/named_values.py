"""A field that lines are told apart by: how a name is read, and where MongoDB finds its values."""

from dataclasses import dataclass
from typing import Any

from millrace.api.problems import ProblemError
from millrace.api.service import Service
from millrace.config import Feed
from millrace.io.mongo.client import Document
from millrace.search import QueryError
from millrace.search.fields import named
from millrace.search.names import catalogue
from millrace.search.places import Place
from millrace.search.syntax import Written

LONGEST_SHOWN = 256  # characters of a value


@dataclass(frozen=True)
class NamedField:
    """A field by its own name, and the places where documents have its values."""

    name: str
    type: str
    places: tuple[Place, ...]

    @property
    def value(self) -> Any:
        """The expression of its value, of an aggregation: the first there is; null without one."""
        places = [_at(place) for place in self.places]
        return {"$ifNull": [*places, None]}

    @property
    def is_list(self) -> bool:
        """Whether a document may have several values."""
        return any(place.list_at for place in self.places)


def field_of(own: Service, name: str, feeds: tuple[Feed, ...], parameter: str) -> NamedField:
    """The field that is called so; raises ProblemError where none is, or it is hidden."""
    try:
        known = catalogue([feed.layout for feed in feeds], own.conf.api.hidden)
        found = named(Written(name, 0, is_quoted=True), known)
        places = found.values()
    except QueryError as error:
        nearest = list(error.nearest) or None
        raise ProblemError(422, f"{parameter}: {error.message}", nearest=nearest) from None
    return NamedField(found.name, found.column.type, places)


def shortened(value: Any) -> Document:
    """The expression of a value, of which a long text is cut: it is an attacker's."""
    is_text = {"$eq": [{"$type": value}, "string"]}
    return {"$cond": [is_text, {"$substrCP": [value, 0, LONGEST_SHOWN]}, value]}


def _at(place: Place) -> Any:
    value: Any = f"${'.'.join(place.path)}"
    for key in place.keys:
        value = {"$getField": {"field": {"$literal": key}, "input": value}}
    return value
