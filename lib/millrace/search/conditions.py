"""What a value must be, said three times: to MongoDB, in Python and in words.

A condition holds of values of its own kind only: of texts, numbers or times.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from operator import eq, ge, gt, le, lt
from typing import Any

from bson import Decimal128

from millrace.records.printable import printable
from millrace.search import patterns
from millrace.search.syntax import Piece, Wildcard

Filter = dict[str, Any]
"""A filter, or a part of one, as `find` takes it."""
Number = int | float | Decimal
Scalar = str | Number | datetime

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$gte": ge,
    "$gt": gt,
    "$lte": le,
    "$lt": lt,
}
_SAID = {"$gte": "at least", "$gt": "above", "$lte": "at most", "$lt": "below"}
_SAID_OF_TIMES = {"$gte": "at or after", "$gt": "after", "$lte": "at or before", "$lt": "before"}


class Condition(ABC):
    """What a value must be."""

    @abstractmethod
    def operator(self) -> Filter:
        """What stands beside the path of the value in a filter."""

    @abstractmethod
    def expression(self, value: Any) -> Filter:
        """The same of what an aggregation's expression yields: a text, a map or nothing."""

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a value, as pymongo gives it, is so."""

    @abstractmethod
    def words(self, *, negated: bool) -> str:
        """What is said of the value: "is 5", "is not 5"."""

    def least(self) -> Number | None:
        """What it is at least, where it must be a number; else None."""
        return None


@dataclass(frozen=True)
class Present(Condition):
    """There is a value."""

    def operator(self) -> Filter:
        return {"$exists": True}

    def expression(self, value: Any) -> Filter:
        return {"$in": [{"$type": value}, ["string", "object"]]}

    def holds(self, value: Any) -> bool:
        return True

    def words(self, *, negated: bool) -> str:
        return "is absent" if negated else "is present"


@dataclass(frozen=True)
class OneOf(Condition):
    """It is one of some values."""

    options: tuple[Scalar, ...]

    def operator(self) -> Filter:
        options = [_stored(option) for option in self.options]
        return {"$eq": options[0]} if len(options) == 1 else {"$in": options}

    def expression(self, value: Any) -> Filter:
        return {"$in": [value, {"$literal": list(self.options)}]}

    def holds(self, value: Any) -> bool:
        return any(_compares(eq, value, option) for option in self.options)

    def words(self, *, negated: bool) -> str:
        options = ", ".join(map(said, self.options))
        if len(self.options) == 1:
            return f"is {'not ' * negated}{options}"
        return f"is {'none' if negated else 'one'} of {options}"

    def least(self) -> Number | None:
        numbers = [one for one in self.options if isinstance(one, Number)]
        return min(numbers) if len(numbers) == len(self.options) else None


@dataclass(frozen=True)
class Between(Condition):
    """It lies from ``low`` to ``high``, of which one may be None: then there is no limit."""

    low: Scalar | None
    high: Scalar | None
    has_low: bool = True
    has_high: bool = True

    def operator(self) -> Filter:
        return {sign: _stored(limit) for sign, limit in self._limits}

    def expression(self, value: Any) -> Filter:
        limits = [{sign: [value, {"$literal": limit}]} for sign, limit in self._limits]
        return {"$and": [_is_text(value), *limits]}

    def holds(self, value: Any) -> bool:
        return all(_compares(_COMPARE[sign], value, limit) for sign, limit in self._limits)

    def words(self, *, negated: bool) -> str:
        of_times = any(isinstance(limit, datetime) for _, limit in self._limits)
        words = _SAID_OF_TIMES if of_times else _SAID
        limits = " and ".join(f"{words[sign]} {said(limit)}" for sign, limit in self._limits)
        has_both = len(self._limits) == 2
        return f"is {'not ' * negated}{'both ' * (negated and has_both)}{limits}"

    def least(self) -> Number | None:
        return self.low if isinstance(self.low, Number) else None

    @cached_property
    def _limits(self) -> list[tuple[str, Scalar]]:
        limits = (
            ("$gte" if self.has_low else "$gt", self.low),
            ("$lte" if self.has_high else "$lt", self.high),
        )
        return [(sign, limit) for sign, limit in limits if limit is not None]


@dataclass(frozen=True)
class BeginsWith(Condition):
    """It is a text that begins so: to MongoDB a range, which an index can serve."""

    prefix: str

    def operator(self) -> Filter:
        return self._range.operator()

    def expression(self, value: Any) -> Filter:
        return self._range.expression(value)

    def holds(self, value: Any) -> bool:
        return isinstance(value, str) and value.startswith(self.prefix)

    def words(self, *, negated: bool) -> str:
        return f"{'does not begin' if negated else 'begins'} with {said(self.prefix)}"

    @property
    def _range(self) -> Between:
        return Between(self.prefix, patterns.after(self.prefix), has_high=False)


class Matching(Condition):
    """It is a text that a regular expression finds."""

    @abstractmethod
    def pattern(self) -> str:
        """The expression as MongoDB takes it."""

    def operator(self) -> Filter:
        return {"$regex": self.pattern()}

    def expression(self, value: Any) -> Filter:
        found = {"$regexMatch": {"input": value, "regex": {"$literal": self.pattern()}}}
        # $regexMatch fails of what is no text; of $cond only one branch is evaluated.
        return {"$cond": [_is_text(value), found, False]}


@dataclass(frozen=True)
class Like(Matching):
    """It is a text of some pieces, of which one may be ``*``."""

    pieces: tuple[Piece, ...]

    def pattern(self) -> str:
        return patterns.whole(self.pieces, r"\z")

    def holds(self, value: Any) -> bool:
        return isinstance(value, str) and bool(self._compiled.search(value))

    def words(self, *, negated: bool) -> str:
        signs = [piece.value if isinstance(piece, Wildcard) else piece for piece in self.pieces]
        return f"is {'not ' * negated}like {said(''.join(signs))}"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(patterns.whole(self.pieces, r"\Z"))


@dataclass(frozen=True)
class Contains(Matching):
    """It is a text with another within; where ``in_any_case`` is set, as to letters of ASCII."""

    part: str
    in_any_case: bool = False

    def pattern(self) -> str:
        return (patterns.in_any_case if self.in_any_case else patterns.escaped)(self.part)

    def holds(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        # Of bytes only letters of ASCII have two cases.
        return self._bytes in (value.encode().lower() if self.in_any_case else value.encode())

    def words(self, *, negated: bool) -> str:
        return f"{'does not contain' if negated else 'contains'} {said(self.part)}"

    @cached_property
    def _bytes(self) -> bytes:
        return self.part.encode().lower() if self.in_any_case else self.part.encode()


def said(value: Scalar) -> str:
    """A value as a sentence has it: texts printable and in quotes, times in UTC."""
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z").replace(".000", "")
    return f"{value:f}" if isinstance(value, Decimal) else str(value).removesuffix(".0")


def _stored(value: Scalar) -> Any:
    return Decimal128(value) if isinstance(value, Decimal) else value


def _is_text(value: Any) -> Filter:
    return {"$eq": [{"$type": value}, "string"]}


def _compares(compare: Callable[[Any, Any], bool], value: Any, wanted: Scalar) -> bool:
    """Whether a value of a document compares so, being of the wanted one's kind."""
    known = value.to_decimal() if isinstance(value, Decimal128) else value
    return _kind(known) is _kind(wanted) and compare(known, wanted)


def _kind(value: Any) -> type | None:
    """That of values which MongoDB compares with each other; None of those nothing is asked of."""
    if isinstance(value, int | float | Decimal):
        return None if isinstance(value, bool) else float
    return next((kind for kind in (str, datetime) if isinstance(value, kind)), None)
