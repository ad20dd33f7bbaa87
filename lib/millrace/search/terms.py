"""A value, comparison or range as it is written -> the condition of a field of some type."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from millrace.records.levels import LEVELS
from millrace.search import networks, values
from millrace.search.conditions import (
    BeginsWith,
    Between,
    Condition,
    Contains,
    Like,
    OneOf,
    Present,
    Scalar,
)
from millrace.search.errors import QueryError, shown
from millrace.search.names import Column
from millrace.search.networks import InNetwork
from millrace.search.syntax import Comparator, Comparison, Leaf, Range, Value, Wildcard, Written

MAX_PART_CHARACTERS = 256
"""Of a text that is looked for within others: of both lengths' product is the time it can take."""

_NETWORK = re.compile(r"[0-9A-Fa-f:.]+/[0-9]+\Z")
_VERSION = re.compile(r"[0-9](?:\.[0-9])?\Z")

_Read = Callable[[Written, str], Scalar]
_Reader = Callable[[Leaf, str], Condition]


def condition(leaf: Leaf, name: str, column: Column) -> Condition:
    """What is asked of a column, which the query calls ``name``.

    Raises QueryError where its type cannot be that.
    """
    if is_star(leaf):
        return Present()
    return (_OF_NAMES.get(column.name) or _OF_TYPES[column.type])(leaf, name)


def is_star(leaf: Leaf) -> bool:
    """Whether any value will do."""
    if isinstance(leaf, Range):
        return leaf.low.is_star and leaf.high.is_star
    return isinstance(leaf, Value) and leaf.written.is_star


def searched(written: Written) -> str:
    """The text that is to be looked for within others; raises QueryError where there is none."""
    pieces = [written.text] if written.is_quoted else [*written.pieces]
    # A word is found within others anyway.
    while pieces and pieces[0] is Wildcard.MANY:
        pieces.pop(0)
    while pieces and pieces[-1] is Wildcard.MANY:
        pieces.pop()
    if len(pieces) != 1 or not isinstance(pieces[0], str) or not pieces[0]:
        said = "put text with * or ? in quotes" if pieces[1:] else "there is no text to look for"
        raise QueryError(said, written.position)
    return _short(pieces[0], written)


def _short(part: str, written: Written) -> str:
    if len(part) > MAX_PART_CHARACTERS:
        said = f"at most {MAX_PART_CHARACTERS} characters can be looked for within a text"
        raise QueryError(said, written.position)
    return part


def _compared(comparator: Comparator, limit: Scalar) -> Between:
    has_limit = comparator.endswith("=")
    if comparator.startswith(">"):
        return Between(limit, None, has_low=has_limit)
    return Between(None, limit, has_high=has_limit)


def _of_order(read: _Read) -> Callable[[Comparison | Range, str], Condition]:
    """The conditions of comparisons and ranges, whose limits are read so."""

    def condition(leaf: Comparison | Range, name: str) -> Condition:
        if isinstance(leaf, Comparison):
            return _compared(leaf.comparator, read(leaf.written, name))
        low, high = (None if one.is_star else read(one, name) for one in (leaf.low, leaf.high))
        return Between(low, high, leaf.has_low, leaf.has_high)

    return condition


def _of_numbers(read: _Read) -> _Reader:
    in_order = _of_order(read)

    def condition(leaf: Leaf, name: str) -> Condition:
        if isinstance(leaf, Value):
            return OneOf((read(leaf.written, name),))
        return in_order(leaf, name)

    return condition


def _of_times(leaf: Leaf, name: str) -> Condition:
    """A time is a period: what is after it is after its end."""
    match leaf:
        case Value(written):
            period = values.period(written, name)
            if period.is_instant:
                return OneOf((period.start,))
            return Between(period.start, period.end, has_high=False)
        case Comparison(comparator, written):
            limit = _edge(values.period(written, name), is_end=comparator in (">", "<="))
            return _compared(">=" if comparator.startswith(">") else "<", limit)
        case Range(low, high, has_low, has_high):
            return Between(
                None if low.is_star else _edge(values.period(low, name), is_end=not has_low),
                None if high.is_star else _edge(values.period(high, name), is_end=has_high),
                has_high=False,
            )


def _edge(period: values.Period, *, is_end: bool) -> datetime:
    return period.end if is_end else period.start


def _of_texts(leaf: Leaf, name: str) -> Condition:
    if not isinstance(leaf, Value):
        return _of_order(_limit)(leaf, name)
    written, pieces = leaf.written, leaf.written.pieces
    match pieces:
        case (str(prefix), Wildcard.MANY):
            return BeginsWith(prefix)
        case (Wildcard.MANY, str(part), Wildcard.MANY):
            return Contains(_short(part, written))
    if written.is_plain:
        return OneOf((written.text,))
    if pieces.count(Wildcard.MANY) > 1:
        said = "a value takes one *, or one at each end of a text without others"
        raise QueryError(said, written.position)
    return Like(pieces)


def _limit(written: Written, name: str) -> str:
    if not written.is_plain:
        raise QueryError("a limit takes no * or ?", written.position)
    if values.looks_like_number(written):
        raise QueryError(
            f"{name} is text, in whose order 10 comes before 9: put the limit in quotes if that is"
            " what you mean",
            written.position,
        )
    return written.text


def _of_protocols(leaf: Leaf, name: str) -> Condition:
    """A version alone, as OpenTelemetry and ECS write it, is one of HTTP."""
    found = _of_texts(leaf, name)
    if isinstance(leaf, Value) and leaf.written.is_plain and _VERSION.match(leaf.written.text):
        return OneOf((f"HTTP/{leaf.written.text}", leaf.written.text))
    return found


def _of_addresses(leaf: Leaf, name: str) -> Condition:
    if not isinstance(leaf, Value):
        said = f"{name} has no order: name a network, such as {name}:203.0.113.0/24"
        raise QueryError(said, leaf.position)
    text = leaf.written.text
    if not _NETWORK.match(text):
        return _of_texts(leaf, name)
    try:
        return InNetwork(networks.read(text))
    except ValueError:
        said = f"{shown(text)} is no network; expected one such as 203.0.113.0/24"
        raise QueryError(said, leaf.position) from None


def _of_levels(leaf: Leaf, name: str) -> Condition:
    """Levels are in any case, and in the order of their weight."""
    match leaf:
        case Value(written) if not written.is_plain:
            like = _of_texts(Value(replace(written, source=written.source.upper())), name)
            levels = [level for level in LEVELS if like.holds(level)]
        case Value(written):
            levels = [LEVELS[_rank(written, name)]]
        case _:
            between = _of_order(_rank)(leaf, name)
            levels = [level for rank, level in enumerate(LEVELS) if between.holds(rank)]
    if not levels:
        raise QueryError(f"no level lies there: the levels are {', '.join(LEVELS)}", leaf.position)
    return OneOf(tuple(levels))


def _rank(written: Written, name: str) -> int:
    level = written.text.upper()
    if level not in LEVELS:
        said = f"{name} is one of {', '.join(LEVELS)}; {shown(written.text)} is none"
        raise QueryError(said, written.position)
    return LEVELS.index(level)


_OF_NAMES: dict[str, _Reader] = {
    "level": _of_levels,
    "client_ip": _of_addresses,
    "protocol": _of_protocols,
}
_OF_TYPES: dict[str, _Reader] = {
    "string": _of_texts,
    "map": _of_texts,
    "int": _of_numbers(values.whole),
    "bigint": _of_numbers(values.whole),
    "double": _of_numbers(values.number),
    "decimal": _of_numbers(values.decimal),
    "timestamp": _of_times,
}
