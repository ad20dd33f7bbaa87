"""Apache's ``%{FORMAT}t``: a time or a part of one; all parts that a line has make one instant."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from millrace.parse import notations, times, zones
from millrace.parse.declared.directive import CLF_TIME, Form, Value, clf
from millrace.parse.declared.directive_record import Attributes, Step
from millrace.parse.draft import Draft
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields
from millrace.records.received import SECOND

_CLF = "%d/%b/%Y:%H:%M:%S %z"  # of ``%t``, within its brackets

# What strftime has for several others of its own.
_SHORT = {
    "T": "%H:%M:%S",
    "R": "%H:%M",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "r": "%I:%M:%S %p",
    "c": "%a %b %e %H:%M:%S %Y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "h": "%b",
    "n": "\n",
    "t": "\t",
}
_TWO, _PADDED, _NAME = "[0-9]{2}", "[ 0-9]?[0-9]", r"[^\W\d_]{1,20}"
# The part of a time that each of the others is, "" where it says nothing further; its pattern.
_PARTS = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("short year", _TWO),
    "m": ("month", _TWO),
    "b": ("month name", _NAME),
    "B": ("month name", _NAME),
    "d": ("day", _PADDED),
    "e": ("day", _PADDED),
    "a": ("", _NAME),
    "A": ("", _NAME),
    "u": ("", "[0-9]"),
    "w": ("", "[0-9]"),
    "H": ("hour", _TWO),
    "k": ("hour", _PADDED),
    "I": ("half hour", _TWO),
    "l": ("half hour", _PADDED),
    "p": ("half", "[AaPp][Mm]"),
    "P": ("half", "[AaPp][Mm]"),
    "M": ("minute", _TWO),
    "S": ("second", _TWO),
    "z": ("offset", "[+-][0-9]{2}:?[0-9]{2}"),
    "Z": ("zone", "[A-Za-z]{1,10}"),
    "s": ("seconds", "[0-9]{1,10}"),
}
# What stands alone in its braces: since 1970, or of the second.
_ALONE = {
    "sec": ("seconds", "[0-9]{1,10}"),
    "msec": ("milliseconds", "[0-9]{1,13}"),
    "usec": ("microseconds", "[0-9]{1,16}"),
    "msec_frac": ("fraction", "[0-9]{3}"),
    "usec_frac": ("fraction", "[0-9]{6}"),
}
_SINCE_1970 = {"microseconds": 1, "milliseconds": 1_000, "seconds": SECOND}
_TELLING = {*_SINCE_1970, "hour", "half hour", "day"}  # without one of these it is no time
_CENTURY_FROM = 69  # as strptime has it: two digits below are of the 21st century
_TOKEN = re.compile(r"%(.?)|[^%]++", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """One directive: which moment of a request it is of, its pattern, and what its groups are."""

    is_end: bool
    form: Form
    pattern: re.Pattern[str]
    names: tuple[str, ...]


def values(forms: Mapping[str, str]) -> tuple[dict[str, Value], list[tuple[str, Part]]]:
    """The values of a line's times, and the parts to be joined, each with the field it stands in.

    ``forms`` are the formats by the directives; that of ``%t`` is empty. Where some are of the
    beginning of a request, those of its end set nothing. Raises ValueError for what is unknown.
    """
    parts = {directive: _part(form) for directive, form in forms.items()}
    used = {name: part for name, part in parts.items() if not part.is_end} or parts
    if [forms[name] for name in used] == [""]:
        values = dict.fromkeys(used, Value("", CLF_TIME, "timestamp", put=Draft.time, read=clf))
        used = {}
    else:
        values = {name: Value("", part.form, f"_{name}") for name, part in used.items()}
    unused = {name: Value("", part.form) for name, part in parts.items()}
    return unused | values, [(f"_{name}", part) for name, part in used.items()]


def _part(form: str) -> Part:
    """The part that ``%{form}t`` is; raises ValueError where it has what has no meaning here."""
    moment, colon, rest = form.partition(":")
    if colon and moment in ("begin", "end"):
        form = rest
    form = form or _CLF
    alone = _ALONE.get(form)
    patterns = [alone] if alone else list(_patterns(form))
    names = tuple(name for name, _ in patterns if name)
    grouped = "".join(f"({text})" if name else text for name, text in patterns)
    usual = Form("".join(text for _, text in patterns), "always", is_closed=True)
    return Part(moment == "end" and colon != "", usual, _compiled(rf"{grouped}\Z"), names)


def joined(parts: Sequence[tuple[str, Part]], options: Options) -> Step:
    """The step that makes a line's time of the fields, each with its part."""

    def step(fields: Fields, attributes: Attributes, received_at: int) -> None:
        known: dict[str, str] = {}
        sent = []
        for field, part in parts:
            text = fields.pop(field, None)
            if text is None:
                continue
            sent.append(text)
            match = part.pattern.match(text)
            if match is None:
                raise RejectedError("bad_timestamp", found("timestamp", text))
            for name, value in zip(part.names, match.groups(), strict=True):
                known.setdefault(name, value)
        if not known.keys() & _TELLING:
            return
        moment = _moment(known, options.wall(received_at))
        if moment is None:
            raise RejectedError("bad_timestamp", found("timestamp", " ".join(sent)))
        time, is_local = moment
        draft = Draft(options, received_at)
        if is_local:
            draft.wall_time(time)
        else:
            draft.instant(time, "")
        fields.update(draft.fields)
        attributes.update(draft.attributes)

    return step


def _patterns(form: str) -> Iterator[tuple[str, str]]:
    """The named patterns of strftime's conversions; literals have no name."""
    for match in _TOKEN.finditer(form):
        letter = match[1]
        if letter is None or letter == "%":
            yield "", re.escape(letter or match[0])
        elif letter in _SHORT:
            yield from _patterns(_SHORT[letter])
        elif letter in _PARTS:
            yield _PARTS[letter]
        else:
            known = " ".join(f"%{each}" for each in sorted({*_SHORT, *_PARTS}))
            raise ValueError(f"%{letter} in %{{{form}}}t is not read: expected of {known}")


def _moment(known: dict[str, str], wall_at_receipt: int) -> notations.Moment | None:
    """The moment by its parts; None where they are none."""
    fraction = known.get("fraction")
    for name, microseconds in _SINCE_1970.items():
        if name in known:
            below = int(fraction.ljust(6, "0")) if fraction and name == "seconds" else 0
            instant = times.plausible(int(known[name]) * microseconds + below)
            return None if instant is None else (instant, False)
    time = _wall(known, fraction, wall_at_receipt)
    if time is None:
        return None
    offset, zone = known.get("offset"), known.get("zone")
    minutes = (
        times.offset_min(offset) if offset else zones.offset_of(zone.upper()) if zone else None
    )
    if minutes is None:
        return None if offset else (time, True)
    instant = times.plausible(time - minutes * 60 * SECOND)
    return None if instant is None else (instant, False)


def _wall(known: dict[str, str], fraction: str | None, wall_at_receipt: int) -> int | None:
    """What the clock showed: in the year or on the day that is nearest where none is written."""
    hour = _of_half(known) if "half hour" in known else known.get("hour", "00")
    if hour is None:
        return None
    clock = (hour, known.get("minute", "00"), known.get("second", "00"))
    month, day = _month(known), known.get("day")
    if not (month and day):
        is_date = "day" in known or "month" in known or "month name" in known
        return None if is_date else notations.nearest_day(clock, fraction, wall_at_receipt)
    if year := _year(known):
        return notations.wall(year, month, int(day), clock, fraction)
    return notations.nearest_year(month, int(day), clock, fraction, wall_at_receipt)


def _month(known: dict[str, str]) -> int | None:
    if "month" in known:
        return int(known["month"])
    return times.MONTHS.get(known.get("month name", "")[:3].capitalize())


def _year(known: dict[str, str]) -> int | None:
    if "year" in known:
        return int(known["year"])
    short = known.get("short year")
    if short is None:
        return None
    return int(short) + (1900 if int(short) >= _CENTURY_FROM else 2000)


def _of_half(known: dict[str, str]) -> str | None:
    """The hour of the day by that of its half."""
    hour = int(known["half hour"])
    if not 1 <= hour <= 12:
        return None
    return str(hour % 12 + (12 if known.get("half", "").lower() == "pm" else 0))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
