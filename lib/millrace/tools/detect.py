"""``millrace formats detect``: which format takes a sample of lines, and what is left over.

Every format is tried on every line. The best is the one that takes most; among equals the one that
asks most of a line, as ``_STRICT_FIRST`` has them.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from millrace.config import Config
from millrace.io import reference_data
from millrace.parse import envelopes
from millrace.parse.rejection import RejectedError
from millrace.parse.text import decode
from millrace.parse.zones import Zone
from millrace.records.fields import Fields
from millrace.records.formats import PRESETS, Format
from millrace.transform.chain import Chain, Letter
from millrace.transform.spec import Spec

# Those that read what others take too come last.
_LENIENT = ("python", "json", "app", "syslog", "logfmt")
STRICT_FIRST = (*(name for name in PRESETS if name not in _LENIENT), *_LENIENT)

# The more certain marks first.
_ENVELOPES: tuple[envelopes.Name, ...] = (
    *("filebeat", "fluent-bit", "vector", "docker", "cri", "otlp", "cloudwatch", "syslog"),
    "logstash",
)
_TELLING = ("facility", "app_name")
_COMPOSED = re.compile(rb"[a-zA-Z0-9._-]{1,64} {1,32}\| ")
_MOST_FORMATS = 3
_ENOUGH = 0.9
_TIMES = ("TIMESTAMP_ISO8601", "HTTPDATE", "SYSLOGTIMESTAMP", "HTTPDERROR_DATE", "DATESTAMP")
_REST = "[ :|-]*%{GREEDYDATA:message}"
_SIMPLE = (
    *(rf"^\[?%{{{time}:timestamp}}\]?[ ,:|-]*\[?%{{LOGLEVEL:level}}\]?{_REST}" for time in _TIMES),
    *(rf"^\[?%{{{time}:timestamp}}\]?{_REST}" for time in _TIMES),
    "^%{GREEDYDATA:message}",
)
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

    @property
    def taken(self) -> set[int]:
        """The positions of the lines that the format takes, and means something by."""
        found = {n for n, one in enumerate(self.outcomes) if not isinstance(one, Letter)}
        if self.format.name == "syslog":
            # Any word after a time would be a host.
            found = {n for n in found if any(map(self.outcomes[n].get, _TELLING))}  # type: ignore[union-attr]
        return found


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
    pattern = _declaration(lines, spec, now_ms) if len(taken) < len(lines) / 2 else None
    formats = [one.format for one in chosen] + ([_simple(pattern)] if pattern else [])
    best = replace(spec, formats=tuple(formats or [Format("json")]))
    chain = Chain(best)
    outcomes = [_outcome(chain, line, now_ms) for line in lines]
    return Report(
        formats=tuple(one.format.name for one in chosen),
        lines=len(lines),
        share=len(taken) / len(lines) if lines else 0.0,
        shares={one.format.name: len(one.taken) / len(lines) for one in chosen},
        envelope=_envelope(lines, best, now_ms),
        is_local=_is_local(lines, best, now_ms),
        unit=_unit(best.formats, outcomes),
        records=_records(lines, outcomes),
        refused=_refused(lines, outcomes),
        hints=_hints(lines),
        declaration=pattern,
    )


def _simple(pattern: str) -> Format:
    return Format("declared", "grok", json.dumps({"grok": pattern}), 1)


def _declaration(lines: Sequence[bytes], spec: Spec, now_ms: int) -> str | None:
    """The first of the simple patterns that takes nearly all lines; None where none does."""
    for pattern in _SIMPLE:
        if len(_read(lines, spec, _simple(pattern), now_ms).taken) >= _ENOUGH * len(lines):
            return pattern
    return None


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
    while left and len(chosen) < _MOST_FORMATS:
        # Of equals max takes the first, which is the stricter.
        best = max(readings, key=lambda reading: len(reading.taken & left))
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


def _hints(lines: Sequence[bytes]) -> list[str]:
    composed = sum(bool(_COMPOSED.match(line)) for line in lines)
    if composed > len(lines) / 2:
        return ["The lines have Docker Compose's prefix: log with --no-log-prefix."]
    return []


def _decoded(line: bytes) -> str:
    try:
        return decode(line, None, len(line))
    except RejectedError:
        return ""


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="backslashreplace").rstrip("\r\n")
