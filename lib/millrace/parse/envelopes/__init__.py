"""What shippers wrap around a line: taken off, and what they knew of the line kept.

Two or three may be within each other: Filebeat's object around Docker's around the line.
"""

from millrace.parse.envelopes import auto, custom, readers
from millrace.parse.envelopes.custom import Keys
from millrace.parse.envelopes.unwrapped import PARTIAL, Unwrap, Unwrapped
from millrace.parse.options import DEFAULT, Options
from millrace.parse.rejection import RejectedError
from millrace.records.formats import Envelope as Name

__all__ = ["Keys", "Name", "Unwrap", "Unwrapped", "unwrapper"]

_MOST_WITHIN_EACH_OTHER = 3


def unwrapper(
    envelope: Name | Keys, *, for_json: bool, for_syslog: bool, options: Options = DEFAULT
) -> Unwrap | None:
    """What takes a feed's envelopes off its lines; None for ``none``.

    ``for_json`` says that the feed's format reads JSON objects, ``for_syslog`` that it is syslog:
    ``auto`` then takes nothing for an envelope that may be a line of the format.

    It gives None for a line without an envelope, which only ``auto`` lets through. It raises
    RejectedError: bad_envelope where the envelope is not the one named, holds no event or several;
    empty where the line inside has no text; bad_json where it is a part of a JSON object.
    """
    if envelope == "none":
        return None
    within = auto.unwrapper(options, for_json=for_json, for_syslog=for_syslog)
    if isinstance(envelope, Keys):
        outer = custom.unwrapper(envelope, options)
    elif envelope == "auto":
        outer = within
    else:
        outer = readers.named(envelope, options, for_json=for_json)

    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        unwrapped = outer(line, received_at)
        if unwrapped is None:
            return None
        for _ in range(_MOST_WITHIN_EACH_OTHER - 1):
            inner = within(unwrapped.line, received_at)
            if inner is None:
                break
            unwrapped = _merged(unwrapped, inner)
        if for_json and PARTIAL in unwrapped.attributes:
            _reject_part(unwrapped.line)
        return unwrapped

    return unwrap


def _merged(outer: Unwrapped, inner: Unwrapped) -> Unwrapped:
    """Both, where they differ as the inner one has it, which is nearer to the line."""
    time = outer.time if inner.time is None else inner.time
    return Unwrapped(inner.line, {**outer.attributes, **inner.attributes}, time)


def _reject_part(line: str) -> None:
    if not line.endswith("}"):
        raise RejectedError("bad_json", "a part (tag P) of a line that was cut")
