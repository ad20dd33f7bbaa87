"""The time in a log line, as bytes: where it stands, what it says, how it reads when moved.

An access log line has its time in the first bracket that looks like one; a line that begins
with a brace has it under its outermost key "timestamp", in ISO 8601 or as ms since 1970.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from millrace.simulate.combined import MONTHS

_MONTH_NUMBERS = {month.encode(): number for number, month in enumerate(MONTHS, 1)}
_ACCESS = re.compile(
    rb"\[(?P<wall>\d\d/(?:%s)/\d{4}:\d\d:\d\d:\d\d) (?P<zone>[+-]\d{4})\]"
    % b"|".join(_MONTH_NUMBERS)
)
_KEY = re.compile(rb'"timestamp"[ \t]*:[ \t]*')
_ISO = re.compile(
    rb'"(?P<wall>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?'
    rb'(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?"'
)
_NUMBER = re.compile(rb"\d{1,15}(?=[ \t]*[,}])")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?')
_EPOCH = datetime(1970, 1, 1)
_MS = timedelta(milliseconds=1)


class Time(NamedTuple):
    """A time in UTC, and the unit of its notation: 1000 where it ends with the seconds."""

    utc_ms: int
    unit_ms: int


class _Notation(NamedTuple):
    """How to read and to move a time; both raise ValueError or OverflowError where they cannot."""

    read: Callable[[re.Match[bytes]], Time]
    moved: Callable[[re.Match[bytes], int], bytes]


def find(line: bytes) -> Time | None:
    """The time in the line; None where it has none that is in the calendar."""
    place = _place(line)
    if place is None:
        return None
    notation, found = place
    try:
        return notation.read(found)
    except (ValueError, OverflowError):
        return None


def moved(line: bytes, by_ms: int) -> bytes:
    """The line with its time moved by so many ms, in the same notation and zone.

    ``by_ms`` is a multiple of the notation's unit. A line without a time, or whose time would
    leave the calendar, is returned as it is.
    """
    place = _place(line)
    if place is None:
        return line
    notation, found = place
    try:
        return line[: found.start()] + notation.moved(found, by_ms) + line[found.end() :]
    except (ValueError, OverflowError):
        return line


def _place(line: bytes) -> tuple[_Notation, re.Match[bytes]] | None:
    if line.lstrip()[:1] == b"{":
        return _json_place(line)
    found = _ACCESS.search(line)
    return (_ACCESS_TIME, found) if found else None


def _json_place(line: bytes) -> tuple[_Notation, re.Match[bytes]] | None:
    for key in _KEY.finditer(line):
        if _is_outermost(line[: key.start()]):
            if iso := _ISO.match(line, key.end()):
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


# Neighbouring lines of an access log mostly share a second, hence the caches.
@lru_cache(maxsize=1024)
def _access_wall(wall: bytes) -> datetime:
    date, hour, minute, second = wall.split(b":")
    day, month, year = date.split(b"/")
    number = _MONTH_NUMBERS[month]
    return datetime(int(year), number, int(day), int(hour), int(minute), int(second))


@lru_cache(maxsize=1024)
def _access_time(wall: bytes, zone: bytes) -> Time:
    return Time((_access_wall(wall) - _offset(zone) - _EPOCH) // _MS, 1000)


@lru_cache(maxsize=1024)
def _access_moved(wall: bytes, by_ms: int) -> bytes:
    to = _access_wall(wall) + by_ms * _MS
    return f"{to.day:02d}/{MONTHS[to.month - 1]}/{to.year:04d}:{to:%H:%M:%S}".encode()


def _iso_wall(found: re.Match[bytes]) -> datetime:
    fraction = found["fraction"] or b""
    wall = datetime.fromisoformat(found["wall"].decode())
    return wall + int(fraction[:3].ljust(3, b"0")) * _MS


def _iso_time(found: re.Match[bytes]) -> Time:
    unit_ms = 10 ** max(0, 3 - len(found["fraction"] or b""))
    return Time((_iso_wall(found) - _offset(found["zone"]) - _EPOCH) // _MS, unit_ms)


def _iso_moved(found: re.Match[bytes], by_ms: int) -> bytes:
    to = _iso_wall(found) + by_ms * _MS
    separator, fraction, zone = chr(found["wall"][10]), found["fraction"], found["zone"] or b""
    text = to.isoformat(separator, timespec="seconds").encode()
    if fraction is not None:
        # What is finer than a ms never moves.
        digits = b"%03d" % (to.microsecond // 1000)
        text += b"." + digits[: len(fraction)] + fraction[3:]
    return b'"' + text + zone + b'"'


def _epoch_ms_time(found: re.Match[bytes]) -> Time:
    return Time(int(found[0]), 1)


def _epoch_ms_moved(found: re.Match[bytes], by_ms: int) -> bytes:
    to_ms = int(found[0]) + by_ms
    if to_ms < 0:
        raise ValueError("before 1970")
    return b"%d" % to_ms


_ACCESS_TIME = _Notation(
    read=lambda found: _access_time(found["wall"], found["zone"]),
    moved=lambda found, by_ms: (
        b"[" + _access_moved(found["wall"], by_ms) + b" " + found["zone"] + b"]"
    ),
)
_ISO_TIME = _Notation(_iso_time, _iso_moved)
_EPOCH_MS = _Notation(_epoch_ms_time, _epoch_ms_moved)
