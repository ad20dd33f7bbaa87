"""Simulated log lines of any format: seeded, in order of time, with faults among them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple, Protocol

from millrace.simulate.app import App
from millrace.simulate.combined import Combined
from millrace.simulate.faults import Fault, Faults
from millrace.simulate.shipped import (
    Cri,
    Filebeat,
    Haproxy,
    Logfmt,
    Nginx,
    Otlp,
    Pino,
    Zap,
)
from millrace.simulate.shop import Shop
from millrace.simulate.syslog import Syslog

_BLOCK_LINES = 4096
# A line is at most this share of a step after its even place, so order holds.
_JITTER = 0.5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Line(NamedTuple):
    """One line without its line end, and what is wrong with it, if anything."""

    value: bytes
    fault: Fault | None


class Source(Protocol):
    """The lines of one format."""

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One valid line for each of the times, given in ms since 1970 UTC."""

    def last_cut(self, line: bytes) -> int:
        """The longest length to which ``line`` can be cut so that it cannot be parsed."""


SOURCES: dict[str, Callable[[Random], Source]] = {
    "combined": Combined,
    "app": App,
    "shop": Shop,
    "syslog": Syslog,
    "pino": Pino,
    "zap": Zap,
    "otlp": Otlp,
    "logfmt": Logfmt,
    "nginx": Nginx,
    "cri": Cri,
    "filebeat": Filebeat,
    "haproxy": Haproxy,
}
READ_AS = {
    **dict.fromkeys(("pino", "zap", "otlp"), "json"),
    **dict.fromkeys(("cri", "filebeat"), "combined"),
}
"""The formats that read lines of other names; `nginx` has to be declared."""


def generate(
    format: str,
    count: int,
    *,
    seed: int,
    start: datetime,
    end: datetime,
    faults_percent: float = 0.0,
) -> Iterator[Line]:
    """``count`` lines, spread evenly from ``start`` to ``end``; equal arguments, equal bytes.

    Exactly ``faults_percent`` of them, rounded, have a fault, every kind equally often.
    Raises ValueError where an argument is out of its range or a time has no zone.
    """
    if format not in SOURCES:
        raise ValueError(f"no lines are simulated of format {format!r}: use {', '.join(SOURCES)}")
    if count < 0:
        raise ValueError(f"count must be 0 or more, not {count}")
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("start and end must have a time zone")
    if end < start:
        raise ValueError(f"end {end.isoformat()} is before start {start.isoformat()}")
    # Each has its own random numbers: a seed's lines stay the same when faults are added.
    times = _Times(Random(f"{seed} times"), count, start, end)
    faults = Faults(Random(f"{seed} faults"), faults_percent)
    return _lines(SOURCES[format](Random(f"{seed} lines")), times, faults)


class _Times:
    def __init__(self, rng: Random, count: int, start: datetime, end: datetime) -> None:
        self._rng = rng
        self.count = count
        self._start_ms = (start - _EPOCH) / timedelta(milliseconds=1)
        self._step_ms = (end - start) / timedelta(milliseconds=1) / max(count, 1)

    def block(self, first: int, until: int) -> list[int]:
        start_ms, step_ms, random = self._start_ms, self._step_ms, self._rng.random
        return [int(start_ms + (i + _JITTER * random()) * step_ms) for i in range(first, until)]


def _lines(source: Source, times: _Times, faults: Faults) -> Iterator[Line]:
    for first in range(0, times.count, _BLOCK_LINES):
        until = min(first + _BLOCK_LINES, times.count)
        times_ms = times.block(first, until)
        kinds = faults.kinds(first, until)
        for i, kind in kinds.items():
            times_ms[i] = faults.misdated(kind, times_ms[i])
        values = source.lines(times_ms)
        for i, kind in kinds.items():
            values[i] = faults.spoilt(kind, values[i], source.last_cut(values[i]))
        for i, value in enumerate(values):
            yield Line(value, kinds.get(i))
