"""No line, however made, takes a pattern much time: a task that hangs is a job that hangs."""

import ast
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import FrameType
from typing import Any

import pytest
import regex
from hostile_texts import texts

from millrace import detect, enrich, parse, transform, windows

PACKAGES = (parse, enrich, detect, transform, windows)
# Of processor time: far more than a linear one takes on a slow machine, far less than any other.
LIMIT_S = 3.0
COMPILES = {
    "compile",
    "match",
    "fullmatch",
    "search",
    "sub",
    "subn",
    "split",
    "findall",
    "finditer",
}


def modules() -> Iterator[Any]:
    for package in PACKAGES:
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            yield import_module(found.name)


def within(value: Any) -> Iterator[Any]:
    """The patterns that a constant is, or that stand in its tables."""
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from within([*value.values()])
    elif isinstance(value, tuple | list):
        for one in value:
            yield from within(one)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from within([getattr(value, one.name) for one in fields(value)])


PATTERNS = {
    f"{module.__name__.removeprefix('millrace.')}.{name}" + (f" {number}" if number else ""): one
    for module in modules()
    for name, value in vars(module).items()
    for number, one in enumerate(within(value))
}


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in what takes longer: a matcher hears signals."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def is_searched(name: str) -> bool:
    """Whether matches are looked for anywhere in a text, not at one place alone.

    A pattern of a table is used by another name: it is where anything of its module is.
    """
    module, _, constant = name.partition(" ")[0].rpartition(".")
    file = Path(import_module(f"millrace.{module}").__file__ or "")
    used = [
        (getattr(node.value, "id", ""), node.attr)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in COMPILES
    ]
    own = {attribute for of, attribute in used if of == constant}
    others = {attribute for of, attribute in used if of not in ("re", "regex", "json")}
    return bool((own or others) - {"match", "fullmatch", "compile"})


def fault(pattern: Any, *, searched: bool = True) -> str | None:
    """The text on which a pattern is not linear, or None."""
    for text in texts(pattern.pattern):
        try:
            with limited(LIMIT_S):
                for _ in pattern.finditer(text.whole) if searched else ():
                    pass
                pattern.match(text.whole)
        except TimeoutError:
            return f"{text.before!r} and {text.unit!r} again and again"
    return None


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_keeps_to_linear_time(name: str) -> None:
    assert fault(PATTERNS[name], searched=is_searched(name)) is None


def test_every_pattern_has_a_name_by_which_it_is_found() -> None:
    """None is compiled within a function, where nobody looks for it."""
    assert len(PATTERNS) > 30
    hidden = []
    for module in modules():
        file = Path(module.__file__)
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and function.name != "_compiled":
                hidden += [
                    f"{file.name}: {function.name}"
                    for call in ast.walk(function)
                    if _compiles(call)
                ]
    assert hidden == []


def _compiles(node: ast.AST) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return bool(
        is_call
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("re", "regex")
        and node.func.attr in COMPILES
    )


PLANTED = {
    "a run looked at from each of its characters": "[ ]+$",
    "a run looked through from each of its characters": "[ ]+[ ]+$",
    "a repetition within another": "^(?:[a-z]+)+[0-9]$",
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_bad_pattern_is_told(name: str) -> None:
    assert fault(re.compile(PLANTED[name]))
