"""``millrace formats detect``: which format takes a sample of lines, and what is left over.

Every format is tried on every line. The best is the one that takes most; among those that take
nearly as much the one that asks most of a line, as ``STRICT_FIRST`` has them. Lines behind a head
of syslog are said to be of the format within, where one takes nearly all of them.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from millrace.config import Config
from millrace.io import reference_data
from millrace.records.fields import Fields
from millrace.records.formats import Format
from millrace.tools.detect import declarations, hints, readings, traits
from millrace.tools.detect.readings import ENOUGH, STRICT_FIRST, Reading
from millrace.transform.chain import Chain, Letter
from millrace.transform.spec import Spec

_MOST = 0.4  # of the lines: enough for a pattern to begin with
_SHOWN = 3


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
    found = [readings.read(lines, spec, format, now_ms) for format in candidates]
    chosen = readings.chosen(found, len(lines))
    taken = set().union(*(one.taken for one in chosen))
    left = [line for n, line in enumerate(lines) if n not in taken]
    pattern = _declaration(left, len(taken), chosen, spec, now_ms)
    formats = [one.format for one in chosen] + ([_simple(pattern)] if pattern else [])
    best = replace(spec, formats=tuple(formats or [Format("json")]))
    chain = Chain(best)
    outcomes = [readings.outcome(chain, line, now_ms) for line in lines]
    unit = traits.unit(best.formats, outcomes)
    return Report(
        formats=tuple(one.format.name for one in chosen),
        lines=len(lines),
        share=len(taken) / len(lines) if lines else 0.0,
        shares={one.format.name: len(one.taken) / len(lines) for one in chosen},
        envelope=traits.envelope(lines, best, now_ms) if chosen else None,
        is_local=traits.is_local(lines, best, now_ms),
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
    for least in (ENOUGH, _MOST):
        for pattern in declarations.WITH_TIME:
            if len(readings.read(first, spec, _simple(pattern), now_ms).taken) >= least * len(
                first
            ):
                return pattern
    return declarations.ANY


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


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="backslashreplace").rstrip("\r\n")
