"""What goes wrong with log lines in real life, done on purpose to some of them."""

from datetime import UTC, datetime
from random import Random
from typing import Literal, get_args

Fault = Literal["malformed", "truncated", "not_utf8", "future", "late"]

FAULTS: tuple[Fault, ...] = get_args(Fault)

DEAD_FAULTS: frozenset[Fault] = frozenset({"malformed", "truncated", "not_utf8"})
"""Lines with these cannot become records; lines with the others are valid."""

_DAY_MS = 86_400_000
_LATE_MS = 2 * 3_600_000
_FUTURE_DAY_MS = int(datetime(2037, 12, 27, tzinfo=UTC).timestamp()) * 1000

# Neither JSON, an access log line nor syslog, whatever number is put in.
_GARBAGE = (
    "java.lang.IllegalStateException: connection pool {} is shut down",
    "    at com.example.web.Dispatcher.handle(Dispatcher.java:{})",
    "*** log rotated, {} bytes ***",
    "<<<<<<< {} %s %s ????",
    "~~ {} ;;;; \\x00 \\x16\\x03\\x01 @@",
)
# 0xff is never part of UTF-8; 0xe9 (Latin-1 e with an acute accent) is not before ASCII.
_NOT_UTF8 = (b"\xff", b"\xe9", b"\xff\xfe")


class Faults:
    """Decides which lines get which fault, and does it to them.

    Raises ValueError where ``percent`` is not within 0 to 100.
    """

    def __init__(self, rng: Random, percent: float) -> None:
        if not 0 <= percent <= 100:
            raise ValueError(f"the percentage of faults must be 0 to 100, not {percent}")
        self._rng = rng
        self._percent = percent

    def kinds(self, first: int, until: int) -> dict[int, Fault]:
        """The faults of the lines ``first`` to before ``until``, by their position after ``first``.

        The number of faults before any block's end is the exact share, so blocks add up.
        """
        before, after = (round(line * self._percent / 100) for line in (first, until))
        places = self._rng.sample(range(until - first), after - before)
        return {position: FAULTS[n % len(FAULTS)] for n, position in enumerate(places, before)}

    def misdated(self, kind: Fault, time_ms: int) -> int:
        """The time that a line with this fault claims: a wrong one for `future` and `late`."""
        if kind == "future":
            return _FUTURE_DAY_MS + time_ms % _DAY_MS
        if kind == "late":
            return time_ms - _LATE_MS
        return time_ms

    def spoilt(self, kind: Fault, line: bytes, last_cut: int) -> bytes:
        """The line with its fault; cut to ``last_cut`` bytes or fewer where it is truncated."""
        rng = self._rng
        if kind == "malformed":
            return rng.choice(_GARBAGE).format(rng.randrange(10_000)).encode()
        if kind == "truncated":
            return line[: rng.randint(last_cut // 2, last_cut)]
        if kind == "not_utf8":
            at = rng.randint(0, len(line))
            return line[:at] + rng.choice(_NOT_UTF8) + line[at:]
        return line
