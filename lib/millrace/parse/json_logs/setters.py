"""What a member says -> the fields and attributes of the record.

A setter returns False where the member is not what its key means elsewhere: it then keeps its own
name. It raises RejectedError where the key is our own name of a field and the value none for it.
"""

from typing import Any

from millrace.parse.json import Double, Members
from millrace.parse.json_logs import exceptions, http, origins, scales
from millrace.parse.json_logs.event import Event, Setter, text
from millrace.records.limits import MAX_ITEMS

# Numbers below are no times but durations, or of a clock that was never set (they are of 1973).
_SECONDS_SINCE = 10**8
_WEAK_TIMES = ("time", "ts", "t", "date")
_ONLY_TEXT = ("event", "text", "log")


def timestamp(event: Event, key: str, value: Any) -> bool:
    """The time, by a number, a text or an object."""
    return not _is_small(key, value) and event.moment(value)


def means_time(key: str, value: Any) -> bool:
    """Whether a member that could not be read as a time has a key that says it must be one."""
    return key not in ("t", "date") and not _is_small(key, value)


def _is_small(key: str, value: Any) -> bool:
    """Whether it is a number that under a key like ``time`` may as well be a duration."""
    if key not in _WEAK_TIMES:
        return False
    if value.__class__ is Double:
        return float(value) < _SECONDS_SINCE
    return value.__class__ is int and value < _SECONDS_SINCE


def message(event: Event, key: str, value: Any) -> bool:
    """The message; of an object its JSON."""
    if value.__class__ is not str:
        if key in _ONLY_TEXT:
            return False
        value = text(value)
    # What Docker captures ends where the line did.
    event.put("message", value.rstrip("\r\n") if key == "log" else value)
    return True


def level(event: Event, key: str, value: Any) -> bool:
    """The level by a word, or by a number of the scale that the key has."""
    is_plain = value.__class__ is str or value.__class__ is int
    named = scales.WORDS.get(value) if is_plain and not event.options.levels else None
    if named is None:
        named = event.options.level(text(value) or "")
    if named is None and key == "severity":
        return event.level_number(value, scales.severity)
    if named:
        event.fields["level"] = named
    return named is not None


def level_number(event: Event, key: str, value: Any) -> bool:
    """The level by a number of the scale that its key names."""
    return event.level_number(value, scales.NAMED[key])


def plain(field: str) -> Setter:
    """A setter of a field of text by a text or a number."""

    def put(event: Event, key: str, value: Any) -> bool:
        kind = value.__class__
        if kind is str:
            event.fields[field] = value
            return True
        if kind is Members or kind is list or kind is bool:
            return False
        event.fields[field] = text(value)
        return True

    return put


def service(event: Event, key: str, value: Any) -> bool:
    """The service by its name."""
    name = value.strip(" ") if value.__class__ is str else ""
    if not name:
        return False
    # AWS Powertools says so where none is configured.
    if name != "service_undefined":
        event.fields["service_name"] = name
    return True


def tags(event: Event, key: str, value: Any) -> bool:
    """The tags: a list, or one."""
    if value.__class__ is list and len(value) <= MAX_ITEMS:
        event.fields["tags"] = [one for each in value if (one := text(each)) is not None]
        return True
    if value.__class__ is str:
        event.fields["tags"] = [value]
    return value.__class__ is str


def stack(event: Event, key: str, value: Any) -> bool:
    """A stack trace; a single word is the name of something else."""
    is_name = key == "stack" and value.__class__ is str and "\n" not in value
    return not is_name and exceptions.stack(event, key, value)


def name(attribute: str) -> Setter:
    """A setter of an attribute by a text alone."""

    def put(event: Event, key: str, value: Any) -> bool:
        if value.__class__ is not str:
            return False
        event.attributes[attribute] = value
        return True

    return put


SETTERS: dict[str, Setter] = {
    "timestamp": timestamp,
    "message": message,
    "level": level,
    "level_number": level_number,
    "service_name": service,
    "status_code": http.status,
    "path": http.path,
    "client_ip": http.client,
    "response_time_ms": http.response_time,
    "bytes": http.size,
    "protocol": http.protocol,
    "request": http.request,
    "tags": tags,
    "trace_id": origins.trace,
    "span_id": origins.span,
    "error": exceptions.error,
    "exception": exceptions.exception,
    "exception.stacktrace": stack,
    "caller": origins.caller,
    "http_request": http.google,
    "source_location": origins.source_location,
    "thread": origins.thread,
    "log.iostream": origins.stream,
    "container.id": origins.container_id,
    "container.name": origins.container_name,
    "k8s.pod.label": origins.prefixed("k8s.pod.label"),
    "k8s.pod.annotation": origins.prefixed("k8s.pod.annotation"),
    "k8s.namespace.label": origins.prefixed("k8s.namespace.label"),
    "http.request.header": http.request_headers,
    "http.response.header": http.response_headers,
    "host.name": name("host.name"),
    "otel.scope.name": name("otel.scope.name"),
    "code.function.name": name("code.function.name"),
    **{
        field: plain(field)
        for field in (
            "request_id",
            "method",
            "user_agent",
            "referrer",
            "forwarded_for",
            "virtual_host",
            "ident",
            "user",
            "user_id",
            "error_code",
            "app_name",
            "proc_id",
            "msg_id",
        )
    },
}
"""What puts a member where it belongs; attributes without an entry take any member."""
