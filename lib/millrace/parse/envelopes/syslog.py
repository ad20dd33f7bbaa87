"""Lines that came by syslog: what stands after the tag, or after a PRI alone."""

import re

from millrace.parse import json, syslog
from millrace.parse.envelopes import access
from millrace.parse.envelopes.unwrapped import Unwrap, Unwrapped, line_within
from millrace.parse.json import Members
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

PRI = re.compile(r"(?:[0-9]{1,7} )?<([0-9]{1,3})> ?")
# The tag ends in a colon. Looked for in the line's beginning alone.
_BEFORE_ACCESS = re.compile(rf": (?={access.BEGINNING})")
_LONGEST_HEAD = 400
_HIGHEST_PRI = 191  # RFC 5424, 6.2.1: facilities 0 to 23, severities 0 to 7
_ATTRIBUTES = (
    ("facility", "syslog.facility.code"),
    ("hostname", "host.name"),
    ("app_name", "service.name"),
    ("proc_id", "process.pid"),
    ("msg_id", "syslog.msg.id"),
)


def unwrapper(options: Options) -> Unwrap:
    """What gives the text of a line of RFC 5424 or RFC 3164, and of what has a PRI at its front."""
    parse = syslog.parser(options)

    def unwrap(line: str, received_at: int) -> Unwrapped | None:
        try:
            fields = parse(line, received_at)
        except RejectedError as rejected:
            return _after_pri(line) if rejected.reason == "no_match" else None
        time = fields["timestamp"]
        # Of a header without a time it is that of the receipt: another envelope may know better.
        known_time = None if time == received_at else time
        return Unwrapped(line_within(fields["message"] or ""), _attributes(fields), known_time)

    return unwrap


def unwrapper_if_certain(options: Options, *, for_json: bool) -> Unwrap:
    """The same of lines whose header without a PRI is certainly not the format's own.

    It is not before an object of JSON where the format reads these, and else not before a line of
    an access log.
    """
    unwrap = unwrapper(options)

    def before_json(line: str, received_at: int) -> Unwrapped | None:
        unwrapped = unwrap(line, received_at) if line.endswith("}") else None
        return unwrapped if unwrapped and unwrapped.line.startswith("{") else None

    def before_access(line: str, received_at: int) -> Unwrapped | None:
        # The bracket of the time: a cheap look, which most lines do not pass.
        is_before = "[" in line and _BEFORE_ACCESS.search(line, 0, _LONGEST_HEAD)
        return unwrap(line, received_at) if is_before else None

    return before_json if for_json else before_access


def _attributes(fields: Fields) -> dict[str, str]:
    named = {
        name: str(fields[field]) for field, name in _ATTRIBUTES if fields.get(field) is not None
    }
    data = fields.get("structured_data")
    if data:
        elements = Members((id, Members(parameters.items())) for id, parameters in data.items())
        named["syslog.structured_data"] = json.written(elements)
    if fields.get("severity") is not None:
        # The word, not the number: a number means something else to each format.
        named["severity"] = fields["level"]
    return {**(fields.get("attributes") or {}), **named}


def _after_pri(line: str) -> Unwrapped | None:
    """What stands after a PRI without a header, as some firewalls write it."""
    pri = PRI.match(line)
    if pri is None or int(pri[1]) > _HIGHEST_PRI:
        return None
    return Unwrapped(line_within(line[pri.end() :]), {}, None)
