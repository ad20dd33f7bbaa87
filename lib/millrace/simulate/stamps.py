"""The time in a log line, as bytes: where it stands, what it says, how it reads when moved.

An access log line has its time in the first bracket that looks like one; a line that begins
with a brace has it under its outermost key "timestamp", in ISO 8601 or as ms since 1970; a syslog
line (RFC 5424, RFC 3164 in UTC, or rsyslog's ISO 8601 in its place) has it at its start. RFC 3164
states no year: it is the one that puts the time nearest to another time, which the caller gives.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from millrace.simulate.combined import MONTHS

_MONTH_NUMBERS = {month.encode(): number for number, month in enumerate(MONTHS, 1)}
_MONTH = b"(?:%s)" % b"|".join(_MONTH_NUMBERS)
_PRI = rb"<\d{1,3}>"
# In each the group "time" is what is written anew when the time moves.
_ACCESS = re.compile(rb"\[(?P<time>\d\d/%s/\d{4}:\d\d:\d\d:\d\d) (?P<zone>[+-]\d{4})\]" % _MONTH)
_ISO = (
    rb"(?P<time>(?P<wall>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?)"
    rb"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?"
)
_QUOTED_ISO = re.compile(b'"' + _ISO + b'"')
_SYSLOG_ISO = re.compile(b"(?:" + _PRI + b"(?:1 )?)?" + _ISO + b" ")
# Not where a year follows, as some routers write it.
_RFC_3164 = re.compile(
    rb"(?:%s)?(?P<time>%s (?: ?\d|\d\d) \d\d:\d\d:\d\d)(?!\d| \d{4} )" % (_PRI, _MONTH)
)
_KEY = re.compile(rb'"timestamp"[ \t]*:[ \t]*')
_NUMBER = re.compile(rb"(?P<time>\d{1,15})(?=[ \t]*[,}])")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?')
_EPOCH = datetime(1970, 1, 1)
_MS = timedelta(milliseconds=1)
_DAY_MS = 86_400_000


class _Time(NamedTuple):
    utc_ms: int
    unit_ms: int
    has_year: bool = True


class _Notation(NamedTuple):
    """How to read and to move a time; both raise ValueError or OverflowError where they cannot."""

    read: Callable[[re.Match[bytes]], _Time]
    moved: Callable[[re.Match[bytes], int], bytes]


_Place = tuple[_Notation, re.Match[bytes]]


class Stamp(NamedTuple):
    """The time in a line: what it says in UTC, and how it is written.

    ``unit_ms`` is the unit of its notation: 1000 where it ends with the seconds. ``has_year`` is
    False where the year is not written.
    """

    utc_ms: int
    unit_ms: int
    has_year: bool
    place: _Place

    def moved(self, by_ms: int) -> bytes:
        """The line with its time moved by so many ms, in the same notation and zone.

        ``by_ms`` is a multiple of ``unit_ms``. A line whose time would leave the calendar is
        returned as it is.
        """
        notation, match = self.place
        line, (start, end) = match.string, match.span("time")
        try:
            return line[:start] + notation.moved(match, by_ms) + line[end:]
        except (ValueError, OverflowError):
            return line


def find(line: bytes, near_ms: int | None = None) -> Stamp | None:
    """The time in the line; None where it has none that is in the calendar.

    A time without a year is the one nearest to ``near_ms``, and None where that is not given.
    """
    place = _place(line, near_ms)
    if place is None:
        return None
    notation, match = place
    try:
        return Stamp(*notation.read(match), place)
    except (ValueError, OverflowError):
        return None


def _place(line: bytes, near_ms: int | None) -> _Place | None:
    if line.lstrip()[:1] == b"{":
        return _json_place(line)
    if found := _SYSLOG_ISO.match(line):
        return _ISO_TIME, found
    if found := _RFC_3164.match(line):
        return None if near_ms is None else (_yearless(near_ms // _DAY_MS), found)
    found = _ACCESS.search(line)
    return (_ACCESS_TIME, found) if found else None


def _json_place(line: bytes) -> _Place | None:
    for key in _KEY.finditer(line):
        if _is_outermost(line[: key.start()]):
            if iso := _QUOTED_ISO.match(line, key.end()):
                return _ISO_TIME, iso
            number = _NUMBER.match(line, key.end())
            return (_EPOCH_MS, number) if number else None
    return None


def _is_outermost(before: bytes) -> bool:
    structure = _STRING.sub(b"", before)
    return structure.count(b"{") - structure.count(b"}") == 1


def _offset(zone: bytes | None) -> timedelta:
    if zone is None or zone == b"Z":
        return timedelta(0)
    digits = zone[1:].replace(b":", b"")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -offset if zone.startswith(b"-") else offset


# Neighbouring lines mostly share a second, hence the caches.
@lru_cache(maxsize=1024)
def _access_wall(wall: bytes) -> datetime:
    date, hour, minute, second = wall.split(b":")
    day, month, year = date.split(b"/")
    number = _MONTH_NUMBERS[month]
    return datetime(int(year), number, int(day), int(hour), int(minute), int(second))


@lru_cache(maxsize=1024)
def _access_time(wall: bytes, zone: bytes) -> _Time:
    return _Time((_access_wall(wall) - _offset(zone) - _EPOCH) // _MS, 1000)


@lru_cache(maxsize=1024)
def _access_moved(wall: bytes, by_ms: int) -> bytes:
    to = _access_wall(wall) + by_ms * _MS
    return f"{to.day:02d}/{MONTHS[to.month - 1]}/{to.year:04d}:{to:%H:%M:%S}".encode()


@lru_cache(maxsize=1024)
def _yearless_wall(written: bytes, near_day: int) -> datetime:
    name, day_text, clock = written.split()
    month, day = _MONTH_NUMBERS[name], int(day_text)
    hour, minute, second = (int(part) for part in clock.split(b":"))
    near = _EPOCH + timedelta(days=near_day)
    # Leap days are mostly four years apart.
    walls = (
        datetime(year, month, day, hour, minute, second)
        for year in range(near.year - 4, near.year + 5)
        if _has_day(year, month, day)
    )
    return min(walls, key=lambda wall: abs(wall - near))


def _has_day(year: int, month: int, day: int) -> bool:
    return day <= monthrange(year, month)[1]


@lru_cache(maxsize=1024)
def _yearless_moved(written: bytes, by_ms: int, near_day: int) -> bytes:
    to = _yearless_wall(written, near_day) + by_ms * _MS
    day = b"%02d" if written[4:5] == b"0" else b"%2d"
    return f"{MONTHS[to.month - 1]} ".encode() + day % to.day + f" {to:%H:%M:%S}".encode()


@lru_cache(maxsize=1024)
def _yearless(near_day: int) -> _Notation:
    """The notation of RFC 3164, whose times are those nearest to a day, counted since 1970."""
    return _Notation(
        read=lambda found: _Time(
            (_yearless_wall(found["time"], near_day) - _EPOCH) // _MS, 1000, has_year=False
        ),
        moved=lambda found, by_ms: _yearless_moved(found["time"], by_ms, near_day),
    )


def _iso_wall(match: re.Match[bytes]) -> datetime:
    fraction = match["fraction"] or b""
    wall = datetime.fromisoformat(match["wall"].decode())
    return wall + int(fraction[:3].ljust(3, b"0")) * _MS


def _iso_time(match: re.Match[bytes]) -> _Time:
    unit_ms = 10 ** max(0, 3 - len(match["fraction"] or b""))
    return _Time((_iso_wall(match) - _offset(match["zone"]) - _EPOCH) // _MS, unit_ms)


def _iso_moved(match: re.Match[bytes], by_ms: int) -> bytes:
    to = _iso_wall(match) + by_ms * _MS
    separator, fraction = chr(match["wall"][10]), match["fraction"]
    text = to.isoformat(separator, timespec="seconds").encode()
    if fraction is not None:
        # What is finer than a ms never moves.
        digits = b"%03d" % (to.microsecond // 1000)
        text += b"." + digits[: len(fraction)] + fraction[3:]
    return text


def _epoch_ms_time(match: re.Match[bytes]) -> _Time:
    return _Time(int(match[0]), 1)


def _epoch_ms_moved(match: re.Match[bytes], by_ms: int) -> bytes:
    to_ms = int(match[0]) + by_ms
    if to_ms < 0:
        raise ValueError("before 1970")
    return b"%d" % to_ms


_ACCESS_TIME = _Notation(
    read=lambda found: _access_time(found["time"], found["zone"]),
    moved=lambda found, by_ms: _access_moved(found["time"], by_ms),
)
_ISO_TIME = _Notation(_iso_time, _iso_moved)
_EPOCH_MS = _Notation(_epoch_ms_time, _epoch_ms_moved)
