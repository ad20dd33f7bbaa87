"""What an envelope holds: a line, and what its shipper knew of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from millrace.parse import members, notations
from millrace.parse.rejection import RejectedError
from millrace.parse.zones import Zone

PARTIAL = "log.partial"
"""The attribute, ``true``, of what is a part of a line that a container's runtime cut."""

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A line without its envelope.

    ``attributes`` are named as OpenTelemetry has them, ``time`` is the shipper's, in microseconds
    since 1970, or None where it named none.
    """

    line: str
    attributes: dict[str, str]
    time: int | None


Unwrap = Callable[[str, int], Unwrapped | None]
"""A line, and the time at which it was received -> what is inside; None without an envelope.

Raises RejectedError where the envelope holds no line, or several.
"""


def line_within(text: str) -> str:
    """The text as a line, without its end and without a byte order mark.

    Raises RejectedError (empty) where nothing, or nothing but spaces, is left.
    """
    line = text.rstrip("\r\n").removeprefix(_BOM)
    if not line.strip(" "):
        raise RejectedError("empty", "no text within the envelope")
    return line


def instant(value: Any, received_at: int, zone: Zone) -> int | None:
    """The instant of a time of any notation, in microseconds since 1970; None where it is none.

    ``zone`` is that of times without one.
    """
    text = members.text(value)
    if not text:
        return None
    moment = notations.moment(text, zone.wall(received_at))
    if moment is None:
        return None
    time, is_local = moment
    return max(zone.instant(time), 0) if is_local else time
