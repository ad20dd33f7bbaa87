"""Lines that are JSON objects, read without a schema so that every value can be judged.

Members are texts: strings as they are, anything else as compact JSON, with numbers as Spark's JSON
reader hands them on (a number with a fraction or an exponent through a double).
"""

import re
from collections.abc import Callable, Iterable
from json import JSONDecoder
from json.encoder import encode_basestring
from typing import Any, TypeVar

from millrace.parse.rejection import RejectedError, found
from millrace.parse.times import instant
from millrace.records.limits import MAX_ITEMS
from millrace.records.numbers import double_text

T = TypeVar("T")

MAX_DEPTH = 200  # objects and lists within each other; a reader of JSON may have any bound
_MAX_NUMBER = 1_000  # characters

_WHITE = " \t\n\r"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# JSON's writers differ in the case of these digits; Spark's is upper.
_CONTROL = re.compile(r"\\(?:u00(?:1[a-f]|0[bef])|.)", re.DOTALL)


class Number(str):
    """A number, as text."""

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
        value = _read(line)
    except ValueError:
        value = None
    if value.__class__ is not Members:
        raise RejectedError("bad_json", "not one JSON object")
    return dict(value)


def text(value: Any) -> str | None:
    """A member as text; None where it is null."""
    if value.__class__ is str or value is None:
        return value
    return _written(value)


def object_within(value: Any) -> dict[str, Any] | None:
    """The members of an object, or of a text that is one; None for others."""
    value = _within(value, "{", "")
    return dict(value) if value.__class__ is Members else None


def list_within(value: Any) -> list[Any] | None:
    """The items of a list, or of a text that is one; None for others, and where it is too long."""
    value = _within(value, "[", "]")
    return value if value.__class__ is list and len(value) <= MAX_ITEMS else None


def storable(members: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The members as texts, with keys that MongoDB takes: it has no NUL in them; null is a text."""
    return {
        key.replace("\0", "\\u0000") if "\0" in key else key: text(value) or _empty(value)
        for key, value in members
    }


def read(field: str, value: Any, reader: Callable[[Any], T | None]) -> T | None:
    """What ``reader`` makes of a member, None where that is null.

    Raises RejectedError (bad_value) where it makes nothing of it: it was sent but cannot be read.
    """
    if value is None:
        return None
    result = reader(value)
    if result is None:
        raise RejectedError("bad_value", found(field, text(value) or ""))
    return result


def read_text(field: str, value: Any, reader: Callable[[str], T | None]) -> T | None:
    """The same for a reader of texts."""
    return None if value is None else read(field, text(value) or "", reader)


def timestamp(sent: dict[str, Any]) -> int:
    """The instant of the member ``timestamp``, in microseconds since 1970.

    Raises RejectedError where there is none (missing_field), or no instant (bad_timestamp).
    """
    written = text(sent.get("timestamp"))
    if written is None:
        raise RejectedError("missing_field", "timestamp")
    time = instant(written)
    if time is None:
        raise RejectedError("bad_timestamp", found("timestamp", written))
    return time


def _empty(value: Any) -> str:
    return "null" if value is None else ""


def _read(line: str) -> Any:
    """The value of a JSON text; ValueError where it is none."""
    if line.count("[") + line.count("{") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
        raise ValueError("nested too deep")
    value = _decoded(line)
    # Half of a character that JSON escaped: it cannot be stored as UTF-8.
    return _repaired(value) if "\\ud" in line or "\\uD" in line else value


def _decoded(line: str) -> Any:
    """As JSONDecoder.decode does, which looks for white space first where there seldom is any."""
    begins = 0 if line.startswith("{") else len(line) - len(line.lstrip(_WHITE))
    try:
        value, end = _DECODER.scan_once(line, begins)  # type: ignore[attr-defined]
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
    if isinstance(value, str):
        return _SURROGATE.sub("?", value) if not isinstance(value, Number) else value
    if value.__class__ is Members:
        return Members([(_repaired(key), _repaired(inner)) for key, inner in value])
    return [_repaired(inner) for inner in value] if value.__class__ is list else value


def _within(value: Any, begins: str, ends: str) -> Any:
    """What a text holds that begins and ends so; any other value as it is."""
    if not isinstance(value, str) or not value.startswith(begins) or not value.endswith(ends):
        return value
    try:
        return _read(value)
    except ValueError:
        return None


def _written(value: Any) -> str:
    """A value within an object or a list, as compact JSON."""
    kind = value.__class__
    if kind is Number:
        return str(value)
    if kind is str:
        written = encode_basestring(value)
        return _CONTROL.sub(_in_upper_case, written) if "\\u00" in written else written
    if kind is Members:
        return "{" + ",".join([f"{_written(key)}:{_written(one)}" for key, one in value]) + "}"
    if kind is list:
        return "[" + ",".join([_written(one) for one in value]) + "]"
    return {None: "null", True: "true", False: "false"}[value]


def _in_upper_case(match: re.Match[str]) -> str:
    return match[0][:2] + match[0][2:].upper() if match[0].startswith("\\u") else match[0]


def _integer(digits: str) -> Number:
    if len(digits) > _MAX_NUMBER:
        raise ValueError("a number is too long")
    return Number("0" if digits == "-0" else digits)


def _double(digits: str) -> Number:
    if len(digits) > _MAX_NUMBER:
        raise ValueError("a number is too long")
    written = double_text(float(digits))
    # No JSON number is infinite: Spark's writer has it as a text.
    return Number(f'"{written}"' if written.endswith("y") else written)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = JSONDecoder(
    object_pairs_hook=Members,
    parse_int=_integer,
    parse_float=_double,
    parse_constant=_no_constant,
)
