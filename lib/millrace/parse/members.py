"""Members of a JSON object -> values of fields."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from math import isfinite
from typing import Any, TypeVar

from millrace.parse import json, numbers, times
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found
from millrace.records.limits import MAX_ITEMS

T = TypeVar("T")

_LONGEST_INTEGER = 10**numbers.MAX_DIGITS


def text(value: Any) -> str | None:
    """A member as text: a string as it is, others as compact JSON; None where it is null."""
    return value if value.__class__ is str or value is None else json.written(value)


def object_within(value: Any) -> dict[str, Any] | None:
    """The members of an object, or of a text that is one; None for others."""
    value = _within(value, "{", "")
    return dict(value) if value.__class__ is json.Members else None


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


def of_text(reader: Callable[[str], T | None]) -> Callable[[Any], T | None]:
    """A reader of members that reads their text."""
    return lambda value: reader(value if value.__class__ is str else text(value) or "")


def integer(value: Any) -> int | None:
    """The whole number that a member is, or is the text of, within 32 bits; None for others."""
    if value.__class__ is int:
        return value if numbers.fits_32_bits(value) else None
    return numbers.integer(text(value) or "")


def double(value: Any) -> float | None:
    """The number that a member is, or is the text of; None for others, and for infinity."""
    if value.__class__ is int:
        return float(value) if -_LONGEST_INTEGER < value < _LONGEST_INTEGER else None
    if value.__class__ is json.Double:
        number = float(value)
        return number if isfinite(number) else None
    return numbers.double(text(value) or "")


def decimal(value: Any, digits: int, scale: int) -> Decimal | None:
    """The number with ``scale`` decimals, rounded half up; None where ``digits`` do not hold it."""
    return numbers.decimal(text(value) or "", digits, scale)


def instant(value: Any) -> int | None:
    """The instant of a member, in microseconds since 1970; None where it is none."""
    if value.__class__ is int:
        return times.since_1970(value)
    return times.instant(text(value) or "")


def timestamp(sent: dict[str, Any], options: Options, marks: dict[str, str]) -> int:
    """The instant of the member ``timestamp``, in microseconds since 1970.

    A text without a zone has the feed's; ``marks`` says where that is doubted. Raises RejectedError
    where there is no member (missing_field), or it is no instant (bad_timestamp).
    """
    value = sent.get("timestamp")
    if value is None:
        raise RejectedError("missing_field", "timestamp")
    time = instant(value)
    if time is None:
        raise RejectedError("bad_timestamp", found("timestamp", text(value) or ""))
    if not options.zone.is_utc and value.__class__ is str and times.is_local(value):
        return options.local(time, marks)
    return time


def _empty(value: Any) -> str:
    return "null" if value is None else ""


def _within(value: Any, begins: str, ends: str) -> Any:
    """What a text holds that begins and ends so; any other value as it is."""
    if value.__class__ is not str or not value.startswith(begins) or not value.endswith(ends):
        return value
    try:
        return json.read(value)
    except ValueError:
        return None
