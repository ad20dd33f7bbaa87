"""Lines in the records of a subscription of AWS CloudWatch Logs, one event in each."""

from typing import Any

from millrace.parse import members
from millrace.parse.envelopes.paths import attributes
from millrace.parse.envelopes.unwrapped import Unwrapped, instant, line_within
from millrace.parse.json import Members
from millrace.parse.rejection import RejectedError
from millrace.parse.zones import UTC

_NAMES = {
    "owner": "cloud.account.id",
    "logGroup": "aws.log.group.names",
    "logStream": "aws.log.stream.names",
}


def unwrap(sent: dict[str, Any], received_at: int) -> Unwrapped | None:
    """The message of the one event; None where the object has no list of events.

    Raises RejectedError (bad_envelope) where there is no event, or more than one.
    """
    events = sent.get("logEvents")
    if events.__class__ is not list:
        return None
    if sent.get("messageType") == "CONTROL_MESSAGE":
        raise RejectedError("bad_envelope", "CloudWatch's CONTROL_MESSAGE holds no line")
    if len(events) != 1:
        raise RejectedError("bad_envelope", f"holds {len(events)} events")
    event = dict(events[0]) if events[0].__class__ is Members else {}
    text = members.text(event.get("message"))
    if text is None:
        raise RejectedError("bad_envelope", "the event has no message")
    known = [(key, sent.get(key)) for key in _NAMES]
    time = instant(event.get("timestamp"), received_at, UTC)
    return Unwrapped(line_within(text), attributes(known, _NAMES), time)
