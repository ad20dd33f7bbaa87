"""What a feed says of its lines, since they do not say it themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from millrace.parse import level
from millrace.parse.times import LATEST
from millrace.parse.zones import UTC, Zone
from millrace.records.fields import Fields
from millrace.records.formats import Unit

DOUBT = "timestamp.local"
"""The attribute that marks a local time as ambiguous or nonexistent."""

Parse = Callable[[str, int], Fields]
"""A line, and the time at which it was received -> the record's fields; raises RejectedError.

The time is in microseconds since 1970; where a shipper says when it read the line, it is that.
"""


@dataclass(frozen=True)
class Options:
    """What a feed says of its lines.

    ``zone`` is that of times without one; ``response_time_unit`` that of response times where the
    format leaves it open; ``levels`` names the level of words and numbers that the feed has.
    """

    zone: Zone = UTC
    response_time_unit: Unit | None = None
    levels: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _named(self) -> dict[str, str]:
        return {word.casefold(): name for word, name in self.levels}

    def level(self, word: str) -> str | None:
        """The level that a word or number names: the feed's own names first; None if unknown."""
        if self.levels and (named := self._named.get(word.strip().casefold())):
            return named
        return level.level(word)

    def wall(self, instant: int) -> int:
        """What the feed's clocks show at an instant; both in microseconds since 1970."""
        return self.zone.wall(instant)

    def local(self, time: int, marks: dict[str, str]) -> int:
        """The instant at which the feed's clocks show ``time``, both in microseconds since 1970.

        Where they show it twice or never, ``marks`` says so: of two it is the first, and what does
        not exist is moved forward by the gap.
        """
        if doubt := self.zone.doubt(time):
            marks[DOUBT] = doubt
        return min(max(self.zone.instant(time), 0), LATEST)


DEFAULT = Options()
