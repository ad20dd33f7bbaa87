"""nginx's error log.

The time is that of a clock in the server's zone; each part from ``*`` on may be missing::

    2026/03/29 10:00:00 [level] pid#tid: *connection text, client: .., server: .., request: "..",
    subrequest: "..", upstream: "..", host: "..", referrer: ".."

The pairs are those of nginx's http and stream modules. Their values are as clients sent them, with
quotes unescaped, so the line is split at the known names from its right end.
"""

import re

from millrace.parse import notations
from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError, found
from millrace.records.fields import Fields

VERSION = 1

_HEAD = re.compile(
    r"(([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})) \[([a-z]{1,20})\]"
    r" ([0-9]{1,20})#([0-9]{1,20}): (?:\*([0-9]{1,20}) )?"
)
# From the right; all stand after the client.
_QUOTED = ("referrer", "host", "upstream", "subrequest", "request")
_BEGINS = {name: f', {name}: "' for name in _QUOTED}
_CLIENT = (", client: ", ", udp client: ")
_SERVER = ", server: "
_BYTES_OF = ("bytes from/to client", "bytes from/to upstream")
_BYTES = re.compile(
    r", bytes from/to client:([0-9]{1,20}/[0-9]{1,20})"
    r", bytes from/to upstream:([0-9]{1,20}/[0-9]{1,20})\Z"
)


def parser(options: Options) -> Parse:
    """What parses the lines; their times are those of the feed's zone."""

    def parse(line: str, received_at: int) -> Fields:
        head = _HEAD.match(line)
        if not head:
            raise RejectedError("no_match", "not time, [level] and pid#tid:")
        written, year, month, day, hour, minute, second, level, pid, tid, connection = head.groups()
        time = notations.wall(int(year), int(month), int(day), (hour, minute, second), None)
        if time is None:
            raise RejectedError("bad_timestamp", found("timestamp", written))
        draft = Draft(options, received_at)
        draft.wall_time(time)
        draft.level(level)
        draft.attribute("process.pid", pid)
        draft.attribute("thread.id", tid)
        draft.attribute("connection", connection)
        draft.put("message", _without_pairs(draft, line[head.end() :]))
        return draft.done()

    return parse


def _without_pairs(draft: Draft, text: str) -> str:
    """The text before the pairs, which are put into the draft."""
    text = _without_bytes(draft, text)
    quoted: dict[str, str] = {}
    rest = text
    for name in _QUOTED:
        before, begins, value = rest.rpartition(_BEGINS[name])
        # Only the last pair may lack its quote: lines are cut at 2048 bytes.
        if begins and (value.endswith('"') or not quoted) and _is_value(name, value):
            rest, quoted[name] = before, _without_quote(value)
    before, begins, client, server = _parted_at_client(rest)
    if not begins:
        return text
    draft.client(client)
    draft.attribute("server", server)
    draft.request(quoted.get("request"))
    draft.put("virtual_host", quoted.get("host"))
    draft.put("referrer", quoted.get("referrer"))
    draft.attribute("upstream", quoted.get("upstream"))
    draft.attribute("subrequest", quoted.get("subrequest"))
    return before


def _without_bytes(draft: Draft, text: str) -> str:
    """The text before the counts of bytes that the stream module writes last."""
    match = _BYTES.match(text, max(text.rfind(f", {_BYTES_OF[0]}:"), 0))
    if not match:
        return text
    for name, counts in zip(_BYTES_OF, match.groups(), strict=True):
        draft.attribute(name, counts)
    return text[: match.start()]


def _without_quote(value: str) -> str:
    """The value before its closing quote, and before the next name where that was cut."""
    if value.endswith('"'):
        return value[:-1]
    before, quote, after = value.rpartition('"')
    is_name = any(begins.startswith(after) for begins in _BEGINS.values())
    return before if quote and is_name else value


def _is_value(name: str, value: str) -> bool:
    """Whether it can be: a host that a client has put into its request line is none."""
    return name != "host" or not (" " in value or '"' in value[:-1])


def _parted_at_client(text: str) -> tuple[str, str, str, str]:
    """The text before ``client:``, that itself, the client and the server; empty where it lacks."""
    for name in _CLIENT:
        before, begins, value = text.rpartition(name)
        if begins:
            client, _, server = value.partition(_SERVER)
            return (before, begins, client, server) if " " not in client else ("", "", "", "")
    return "", "", "", ""
