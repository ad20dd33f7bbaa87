"""Wall clocks: the time of day that a zone's clocks show -> the instant.

Zones are those of the IANA time zone database, summer time by its rules.
"""

from datetime import UTC as DATETIME_UTC
from datetime import timedelta, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from millrace.records.received import EPOCH, SECOND

Doubt = Literal["ambiguous", "nonexistent"]
"""A time that a clock shows twice when summer time ends, or never, as it begins."""

_KEPT = 8_192
# All changes of offset since 1970 happen at a multiple of this.
_STEP = 15 * 60 * SECOND
_EPOCH = EPOCH.replace(tzinfo=None)
# Abbreviations that mean one offset wherever they are used in logs; IST and the like mean several.
ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120,
    "MET": 60, "MEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "JST": 540, "KST": 540,
    "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "EST": -300, "EDT": -240, "CST": -360,
    "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip


class Zone:
    """A time zone by its name."""

    __slots__ = ("_zone", "is_utc", "name")

    def __init__(self, name: str) -> None:
        """Raises ValueError where the database has no zone of that name."""
        self.name = name
        self.is_utc = name == "UTC"
        self._zone: tzinfo = DATETIME_UTC if self.is_utc else _zone_info(name)

    def instant(self, local: int) -> int:
        """The instant at which the zone's clocks show ``local``; both in microseconds since 1970.

        A time that does not exist is moved forward by the gap; of a doubled hour it is the first.
        """
        if self.is_utc:
            return local
        return local - _offsets(self, local - local % _STEP)[0]

    def doubt(self, local: int) -> Doubt | None:
        """Whether the clocks show ``local`` twice or never; None for nearly all times."""
        if self.is_utc:
            return None
        first, second = _offsets(self, local - local % _STEP)
        if first == second:
            return None
        return "ambiguous" if first > second else "nonexistent"

    def wall(self, instant: int) -> int:
        """What the zone's clocks show at an instant; both in microseconds since 1970."""
        if self.is_utc:
            return instant
        return instant + _offset_at(self, instant - instant % _STEP)

    def offset(self, instant: int) -> int:
        """The offset from UTC at an instant, in microseconds."""
        time = (EPOCH + timedelta(microseconds=instant)).astimezone(self._zone)
        return (time.utcoffset() or timedelta()) // timedelta(microseconds=1)

    def offsets(self, local: int) -> tuple[int, int]:
        """The offsets from UTC of a local time, in microseconds, should it come twice."""
        time = _EPOCH + timedelta(microseconds=local)
        both = (time.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        first, second = ((each or timedelta()) // timedelta(microseconds=1) for each in both)
        return first, second

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def __reduce__(self) -> tuple[type["Zone"], tuple[str]]:
        return Zone, (self.name,)


def _zone_info(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, KeyError, ValueError):
        raise ValueError(
            f"expected a time zone of the IANA database, as Europe/Berlin, not {name!r}"
        ) from None


@lru_cache(_KEPT)
def _offsets(zone: Zone, step: int) -> tuple[int, int]:
    try:
        return zone.offsets(step)
    except (OverflowError, ValueError):  # the first or last year that there is
        return 0, 0


@lru_cache(_KEPT)
def _offset_at(zone: Zone, step: int) -> int:
    try:
        return zone.offset(step)
    except (OverflowError, ValueError):
        return 0


def offset_of(abbreviation: str) -> int | None:
    """The minutes from UTC that an abbreviation means (``CEST``); None where it is not known."""
    return ABBREVIATIONS.get(abbreviation)


UTC = Zone("UTC")
