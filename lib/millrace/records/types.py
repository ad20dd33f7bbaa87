"""The types of fields, as Spark writes them, and whether a value can be stored as one."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

_LATEST = 253_402_300_799_999_999  # the year 9999 has ended: BSON's readers know no later time
_TOKEN = re.compile(r"[a-z_]\w*|\d+|[<>(),:]")


class UnstorableError(ValueError):
    """A value is none that its field can have; the message names what it is."""


@dataclass(frozen=True)
class Type:
    """A type: its ``name`` and, of a nested one, the types of its parts.

    Of an array, the items' type; of a map, that of its values, keys being strings. A decimal has
    ``digits``, of which ``scale`` stand after the point.
    """

    name: str
    of: "Type | None" = None
    fields: tuple[tuple[str, "Type"], ...] = ()
    digits: int = 0
    scale: int = 0


@cache
def parsed(text: str) -> Type:
    """The type that Spark SQL's notation names; raises ValueError where it is unknown here."""
    tokens = _TOKEN.findall(text)
    result = _parsed(tokens)
    if tokens:
        raise ValueError(f"not a type: {text}")
    return result


def _parsed(tokens: list[str]) -> Type:
    name = tokens.pop(0)
    if name == "decimal":
        _, digits, _, scale, _ = (tokens.pop(0) for _ in range(5))
        return Type(name, digits=int(digits), scale=int(scale))
    if name in ("array", "map"):
        tokens.pop(0)
        if name == "map":
            del tokens[:2]  # the keys' type
        of = _parsed(tokens)
        tokens.pop(0)
        return Type(name, of)
    if name == "struct":
        fields = []
        while tokens.pop(0) in ("<", ","):
            field, _ = tokens.pop(0), tokens.pop(0)
            fields.append((field, _parsed(tokens)))
            if tokens[0] == ">":
                tokens.pop(0)
                break
        return Type(name, fields=tuple(fields))
    if name not in _CHECKS:
        raise ValueError(f"not a type: {name}")
    return Type(name)


def checker(type: Type) -> Callable[[Any], None]:
    """A function that raises UnstorableError of a value, not None, that is none of the type's.

    The rules are those of what stores it: text without half a surrogate pair, keys without NUL,
    numbers within their bits or digits, times from 1970 to 9999.
    """
    if type.name == "decimal":
        limit = Decimal(10) ** (type.digits - type.scale)
        return lambda value: _check_decimal(value, type.scale, limit)
    if type.name == "array" and type.of:
        check_item = checker(type.of)
        return lambda value: _check_each(value, check_item)
    if type.name == "map" and type.of:
        check_value = checker(type.of)
        return lambda value: _check_members(value, check_value)
    if type.name == "struct":
        checks = {name: checker(inner) for name, inner in type.fields}
        return lambda value: _check_fields(value, checks)
    return _CHECKS[type.name]


def check_text(value: Any) -> None:
    """Raises UnstorableError of what is no text, or has half a surrogate pair."""
    if not isinstance(value, str):
        raise UnstorableError(f"{value!r:.50} is no text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnstorableError("half of a surrogate pair in a text") from None


def _check_integer(value: Any, bits: int) -> None:
    if value.__class__ is not int or not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise UnstorableError(f"{value!r:.50} is no whole number of {bits} bits")


def _check_double(value: Any) -> None:
    if value.__class__ is not float or value - value != 0:
        raise UnstorableError(f"{value!r:.50} is no finite number")


def _check_time(value: Any) -> None:
    if value.__class__ is not int or not 0 <= value <= _LATEST:
        raise UnstorableError(f"{value!r:.50} is no time from 1970 to 9999")


def _check_boolean(value: Any) -> None:
    if value.__class__ is not bool:
        raise UnstorableError(f"{value!r:.50} is neither true nor false")


def _check_bytes(value: Any) -> None:
    if not isinstance(value, bytes):
        raise UnstorableError(f"{value!r:.50} is not of bytes")


def _check_decimal(value: Any, scale: int, limit: Decimal) -> None:
    fits = isinstance(value, Decimal) and value.is_finite() and abs(value) < limit
    if not fits or -int(value.as_tuple().exponent) > scale:
        raise UnstorableError(f"{value!s:.50} does not fit its decimal")


def _check_each(values: Iterable[Any], check: Callable[[Any], None]) -> None:
    for value in values:
        if value is not None:
            check(value)


def _check_members(value: Any, check: Callable[[Any], None]) -> None:
    for key in value:
        check_text(key)
        if "\0" in key:
            raise UnstorableError("NUL in a key")
    _check_each(value.values(), check)


def _check_fields(value: Any, checks: dict[str, Callable[[Any], None]]) -> None:
    for name, part in value.items():
        if part is not None:
            checks[name](part)


_CHECKS: dict[str, Callable[[Any], None]] = {
    "string": check_text,
    "int": lambda value: _check_integer(value, 32),
    "bigint": lambda value: _check_integer(value, 64),
    "double": _check_double,
    "timestamp": _check_time,
    "boolean": _check_boolean,
    "binary": _check_bytes,
}
