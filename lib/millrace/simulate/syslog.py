"""Syslog lines of several hosts: RFC 5424 and RFC 3164."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from millrace.simulate.combined import MONTHS
from millrace.simulate.minutes import SECONDS, iso_minute
from millrace.simulate.programs import Event, events

_EVENTS = 5000
_BOM = "\ufeff"
_DAY_MS = 86_400_000
# A time without a year can be told within half a year: later ones are written with theirs.
_TELLABLE_MS = 180 * _DAY_MS


class _Host(NamedTuple):
    """A host and how it writes: the defaults are RFC 5424 in UTC, to the ms."""

    weight: int
    name: str
    offset_min: int = 0
    has_microseconds: bool = False
    has_bom: bool = False
    has_year: bool = True
    has_priority: bool = True


_HOSTS = (
    _Host(14, "web-1.example.com"),
    _Host(10, "web-2.example.com", has_microseconds=True),
    _Host(10, "shop-1", offset_min=60, has_microseconds=True, has_bom=True),
    _Host(10, "shop-2", offset_min=330, has_bom=True),
    _Host(8, "db-1", offset_min=-300, has_microseconds=True),
    _Host(7, "2001:db8::17", offset_min=-210),
    # A container that does not know its name.
    _Host(1, "-"),
    _Host(12, "mail", has_year=False),
    _Host(12, "gate", has_year=False),
    _Host(8, "192.0.2.17", has_year=False),
    _Host(8, "old-1", has_year=False, has_priority=False),
)


class Syslog:
    """Syslog lines: six in ten as of RFC 5424, the others, in UTC, as of RFC 3164."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._events = events(rng, _EVENTS)
        self._host_weights = list(accumulate(host.weight for host in _HOSTS))

    def lines(self, times_ms: Sequence[int]) -> list[bytes]:
        """One line for each of the times, given in ms since 1970 UTC.

        Where a time is half a year or more after the earliest, its line is as of RFC 5424.
        """
        count, choices = len(times_ms), self._rng.choices
        drawn = zip(
            times_ms,
            choices(_HOSTS, cum_weights=self._host_weights, k=count),
            choices(self._events, k=count),
            choices(range(1000), k=count),
            strict=True,
        )
        tellable_until_ms = min(times_ms, default=0) + _TELLABLE_MS
        return [
            _rfc_5424(time_ms, host, event, microsecond)
            if host.has_year or time_ms >= tellable_until_ms
            else _rfc_3164(time_ms, host, event)
            for time_ms, host, event, microsecond in drawn
        ]

    def last_cut(self, line: bytes) -> int:
        """One byte less than the end of its time: no syslog line ends before that."""
        after_priority = line.index(b">") + 1 if line.startswith(b"<") else 0
        if line.startswith(b"1 ", after_priority):
            return line.index(b" ", after_priority + len("1 ")) - 1
        return after_priority + len("Jan  1 00:00:00") - 1


def _rfc_5424(time_ms: int, host: _Host, event: Event, microsecond: int) -> bytes:
    minute, in_minute_ms = divmod(time_ms, 60_000)
    second, ms = divmod(in_minute_ms, 1000)
    micros = f"{microsecond:03d}" if host.has_microseconds else ""
    time = f"{iso_minute(minute + host.offset_min)}:{SECONDS[second]}.{ms:03d}{micros}"
    return (
        f"<{event.priority}>1 {time}{_zone(host.offset_min)} {host.name} {event.app_name}"
        f" {event.proc_id} {event.msg_id} {event.structured_data}"
        f" {_BOM if host.has_bom else ''}{event.message}"
    ).encode()


def _rfc_3164(time_ms: int, host: _Host, event: Event) -> bytes:
    minute, second = divmod(time_ms // 1000, 60)
    priority = f"<{event.priority}>" if host.has_priority else ""
    pid = "" if event.proc_id == "-" else f"[{event.proc_id}]"
    tag = "" if event.app_name == "-" else f"{event.app_name}{pid}: "
    time = f"{_minute(minute)}:{SECONDS[second]}"
    return f"{priority}{time} {host.name} {tag}{event.message}".encode()


@lru_cache(maxsize=100)
def _zone(offset_min: int) -> str:
    if offset_min == 0:
        return "Z"
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"


@lru_cache(maxsize=10_000)
def _minute(minute: int) -> str:
    time = datetime.fromtimestamp(minute * 60, UTC)
    return f"{MONTHS[time.month - 1]} {time.day:2d} {time.hour:02d}:{time.minute:02d}"
