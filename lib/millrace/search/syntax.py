"""A query as it is written: what the grammar makes of it, before any field is looked up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Literal

Comparator = Literal[">", ">=", "<", "<="]


class Wildcard(Enum):
    """A sign that stands for others: for one character, or for any number of them."""

    ONE = "?"
    MANY = "*"


Piece = str | Wildcard

# A backslash takes the meaning of the sign after it. Before a letter or digit it is itself, so that
# C:\temp needs no second one.
_SIGN = re.compile(r"\\([ -/:-@\[-`{-~])|([*?])")
_MEANING = str.maketrans({sign: f"\\{sign}" for sign in '\\"*?'})  # signs that mean something


def quoted(value: str) -> str:
    """A value as a query has it where it means itself alone."""
    return f'"{value.translate(_MEANING)}"'


@dataclass(frozen=True)
class Written:
    """A word or a quoted text, without its quotes, and the offset of its first character."""

    source: str
    position: int
    is_quoted: bool = False

    @cached_property
    def text(self) -> str:
        """What is written, each wildcard as the sign that it is."""
        return _SIGN.sub(lambda sign: sign[1] or sign[2], self.source)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Texts and wildcards, by turns. Within quotes only a ``*`` at the very end is one."""
        pieces: list[Piece] = []
        literal, end = "", 0
        for sign in _SIGN.finditer(self.source):
            literal += self.source[end : sign.start()]
            end = sign.end()
            if sign[2] is None or not self._is_wildcard(sign):
                literal += sign[1] or sign[2]
                continue
            pieces += [literal, Wildcard(sign[2])]
            literal = ""
        return tuple(_merged([*pieces, literal + self.source[end:]]))

    @property
    def is_plain(self) -> bool:
        """Whether it has no wildcards."""
        return not any(isinstance(piece, Wildcard) for piece in self.pieces)

    @property
    def is_star(self) -> bool:
        """Whether it is a ``*`` alone, without quotes."""
        return not self.is_quoted and self.pieces == (Wildcard.MANY,)

    def _is_wildcard(self, sign: re.Match[str]) -> bool:
        is_last = sign.end() == len(self.source)
        return not self.is_quoted or (is_last and sign[2] == Wildcard.MANY.value)


def _merged(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces without empty texts; ``**`` is ``*``."""
    before: Piece = ""
    for piece in pieces:
        if piece and not (piece is before is Wildcard.MANY):
            yield piece
            before = piece


@dataclass(frozen=True)
class Value:
    """A value alone: text to look for, or what a field is to be."""

    written: Written

    @property
    def position(self) -> int:
        """The offset of its first character."""
        return self.written.position


@dataclass(frozen=True)
class Comparison:
    """A value that a field is compared with."""

    comparator: Comparator
    written: Written
    position: int


@dataclass(frozen=True)
class Range:
    """A range of values; ``*`` as an end is none."""

    low: Written
    high: Written
    has_low: bool
    has_high: bool
    position: int


@dataclass(frozen=True)
class Named:
    """A field's name, and what its values are to be."""

    name: Written
    values: "Syntax"


@dataclass(frozen=True)
class Negation:
    """What must not be."""

    of: "Syntax"


@dataclass(frozen=True)
class AllOf:
    """What must all be."""

    parts: tuple["Syntax", ...]


@dataclass(frozen=True)
class AnyOf:
    """Of which one must be."""

    parts: tuple["Syntax", ...]


Leaf = Value | Comparison | Range
Syntax = Leaf | Named | Negation | AllOf | AnyOf


def leaves(syntax: Syntax) -> Iterator[Leaf]:
    """The terms of a query, in their order."""
    match syntax:
        case Named(_, values):
            yield from leaves(values)
        case Negation(of):
            yield from leaves(of)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield syntax
