r"""Access logs: Common, Combined, vhost_combined, and Combined with further fields after.

The line's fields are those of Apache's mod_log_config and nginx's log module::

    [virtual_host] client ident user [time] "request" status bytes ["referrer" "agent" ...]

A list of forwarded addresses may stand in the client's place; its first address is the client.
Both servers write a quote inside a quoted field as ``\"``, so a line splits at the quotes that no
backslash escapes. Nearly all lines are plain, and taken in one match; the others are split.
"""

import re
from functools import partial

from millrace.parse import notations
from millrace.parse.durations import milliseconds
from millrace.parse.level import by_status
from millrace.parse.options import DEFAULT, Options, Parse
from millrace.parse.rejection import RejectedError, found
from millrace.parse.request import request
from millrace.parse.text import absent_if_dash
from millrace.parse.times import clf_time
from millrace.records.fields import Fields

VERSION = 3

# One match is one piece between unescaped quotes. Possessive, so that it does not backtrack.
_PIECE = re.compile(r'(?:^|")([^"\\]*+(?:\\(?:.|$)[^"\\]*+)*+)', re.DOTALL)
_ADDRESS = r"(?:-|unknown|[0-9a-fA-F.:\[\]]++)"
_ADDRESSES = rf"{_ADDRESS}(?:, ?{_ADDRESS})*+"
_ADDRESS_LIST = re.compile(rf"{_ADDRESSES}$")
# Bounded, so that no line can carry a number that does not fit a figure.
_MILLISECONDS = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_TIMED = re.compile(rf"(?:-|{_MILLISECONDS})$")
_STATUS = re.compile(r"[0-9]{3}$")
_BYTES = re.compile(r"[0-9]{1,15}$")
_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_IPV6 = r"\[?[0-9a-fA-F]*:[0-9a-fA-F:.]+(?:%[\w.-]+)?\]?"
_IP = re.compile(rf"(?:{_IPV4}|{_IPV6})$")
_NO_ADDRESS = ("-", "unknown")
_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?"
_HOST_NAME = re.compile(rf"{_NAME}$")
_HOST_AND_PORT = re.compile(rf"(?:{_NAME}|\[[0-9a-fA-F:.]+\]):[0-9]+$")
# A request in a terminal's colours, as Werkzeug writes it.
_COLOURED = re.compile(r"(?:\x1b\[[0-9;]{0,20}m)++([^\x1b]*+)(?:\x1b\[[0-9;]{0,20}m)++\Z")
# Traefik's: requests since its start, router, server, and the duration with its unit.
_TRAEFIK = re.compile(r' (?:[0-9]+|-) "[^"]*" "[^"]*" ([0-9]{1,9})ms$')
# A line without escapes whose words and request are of the usual form, and nothing after that the
# general way would look at.
_PLAIN = re.compile(
    rf'({_IPV4}|[0-9a-fA-F]*:[0-9a-fA-F:.]++|-) ([^ "\\\[]+) ([^ "\\\[]+)'
    r" \[([0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}(?::[0-9]{2}){3} [+-][0-9]{4})\]"
    r' "([A-Z]+) ([^ "\\]+) ([A-Z]+/[0-9](?:\.[0-9])?)" ([0-9]{3}) ([0-9]{1,15}|-)'
    r'(?: "([^"\\]*+)" "([^"\\]*+)"'
    rf'(?: (?:(-|{_MILLISECONDS})|"({_ADDRESSES})"))?)?\Z'
)


_NOTHING: Fields = {}


def parser(options: Options) -> Parse:
    """What parses lines; a response time is in milliseconds where the feed names no unit.

    But for one with three decimals, which nginx writes in seconds: that is kept as ``extra``.
    """
    return parse if options == DEFAULT else partial(parse, options=options)


def parse(line: str, received_at: int, options: Options = DEFAULT) -> Fields:
    """The line's fields, with ``timestamp`` and ``level``.

    Raises RejectedError where it is no record.
    """
    match = _PLAIN.match(line)
    return _of_match(match, options) if match else of_pieces(line, received_at, options)


def _of_match(match: re.Match[str], options: Options) -> Fields:
    client, ident, user, time, method, path, protocol, status, size, *tail = match.groups()
    referrer, agent, sent_time, forwarded = tail
    timestamp = clf_time(time)
    if timestamp is None:
        raise RejectedError("bad_timestamp", found("timestamp", time))
    status_code = int(status)
    return {
        "timestamp": timestamp,
        "level": by_status(status_code),
        "client_ip": absent_if_dash(client),
        "ident": absent_if_dash(ident),
        "user": absent_if_dash(user),
        "method": method,
        "path": path,
        "protocol": protocol,
        "status_code": status_code,
        "bytes": None if size == "-" else int(size),
        "referrer": absent_if_dash(referrer),
        "user_agent": absent_if_dash(agent),
        "forwarded_for": absent_if_dash(forwarded),
        **(_response_time(sent_time, options) if sent_time else _NOTHING),
    }


def of_pieces(line: str, received_at: int, options: Options = DEFAULT) -> Fields:
    """What ``parse`` gives, by the way that any line can take."""
    line = _with_dash_for_empty_user(line)
    pieces = _PIECE.findall(line) if "\\" in line else line.split('"')
    head = _head(pieces)
    words = pieces[2].split(" ")
    if len(words) < 3:
        raise RejectedError("no_match", "not status and bytes after the request")
    after = _after(pieces, words, options)
    status_code = _number("status_code", words[1], _STATUS)
    size = _number("bytes", words[2], _BYTES)
    time = head.pop("time")
    marks: dict[str, str] = {}
    timestamp = clf_time(time)
    if timestamp is None and (moment := notations.moment(time, options.wall(received_at))):
        timestamp = options.local(moment[0], marks) if moment[1] else moment[0]
    if timestamp is None:
        raise RejectedError("bad_timestamp", found("timestamp", time))
    return {
        "timestamp": timestamp,
        "level": by_status(status_code),
        "status_code": status_code,
        "bytes": size,
        **head,
        **request(_plain(pieces[1])),
        **after,
        "attributes": marks or None,
    }


def _plain(sent: str) -> str:
    coloured = _COLOURED.match(sent) if sent.startswith("\x1b") else None
    return coloured[1] if coloured else sent


def _with_dash_for_empty_user(line: str) -> str:
    """The line with ``-`` in place of the two quotes that Apache writes for an empty user."""
    quote = line.find('"')
    if quote > 0 and line.startswith(' "" [', quote - 1):
        return f"{line[:quote]}-{line[quote + 2 :]}"
    return line


def _time(head: str) -> str | None:
    """What stands in the last brackets of the part before the request: a name may have some too."""
    begins = head.rfind(" [")
    return head[begins + 2 : -2] if begins >= 0 and head.endswith("] ") else None


def _head(pieces: list[str]) -> Fields:
    """``[virtual_host] client ident user [time] ``, the part before the request."""
    if len(pieces) % 2 == 0:
        raise RejectedError("no_match", "a quote is not closed")
    if len(pieces) < 3:
        raise RejectedError("no_match", "no quoted request")
    head = pieces[0]
    time = _time(head)
    if time is None:
        raise RejectedError("no_match", "no [time] before the request")
    words = head[: head.rfind(" [")].split(" ")
    virtual_host = None
    if len(words) > 3 and _is_virtual_host(words[0], words[1]):
        virtual_host, *words = words
    client, forwarded_for, rest = _client(words)
    if len(rest) < 2 or not rest[0]:
        raise RejectedError("no_match", "not client, ident and user before the time")
    return {
        "time": time,
        "virtual_host": virtual_host,
        "client_ip": absent_if_dash(client),
        "forwarded_for": forwarded_for,
        "ident": absent_if_dash(rest[0]),
        # It may hold spaces: servers write it as it was sent.
        "user": absent_if_dash(" ".join(rest[1:])),
    }


def _is_virtual_host(word: str, following: str) -> bool:
    """Whether the first word names the server: a host and port, or a host before an address."""
    if _HOST_AND_PORT.match(word) and not _IP.match(word):
        return True
    is_name = _HOST_NAME.match(word) and not _IP.match(word) and word not in _NO_ADDRESS
    return bool(is_name and _IP.match(following.rstrip(",")))


def _client(words: list[str]) -> tuple[str, str | None, list[str]]:
    """The client, the list of forwarded addresses that it is the first of, and the words after.

    Raises RejectedError where none of that stands there: a shipper's or a proxy's words would else
    be stored as a client that never was.
    """
    count = 1
    while words[count - 1].endswith(",") and count < len(words):
        count += 1
    text = " ".join(words[:count])
    if "," in text:
        if not _ADDRESS_LIST.match(text):
            raise RejectedError("no_match", found("no list of addresses before the time", text))
        return text.partition(",")[0], text, words[count:]
    is_client = text in _NO_ADDRESS or _IP.match(text) or text.startswith("unix:")
    following = words[1] if len(words) > 1 else ""
    if not is_client and not (_HOST_NAME.match(text) and not _IP.match(following)):
        raise RejectedError("no_match", found("no client before the time", text))
    return text, None, words[1:]


def _number(field: str, text: str, form: re.Pattern[str]) -> int | None:
    if text == "-":
        return None
    if not form.match(text):
        raise RejectedError("bad_value", found(field, text))
    return int(text)


def _response_time(sent: str, options: Options) -> Fields:
    if sent == "-":
        return _NOTHING
    if options.response_time_unit is None and sent[-4:-3] == ".":
        return {"extra": sent}
    return {"response_time_ms": milliseconds(sent, options.response_time_unit or "ms")}


def _after(pieces: list[str], words: list[str], options: Options) -> Fields:
    """Referrer, user agent, and what stands after the last known field."""
    is_combined = len(pieces) >= 7 and words[3:] == [""] and pieces[4] == " "
    if not is_combined:
        return {"extra": _extra(" ".join(words[3:]) + _quoted(pieces[3:]))}
    gap = pieces[6]
    if gap and not gap.startswith(" "):
        # After a quoted field comes a space or the end; else a quote stood unescaped in it.
        raise RejectedError("no_match", "text right after a closing quote")
    quoted = pieces[7] if len(pieces) > 7 else None
    is_forwarded = gap == " " and quoted is not None and _ADDRESS_LIST.match(quoted)
    fields: Fields = {
        "referrer": absent_if_dash(pieces[3]),
        "user_agent": absent_if_dash(pieces[5]),
    }
    rest = gap + _quoted(pieces[7:])
    traefik = _TRAEFIK.match(rest)
    if is_forwarded:
        fields["forwarded_for"] = absent_if_dash(quoted)
        rest = '"'.join(pieces[8:])
    elif _TIMED.match(rest.strip(" ")):
        # A number with others after it may be anything: bytes, a count, another unit.
        fields |= _response_time(rest.strip(" "), options)
        return fields
    elif traefik:
        fields["response_time_ms"] = float(traefik[1])
    return {**fields, "extra": _extra(rest)}


def _quoted(pieces: list[str]) -> str:
    """Pieces as they stood in the line, with the quote before the first; nothing of none."""
    return '"' + '"'.join(pieces) if pieces else ""


def _extra(rest: str) -> str | None:
    trimmed = rest.strip(" ")
    return None if trimmed in ("", "-") else trimmed
