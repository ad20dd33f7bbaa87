"""The error log of Apache httpd 2.4 and 2.2.

All but time, level and text may be missing::

    [time] [module:level] [pid 7:tid 8] file.c(9): (errno)error: [client a:port] AH00001: text
    [time] [level] [client a] (errno)error: text

The time is that of a clock in the server's zone. After the text may stand ``, referer: url``.
"""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

# Other words in brackets after a time are another logger's, or another server's.
_LEVELS = "emerg|alert|crit|error|warn|notice|info|debug|trace[1-8]"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} "
_HEAD = re.compile(
    rf"\[((?:{_DAY}|[0-9]{{4}}-[0-9]{{2}}-)[^\]]{{8,40}}+)\] "
    rf"\[(?:([^\]:]*+):)?({_LEVELS})\] "
    r"(?:\[pid ([0-9]{1,20})(?::tid ([0-9]{1,20}))?\] )?"
)
_FILE = re.compile(r"([^\s():\[\]]++)\(([0-9]{1,9})\): ")
_ERROR = re.compile(r"(\(-?[0-9]{1,10}\)[^:\[\]]++): ")
_PEER = re.compile(r"\[(client|remote) ([^\]\s]*+)\] ?")
_CODE = re.compile(r"(AH[0-9]{5}): ?")
_ADDRESS_AND_PORT = re.compile(r"(.*[^:]):([0-9]{1,5})\Z")
_REFERRER = ", referer: "


def parser(options: Options) -> Parse:
    """What parses the lines; their times are those of the feed's zone."""

    def parse(line: str, received_at: int) -> Fields:
        head = _HEAD.match(line)
        if not head:
            raise RejectedError("no_match", "not [time] and [level] or [module:level]")
        time, module, level, pid, tid = head.groups()
        draft = Draft(options, received_at)
        draft.time(time)
        draft.level("trace" if level.startswith("trace") and not options.level(level) else level)
        draft.attribute("module", module)
        draft.attribute("process.pid", pid)
        draft.attribute("thread.id", tid)
        _put_text(draft, line[head.end() :], has_port=module is not None)
        return draft.done()

    return parse


def _put_text(draft: Draft, text: str, *, has_port: bool) -> None:
    """The message, and what stands before and after it."""
    if file := _FILE.match(text):
        draft.attribute("code.file.path", file[1])
        draft.attribute("code.line.number", file[2])
        text = text[file.end() :]
    text = _without_error(draft, text)
    if peer := _PEER.match(text):
        _put_peer(draft, peer[1], peer[2], has_port=has_port)
        text = text[peer.end() :]
    if "errno" not in draft.attributes:
        # 2.2 writes it after the client.
        text = _without_error(draft, text)
    if code := _CODE.match(text):
        draft.put("error_code", code[1])
        text = text[code.end() :]
    message, begins, referrer = text.rpartition(_REFERRER)
    if begins:
        draft.put("referrer", referrer)
    draft.put("message", message if begins else text)


def _without_error(draft: Draft, text: str) -> str:
    """The text after the system's error, number and words, which is put into the draft."""
    error = _ERROR.match(text)
    if not error:
        return text
    draft.attribute("errno", error[1])
    return text[error.end() :]


def _put_peer(draft: Draft, kind: str, address: str, *, has_port: bool) -> None:
    """The client, or the server on the other end of a proxy's connection.

    2.4 writes the port after any address, and none of them in brackets.
    """
    match = _ADDRESS_AND_PORT.match(address) if has_port else None
    host, port = (match[1].strip("[]"), match[2]) if match else (address, None)
    if kind == "client":
        draft.put("client_ip", host)
        draft.attribute("client.port", port)
    else:
        draft.attribute("network.peer.address", host)
        draft.attribute("network.peer.port", port)
