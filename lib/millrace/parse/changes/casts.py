"""A value as a connector sends it -> the value that is stored, by the declared type of its field.

Each cast raises RejectedError (bad_value) where the value is none that the type has.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, DecimalException
from functools import cache
from typing import Any

from bson import Decimal128, Int64, ObjectId

from millrace.parse.rejection import RejectedError, found
from millrace.records.entities import item_type

Cast = Callable[[str, Any], Any]

UNAVAILABLE = "__debezium_unavailable_value"
"""What stands in place of a large value that an update did not touch (PostgreSQL)."""

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)Z?", re.ASCII)
_SPECIAL = {"nan": math.nan, "infinity": math.inf, "-infinity": -math.inf}
_INT_BITS, _BIGINT_BITS = 32, 64


@cache
def cast(type: str) -> Cast:
    """The cast to ``type``: a function of the field's name and its value, which is not None."""
    item = item_type(type)
    if item is not None:
        inner = _PLAIN[item]
        return lambda name, value: _array(name, value, inner)
    return _PLAIN[type]


def _refused(name: str, value: Any, expected: str) -> RejectedError:
    return RejectedError("bad_value", found(name, f"expected {expected}, not {value!r:.100}"))


def _boolean(name: str, value: Any) -> bool:
    """True and false; 0 and 1, as databases without a type for them have it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal) and value in (0, 1):
        return bool(value)
    raise _refused(name, value, "true, false, 0 or 1")


def _whole(name: str, value: Any, bits: int) -> int:
    whole = value
    if isinstance(value, float | Decimal):
        is_whole = math.isfinite(value) and value == int(value)
        whole = int(value) if is_whole else None
    is_number = isinstance(whole, int) and not isinstance(whole, bool)
    if is_number and -(1 << bits - 1) <= whole < 1 << bits - 1:
        return int(whole)
    raise _refused(name, value, f"a whole number of {bits} bits")


def _double(name: str, value: Any) -> float:
    if isinstance(value, str) and value.lower() in _SPECIAL:
        return _SPECIAL[value.lower()]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise _refused(name, value, "a number")


def _decimal(name: str, value: Any) -> Decimal128:
    """Exact, in the 34 digits that BSON has."""
    if isinstance(value, Decimal128):
        return value
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        text = "NaN" if value == "NAN" else str(value)
        try:
            number = Decimal(text)
            if number.is_nan() or (number.is_finite() and len(number.as_tuple().digits) <= 34):
                return Decimal128(number)
        except (DecimalException, ValueError):
            pass
    raise _refused(name, value, "a number of at most 34 digits")


def _string(name: str, value: Any) -> str:
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refused(name, value, "whole characters") from None
        return value
    raise _refused(name, value, "a text")


def _date(name: str, value: Any) -> datetime:
    """A day, as the time at which it begins in UTC."""
    if isinstance(value, str) and (match := _DATE.fullmatch(value)):
        try:
            return datetime(*map(int, match.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
        except ValueError:
            pass
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value
    raise _refused(name, value, "a date from year 1 to 9999")


def _timestamp(name: str, value: Any) -> datetime:
    """To the millisecond, which is what BSON has."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and value[:1].isdigit():
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            raise _refused(name, value, "a time from year 1 to 9999") from None
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        return time.replace(microsecond=time.microsecond // 1_000 * 1_000)
    raise _refused(name, value, "a time from year 1 to 9999")


def _binary(name: str, value: Any) -> bytes:
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    raise _refused(name, value, "base64")


def _json(name: str, value: Any) -> Any:
    """A document: JSON in a text, or what MongoDB sent."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise _refused(name, value, "JSON") from None
    return _stored(value)


def _stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _stored(one) for key, one in value.items()}
    return [_stored(one) for one in value] if isinstance(value, list) else value


def _array(name: str, value: Any, inner: Cast) -> list[Any]:
    if isinstance(value, list):
        return [None if one is None else inner(name, one) for one in value]
    raise _refused(name, value, "a list")


_PLAIN: dict[str, Cast] = {
    "boolean": _boolean,
    "int": lambda name, value: _whole(name, value, _INT_BITS),
    "bigint": lambda name, value: Int64(_whole(name, value, _BIGINT_BITS)),
    "double": _double,
    "decimal": _decimal,
    "string": _string,
    "date": _date,
    "timestamp": _timestamp,
    "binary": _binary,
    "json": _json,
}
