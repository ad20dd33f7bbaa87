"""Text -> instant: whole microseconds since 1970 in UTC, None for what is no such text.

No instant is before 1970 or after 9999-12-31T23:59:59Z: no log is older, no table holds more.
"""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

from millrace.parse.numbers import NUMBER
from millrace.records.received import SECOND

LATEST = 253_402_300_799 * SECOND
MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LONGEST_OFFSET_MIN = 18 * 60  # of any zone (ISO 8601 has no bound, the JVM's time library this)
_KEPT = 4_096  # texts, each of a known length
# ASCII: other digits are none in logs.
_ISO_8601 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):([0-5]\d)(?:[.,](\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)?\r?$",
    re.ASCII,
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)$", re.ASCII)
_CLF = re.compile(
    r"(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?( [+-]\d{4})$", re.ASCII
)

# Seconds reach the year 5138 before they have twelve digits, and no log is as old as the same
# number of ms, March 1973: so the magnitude tells the unit.
_SECONDS_BELOW = 10**11
_MILLISECONDS_BELOW = 10**14
_MICROSECONDS_BELOW = 10**17
_DIGITS = len(str(_MICROSECONDS_BELOW))
_MILLIONTH = Decimal("0.000001")
_EXACT = Context(prec=200)


def plausible(microseconds: int | None) -> int | None:
    """The instant, or None where it is none that a log can have."""
    return microseconds if microseconds is not None and 0 <= microseconds <= LATEST else None


def iso_8601(text: str) -> int | None:
    """The instant of an ISO 8601 date and time; without a zone it is UTC.

    Digits beyond the microsecond are cut off.
    """
    match = _ISO_8601.match(text)
    if not match:
        return None
    day, clock, second, fraction, zone = match.groups()
    minute = _minute(day, clock, zone)
    if minute is None:
        return None
    return plausible(minute + int(second) * SECOND + _microseconds(fraction))


def is_local(text: str) -> bool:
    """Whether the text is an ISO 8601 date and time without a zone."""
    match = _ISO_8601.match(text)
    return bool(match and match[5] is None)


def iso_date(text: str) -> int | None:
    """The first instant, in UTC, of an ISO 8601 date."""
    match = _DATE.match(text)
    return at(int(match[1]), int(match[2]), int(match[3]), "000000", None, None) if match else None


def clf_time(text: str) -> int | None:
    """The instant of a time of the Common Log Format, ``22/Jan/2019:03:56:14 +0330``.

    Its second may have a fraction. Raises nothing: a text of another form has no instant.
    """
    match = _CLF.match(text)
    if not match:
        return None
    second = _clf_time(match[1] + match[3])
    return None if second is None else plausible(second + _microseconds(match[2]))


@lru_cache(_KEPT)
def _clf_time(text: str) -> int | None:
    month = MONTHS.get(text[3:6])
    if month is None:
        return None
    clock = text[12:14] + text[15:17] + text[18:20]
    return at(int(text[7:11]), month, int(text[:2]), clock, None, text[21:26])


def instant(text: str) -> int | None:
    """The instant of an ISO 8601 text or of a number of s, ms or µs since 1970."""
    if text[4:5] == "-" and (time := iso_8601(text)) is not None:
        return time
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return since_1970(int(text))
    if NUMBER.match(text):
        return since_1970(_exact(text))
    return iso_8601(text)


def since_1970(number: Decimal | int | None) -> int | None:
    """The instant of a number of s, ms or µs since 1970, told apart by their magnitude."""
    if number is None or number < 0:
        return None
    if number < _SECONDS_BELOW:
        return plausible(int(number * SECOND))
    if number < _MILLISECONDS_BELOW:
        return plausible(int(number * 1_000))
    return plausible(int(number)) if number < _MICROSECONDS_BELOW else None


def at(
    year: int, month: int, day: int, clock: str, fraction: str | None, zone: str | None
) -> int | None:
    """The instant of a date, a clock's ``hhmmss``, its fraction's digits, and a zone's offset.

    None where there is no such day, time or offset.
    """
    days, minutes = _day(year, month, day), offset_min(zone or "Z")
    hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:])
    if days is None or minutes is None or hour > 23 or minute > 59 or second > 59:
        return None
    seconds = days * 86_400 + (hour * 60 + minute - minutes) * 60 + second
    return plausible(seconds * SECOND + _microseconds(fraction))


@lru_cache(_KEPT)
def _minute(day: str, clock: str, zone: str | None) -> int | None:
    """The first instant of a minute ``yyyy-mm-dd``, ``hh:mm``; it may lie before 1970."""
    year, month, of_month = map(int, day.split("-"))
    days, minutes = _day(year, month, of_month), offset_min(zone or "Z")
    hour, minute = int(clock[:2]), int(clock[3:])
    if days is None or minutes is None or hour > 23 or minute > 59:
        return None
    return (days * 1_440 + hour * 60 + minute - minutes) * 60 * SECOND


def _microseconds(fraction: str | None) -> int:
    """Of a second's digits after the point; those beyond the sixth are cut off."""
    return int(fraction[:6].ljust(6, "0")) if fraction else 0


@lru_cache(_KEPT)
def _day(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


@lru_cache(_KEPT)
def offset_min(zone: str) -> int | None:
    """The minutes of ``+hhmm``, ``+hh:mm`` or ``Z``."""
    if zone in ("Z", "z"):
        return 0
    minutes = int(zone[-2:])
    offset = int(zone[1:3]) * 60 + minutes
    if minutes > 59 or offset > _LONGEST_OFFSET_MIN:
        return None
    return -offset if zone[0] == "-" else offset


def _exact(text: str) -> Decimal | None:
    """The number to the millionth, rounded half up; None where it is too large to be a time."""
    number = Decimal(text)
    if number.adjusted() > _DIGITS:
        return None
    try:
        return number.quantize(_MILLIONTH, ROUND_HALF_UP, _EXACT)
    except InvalidOperation:
        return None
