"""The lines of OpenTelemetry's Collector with the encoding ``raw``: each a string of JSON."""

from millrace.parse import json
from millrace.parse.envelopes.unwrapped import Unwrapped, line_within


def unwrap(line: str, received_at: int) -> Unwrapped | None:
    """The text of the string; None where the line is not one."""
    if not line.startswith('"') or not line.endswith('"') or len(line) < 2:
        return None
    try:
        text = json.read(line)
    except ValueError:
        return None
    return Unwrapped(line_within(text), {}, None)
