"""What the names of captures mean: the field or attribute of each, and what reads its texts.

The names are the record's own, those that grok's patterns have had since Logstash, and those of
the Elastic Common Schema. A name that is no field's is an attribute's.
"""

from collections.abc import Callable
from functools import partial

from millrace.parse import durations
from millrace.parse.draft import Draft
from millrace.parse.json_logs.scales import SYSLOG
from millrace.parse.numbers import integer
from millrace.parse.options import Options
from millrace.parse.rejection import RejectedError, found
from millrace.parse.times import clf_time
from millrace.records.fields import COMMON, GENERAL
from millrace.records.formats import Unit

Keep = Callable[[Draft, str], None]
"""Puts a text that is not absent into the record; raises RejectedError."""

_OTHER_NAMES = {
    "timestamp": "timestamp8601 time logdate @timestamp",
    "level": "loglevel severity",
    "service_name": "service app application Application serviceName",
    "client_ip": "clientip remote_addr source.address source.ip client.ip",
    "ident": "apache.access.user.identity",
    "user": "auth",
    "method": "verb",
    "path": "request",  # what grok has always called the target
    "protocol": "httpversion",
    "request": "rawrequest",
    "status_code": "response",
    "referrer": "referer",
    "user_agent": "agent",
    "message": "msg",
    "request_id": "requestId req_id reqId x_request_id",
    "hostname": "logsource host host.hostname",
    "app_name": "program process.name",
    "proc_id": "pid process.pid",
}
_ATTRIBUTES = {
    "thread.name": "thread process.thread.name",
    "thread.id": "tid process.thread.id",
    "otel.scope.name": "logger class log.logger",
    "span_id": "span.id",
}
_TRACES = ("trace_id", "trace.id", "traceparent")
_PRI = ("syslog_pri", "syslog5424_pri")
_UNITLESS = ("response_time", "duration")
# Of other names none says the unit.
_DURATIONS: dict[str, Unit] = {
    **dict.fromkeys(("response_time_ms", "responseTime", "duration_ms", "durationMs"), "ms"),
    **dict.fromkeys(("latency_ms", "elapsed_ms", "took_ms"), "ms"),
    **dict.fromkeys(("duration_s", "request_time", "elapsed_seconds"), "s"),
    "duration_us": "us",
    "duration_ns": "ns",
    "event.duration": "ns",
}
_KINDS = ("string", "int", "bigint", "timestamp")
_NOT_CAPTURED = ("timestamp_claimed", "parser")

_HIGHEST_PRI = 191  # RFC 5424, 6.2.1: facilities 0 to 23, severities 0 to 7


def keeper(name: str, options: Options) -> tuple[str, Keep]:
    """The field or attribute of a name, and what puts texts there."""
    if name in _DURATIONS:
        return "response_time_ms", partial(_duration, _DURATIONS[name])
    if name in _UNITLESS:
        unit = options.response_time_unit
        return ("response_time_ms", partial(_duration, unit)) if unit else (name, _unitless(name))
    if name in _TRACES:
        return "trace_id", Draft.trace
    if name in _PRI:
        return "pri", _pri
    field = _FIELDS.get(name)
    if field is None:
        attribute = _NAMED_ATTRIBUTES.get(name, name)
        return f"attributes.{attribute}", _attribute(attribute)
    if name == "request":
        return field, _target
    if name == "severity" or field == "severity":
        return field, partial(_severity, options)
    return field, _READERS.get(field) or _text(field)


def _text(field: str) -> Keep:
    def keep(draft: Draft, text: str) -> None:
        draft.fields[field] = text

    return keep


def _attribute(name: str) -> Keep:
    def keep(draft: Draft, text: str) -> None:
        draft.attributes[name] = text

    return keep


def _time(draft: Draft, text: str) -> None:
    # The times of access logs, of which many are alike, are remembered.
    instant = clf_time(text) if text[2:3] == "/" else None
    if instant is None:
        draft.time(text)
    else:
        draft.fields["timestamp"] = instant


def _number(field: str, digits: int) -> Keep:
    """Whole numbers may be written as 200.0 and 2e2 too."""

    def keep(draft: Draft, text: str) -> None:
        if text.isdigit() and text.isascii() and len(text) <= digits:
            draft.fields[field] = int(text)
        else:
            whole = integer(text)
            draft.put(field, text if whole is None else str(whole))

    return keep


def _duration(unit: Unit, draft: Draft, text: str) -> None:
    """A unit after the number says more than the name."""
    milliseconds = durations.with_unit(text) if text[-1].isalpha() else None
    if milliseconds is None:
        draft.response_time(text, unit)
    else:
        draft.fields["response_time_ms"] = milliseconds


def _unitless(name: str) -> Keep:
    """A time with its unit is the response's; a number alone may be anything."""

    def keep(draft: Draft, text: str) -> None:
        milliseconds = durations.with_unit(text)
        if milliseconds is None or "response_time_ms" in draft.fields:
            draft.attributes[name] = text
        else:
            draft.fields["response_time_ms"] = milliseconds

    return keep


def _target(draft: Draft, text: str) -> None:
    """A request's target, or, as many call it too, all of the request line."""
    if " " in text:
        draft.request(text)
    else:
        draft.fields["path"] = text


def _protocol(draft: Draft, text: str) -> None:
    draft.fields["protocol"] = f"HTTP/{text}" if text[0].isdigit() else text


def _unquoted(field: str) -> Keep:
    """Patterns of quoted text take the quotes too."""

    def keep(draft: Draft, text: str) -> None:
        if text[0] == '"' == text[-1]:
            draft.put(field, text[1:-1])
        else:
            draft.fields[field] = text

    return keep


def _client(draft: Draft, text: str) -> None:
    if ":" in text or "[" in text:
        draft.client(text)
    else:
        draft.fields["client_ip"] = text


def _facility(draft: Draft, text: str) -> None:
    """Syslog's number; a word, as devices have it, is kept as it is."""
    number = integer(text)
    if number is None:
        draft.attributes["facility"] = text
    else:
        draft.fields["facility"] = number


def _severity(options: Options, draft: Draft, text: str) -> None:
    """Syslog's severity, 0 to 7, or the word for a level."""
    level = SYSLOG(int(text)) if text.isascii() and text.isdigit() and len(text) == 1 else None
    if level is None:
        draft.level(text)
    else:
        draft.fields["severity"] = int(text)
        draft.fields["level"] = options.level(text) or level


def _pri(draft: Draft, text: str) -> None:
    number = integer(text)
    if number is None or not 0 <= number <= _HIGHEST_PRI:
        raise RejectedError("bad_value", found("pri", text))
    draft.fields["facility"], draft.fields["severity"] = divmod(number, 8)
    draft.fields.setdefault("level", SYSLOG(number % 8))


def _names_of_fields() -> dict[str, str]:
    fields = [
        field
        for field in (*COMMON, *GENERAL)
        if field.type in _KINDS and field.name not in _NOT_CAPTURED
    ]
    of_ecs = {field.ecs: field.name for field in fields if field.ecs != "-"}
    own = {field.name: field.name for field in fields}
    return {**of_ecs, **own, **_by_name(_OTHER_NAMES)}


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return {name: known for known, others in names.items() for name in others.split()}


_FIELDS = _names_of_fields()
_NAMED_ATTRIBUTES = _by_name(_ATTRIBUTES)
_READERS: dict[str, Keep] = {
    "timestamp": _time,
    "level": Draft.level,
    "client_ip": _client,
    "protocol": _protocol,
    "request": Draft.request,
    "status_code": _number("status_code", 3),
    "bytes": _number("bytes", 15),
    "referrer": _unquoted("referrer"),
    "user_agent": _unquoted("user_agent"),
    "facility": _facility,
}
