"""Documents as JSON has them."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from math import isfinite
from types import NoneType
from typing import Any

from bson.decimal128 import Decimal128

_AS_THEY_ARE = frozenset({str, int, bool, NoneType})


def plain(document: Mapping[str, Any], hidden: Collection[str] = ()) -> dict[str, Any]:
    """The document's fields but the ``hidden`` ones, each as JSON has it.

    Times are ISO 8601 in UTC to the millisecond, decimals and bytes text, numbers that JSON lacks
    null.
    """
    return {key: _plain(value) for key, value in document.items() if key not in hidden}


def time_text(time: datetime) -> str:
    """A time as ISO 8601 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if value.__class__ in _AS_THEY_ARE:  # nearly all, and a page has thousands
        return value
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal128):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
