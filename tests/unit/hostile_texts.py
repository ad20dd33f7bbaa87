"""Texts that are hard on a pattern: what it repeats, many times over, and words of its signs."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from re import _constants as sre
from re import _parser as sre_parse
from typing import Any

LENGTH = 65_536  # what is not linear takes many seconds over as much
_SAMPLES = 3
_WORDS = 8
_ENDS = ("", "\0\1")  # the end that a pattern may hope for, and one that disappoints it
# What Python's reader does not know of the notation of `regex`: names of groups, looks back over
# texts of several lengths.
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(?<=[+*?}])\+|\(\?<(?=[A-Za-z])|.", re.DOTALL)
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "17",
    sre.CATEGORY_NOT_DIGIT: "x ",
    sre.CATEGORY_SPACE: " \t",
    sre.CATEGORY_NOT_SPACE: "x1",
    sre.CATEGORY_WORD: "a_",
    sre.CATEGORY_NOT_WORD: " .",
}
_ANY = "x "
_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT}
_LOOKS = {sre.ASSERT, sre.ASSERT_NOT}
Tree = Sequence[tuple[Any, Any]]


@dataclass(frozen=True)
class Text:
    """A text of ``LENGTH`` characters: ``unit`` again and again between a beginning and an end."""

    before: str
    unit: str
    after: str

    @property
    def whole(self) -> str:
        """The text itself."""
        return self.before + self.unit * (LENGTH // len(self.unit)) + self.after


def texts(pattern: str) -> list[Text]:
    """The same texts each time, for a pattern of Java's."""
    tree: Tree = list(sre_parse.parse(_in_python(pattern)))
    alphabet = sorted(set(_alphabet(tree))) or ["x"]
    draw = random.Random(0)
    words = ["".join(draw.choices(alphabet, k=2 + n % 4)) for n in range(_WORDS)]
    units = [*_repeated(tree, ""), *(("", unit) for unit in [*alphabet, *words])]
    found = {(before, unit) for before, unit in units if unit}
    return [Text(before, unit, after) for before, unit in sorted(found) for after in _ENDS]


def _in_python(pattern: str) -> str:
    tokens = _TOKEN.findall(pattern)
    # A sign after a repetition makes it possessive, and is left out; one after an escape is meant.
    kept = [
        token
        for before, token in zip(["", *tokens], tokens, strict=False)
        if not (token == "+" and before in ("+", "*", "?", "}"))
    ]
    python = {"(?<": "(?P<", r"\z": r"\Z", r"\G": r"\A"}
    return "".join(python.get(token, token) for token in kept)


def _repeated(tree: Tree, before: str) -> Iterator[tuple[str, str]]:
    """What stands before each repetition, and samples of what it repeats."""
    for kind, value in tree:
        for inner in _within(kind, value):
            if kind in _REPEATS:
                yield from ((before, _sample(inner, n)) for n in range(_SAMPLES))
            yield from _repeated(inner, before)
        if kind not in _LOOKS:
            before += _sample([(kind, value)], 1)


def _within(kind: Any, value: Any) -> list[Tree]:
    if kind in _REPEATS:
        return [value[2]]
    if kind in _LOOKS:
        return [value[1]]
    if kind is sre.BRANCH:
        return list(value[1])
    return [value[3]] if kind is sre.SUBPATTERN else []


def _sample(tree: Tree, number: int) -> str:
    """A text that the tree may match; ``number`` tells which branches and signs it has."""
    found = ""
    for kind, value in tree:
        inner = _within(kind, value)
        if kind in _REPEATS:
            found += _sample(inner[0], number) * max(value[0], min(value[1], number % 2))
        elif kind is sre.BRANCH:
            found += _sample(inner[number % len(inner)], number)
        elif kind is sre.SUBPATTERN:
            found += _sample(inner[0], number)
        elif kind not in _LOOKS:
            signs = _signs(kind, value)
            found += signs[number % len(signs)] if signs else ""
    return found


def _signs(kind: Any, value: Any) -> str:
    """Some of the characters that one place of a pattern takes."""
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.ANY or kind is sre.NOT_LITERAL:
        return _ANY
    if kind is sre.RANGE:
        return chr(value[0]) + chr(value[1])
    if kind is sre.CATEGORY:
        return _CATEGORIES[value]
    if kind is sre.IN and value[0][0] is sre.NEGATE:
        refused = "".join(_signs(*item) for item in value[1:])
        return "".join(sign for sign in "x 1[" if sign not in refused) or "\u0101"
    return "".join(_signs(*item) for item in value) if kind is sre.IN else ""


def _alphabet(tree: Tree) -> Iterator[str]:
    for kind, value in tree:
        yield from _signs(kind, value)
        if kind is sre.IN and value[0][0] is sre.NEGATE:
            yield from "".join(_signs(*item) for item in value[1:])
        for inner in _within(kind, value):
            yield from _alphabet(inner)
