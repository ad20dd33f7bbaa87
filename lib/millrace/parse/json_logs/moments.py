"""The values by which JSON events say when they were -> an instant.

Numbers are of s, ms, µs or ns since 1970, told apart by their magnitude; objects are those of
MongoDB, Google and log4j2.
"""

from decimal import Decimal
from typing import Any

from millrace.parse import notations, numbers, times
from millrace.parse.json import Double, Members
from millrace.parse.notations import Moment
from millrace.records.received import SECOND

_NS = 1_000  # of a microsecond
_MICROSECONDS_BELOW = 10**17  # nanoseconds above: times.py says why
_FRACTION_DIGITS = 20
# Each: whole seconds, and the nanoseconds of the second.
_PAIRS = (("seconds", "nanos"), ("epochSecond", "nanoOfSecond"))


def moment(value: Any, received_at: int) -> Moment | None:
    """What a member says, as ``notations.moment`` gives it; None where it is no time."""
    kind = value.__class__
    if kind is str:
        return _of_text(value, received_at)
    if kind is int:
        time = times.since_1970(value) if value < _MICROSECONDS_BELOW else of_number(str(value))
        return None if time is None else (time, False)
    if kind is Double:
        time = of_number(value)
        return None if time is None else (time, False)
    return _of_object(dict(value), received_at) if kind is Members else None


def of_number(text: str) -> int | None:
    """The instant of a number's text, which may have an exponent; None where it is none."""
    digits = plain(text)
    if digits is None:
        return None
    whole, point, fraction = digits.partition(".")
    return notations.since_1970(f"{whole}{point}{fraction[:_FRACTION_DIGITS]}")


def of_seconds(seconds: Any, nanoseconds: Any) -> int | None:
    """The instant of whole seconds since 1970 and nanoseconds of the second, both as JSON has them.

    None where they are no such numbers; nanoseconds that are not sent are none.
    """
    whole, rest = integer(seconds), 0 if nanoseconds is None else integer(nanoseconds)
    if whole is None or rest is None or not 0 <= rest < SECOND * _NS:
        return None
    return times.plausible(whole * SECOND + rest // _NS)


def of_unit(value: Any, exponent: int) -> int | None:
    """The instant of a number since 1970 whose unit is ten to ``exponent`` of a second."""
    digits = plain(value if isinstance(value, str) else str(value))
    if digits is None or isinstance(value, bool):
        return None
    # The point is moved in the text: what is below a microsecond is cut.
    whole, _, fraction = digits.partition(".")
    places = exponent + 6
    if places >= 0:
        return times.plausible(int(whole + fraction[:places].ljust(places, "0")))
    return times.plausible(int(whole) // 10**-places)


def plain(text: str) -> str | None:
    """A number's text without an exponent; None for what is no number."""
    if not numbers.NUMBER.match(text):
        return None
    # NUMBER bounds digits and exponent: written out it has some thousand digits at most.
    return format(Decimal(text), "f") if "e" in text or "E" in text else text.rstrip("\r")


def integer(value: Any) -> int | None:
    """The whole number that a member is, or is the text of, within 64 bits; None for others."""
    if value.__class__ is not int:
        digits = plain(value) if isinstance(value, str) else None
        whole, _, fraction = (digits or "").partition(".")
        if not whole or fraction.strip("0"):
            return None
        value = int(whole)
    return value if -(1 << 63) <= value < 1 << 63 else None


def _of_text(text: str, received_at: int) -> Moment | None:
    # Go prints its monotonic clock after the time.
    return notations.moment(text.partition(" m=")[0], received_at)


def _of_object(sent: dict[str, Any], received_at: int) -> Moment | None:
    if "$date" in sent:
        date = sent["$date"]
        number = dict(date).get("$numberLong") if date.__class__ is Members else None
        if number is None:
            return None if date.__class__ is Members else moment(date, received_at)
        time = of_unit(number, -3) if isinstance(number, str | int) else None
        return None if time is None else (time, False)
    for seconds, nanoseconds in _PAIRS:
        if seconds in sent:
            time = of_seconds(sent[seconds], sent.get(nanoseconds))
            return None if time is None else (time, False)
    return None
