"""The lines of container runtimes behind Kubernetes (CRI)::

    2026-03-29T10:00:00.123456789Z stdout F line

The tag is ``F`` of a full line, ``P`` of a part; more tags may follow after colons.
"""

import re

from millrace.parse.envelopes.unwrapped import PARTIAL, Unwrapped, line_within
from millrace.parse.times import iso_8601

HEAD = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})) (stdout|stderr) ([FP])(?::[^ ]*)?(?: |\Z)"
)
_LONGEST_TIME = len("2026-03-29T10:00:00.123456789+00:00 std")


def unwrap(line: str, received_at: int) -> Unwrapped | None:
    """The line after time, stream and tag; None where these do not stand before it."""
    head = HEAD.match(line) if " std" in line[:_LONGEST_TIME] else None
    if head is None:
        return None
    time, stream, tag = head.groups()
    attributes = {"log.iostream": stream}
    if tag == "P":
        attributes[PARTIAL] = "true"
    return Unwrapped(line_within(line[head.end() :]), attributes, iso_8601(time))
