"""A query: what a person asks of the lines that are stored."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from millrace.records.formats import Layout
from millrace.search import grammar
from millrace.search.conditions import Number
from millrace.search.errors import QueryError
from millrace.search.meaning import Meaning
from millrace.search.names import catalogue
from millrace.search.tree import Everything, Node


@dataclass(frozen=True)
class Query:
    """A query that has been checked; ``text`` is what was written."""

    text: str
    _node: Node = field(repr=False)

    @property
    def mongo(self) -> dict[str, Any]:
        """The filter of the documents that match, a new one each time; ``{}`` where all do."""
        return self._node.mongo()

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether a document matches, as pymongo gives it with times that have a zone.

        It is the verdict of the filter, of any document that has a layout's types.
        """
        return self._node.matches(document)

    @cached_property
    def sentence(self) -> str:
        """What is asked, in one printable line of English."""
        return self._node.words()

    @cached_property
    def required(self) -> Mapping[str, frozenset[str]]:
        """Fields of text, and for each those values of which every match has one.

        Fields are named as in documents, with dots: ``anomaly.severity``. Without a value there can
        be no match.
        """
        return self._node.required()

    @cached_property
    def least(self) -> Mapping[str, Number]:
        """Fields of numbers, and for each what the value of every match is at least."""
        return self._node.least()

    def is_exact_on(self, keys: Collection[str]) -> bool:
        """Whether the query asks for nothing but what ``required`` says, of these fields only."""
        return self._node.is_exact_on(keys)

    @cached_property
    def has_text(self) -> bool:
        """Whether it looks for texts within others, which takes reading those to their ends."""
        return self._node.has_text


def compiled(text: str, layouts: Iterable[Layout], hidden: Collection[str] = ()) -> Query:
    """The query that ``text`` is, over documents of these layouts.

    An empty one matches all. ``hidden`` fields have no name in it, and no text is looked for in
    them. Raises QueryError where the text does not follow the language's rules, or names a field
    that none of the layouts has.
    """
    _refuse_surrogates(text)
    if not text.strip():
        return Query(text, Everything())
    return Query(text, Meaning(catalogue(layouts, hidden)).node(grammar.read(text)))


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError("half of a surrogate pair is no character", error.start) from None
