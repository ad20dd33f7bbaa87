"""Times as they are asked for: ISO 8601, seconds or less since 1970, or relative to now."""

import re
from datetime import UTC, datetime, timedelta

from millrace.records.received import EPOCH

_STEP = re.compile(r"([0-9]{1,6})([smhdw]?)")
_RELATIVE = re.compile(r"now(?:([+-])(\d{1,9})([smhdw]))?(?:/([mhdw]))?")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
# Digits tell the unit: until 2286 seconds have 10, milliseconds 13, microseconds 16.
_DIGITS = {10: timedelta(seconds=1), 13: timedelta(milliseconds=1), 16: timedelta(microseconds=1)}
_FIRST_DAY = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday: weeks begin with one
_FORMS = "expected ISO 8601, seconds, ms or us since 1970, or now, now-15m, now/d"


def instant(text: str, now: datetime) -> datetime:
    """The time in UTC that ``text`` names, to the millisecond.

    ``now-15m`` is a time ago (s, m, h, d, w), ``now/d`` the beginning of the day in UTC. Raises
    ValueError, with what is expected, where it names none.
    """
    try:
        found = _relative(text, now) or _since_1970(text) or _iso(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:64]!r}: {_FORMS}") from None
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def step(text: str, unit: timedelta) -> timedelta:
    """The length that ``text`` names: ``30s``, ``5m``, ``1h``, ``1d``, ``1w``, or seconds.

    Raises ValueError, with what is expected, where it is no multiple of ``unit``.
    """
    match = _STEP.fullmatch(text)
    found = int(match[1]) * _UNITS[match[2] or "s"] if match else timedelta()
    if not found or found % unit:
        least = next(f"1{name}" for name, length in _UNITS.items() if length == unit)
        raise ValueError(f"{text[:64]!r}: expected a multiple of {least}, as 5m, 1h or 1d")
    return found


def floor(time: datetime, step: timedelta) -> datetime:
    """The last beginning of a step up to a time: of days and weeks those of the calendar."""
    return time - (time - _FIRST_DAY) % step


def ceiling(time: datetime, step: timedelta) -> datetime:
    """The first beginning of a step from a time on."""
    return time + (_FIRST_DAY - time) % step


def _relative(text: str, now: datetime) -> datetime | None:
    match = _RELATIVE.fullmatch(text)
    if not match:
        return None
    sign, number, unit, start_of = match.groups()
    if number:
        now += int(f"{sign}{number}") * _UNITS[unit]
    if start_of:
        now -= (now - _FIRST_DAY) % _UNITS[start_of]
    return now


def _since_1970(text: str) -> datetime | None:
    return EPOCH + int(text) * _DIGITS[len(text)] if _is_epoch(text) else None


def _is_epoch(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in _DIGITS


def _iso(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
