"""Lines in JSON objects of one's own, whose keys a feed names."""

from dataclasses import dataclass

from millrace.parse import members
from millrace.parse.envelopes.paths import attributes, find
from millrace.parse.envelopes.unwrapped import Unwrap, Unwrapped, instant, line_within
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found


@dataclass(frozen=True)
class Keys:
    """The dotted paths of what a declared envelope has: the line, its time, and attributes.

    Attributes are kept under their paths. A time that cannot be read is kept as one, too.
    """

    line: str
    timestamp: str | None = None
    attributes: tuple[str, ...] = ()


def unwrapper(keys: Keys, options: Options) -> Unwrap:
    """What gives the member ``keys.line``.

    It raises RejectedError (bad_envelope) where a line is no JSON object or has no such member.
    """

    def unwrap(line: str, received_at: int) -> Unwrapped:
        sent = members.object_within(line)
        if sent is None:
            raise RejectedError("bad_envelope", found("no JSON object", line))
        text = members.text(find(sent, keys.line))
        if text is None:
            raise RejectedError("bad_envelope", f"no {keys.line} in the JSON object")
        kept = [(path, find(sent, path)) for path in keys.attributes]
        time = None
        if keys.timestamp is not None:
            sent_time = find(sent, keys.timestamp)
            time = instant(sent_time, received_at, options.zone)
            kept += [(keys.timestamp, sent_time)] if time is None else []
        texts = [(path, members.text(value)) for path, value in kept]
        return Unwrapped(line_within(text), attributes(texts, {}), time)

    return unwrap
