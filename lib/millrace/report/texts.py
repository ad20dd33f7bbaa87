"""Values as a report shows them: text that cannot do anything, numbers, money, times."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from millrace.records.printable import printable

LONGEST = 200  # characters of a text
NOTHING = "\u2013"
_UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def said(text: object, longest: int = LONGEST) -> str:
    r"""A text of a line, at most so long: control and bidirectional characters as ``\x1b``.

    What was cut off is told by its length.
    """
    whole = str(text)
    shown = printable(whole[:longest])
    rest = len(whole) - longest
    return f"{shown}\u2026 ({rest:,} more characters)" if rest > 0 else shown


def whole(number: int | Decimal | None) -> str:
    """A whole number, with commas."""
    return NOTHING if number is None else f"{int(number):,}"


def ratio(part: int, of: int) -> str:
    """A share in percent."""
    return f"{100 * part / of:.2f}\u00a0%" if of else NOTHING


def money(amount: int | Decimal | None) -> str:
    """An amount to the cent; with its further digits where it has some."""
    if amount is None:
        return NOTHING
    # Not abs(): it rounds to the digits of the context.
    whole, _, rest = f"{Decimal(amount).copy_abs():f}".partition(".")
    cents = rest.rstrip("0").ljust(2, "0")
    return f"{'-' if amount < 0 else ''}{int(whole):,}.{cents}"


def milliseconds(time: float | Decimal | None) -> str:
    """A time in milliseconds."""
    if time is None:
        return NOTHING
    return f"{time:,.0f}\u00a0ms" if time >= 100 else f"{time:,.3g}\u00a0ms"


def bytes_of(size: int | Decimal | None) -> str:
    """A size in bytes, in the unit that suits."""
    if size is None:
        return NOTHING
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:,.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def length(time: timedelta) -> str:
    """A length of time, in the largest unit that it is a multiple of."""
    seconds = int(time.total_seconds())
    name, unit = next((name, unit) for name, unit in _UNITS if seconds % unit == 0)
    count = seconds // unit
    return f"{count} {name}{'' if count == 1 else 's'}"


def counted(number: int, noun: str) -> str:
    """So many of something."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Clock:
    """Times as the clocks of a zone show them."""

    def __init__(self, zone: str, times: Iterable[datetime]) -> None:
        """``times`` are those that will be shown: where they have one offset, it is said once."""
        self._zone = ZoneInfo(zone)
        self._name = zone
        offsets = {time.astimezone(self._zone).utcoffset() for time in times}
        self._offset = offsets.pop() if len(offsets) == 1 else None

    @property
    def sentence(self) -> str:
        """Which zone it is."""
        if self._name == "UTC":
            return "Times are UTC."
        if self._offset is None:
            return f"Times are those of {self._name}, each with its offset from UTC."
        return f"Times are those of {self._name}, {_offset(self._offset)}."

    def full(self, time: datetime) -> str:
        """A date and a time of day, with the offset from UTC."""
        local = time.astimezone(self._zone)
        return f"{local:%Y-%m-%d %H:%M:%S} {_offset(local.utcoffset())}"

    def minute(self, time: datetime) -> str:
        """A day and a time of day, to the minute."""
        local = time.astimezone(self._zone)
        return f"{local:%m-%d %H:%M}{self._own_offset(local)}"

    def second(self, time: datetime) -> str:
        """A day and a time of day, to the second."""
        local = time.astimezone(self._zone)
        return f"{local:%m-%d %H:%M:%S}{self._own_offset(local)}"

    def short(self, time: datetime, span: timedelta) -> str:
        """What tells times of a span apart: for the axis of a chart."""
        local = time.astimezone(self._zone)
        if span <= timedelta(days=1):
            return f"{local:%H:%M}"
        return f"{local:%m-%d %H:%M}" if span <= timedelta(days=7) else f"{local:%m-%d}"

    def _own_offset(self, local: datetime) -> str:
        return "" if self._offset is not None else f" {_offset(local.utcoffset())}"


def iso(time: datetime) -> str:
    """A time in UTC, as machines read it."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _offset(offset: timedelta | None) -> str:
    seconds = int((offset or timedelta()).total_seconds())
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return "UTC" if not minutes else f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
