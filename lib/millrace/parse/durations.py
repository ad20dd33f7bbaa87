"""Durations as texts -> milliseconds."""

import re

from millrace.records.formats import Unit

LONGEST_MS = 1e10  # nearly four months

# The decimal point is moved in the text: 1.001 * 1000 is no 1001 in binary.
_EXPONENTS: dict[Unit, str] = {"s": "e3", "ms": "", "us": "e-3", "ns": "e-6"}
_NUMBER = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?\Z")
_WITH_UNIT = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?)(ms|us|µs|μs|ns|s|m|h)")
_UNITS: dict[str, Unit] = {"ms": "ms", "us": "us", "µs": "us", "μs": "us", "ns": "ns", "s": "s"}
_LONGER_MS = {"m": 60_000, "h": 3_600_000}
_MOST_CHARACTERS = 64


def milliseconds(number: str, unit: Unit) -> float | None:
    """The milliseconds of a number without sign or exponent; None for others, or if too long."""
    if not _NUMBER.match(number):
        return None
    value = float(number + _EXPONENTS[unit])
    return value if value <= LONGEST_MS else None


def with_unit(text: str) -> float | None:
    """The milliseconds of a text with its units: ``12.3ms``, ``0.045s``, ``1m2s``; else None."""
    if len(text) > _MOST_CHARACTERS:
        return None
    total, position = 0.0, 0
    while match := _WITH_UNIT.match(text, position):
        number, unit = match.groups()
        if unit in _LONGER_MS:
            total += float(number) * _LONGER_MS[unit]
        else:
            total += milliseconds(number, _UNITS[unit]) or 0.0
        position = match.end()
    return total if position and position == len(text) and total <= LONGEST_MS else None
