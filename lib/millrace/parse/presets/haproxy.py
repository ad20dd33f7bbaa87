"""HAProxy's logs of HTTP and TCP, of errors and of itself, bare or behind a head of syslog.

All timers are milliseconds, ``-1`` for what was never reached; ``+`` stands before counts that were
written before the end. Captured headers may be missing, ``option httpslog`` adds the two last
columns, and ``option httplog clf`` has them all in another order::

    client:port [accept] frontend backend/server TR/Tw/Tc/Tr/Ta status bytes cookie cookie state
    act/fe/be/srv/retries queue/queue {headers} {headers} "request" errors sni/version/cipher
    client:port [accept] frontend backend/server Tw/Tc/Tt bytes state act/fe/be/srv/retries
    queue/queue
    client:port [accept] frontend/listener: text
    client - - [time] "request" status bytes "" "" port ms "frontend" "backend" "server" TR ..

The accept time is that of a clock in the server's zone. In requests ``#XX`` stands for a byte.
"""

import re
from collections.abc import Callable, Iterable

from millrace.parse.draft import Draft
from millrace.parse.level import SEVERITIES
from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_TIME = (
    r"(?:[A-Z][a-z]{2} {1,2}[0-9]{1,2} (?:[0-9]{4} )?[0-9:.]{8,18}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{8,18}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
)
_BSD_HEAD = re.compile(
    rf"(?:<([0-9]{{1,3}})>)?({_TIME}) (?:([^ ]++) )?([^ \[\]:]++)(?:\[([0-9]{{1,20}})\])?: "
)
_RFC_5424_HEAD = re.compile(
    rf"<([0-9]{{1,3}})>[0-9]{{1,3}} ({_TIME}|-) ([^ ]++) ([^ ]++) ([^ ]++) [^ ]++"
    r" (?:-|\[[^\]]*+\]) (?:\ufeff)?"
)
_TAG = "haproxy"

_COUNT = "([0-9]{1,15})"
_TIMER = "(-1|[0-9]{1,10})"
_STATUS = "(-1|[0-9]{1,3})"
_ACCEPTED = r"([^ ]++) \[([^\]]++)\] "
_PLACE = rf"{_ACCEPTED}([^ ]++) ([^ /]++)/([^ ]++) "
_CONNECTIONS = rf"{_COUNT}/{_COUNT}/{_COUNT}/{_COUNT}/\+?{_COUNT} {_COUNT}/{_COUNT}(?= |\Z)"
_HTTP = re.compile(
    rf"{_PLACE}{_TIMER}/{_TIMER}/{_TIMER}/{_TIMER}/\+?{_TIMER} {_STATUS} \+?{_COUNT}"
    rf" ([^ ]++) ([^ ]++) ([^ ]{{4}}) {_CONNECTIONS}"
)
_TCP = re.compile(rf"{_PLACE}{_TIMER}/{_TIMER}/\+?{_TIMER} \+?{_COUNT} ([^ ]{{2}}) {_CONNECTIONS}")
_COMMON = re.compile(rf'([^ ]++) - - \[([^\]]++)\] "([^"]*+)" {_STATUS} \+?{_COUNT} "" ""(?= |\Z)')
_ERROR = re.compile(rf"{_ACCEPTED}([^ /]++)/([^ ]+): ")
_CONNECT = re.compile(r"Connect from ([^ ]++) to ([^ ]+):([0-9]{1,5}) \(([^/()]++)/[A-Z]{3,4}\)\Z")
# What it says of itself, to a terminal with the level and its process first.
_TO_TERMINAL = re.compile(r"\[([A-Z]{5,8})\] +(?:[0-9]{3}/[0-9]{6} )?\(([0-9]{1,10})\) : ")
_OWN = re.compile(
    r"(?:Proxy|Server|Backup Server|backend|Health check|Stopping|Pausing|Resuming|Enabling) "
)

# What stands after the queues; quotes and braces within are written as #XX.
_HEADERS = re.compile(r" \{([^}]*+)\}(?: \{([^}]*+)\})?")
_REQUEST = re.compile(r' "([^"]*+)(?:"|\Z)')
_PART = "([^ /]++)"
_TLS = re.compile(f" {'/'.join([_PART] * 5)} {'/'.join([_PART] * 3)}" + r"\Z")
_COLUMN = re.compile(r'"([^"]*+)"|([^ "]++)')
_BYTES = re.compile(r"(?:#[0-9A-F]{2})++")

# The names are those of HAProxy's manual.
_TIMERS = ("TR", "Tw", "Tc", "Tr")
_NAMES = (
    *("termination_state", "actconn", "feconn", "beconn", "srv_conn", "retries"),
    *("srv_queue", "backend_queue"),
)
_COOKIES = ("captured_request_cookie", "captured_response_cookie")
_HTTP_NAMES = (*_COOKIES, *_NAMES)
_TLS_NAMES = (
    *("fc_err", "ssl_fc_err", "ssl_c_err", "ssl_c_ca_err", "ssl_fc_is_resumed"),
    *("ssl_fc_sni", "tls.protocol.version", "tls.cipher"),
)
_COMMON_NAMES = (*_NAMES, *_COOKIES)


def parser(options: Options) -> Parse:
    """What parses the lines; times without an offset are those of the feed's zone."""

    def parse(line: str, received_at: int) -> Fields:
        draft = Draft(options, received_at)
        head = _BSD_HEAD.match(line) or _RFC_5424_HEAD.match(line)
        text = line[head.end() :] if head else line
        for match, put in _LAYOUTS:
            found = match(text)
            if found:
                put(draft, found, text[found.end() :])
                break
        else:
            _put_own(draft, text, head)
        if head:
            _put_head(draft, *head.group(2, 3, 5))
        return draft.done()

    return parse


def _put_head(draft: Draft, time: str, host: str | None, pid: str | None) -> None:
    """What the head of syslog says; its time is that of sending, which counts where no other is."""
    if "timestamp" not in draft.fields and time != "-":
        draft.time(time)
    draft.attribute("host.name", host)
    draft.attribute("process.pid", pid)


def _put_http(draft: Draft, match: re.Match[str], rest: str) -> None:
    client, time, frontend, backend, server, *timers, taken, status, size = match.groups()[:12]
    _put_start(draft, client, time, frontend, tls=("url.scheme", "https"))
    draft.attribute("backend_name", backend)
    draft.attribute("server_name", server)
    _put_timers(draft, _TIMERS, timers)
    draft.response_time(taken, "ms")
    draft.put("status_code", status if status != "-1" else None)
    draft.put("bytes", size)
    _put_all(draft, _HTTP_NAMES, match.groups()[12:])
    _put_captured(draft, rest)


def _put_tcp(draft: Draft, match: re.Match[str], rest: str) -> None:
    client, time, frontend, backend, server, *timers, taken, size = match.groups()[:9]
    _put_start(draft, client, time, frontend, tls=("tls", "true"))
    draft.attribute("backend_name", backend)
    draft.attribute("server_name", server)
    _put_timers(draft, _TIMERS[1:], timers)
    draft.response_time(taken, "ms")
    draft.put("bytes", size)
    _put_all(draft, _NAMES, match.groups()[9:])
    draft.put("extra", rest.strip(" "))


def _put_common(draft: Draft, match: re.Match[str], rest: str) -> None:
    """The layout of ``option httplog clf``, whose columns are in quotes where they are texts."""
    client, time, request, status, size = match.groups()
    columns = [quoted or bare for quoted, bare in _COLUMN.findall(rest)]
    if len(columns) < 10:
        raise RejectedError("no_match", "not HAProxy's columns after the status and bytes")
    port, fraction, frontend, backend, server, *timers, taken = columns[:10]
    _put_start(draft, f"{client}:{port}", time, frontend, tls=("url.scheme", "https"))
    if fraction.isascii() and fraction.isdigit() and len(fraction) <= 3:
        draft.fields["timestamp"] += int(fraction) * 1_000
    draft.request(_decoded(request))
    draft.put("status_code", status if status != "-1" else None)
    draft.put("bytes", size)
    draft.attribute("backend_name", backend)
    draft.attribute("server_name", server.removeprefix(f"{backend}/"))
    _put_timers(draft, _TIMERS, timers)
    draft.response_time(taken.removeprefix("+"), "ms")
    _put_all(draft, _COMMON_NAMES, (column.removeprefix("+") for column in columns[10:]))
    draft.attribute("captured_headers", "|".join(columns[10 + len(_COMMON_NAMES) :]))


def _put_error(draft: Draft, match: re.Match[str], rest: str) -> None:
    client, time, frontend, listener = match.groups()
    _put_start(draft, client, time, frontend, tls=("tls", "true"))
    draft.attribute("bind_name", listener)
    draft.put("message", rest)


def _put_connect(draft: Draft, match: re.Match[str], rest: str) -> None:
    client, server, port, frontend = match.groups()
    _put_client(draft, client)
    draft.attribute("server.address", server)
    draft.attribute("server.port", port)
    draft.attribute("frontend_name", frontend)
    draft.put("message", match[0])


_Match = Callable[[str], re.Match[str] | None]
_Put = Callable[[Draft, re.Match[str], str], None]
_LAYOUTS: tuple[tuple[_Match, _Put], ...] = (
    (_HTTP.match, _put_http),
    (_TCP.match, _put_tcp),
    (_COMMON.match, _put_common),
    (_ERROR.match, _put_error),
    (_CONNECT.match, _put_connect),
)


def _put_own(draft: Draft, text: str, head: re.Match[str] | None) -> None:
    """A message of HAProxy's own; raises RejectedError (no_match) where it is none."""
    match = _TO_TERMINAL.match(text)
    is_tagged = head is not None and head[4].startswith(_TAG)
    if not (match or is_tagged or _OWN.match(text)):
        raise RejectedError("no_match", "neither a line of HTTP or TCP nor an error of HAProxy's")
    if match:
        draft.level(match[1])
        draft.attribute("process.pid", match[2])
    if head and head[1]:
        draft.fields["level"] = SEVERITIES[int(head[1]) % 8]
    draft.put("message", text[match.end() :] if match else text)


def _put_start(
    draft: Draft, client: str, time: str, frontend: str, *, tls: tuple[str, str]
) -> None:
    """What each line begins with; ``tls`` is how the record says that the client used it."""
    _put_client(draft, client)
    draft.time(time)
    if frontend.endswith("~"):
        draft.attribute(*tls)
    draft.attribute("frontend_name", frontend.removesuffix("~"))


def _put_client(draft: Draft, text: str) -> None:
    """The port stands after the last colon, also of an IPv6 address, which has no brackets."""
    address, colon, port = text.rpartition(":")
    draft.put("client_ip", address.strip("[]") if colon else text)
    draft.attribute("client.port", port if colon else None)


def _put_timers(draft: Draft, names: Iterable[str], timers: Iterable[str]) -> None:
    for name, timer in zip(names, timers, strict=False):
        draft.attribute(name, timer if timer != "-1" else None)


def _put_all(draft: Draft, names: Iterable[str], values: Iterable[str]) -> None:
    for name, value in zip(names, values, strict=False):
        draft.attribute(name, value)


def _put_captured(draft: Draft, rest: str) -> None:
    """Headers, of which one pair of braces alone may be either side's, request and TLS."""
    headers, position = _HEADERS.match(rest), 0
    if headers:
        position = headers.end()
        is_either = headers[2] is None
        draft.attribute("captured_headers" if is_either else "captured_request_headers", headers[1])
        draft.attribute("captured_response_headers", headers[2])
    request = _REQUEST.match(rest, position)
    if request:
        position = request.end()
        draft.request(_decoded(request[1]))
    tls = _TLS.match(rest, position)
    if tls:
        _put_all(draft, _TLS_NAMES, tls.groups())
    else:
        draft.put("extra", rest[position:].strip(" "))


def _decoded(text: str) -> str:
    """The text with the bytes that it names, but for those that cannot be printed."""
    return _BYTES.sub(_printable, text) if "#" in text else text


def _printable(match: re.Match[str]) -> str:
    text = bytes.fromhex(match[0].replace("#", "")).decode(errors="surrogateescape")
    return "".join(sign if sign.isprintable() else _encoded(sign) for sign in text)


def _encoded(sign: str) -> str:
    return "".join(f"#{byte:02X}" for byte in sign.encode(errors="surrogateescape"))
