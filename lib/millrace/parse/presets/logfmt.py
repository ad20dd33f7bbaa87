"""logfmt: pairs ``key=value``, the fields told by the keys that loggers use for them.

Heroku's router and Lograge, whose keys mean other things than elsewhere, are told by their keys.
A priority as syslog writes it, ``<134>``, may stand first.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from millrace.parse import durations, numbers
from millrace.parse.draft import ABSENT, Draft
from millrace.parse.json_logs.keys import UNITS, with_own
from millrace.parse.options import Options, Parse
from millrace.parse.presets.pairs import pairs
from millrace.parse.rejection import RejectedError, found
from millrace.parse.request import request
from millrace.records.fields import GENERAL, Fields
from millrace.records.formats import Unit

VERSION = 1

_NAMES = with_own(
    {
        "timestamp": "msec time_iso8601 time_local",
        "user": "remote_user",
        "protocol": "server_protocol proto",
        "virtual_host": "http_host",
        "caller": "caller source",
        "code.function.name": "function",
    }
)
# The group of a text logger's own choice, not the request that middleware for JSON writes.
del _NAMES["req.id"]
_OF_REQUESTS = {key for key, (name, _) in _NAMES.items() if name in ("method", "path", "request")}
_OTHER_NAMES = {
    "error": "exception.message",
    "exception": "exception.stacktrace",
    "thread": "thread.name",
}
# What loggers say by objects, lists or numbers of their own scale: a text keeps its own name.
_NO_TEXTS = {
    "level_number", "tags", "source_location", "http_request", "pairs", "http.request.header",
    "http.response.header", "k8s.pod.label", "k8s.pod.annotation", "k8s.namespace.label",
}  # fmt: skip
_TEXTS = frozenset(field.name for field in GENERAL if field.type == "string") | {"service_name"}
# As loggers of Go write what is not there.
_NULLS = (*ABSENT, "null", "<nil>")
# What Heroku's router means by its keys, in those of loggers.
_OF_HEROKU = {
    "at": "level", "desc": "msg", "code": "error_code", "fwd": "client_ip", "service": "duration",
    "host": "http_host", "protocol": "url.scheme", "tls_version": "tls.protocol.version",
}  # fmt: skip
_PRI = re.compile(r"<[0-9]{1,3}>")
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}:")
# A few digits, or a number with a unit, are how long something took.
_NO_TIME = re.compile(
    r"-?[0-9]{1,8}(?:\.[0-9]*+)?\Z|[0-9]{4}-[0-9]{2}-[0-9]{2}\Z|[0-9.]++(?:[nuµμm]?s|m|h)"
)
_METHOD = re.compile(r"[A-Z]{3,20}\Z")
_PROTOCOL = re.compile(r"HTTP/[0-9]")
_TRACE = re.compile(r"(?:projects/[^/]++/traces/)?[0-9a-fA-F]{16,32}\Z")
_DIGITS = re.compile(r"[0-9]{1,15}\Z")
_PLACE = re.compile(r"(.+):([0-9]{1,9})\Z", re.DOTALL)
_STATUSES = range(100, 600)
_FRACTION_DIGITS = 18


def parser(options: Options) -> Parse:
    """What parses the lines; its options say the unit of a ``duration`` that has none."""

    def parse(line: str, received_at: int) -> Fields:
        sent = pairs(_bare(line))
        if sent is None:
            raise RejectedError("no_match", "not pairs key=value from the first word on")
        unit = options.response_time_unit
        if "fwd" in sent and "dyno" in sent:
            sent = _of_heroku(sent)
        elif unit is None and "controller" in sent and "action" in sent:
            unit = "ms"  # Lograge's
        values = {key: value for key, value in sent.items() if value not in _NULLS}
        draft = Draft(options, received_at)
        _put(draft, _with_date(values), unit)
        return draft.done()

    return parse


def _bare(line: str) -> str:
    """The line without a terminal's colours and a priority."""
    line = _COLOUR.sub("", line) if "\x1b" in line else line
    priority = _PRI.match(line)
    return line[priority.end() :] if priority else line


def _of_heroku(sent: dict[str, str]) -> dict[str, str]:
    values = {_OF_HEROKU.get(key, key): value for key, value in sent.items()}
    if values.get("level") == "info":
        del values["level"]  # the status tells more
    client = values["client_ip"]
    if "," in client:
        values |= {"client_ip": client.partition(",")[0], "forwarded_for": client}
    return values


def _with_date(values: dict[str, str]) -> dict[str, str]:
    """The values, a time of day joined with its date and zone, which firewalls send apart."""
    if "date" in values and _CLOCK.match(values.get("time", "")):
        zone = values.pop("tz", "")
        values["time"] = f"{values.pop('date')} {values['time']}{zone}"
    return values


def _put(draft: Draft, values: dict[str, str], unit: Unit | None) -> None:
    names = _names(values)
    for key, value in values.items():
        name = names.get(key)
        if name is None:
            draft.attribute(key, value)
        elif name in _PUT:
            _PUT[name](draft, value)
        elif name in _TEXTS:
            draft.fields[name] = value
        elif name == "response_time_ms":
            _put_response_time(draft, key, value, unit)
        else:
            draft.attribute(_OTHER_NAMES.get(name, name), value)


def _names(values: dict[str, str]) -> dict[str, str]:
    """The name of what each key says, of keys that say the same only for the best."""
    best: dict[str, str] = {}
    is_request = not _OF_REQUESTS.isdisjoint(values)
    for key, value in values.items():
        if key in _NAMES:
            name, rank = _NAMES[key]
            is_meant = _IS_MEANT.get(name)
            is_better = name not in best or rank < _NAMES[best[name]][1]
            if is_better and (not is_meant or is_meant(key, value, is_request)):
                best[name] = key
    return {key: name for name, key in best.items()}


def _is_status(key: str, value: str, is_request: bool) -> bool:
    return key != "status" or (is_request and numbers.integer(value) in _STATUSES)


def _is_method(key: str, value: str, is_request: bool) -> bool:
    """Calls within a program have methods too, whose names are none of HTTP."""
    return key not in ("method", "verb") or _METHOD.match(value) is not None


# Keys that mean something else as well, and what the value must be for the first meaning.
_IS_MEANT: dict[str, Callable[[str, str, bool], bool]] = {
    "timestamp": lambda key, value, is_request: not _NO_TIME.match(value),
    "status_code": _is_status,
    "method": _is_method,
    "request": lambda key, value, is_request: "method" in request(value),
    "protocol": lambda key, value, is_request: _PROTOCOL.match(value) is not None,
    "bytes": lambda key, value, is_request: is_request and _DIGITS.match(value) is not None,
    "caller": lambda key, value, is_request: _PLACE.match(value) is not None,
    "trace_id": lambda key, value, is_request: key != "trace" or _TRACE.match(value) is not None,
    "response_time_ms": lambda key, value, is_request: key != "took",
    # Objects, lists and numbers of a logger's own scale elsewhere: no texts.
    **dict.fromkeys(_NO_TEXTS, lambda key, value, is_request: False),
}


def _put_response_time(draft: Draft, key: str, value: str, unit: Unit | None) -> None:
    """By the unit that stands in the value, else by that of the key, else by the feed's."""
    unit = UNITS[key] or unit
    milliseconds = durations.with_unit(value)
    if milliseconds is not None:
        draft.fields["response_time_ms"] = milliseconds
    elif unit is None:
        draft.attribute(key, value)
    else:
        draft.response_time(_without_exponent(value), unit)


def _without_exponent(number: str) -> str:
    """``1.5e-05``, as Go writes small numbers, with its zeros."""
    if "e" not in number or not numbers.NUMBER.match(number):
        return number
    whole, point, fraction = f"{Decimal(number):f}".partition(".")
    return whole + point + fraction[:_FRACTION_DIGITS]


def _put_status(draft: Draft, value: str) -> None:
    number = numbers.integer(value)
    if number is None or not 0 <= number < 1_000:
        raise RejectedError("bad_value", found("status_code", value))
    draft.fields["status_code"] = number


def _put_bytes(draft: Draft, value: str) -> None:
    draft.put("bytes", value)


def _put_error(draft: Draft, value: str) -> None:
    is_quoted = value.startswith("'")  # by Lograge
    draft.attribute("exception.message", value[1:].removesuffix("'") if is_quoted else value)


def _put_place(draft: Draft, value: str) -> None:
    if place := _PLACE.match(value):
        draft.attribute("code.file.path", place[1])
        draft.attribute("code.line.number", place[2])


_PUT: dict[str, Callable[[Draft, str], None]] = {
    "timestamp": Draft.time,
    "level": Draft.level,
    "status_code": _put_status,
    "request": Draft.request,
    "client_ip": Draft.client,
    "bytes": _put_bytes,
    "error": _put_error,
    "caller": _put_place,
    "trace_id": Draft.trace,
}
