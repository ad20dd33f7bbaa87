"""Values as they are written -> values as documents have them."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from millrace.search.errors import QueryError, shown
from millrace.search.syntax import Written

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?\Z")
# As many digits as a decimal of MongoDB has: 34.
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,16})?\Z")
_TIME = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}))?)?)?)?(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?\Z"
)
_BITS = 64
_MS = timedelta(milliseconds=1)
_LAST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)
_LENGTHS = {
    "fraction": _MS,
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


@dataclass(frozen=True)
class Period:
    """From ``start`` to ``end``, which is not within."""

    start: datetime
    end: datetime

    @property
    def is_instant(self) -> bool:
        """Whether no two stored times are within."""
        return self.end - self.start == _MS


def looks_like_number(written: Written) -> bool:
    """Whether it is a number that stands without quotes."""
    return not written.is_quoted and bool(_NUMBER.match(written.text))


def whole(written: Written, name: str) -> int:
    """The whole number of 64 bits that is written; raises QueryError where it is none."""
    text = _plain(written, name)
    if not _WHOLE.match(text) or not -(1 << _BITS - 1) <= int(text) < 1 << _BITS - 1:
        raise _wrong(written, name, f"a whole number of at most {_BITS} bits")
    return int(text)


def number(written: Written, name: str) -> float:
    """The number that is written; raises QueryError where it is none, or infinite."""
    text = _plain(written, name)
    if not _NUMBER.match(text) or not math.isfinite(float(text)):
        raise _wrong(written, name, "a number")
    return float(text)


def decimal(written: Written, name: str) -> Decimal:
    """The decimal that is written; raises QueryError where it is none."""
    text = _plain(written, name)
    if not _DECIMAL.match(text):
        raise _wrong(written, name, "a number, of at most 18 digits before the point and 16 after")
    return Decimal(text)


def period(written: Written, name: str) -> Period:
    """The time that is written, as the period that it names: 2026-11 is a month.

    Without a zone it is UTC. What is finer than a millisecond is cut off, as it is of times that
    are stored. Raises QueryError where it is no time.
    """
    match = _TIME.match(_plain(written, name))
    try:
        found = match and _period(match)
    except (ValueError, OverflowError):
        found = None
    if not found:
        raise _wrong(written, name, "a time, such as 2026-11-27 or 2026-11-27T10:15:00.250Z")
    return found


def _period(match: re.Match[str]) -> Period:
    date = (int(match["year"]), int(match["month"]), int(match["day"] or 1))
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    ms = int((match["fraction"] or "").ljust(3, "0")[:3])
    local = datetime(*date, hour, minute, second, ms * 1_000, tzinfo=UTC)
    start = local - _offset(match["zone"])
    try:
        return Period(start, _end(match, start))
    except (ValueError, OverflowError):  # in the year 10000
        return Period(start, _LAST)


def _end(match: re.Match[str], start: datetime) -> datetime:
    for part, length in _LENGTHS.items():
        if match[part]:
            return start + length
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]) if zone[3:] else 0)


def _plain(written: Written, name: str) -> str:
    if not written.is_plain:
        said = f"{name} is no text, which * and ? are for: try {name}:>=... or {name}:[... TO ...]"
        raise QueryError(said, written.position)
    return written.text


def _wrong(written: Written, name: str, kind: str) -> QueryError:
    return QueryError(f"{name} is {kind}; {shown(written.text)} is none", written.position)
