"""The notations of times that occur in logs -> an instant, or the time of a wall clock.

A ``Moment`` is whole microseconds since 1970 and whether they are those of a wall clock, whose zone
the text does not name. A time without a year or a date is the one nearest to, and at most a day
after, what that clock showed when the line was received.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from millrace.parse import times, zones
from millrace.parse.times import MONTHS
from millrace.records.received import EPOCH, SECOND

Moment = tuple[int, bool]

LONGEST = 64  # characters: no notation is longer
DAY = 86_400 * SECOND
_BASIC_DIGITS = len("20260329100000")

_CLOCK = r"(\d\d?):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
_SIGNS = ("+", "-")
_SHORT_CLOCK = r"(\d\d?):(\d\d):(\d\d)"
_OFFSET = r"[+-]\d\d(?::?\d\d)?"
_ZONE = rf"(?: ?({_OFFSET})(?: [A-Z]{{3,5}})?| ?([A-Z]{{1,5}})(?:\b))?"
_MONTH = rf"({'|'.join(MONTHS)})(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?"
_NUMBER = re.compile(r"(\d{1,20})(?:\.(\d{1,20}))?\Z", re.ASCII)
# Below each the number counts s, ms, µs, ns since 1970: times.py says why.
_MAGNITUDES = ((10**11, 6), (10**14, 3), (10**17, 0), (10**20, -3))
_YEARS_BACK = range(-1, 9)  # leap days may lie eight years apart


def moment(text: str, wall_at_receipt: int) -> Moment | None:
    """What the text says, in any of the notations; None where it is none of them.

    ``wall_at_receipt`` is what the clocks of the feed's zone showed when the line was received.
    """
    text = text.strip(" ")
    # Most are of ISO 8601 and name their zone: this is the short way to them.
    if text[4:5] == "-" and (text[-1:] == "Z" or text[-6:-5] in _SIGNS or text[-5:-4] in _SIGNS):
        time = times.iso_8601(text)
        if time is not None:
            return time, False
    if not text or len(text) > LONGEST:
        return None
    is_date = len(text) == _BASIC_DIGITS and text.startswith(("19", "20"))
    if text[0].isdigit() and not is_date and (number := _NUMBER.match(text)):
        return _counted(number)
    for pattern, read in _NOTATIONS:
        match = pattern.match(text)
        if match:
            return read(match, wall_at_receipt)
    return None


def since_1970(text: str) -> int | None:
    """The instant of a number of s, ms, µs or ns since 1970, told apart by its magnitude."""
    match = _NUMBER.match(text)
    counted = _counted(match) if match else None
    return counted[0] if counted else None


def wall(
    year: int, month: int, day: int, clock: tuple[str, str, str], fraction: str | None
) -> int | None:
    """The wall clock's time in microseconds since 1970; None where there is no such time."""
    hour, minute, second = clock
    return times.at(year, month, day, f"{int(hour):02}{minute}{second}", fraction, None)


def nearest_year(
    month: int, day: int, clock: tuple[str, str, str], fraction: str | None, wall_at_receipt: int
) -> int | None:
    """The same for a time without a year."""
    received = EPOCH + timedelta(microseconds=wall_at_receipt)
    for back in _YEARS_BACK:
        time = wall(received.year - back, month, day, clock, fraction)
        if time is not None and time <= wall_at_receipt + DAY:
            return time
    return None


def nearest_day(
    clock: tuple[str, str, str], fraction: str | None, wall_at_receipt: int
) -> int | None:
    """The same for a time without a date: the day that puts it nearest to the receipt."""
    time = wall(1970, 1, 1, clock, fraction)
    if time is None:
        return None
    midnight = wall_at_receipt - wall_at_receipt % DAY
    days = (midnight - DAY + time, midnight + time, midnight + DAY + time)
    return times.plausible(min(days, key=lambda each: abs(each - wall_at_receipt)))


def wall_of(zone: str | None, received_at: int, wall_at_receipt: int) -> int:
    """What a clock showed at the receipt: one of that offset or name, else the feed's."""
    minutes = _minutes(zone)
    return wall_at_receipt if minutes is None else received_at + minutes * 60 * SECOND


def _minutes(zone: str | None) -> int | None:
    """The minutes from UTC of an offset or of a name that is known."""
    if zone and zone[0] in "+-":
        return times.offset_min(zone if len(zone) > len("+00") else f"{zone}00")
    return zones.offset_of(zone.upper()) if zone else None


def zoned(time: int | None, zone: str | None = None) -> Moment | None:
    """A wall clock's time as a moment: an instant where ``zone`` is an offset or is known by name.

    None where there is no time, or no such offset or instant.
    """
    if time is None:
        return None
    minutes = _minutes(zone)
    if minutes is None:
        # A name that is not known is that of the feed's zone, or of no consequence.
        return None if zone and zone[0] in "+-" else (time, True)
    instant = times.plausible(time - minutes * 60 * SECOND)
    return None if instant is None else (instant, False)


def _counted(match: re.Match[str]) -> Moment | None:
    whole, fraction = match[1], match[2] or ""
    for below, exponent in _MAGNITUDES:
        if int(whole) < below:
            # The point is moved in the text: binary numbers lose digits of nanoseconds.
            digits = whole + fraction[:exponent].ljust(exponent, "0") if exponent > 0 else whole
            time = times.plausible(int(digits) // 10 ** max(-exponent, 0))
            return None if time is None else (time, False)
    return None


def _iso(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    year, month, day, hour, minute, second, fraction, offset, zone = match.groups()
    clock = (hour, minute, second or "00")
    time = wall(int(year), int(month), int(day), clock, fraction)
    return zoned(time, offset or zone)


def _basic(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    day, clock, fraction, offset, zone = match.groups()
    parts = (clock[:2], clock[2:4], clock[4:])
    time = wall(int(day[:4]), int(day[4:6]), int(day[6:]), parts, fraction)
    return zoned(time, offset or zone)


def _day_first(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    day, name, year, *clock, fraction, offset, zone = match.groups()
    return _named(year, name, day, (*clock, fraction), offset or zone)


def _weekday(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    """``Sun Mar 29 10:00:00.123456 [zone] 2026``, as C and Apache's error log write it."""
    name, day, *clock, fraction, offset, zone, year = match.groups()
    return _named(year, name, day, (*clock, fraction), offset or zone)


def _java(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    """``Mar 29, 2026 10:00:00 AM``, as java.util.logging writes it."""
    name, day, year, hour, minute, second, half = match.groups()
    if half:
        if not 1 <= int(hour) <= 12:
            return None
        hour = str(int(hour) % 12 + (12 if half.upper() == "PM" else 0))
    return _named(year, name, day, (hour, minute, second, None), None)


def _bsd(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    name, day, early, hour, minute, second, fraction, late = match.groups()
    month, year = MONTHS.get(name), early or late
    clock = (hour, minute, second)
    if month is None:
        return None
    if year:
        return zoned(wall(int(year), month, int(day), clock, fraction))
    return zoned(nearest_year(month, int(day), clock, fraction, wall_at_receipt))


def _short(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    """``26/03/29 10:00:00`` and ``260329 10:00:00``, as Spark and MySQL write them."""
    year, month, day, *clock, fraction = match.groups()
    parts = (clock[0], clock[1], clock[2])
    return zoned(wall(2000 + int(year), int(month), int(day), parts, fraction))


def _slashes(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    """``2026/03/29 10:00:00``, as nginx's error log and Go write it."""
    year, month, day, *clock, fraction, offset, zone = match.groups()
    parts = (clock[0], clock[1], clock[2])
    return zoned(wall(int(year), int(month), int(day), parts, fraction), offset or zone)


def _time_of_day(match: re.Match[str], wall_at_receipt: int) -> Moment | None:
    hour, minute, second, fraction = match.groups()
    return zoned(nearest_day((hour, minute, second), fraction, wall_at_receipt))


def _named(
    year: str, name: str, day: str, clock: tuple[str | None, ...], zone: str | None
) -> Moment | None:
    month = MONTHS.get(name)
    if month is None:
        return None
    hour, minute, second, fraction = clock
    parts = (hour or "0", minute or "00", second or "00")
    return zoned(wall(int(year), month, int(day), parts, fraction), zone)


_WEEKDAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_YEAR_FIRST = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[Tt ] ?(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    rf"(?: ?({_OFFSET})(?: [A-Z]{{3,5}})?| ?([A-Za-z]{{1,5}}))?\Z",
    re.ASCII,
)
_CLF = re.compile(rf"(\d\d)/{_MONTH}/(\d{{4}})[: ]{_CLOCK}{_ZONE}\Z", re.ASCII)
_SLASHES = re.compile(rf"(\d{{4}})/(\d\d)/(\d\d) {_CLOCK}{_ZONE}\Z", re.ASCII)
_BSD = re.compile(rf"{_MONTH} {{1,2}}(\d\d?) (?:(\d{{4}}) )?{_CLOCK}(?: (\d{{4}}))?\Z", re.ASCII)
_SHORT = re.compile(rf"(\d\d)/?(\d\d)/?(\d\d) {{1,2}}{_CLOCK}\Z", re.ASCII)
_TOMCAT = re.compile(rf"(\d\d?)-{_MONTH}-(\d{{4}}) {_CLOCK}{_ZONE}\Z", re.ASCII)
_C = re.compile(rf"{_WEEKDAY} {_MONTH} {{1,2}}(\d\d?) {_CLOCK}{_ZONE} (\d{{4}})\Z", re.ASCII)
_RFC_2822 = re.compile(rf"(?:{_WEEKDAY}, )?(\d\d?) {_MONTH} (\d{{4}}) {_CLOCK}{_ZONE}\Z", re.ASCII)
_JAVA = re.compile(
    rf"{_MONTH} (\d\d?), (\d{{4}}),? {_SHORT_CLOCK}(?:[ \u202f]?([AaPp][Mm]))?\Z", re.ASCII
)
_BASIC = re.compile(
    rf"(\d{{8}})T?(\d{{6}})(?:[.,](\d{{1,9}}))?(?:({_OFFSET})|([A-Z]{{1,5}}))?\Z", re.ASCII
)
_OF_DAY = re.compile(rf"{_CLOCK}\Z", re.ASCII)
_NOTATIONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], int], Moment | None]], ...] = (
    (_YEAR_FIRST, _iso),
    (_CLF, _day_first),
    (_SLASHES, _slashes),
    (_BSD, _bsd),
    (_SHORT, _short),
    (_TOMCAT, _day_first),
    (_C, _weekday),
    (_RFC_2822, _day_first),
    (_JAVA, _java),
    (_BASIC, _basic),
    (_OF_DAY, _time_of_day),
)
