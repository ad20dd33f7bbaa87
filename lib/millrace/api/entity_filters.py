"""Which rows of an entity are meant: terms as ``name:Bob*`` or ``popularity:>=5``; all hold."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from millrace.api.entity_keys import value_of
from millrace.api.problems import ProblemError
from millrace.records.entities import item_type

Match = Callable[[str], dict[str, Any]]

_OPERATORS = {">=": "$gte", "<=": "$lte", ">": "$gt", "<": "$lt"}
_COMPARED = frozenset({"int", "bigint", "double", "decimal", "string", "date", "timestamp"})
_ASKED = _COMPARED | {"boolean"}
_OPERATOR = re.compile("[<>]=?")
_LONGEST = 1_000


def match(terms: Sequence[str], types: Mapping[str, str], hidden: Collection[str] = ()) -> Match:
    """A filter of MongoDB's, for fields with what it is called with before their names.

    ``types`` has the fields that can be asked for. Raises ProblemError where a term is none.
    """
    conditions = [_condition(term, types, hidden) for term in terms]
    return lambda prefix: (
        {"$and": [{f"{prefix}{name}": wanted} for name, wanted in conditions]} if conditions else {}
    )


def _condition(
    term: str, types: Mapping[str, str], hidden: Collection[str]
) -> tuple[str, dict[str, Any]]:
    name, colon, text = term.partition(":")
    if not colon or len(text) > _LONGEST:
        raise ProblemError(422, f"where: expected FIELD:VALUE, not {term[:64]!r}")
    if name not in types or name in hidden:
        known = [one for one in types if one not in hidden]
        near = get_close_matches(name, known, 3) or None
        raise ProblemError(422, f"where: no field is named {name[:64]!r}", nearest=near)
    type = item_type(types[name]) or types[name]
    if type not in _ASKED:
        raise ProblemError(422, f"where: {name} is {types[name]}, which cannot be asked for")
    if text == "null":
        return name, {"$eq": None}
    operator = _OPERATOR.match(text)
    if operator and type in _COMPARED:
        value = value_of(name, type, text[operator.end() :])
        return name, {_OPERATORS[operator[0]]: value}
    if type == "string" and text.endswith("*"):
        if "\0" in text:
            raise ProblemError(422, f"where: {name}: no text begins so")
        return name, {"$regex": f"^{re.escape(text[:-1])}"}
    return name, {"$eq": value_of(name, type, _unquoted(text))}


def _unquoted(text: str) -> str:
    """The text between quotes, in which nothing has a meaning of its own."""
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1] if is_quoted else text
