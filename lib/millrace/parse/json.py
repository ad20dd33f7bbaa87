"""Lines that are JSON objects, read without a schema so that every value can be judged.

A number with a fraction or an exponent is kept as it was sent: 1.10 stays 1.10.
"""

import re
from json import JSONDecoder
from json.encoder import encode_basestring
from typing import Any

from millrace.parse.rejection import RejectedError

MAX_DEPTH = 200  # objects and lists within each other; a reader of JSON may have any bound
_MAX_NUMBER = 1_000  # characters

_WHITE = " \t\n\r"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# JSON's writers differ in the case of these digits; Spark's is upper.
_CONTROL = re.compile(r"\\(?:u00(?:1[a-f]|0[bef])|.)", re.DOTALL)


class Double(str):
    """A number with a fraction or an exponent, as it was sent."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """An object: its members in the order in which they were sent, repeated ones included."""

    __slots__ = ()


def line_object(line: str) -> dict[str, Any]:
    """The members of the line's one JSON object; of a repeated key the last one.

    Raises RejectedError (bad_json) where the line is not one JSON object, is nested too deep or has
    a number that is too long.
    """
    try:
        value = read(line)
    except ValueError:
        value = None
    if value.__class__ is not Members:
        raise RejectedError("bad_json", "not one JSON object")
    return dict(value)


def read(line: str) -> Any:
    """The value of a JSON text: str, int, Double, bool, None, list or Members.

    Raises ValueError where it is none, is nested too deep or has a number that is too long.
    """
    if line.count("[") + line.count("{") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
        raise ValueError("nested too deep")
    value = _decoded(line)
    # Half of a character that JSON escaped: it cannot be stored as UTF-8.
    return _repaired(value) if "\\ud" in line or "\\uD" in line else value


def written(value: Any) -> str:
    """A value as compact JSON."""
    kind = value.__class__
    if kind is str:
        text = encode_basestring(value)
        return _CONTROL.sub(_in_upper_case, text) if "\\u00" in text else text
    if kind is int:
        return str(value)
    if kind is Double:
        return str(value)
    if kind is Members:
        return "{" + ",".join([f"{written(key)}:{written(one)}" for key, one in value]) + "}"
    if kind is list:
        return "[" + ",".join([written(one) for one in value]) + "]"
    return {None: "null", True: "true", False: "false"}[value]


def _decoded(line: str) -> Any:
    """As JSONDecoder.decode does, which looks for white space first where there seldom is any."""
    begins = 0 if line.startswith("{") else len(line) - len(line.lstrip(_WHITE))
    # A short line has no number that is too long.
    decoder = _DECODER if len(line) <= _MAX_NUMBER else _LONG_LINE_DECODER
    try:
        value, end = decoder.scan_once(line, begins)  # type: ignore[attr-defined]
    except StopIteration:
        raise ValueError("no JSON") from None
    if end != len(line) and line[end:].strip(_WHITE):
        raise ValueError("text after the value")
    return value


def _depth(line: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRING.sub("", line)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _repaired(value: Any) -> Any:
    if value.__class__ is str:
        return _SURROGATE.sub("?", value)
    if value.__class__ is Members:
        return Members([(_repaired(key), _repaired(inner)) for key, inner in value])
    return [_repaired(inner) for inner in value] if value.__class__ is list else value


def _in_upper_case(match: re.Match[str]) -> str:
    return match[0][:2] + match[0][2:].upper() if match[0].startswith("\\u") else match[0]


def _bounded(digits: str) -> str:
    if len(digits) > _MAX_NUMBER:
        raise ValueError("a number is too long")
    return digits


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = JSONDecoder(object_pairs_hook=Members, parse_float=Double, parse_constant=_no_constant)
_LONG_LINE_DECODER = JSONDecoder(
    object_pairs_hook=Members,
    parse_int=lambda digits: int(_bounded(digits)),
    parse_float=lambda digits: Double(_bounded(digits)),
    parse_constant=_no_constant,
)
