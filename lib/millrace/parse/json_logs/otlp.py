"""OpenTelemetry's log records as JSON (OTLP)."""

import base64
import re
from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs import moments, scales
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill, pairs_of
from millrace.parse.json_logs.keys import GENERIC, PAIRS
from millrace.parse.json_logs.origins import span, trace
from millrace.parse.rejection import RejectedError, found

Record = tuple[Members, Members, Members]
"""A resource's logs, a scope's logs within them, and a log record within those."""

_INTEGER = re.compile(r"-?[0-9]{1,19}\Z", re.ASCII)
# The ids are of 16 and 8 bytes.
_BASE64_ID = re.compile(r"(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{11}=)\Z")
_SEVERITY = re.compile(r"SEVERITY_NUMBER_([A-Z]{1,16})[2-4]?\Z")
# Of a body with members, where the record says the time or the level itself.
_TIMELESS = {key: says for key, says in GENERIC.items() if says[0] != "timestamp"}


def is_export(sent: Sent) -> bool:
    """Whether it is what an exporter of OTLP sends."""
    return sent["resourceLogs"].__class__ is list


def records(sent: Sent) -> list[Record]:
    """The log records within, each with what it stands in.

    Raises RejectedError (bad_envelope) where an item is no object.
    """
    return [
        (resource, scope, record)
        for resource in _items(sent, "resourceLogs")
        for scope in _items(dict(resource), "scopeLogs")
        for record in _items(dict(scope), "logRecords")
    ]


def _items(sent: Sent, key: str) -> list[Members]:
    items = sent.get(key)
    if items is None:
        return []
    if items.__class__ is not list or not all(each.__class__ is Members for each in items):
        raise RejectedError("bad_envelope", f"{key} is no list of objects")
    return list(items)


def record(event: Event, sent: Sent) -> None:
    """The one log record.

    Raises RejectedError (bad_envelope) where there is not exactly one.
    """
    held = records(sent)
    if len(held) != 1:
        raise RejectedError("bad_envelope", f"resourceLogs holds {len(held)} events")
    of_resource, of_scope, one = map(dict, held[0])
    resource, scope = _members(of_resource.get("resource")), _members(of_scope.get("scope"))
    time = _time(one.get("timeUnixNano"))
    observed = _time(one.get("observedTimeUnixNano"))
    if observed is not None:
        event.received_at = observed
    if time is not None:
        event.fields["timestamp"] = time
    _level(event, one)
    _ids(event, one)
    # The record's own attributes come before those of its resource.
    fill(event, [*pairs(one.get("attributes")), *pairs(resource.get("attributes"))], PAIRS)
    event.attribute("otel.scope.name", text(scope.get("name")))
    event.keep("otel.scope.version", scope.get("version"))
    for key, value in pairs(scope.get("attributes")):
        event.keep(key, value, "otel.scope")
    event.attribute("event.name", text(one.get("eventName")))
    body = read(one.get("body"))
    if body.__class__ is Members:
        pairs_of(event, "body", body, _TIMELESS if time is not None else GENERIC)
    else:
        event.put("message", text(body))


def _level(event: Event, one: Sent) -> None:
    """Sets the level by number, which plain protobuf writes by its name, else by word."""
    number = one.get("severityNumber")
    if event.level_number(number, scales.OPENTELEMETRY):
        return
    named = _SEVERITY.match(number) if number.__class__ is str else None
    level = event.options.level(named[1]) if named else None
    if level:
        event.fields["level"] = level
    else:
        event.level(text(one.get("severityText")))


def _ids(event: Event, one: Sent) -> None:
    trace_id, span_id = _hexadecimal(one.get("traceId")), _hexadecimal(one.get("spanId"))
    flags = moments.integer(one.get("flags"))
    if trace_id:
        trace(event, "traceId", trace_id)
    if span_id:
        span(event, "spanId", span_id)
    if flags is not None:
        # The lowest byte is that of W3C Trace Context.
        event.attribute("trace_flags", f"{flags & 0xFF:02x}")


def _hexadecimal(value: Any) -> str | None:
    """An id as text; of base64, which JSON of plain protobuf has for bytes, the digits."""
    sent = text(value)
    is_base64 = sent is not None and _BASE64_ID.match(sent)
    return base64.b64decode(sent).hex() if sent and is_base64 else sent


def _time(value: Any) -> int | None:
    """The instant of a number of nanoseconds; None where it is 0, which means none.

    Raises RejectedError (bad_timestamp) where it cannot be read.
    """
    if value is None or moments.integer(value) == 0:
        return None
    time = moments.of_unit(value, -9)
    if time is None:
        raise RejectedError("bad_timestamp", found("timeUnixNano", text(value) or ""))
    return time


def _members(value: Any) -> Sent:
    return dict(value) if value.__class__ is Members else {}


def pairs(value: Any) -> Members:
    """A list of attributes, ``{"key": .., "value": ..}`` each, as the members of an object."""
    items = value if value.__class__ is list else []
    found = (dict(each) for each in items if each.__class__ is Members)
    return Members(
        (text(each["key"]) or "", read(each.get("value"))) for each in found if "key" in each
    )


def read(value: Any) -> Any:
    """An AnyValue, ``{"stringValue": ..}`` and its like, as the value that JSON has for it."""
    if value.__class__ is not Members or not value:
        return None if value.__class__ is Members else value
    kind, sent = value[-1]
    if kind == "intValue" and sent.__class__ is str and _INTEGER.match(sent):
        return int(sent)
    if kind == "arrayValue" and sent.__class__ is Members:
        values = dict(sent).get("values")
        return [read(each) for each in values] if values.__class__ is list else []
    if kind == "kvlistValue" and sent.__class__ is Members:
        return pairs(dict(sent).get("values"))
    return sent if kind in _PLAIN else value


_PLAIN = ("stringValue", "boolValue", "intValue", "doubleValue", "bytesValue")
