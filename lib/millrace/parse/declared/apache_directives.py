"""Apache's ``%`` directives: what each sets in a record."""

from millrace.parse.declared.directive import (
    ADDRESSES,
    CLIENT,
    IDENT,
    NUMBER,
    OWN,
    PATH,
    REQUEST,
    STATUS,
    TEXT,
    WORD,
    Form,
    Value,
    milliseconds,
    put,
    response_time,
)
from millrace.records.formats import Unit

_USER = Form(blanks="always", may_be_quotes=True)
_QUERY = Form(blanks="never", begins="?")
_CONNECTION = Form(r"[X+-]")
# Bounded, so that none is longer than a record's response time can be.
_DURATIONS: dict[Unit, Form] = {
    "us": Form(r"[0-9]{1,12}"),
    "ms": Form(r"[0-9]{1,9}"),
    "s": Form(r"[0-9]{1,6}"),
}
_FINEST: tuple[Unit, ...] = ("us", "ms", "s")


def _duration(unit: Unit) -> Value:
    rank = _FINEST.index(unit)
    to, read = response_time(unit), milliseconds(unit)
    return Value("", _DURATIONS[unit], "response_time_ms", rank, None, to, read)


def _attribute(attribute: str, form: Form = OWN) -> Value:
    return Value("", form, attribute=attribute)


# Of several that set the same field the one with the lowest rank counts.
_PLAIN = {
    "h": Value("", CLIENT, "client_ip", 1, "h"),
    "a": Value("", CLIENT, "client_ip", 0),
    "A": _attribute("server.address", WORD),
    "l": Value("", IDENT, "ident"),
    "u": Value("", _USER, "user"),
    "r": Value("", REQUEST, keeps_dash=True),
    "m": Value("", WORD, "method"),
    "U": Value("", PATH, "_path"),
    "q": Value("", _QUERY, "_query"),
    "H": Value("", WORD, "protocol"),
    "s": Value("", STATUS, "status_code", 1, "s", put("status_code"), int),
    "b": Value("", NUMBER, "bytes", put=put("bytes"), read=int),
    "B": Value("", NUMBER, "bytes", put=put("bytes"), read=int),
    "O": _attribute("http.response.size", NUMBER),
    "I": _attribute("http.request.size", NUMBER),
    "S": _attribute("S", NUMBER),
    "D": _duration("us"),
    "T": _duration("s"),
    "^FB": _attribute("^FB", NUMBER),
    "^FU": _attribute("^FU", NUMBER),
    "v": Value("", WORD, "virtual_host", 0),
    "V": Value("", WORD, "virtual_host", 1, "V"),
    "p": _attribute("server.port", NUMBER),
    "P": _attribute("process.pid", NUMBER),
    "X": Value("", _CONNECTION, attribute="X", keeps_dash=True),
    "k": _attribute("k", NUMBER),
    "L": _attribute("L"),
    "f": _attribute("f", TEXT),
    "R": _attribute("R"),
}
# With what may stand in their braces.
_ARGUED = {
    ("c", "a"): _attribute("network.peer.address", WORD),
    ("c", "h"): _attribute("ch", WORD),
    ("s", "T"): _duration("s"),
    ("ms", "T"): _duration("ms"),
    ("us", "T"): _duration("us"),
    ("canonical", "p"): _attribute("server.port", NUMBER),
    ("local", "p"): _attribute("localp", NUMBER),
    ("remote", "p"): _attribute("client.port", NUMBER),
    ("pid", "P"): _attribute("process.pid", NUMBER),
    ("tid", "P"): _attribute("thread.id"),
    ("hextid", "P"): _attribute("thread.id"),
    ("c", "L"): _attribute("cL"),
    ("UNIQUE_ID", "e"): Value("", WORD, "request_id", 1, "UNIQUE_ID"),
    ("SSL_PROTOCOL", "x"): _attribute("tls.protocol.version", WORD),
    ("SSL_CIPHER", "x"): _attribute("tls.cipher", WORD),
    ("SSL_CLIENT_S_DN", "x"): _attribute("tls.client.subject", TEXT),
}
_REQUEST_HEADERS = {
    "referer": Value("", TEXT, "referrer"),
    "user-agent": Value("", TEXT, "user_agent"),
    "x-forwarded-for": Value("", ADDRESSES, "forwarded_for"),
    "x-request-id": Value("", WORD, "request_id", 0),
    "traceparent": Value("", WORD, "_trace"),
    "host": Value("", WORD, "virtual_host", 2, "http.request.header.host"),
}
_EXAMPLES = "a directive of mod_log_config, as %h, %>s or %{Referer}i"
_NAMED = ("C", "e", "n", "x", "c", "^ti", "^to")  # named by what stands in the braces
_FINAL = Value("", STATUS, "status_code", 0, None, put("status_code"), int)
PAIRS = {
    "v:p": Value("", WORD, "virtual_host", 0),
    "V:p": Value("", WORD, "virtual_host", 1, "V"),
    "Uq": Value("", PATH, "_path_and_query"),
}
"""Two directives with what stands between them, which make one text."""
WITHOUT_BODY_SIZE = Value("", NUMBER, "bytes", put=put("bytes"), read=int)
"""``%O`` where there is neither ``%b`` nor ``%B``."""


def value(letter: str, argument: str | None, modifiers: str) -> Value:
    """What a directive sets, yet without its name; raises ValueError where there is none such."""
    directive = f"%{letter}" if argument is None else f"%{{{argument}}}{letter}"
    if argument is None:
        if letter in _NAMED or letter in ("i", "o"):
            raise ValueError(f"{directive} needs a name in braces: expected %{{NAME}}{letter}")
        if letter == "s" and ">" in modifiers:
            return _FINAL
        known = _PLAIN.get(letter) or PAIRS.get(letter)
    elif letter in ("i", "o"):
        known = _header(argument.lower(), letter)
    else:
        known = _ARGUED.get((argument, letter))
        if known is None and letter in _NAMED and argument:
            known = _attribute(argument, TEXT)
    if known is None:
        others = [f"%{{{name}}}{each}" for name, each in _ARGUED if each == letter]
        expected = " or ".join(others if argument and letter not in _NAMED else []) or _EXAMPLES
        raise ValueError(f"{directive} is unknown: expected {expected}")
    return known


def _header(name: str, letter: str) -> Value | None:
    if letter == "i" and name in _REQUEST_HEADERS:
        return _REQUEST_HEADERS[name]
    side = "request" if letter == "i" else "response"
    return _attribute(f"http.{side}.header.{name}", TEXT) if name else None
