"""``millrace formats detect``: which format takes a sample of lines, and what is left over.

Every format is tried on every line. The best is the one that takes most; among those that take
nearly as much the one that asks most of a line, as ``STRICT_FIRST`` has them. Lines behind a head
of syslog are said to be of the format within, where one takes nearly all of them.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from millrace.config import Config
from millrace.io import reference_data
from millrace.parse import envelopes
from millrace.parse.rejection import RejectedError
from millrace.parse.text import decode
from millrace.parse.zones import Zone
from millrace.records.fields import Fields
from millrace.records.formats import PRESETS, Format
from millrace.tools import declarations, hints
from millrace.transform.chain import Chain, Letter
from millrace.transform.spec import Spec

# Those that read what others take too come last.
_LENIENT = ("python", "log4j", "json", "app", "syslog", "logfmt")
STRICT_FIRST = (*(name for name in PRESETS if name not in _LENIENT), *_LENIENT)

# The more certain marks first.
_ENVELOPES: tuple[envelopes.Name, ...] = (
    *("filebeat", "fluent-bit", "vector", "docker", "cri", "otlp", "cloudwatch", "syslog"),
    "logstash",
)
# Loggers of two languages whose layouts overlap.
_LOGGERS = ("python", "log4j")
_MOST_FORMATS = 3
_ENOUGH = 0.9
_NEARLY = 0.97
_MOST = 0.4
# A further format is worth a place in the list where it takes so much of the sample.
_LEAST_SHARE = 0.01
_OTHER_ZONE = "Etc/GMT-7"
_SHOWN = 3
_SECONDS = re.compile(r"[0-9]+\.[0-9]{3}\Z")  # as nginx writes them
_MANY_MS = 10_000  # a median above that is more likely of microseconds


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


@dataclass(frozen=True)
class Report:
    """What was found in a sample: the formats in the order in which they should be tried.

    ``share`` is that of lines that become records, from 0 to 1; ``records`` some of them with what
    they became; ``refused`` the reasons of the others, each with its number and a line. Where
    formats take too little, ``declaration`` is a grok pattern that takes more.
    """

    formats: tuple[str, ...]
    lines: int
    share: float
    shares: dict[str, float]
    envelope: str | None
    is_local: bool
    unit: str | None
    records: Sequence[tuple[str, Fields]]
    refused: Sequence[tuple[str, int, str]]
    hints: Sequence[str]
    declaration: str | None = None


def plain_spec(conf: Config) -> Spec:
    """That of a feed that names nothing of its own, and without a country database.

    Raises ConfigurationError where the file of rules is missing or wrong.
    """
    rules = reference_data.rules(conf.detection.rules).records
    return Spec((Format("json"),), "sample", conf.feeds[0].max_line_bytes, rules)


def detect(sample: Sequence[bytes], spec: Spec, declared: Sequence[Format], now_ms: int) -> Report:
    """What the sample's lines are; ``spec`` is that of a feed without a format.

    ``declared`` are the formats of the configuration; they are tried first. ``now_ms`` is the time
    of receipt, in ms since 1970. A sample without a line has no format.
    """
    lines = [line for line in sample if line.strip()]
    candidates = [*declared, *map(Format, STRICT_FIRST)]
    readings = [_read(lines, spec, format, now_ms) for format in candidates]
    chosen = _chosen(readings, len(lines))
    taken = set().union(*(one.taken for one in chosen))
    left = [line for n, line in enumerate(lines) if n not in taken]
    pattern = _declaration(left, len(taken), chosen, spec, now_ms)
    formats = [one.format for one in chosen] + ([_simple(pattern)] if pattern else [])
    best = replace(spec, formats=tuple(formats or [Format("json")]))
    chain = Chain(best)
    outcomes = [_outcome(chain, line, now_ms) for line in lines]
    unit = _unit(best.formats, outcomes)
    return Report(
        formats=tuple(one.format.name for one in chosen),
        lines=len(lines),
        share=len(taken) / len(lines) if lines else 0.0,
        shares={one.format.name: len(one.taken) / len(lines) for one in chosen},
        envelope=_envelope(lines, best, now_ms) if chosen else None,
        is_local=_is_local(lines, best, now_ms),
        unit=unit,
        records=_records(lines, outcomes),
        refused=_refused(lines, outcomes),
        hints=hints.hints(lines, outcomes, left, [one.format.name for one in chosen], unit),
        declaration=pattern,
    )


def _simple(pattern: str) -> Format:
    return Format("declared", "grok", json.dumps({"grok": pattern}), 1)


def _declaration(
    left: Sequence[bytes], taken: int, chosen: Sequence[Reading], spec: Spec, now_ms: int
) -> str | None:
    """The pattern to begin with for lines that no format takes; None where formats take most.

    It is the first that takes nearly all of them, or most where none but the last, which takes any
    text, takes nearly all. Lines that go on from the line before are left aside.
    """
    first = [line for line in left if not hints.goes_on(line)]
    is_joined = hints.is_of_several_lines([one.format.name for one in chosen])
    if not left or (chosen and (len(first) <= taken or is_joined)):
        return None
    first = first or list(left)
    for least in (_ENOUGH, _MOST):
        for pattern in declarations.WITH_TIME:
            if len(_read(first, spec, _simple(pattern), now_ms).taken) >= least * len(first):
                return pattern
    return declarations.ANY


def _read(lines: Sequence[bytes], spec: Spec, format: Format, now_ms: int) -> Reading:
    chain = Chain(replace(spec, formats=(format,)), has_agents=False)
    return Reading(format, [_outcome(chain, line, now_ms) for line in lines])


def _outcome(chain: Chain, line: bytes, now_ms: int) -> Fields | Letter:
    """What a Kafka record comes to: of several lines the first one, or one that is a letter."""
    outcomes = chain.outcomes(line, None, now_ms)
    return next((one for one in outcomes if isinstance(one, Letter)), outcomes[0])


def _chosen(readings: Sequence[Reading], count: int) -> list[Reading]:
    """The formats that together take most: first the one that takes most, then of what is left."""
    chosen: list[Reading] = []
    left = set(range(count))
    others = [one for one in readings if one.format.name != "syslog"]
    if any(len(one.taken) >= _ENOUGH * count for one in others):
        # Syslog takes all that stand behind its head, and says less.
        readings = others
    while left and len(chosen) < _MOST_FORMATS:
        best = _best(readings, left)
        gained = best.taken & left
        if not gained or (chosen and len(gained) < _LEAST_SHARE * count):
            break
        if best.format.name == "shop" and (chosen or len(gained) < len(left)):
            readings = [one for one in readings if one is not best]
            continue
        chosen.append(best)
        left -= gained
    order = {name: n for n, name in enumerate(STRICT_FIRST)}
    return sorted(chosen, key=lambda reading: order.get(reading.format.name, -1))


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


def _envelope(lines: Sequence[bytes], spec: Spec, now_ms: int) -> str | None:
    """The name of the envelope that most lines have, None where they are bare."""
    is_json = any((one.kind or one.name) in ("json", "app", "shop") for one in spec.formats)
    is_syslog = any(one.name == "syslog" for one in spec.formats)
    found: Counter[str | None] = Counter()
    for line in lines:
        found[_wrapped_by(_decoded(line), now_ms * 1_000, is_json, is_syslog)] += 1
    return found.most_common(1)[0][0]


def _wrapped_by(line: str, received_at: int, is_json: bool, is_syslog: bool) -> str | None:
    def unwrapped(name: envelopes.Name) -> bool:
        unwrap = envelopes.unwrapper(name, for_json=is_json, for_syslog=is_syslog)
        try:
            return unwrap is not None and unwrap(line, received_at) is not None
        except RejectedError:
            return False

    if not unwrapped("auto"):
        return None
    return next((name for name in _ENVELOPES if unwrapped(name)), None)


def _is_local(lines: Sequence[bytes], spec: Spec, now_ms: int) -> bool:
    """Whether the lines' times name no zone: read in another one, they are other instants."""
    other = replace(spec, options=replace(spec.options, zone=Zone(_OTHER_ZONE)))
    here, there = Chain(spec, has_agents=False), Chain(other, has_agents=False)
    # A time in the future would be taken for the time of receipt, in either zone.
    later_ms = now_ms + 86_400_000
    for line in lines:
        first, second = (_outcome(chain, line, later_ms) for chain in (here, there))
        if isinstance(first, Letter) or isinstance(second, Letter):
            continue
        if first["timestamp"] != second["timestamp"]:
            return True
    return False


def _unit(formats: Sequence[Format], outcomes: Sequence[Fields | Letter]) -> str | None:
    """The unit that response times of `combined` seem to have where it is not milliseconds."""
    records = [one for one in outcomes if not isinstance(one, Letter)]
    if [one.name for one in formats] != ["combined"]:
        return None
    timed = sorted(t for one in records if (t := one.get("response_time_ms")) is not None)
    seconds = sum(bool(_SECONDS.match(one.get("extra") or "")) for one in records)
    if seconds > len(records) / 2:
        return "s"
    return "us" if timed and timed[len(timed) // 2] > _MANY_MS else None


def _records(
    lines: Sequence[bytes], outcomes: Sequence[Fields | Letter]
) -> list[tuple[str, Fields]]:
    pairs = zip(lines, outcomes, strict=bool(outcomes))
    records = [(_text(line), one) for line, one in pairs if not isinstance(one, Letter)]
    return records[:_SHOWN]


def _refused(
    lines: Sequence[bytes], outcomes: Sequence[Fields | Letter]
) -> list[tuple[str, int, str]]:
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for line, outcome in zip(lines, outcomes, strict=True):
        if isinstance(outcome, Letter):
            counts[outcome.reason] += 1
            first.setdefault(outcome.reason, f"{outcome.detail}: {_text(line)}")
    return [(reason, count, first[reason]) for reason, count in counts.most_common(_SHOWN)]


def _decoded(line: bytes) -> str:
    try:
        return decode(line, None, len(line))
    except RejectedError:
        return ""


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="backslashreplace").rstrip("\r\n")
