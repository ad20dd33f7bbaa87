"""The patterns that Spark's functions are given, and a JVM of little stack to try them in."""

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import py4j.java_gateway as py4j
import pyspark
import pytest
from hostile_texts import LENGTH, Text, texts
from py4j.protocol import Py4JError
from pyspark.sql import functions as F

import millrace
from millrace.setup.java import java

PACKAGE = Path(millrace.__file__).parent
# By place of the pattern among the arguments; of a column's method there is none before it.
_OF_COLUMNS = {"rlike": 0}
_FUNCTIONS = {
    name: 1
    for name in dir(F)
    if name.startswith(("regexp", "rlike")) or name in ("split", "str_to_map", "sentences")
}
_STACK = "-Xss512k"  # half of what a task's thread has
# What is linear ends in a fraction of it, what is quadratic in a multiple.
_LIMIT_S = 10


class Place(NamedTuple):
    """A function of the package: its file, and the line that it begins at."""

    file: str
    line: int


@dataclass
class Given:
    """The patterns that Spark's functions were given, and the functions that gave them."""

    patterns: set[str] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)


@contextmanager
def given() -> Iterator[Given]:
    """Notes each pattern that one of Spark's functions is given meanwhile."""
    seen, literals = Given(), {}

    def noting(function: Callable[..., Any], place: int) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*arguments: Any, **named: Any) -> Any:
            pattern = arguments[place]
            seen.patterns.add(pattern if isinstance(pattern, str) else literals[id(pattern)][1])
            seen.places.add(_place(sys._getframe(1)))
            return function(*arguments, **named)

        return wrapper

    def remembering(value: Any) -> Any:
        column = literal(value)
        literals[id(column)] = column, value
        return column

    literal, of_columns = F.lit, type(F.lit(""))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(F, "lit", remembering)
        for name, place in _FUNCTIONS.items():
            patched.setattr(F, name, noting(getattr(F, name), place))
        for name, place in _OF_COLUMNS.items():
            patched.setattr(of_columns, name, noting(getattr(of_columns, name), place + 1))
        yield seen


def places(file: Path) -> set[Place]:
    """The functions of a file that give a pattern to one of Spark's."""
    found: set[Place] = set()

    def visit(node: ast.AST, line: int) -> None:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            line = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        if isinstance(node, ast.Call) and _takes_a_pattern(node.func):
            found.add(Place(str(file), line))
        for child in ast.iter_child_nodes(node):
            visit(child, line)

    visit(ast.parse(file.read_text(encoding="utf-8")), 1)
    return found


def in_sql(file: Path) -> list[str]:
    """The texts of a file that give a pattern within SQL, where nothing notes it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    all_texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [
        text
        for text in all_texts
        if isinstance(text, str) and any(word in text.lower() for word in ("rlike", "regexp"))
    ]


def _takes_a_pattern(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    is_of_spark = isinstance(function.value, ast.Name) and function.value.id == "F"
    return function.attr in (_FUNCTIONS if is_of_spark else _OF_COLUMNS)


def _place(frame: FrameType) -> Place:
    """The function that a frame is of; a comprehension is a part of the function around it."""
    while frame.f_code.co_name in ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"):
        assert frame.f_back
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_code.co_firstlineno)


class SmallJvm:
    """A JVM whose threads have little stack. It is started anew after what it did not survive."""

    def __init__(self) -> None:
        self._process: Any = None
        self._gateway: Any = None

    def fault(self, pattern: str) -> str | None:
        """What goes wrong with the pattern on texts that are hard on it, or None."""
        if not self._process:
            self._start()
        matcher = self._gateway.jvm.java.util.regex.Pattern.compile(pattern).matcher("")
        for text in texts(pattern):
            wrong = self._tried(matcher, text)
            if wrong:
                return f"{wrong}: {text.before!r} and {text.unit!r} again and again: {pattern}"
        return None

    def stop(self) -> None:
        """Ends the process."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> None:
        (jar,) = (Path(pyspark.__file__).parent / "jars").glob("py4j-*.jar")
        port, self._process = py4j.launch_gateway(
            jarpath=str(jar),
            java_path=java(),
            javaopts=[_STACK],
            die_on_exit=True,
            return_proc=True,
        )
        # Else Python tells a JVM that is gone, again and again, what it may forget.
        parameters = py4j.GatewayParameters(port=port, enable_memory_management=False)
        self._gateway = py4j.JavaGateway(gateway_parameters=parameters)

    def _tried(self, matcher: Any, text: Text) -> str | None:
        failed: list[str] = []

        def find_all() -> None:
            try:
                matcher.reset(text.whole)
                matcher.results().count()
            except Py4JError as error:
                # Where the time was over, the JVM is gone.
                failed.append(str(getattr(error, "java_exception", error)))

        thread = threading.Thread(target=find_all, daemon=True)
        thread.start()
        thread.join(_LIMIT_S)
        if not thread.is_alive():
            return failed[0] if failed else None
        self.stop()
        return f"not linear in {LENGTH} characters"
