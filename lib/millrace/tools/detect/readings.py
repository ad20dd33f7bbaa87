"""What each format makes of a sample, and which of them take it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from millrace.records.fields import Fields
from millrace.records.formats import PRESETS, Format
from millrace.transform.chain import Chain, Letter
from millrace.transform.spec import Spec

ENOUGH = 0.9
"""The share of a sample that a format takes which is certainly its own."""

# Those that read what others take too come last.
_LENIENT = ("python", "log4j", "json", "app", "syslog", "logfmt")
STRICT_FIRST = (*(name for name in PRESETS if name not in _LENIENT), *_LENIENT)
"""The presets, the one that asks most of a line first."""

# Loggers of two languages whose layouts overlap.
_LOGGERS = ("python", "log4j")
_MOST_FORMATS = 3
_NEARLY = 0.97
# A further format is worth a place in the list where it takes so much of the sample.
_LEAST_SHARE = 0.01


@dataclass(frozen=True)
class Reading:
    """What one format made of the sample: the lines' outcomes in their order."""

    format: Format
    outcomes: Sequence[Fields | Letter]

    @cached_property
    def taken(self) -> set[int]:
        """The positions of the lines that the format takes, and means something by."""
        records = {n: one for n, one in enumerate(self.outcomes) if not isinstance(one, Letter)}
        if self.format.name == "syslog":
            return {n for n, one in records.items() if _is_syslog(one)}
        if self.format.name in _LOGGERS:
            # A level that is none was another word in its place.
            return {n for n, one in records.items() if "level" not in (one["attributes"] or {})}
        return set(records)

    def values(self, positions: set[int]) -> int:
        """How many values the format finds in the lines at these positions."""
        records = [self.outcomes[n] for n in positions & self.taken]
        return sum(_values(one) for one in records if not isinstance(one, Letter))


def read(lines: Sequence[bytes], spec: Spec, format: Format, now_ms: int) -> Reading:
    """What the format makes of the lines, received at ``now_ms``, in ms since 1970."""
    chain = Chain(replace(spec, formats=(format,)), has_agents=False)
    return Reading(format, [outcome(chain, line, now_ms) for line in lines])


def outcome(chain: Chain, line: bytes, now_ms: int) -> Fields | Letter:
    """What a Kafka record comes to: of several lines the first one, or one that is a letter."""
    outcomes = chain.outcomes(line, None, now_ms)
    return next((one for one in outcomes if isinstance(one, Letter)), outcomes[0])


def chosen(readings: Sequence[Reading], count: int) -> list[Reading]:
    """The formats that together take most: first the one that takes most, then of what is left."""
    found: list[Reading] = []
    left = set(range(count))
    others = [one for one in readings if one.format.name != "syslog"]
    if any(len(one.taken) >= ENOUGH * count for one in others):
        # Syslog takes all that stand behind its head, and says less.
        readings = others
    while left and len(found) < _MOST_FORMATS:
        best = _best(readings, left)
        gained = best.taken & left
        if not gained or (found and len(gained) < _LEAST_SHARE * count):
            break
        if best.format.name == "shop" and (found or len(gained) < len(left)):
            readings = [one for one in readings if one is not best]
            continue
        found.append(best)
        left -= gained
    order = {name: n for n, name in enumerate(STRICT_FIRST)}
    return sorted(found, key=lambda reading: order.get(reading.format.name, -1))


def _best(readings: Sequence[Reading], left: set[int]) -> Reading:
    """The strictest of those that take most of what is left, or nearly as much."""
    most = max(len(one.taken & left) for one in readings)
    near = [one for one in readings if len(one.taken & left) >= _NEARLY * most]
    names = [one.format.name for one in near]
    if names[0] == "python" and "log4j" in names:
        # Both read a time and a level; what Java's loggers wrote holds more by their own layouts.
        java = near[names.index("log4j")]
        if java.values(left) - near[0].values(left) > most / 2:
            return java
    return near[0]


def _is_syslog(fields: Fields) -> bool:
    """Whether more was read than a time and any words after it, which would be a host and a tag."""
    has_host = not (fields.get("hostname") or "").startswith("[")
    return fields.get("facility") is not None or (has_host and bool(fields.get("app_name")))


def _values(fields: Fields) -> int:
    attributes = fields["attributes"] or {}
    return sum(value is not None for value in fields.values()) + len(attributes)
