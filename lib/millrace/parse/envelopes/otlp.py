"""Lines in the records of OpenTelemetry's protocol as JSON (OTLP), one log record in each."""

import re
from collections.abc import Iterator
from typing import Any

from millrace.parse import json, members, traces
from millrace.parse.draft import ABSENT
from millrace.parse.envelopes.unwrapped import Unwrapped, line_within
from millrace.parse.json import Members
from millrace.parse.rejection import RejectedError
from millrace.parse.times import plausible

_INTEGER = re.compile(r"-?[0-9]{1,19}\Z")
_SPAN = re.compile(r"[0-9a-fA-F]{16}\Z")
_LEVELS = ("DEBUG", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")  # four numbers each, from 1 on
_HIGHEST_SEVERITY = 24
_FLAGS = 0xFF  # the lowest byte is that of W3C Trace Context

_Path = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def unwrap(sent: dict[str, Any], received_at: int) -> Unwrapped | None:
    """The body of the one log record; None where the object has no list of resources' logs.

    A body that is no text is JSON. Raises RejectedError (bad_envelope) where there is no record,
    more than one, or no body.
    """
    if sent.get("resourceLogs").__class__ is not list:
        return None
    records = list(_records(sent))
    if len(records) != 1:
        raise RejectedError("bad_envelope", f"holds {len(records)} events")
    resource, scope, record = records[0]
    body = _text(record.get("body"))
    if body is None:
        raise RejectedError("bad_envelope", "the log record has no body")
    attributes = {
        **_attributes(resource),
        **_scope(scope),
        **_attributes(record),
        **_of_record(record),
    }
    return Unwrapped(line_within(body), attributes, _time(record))


def _records(sent: dict[str, Any]) -> Iterator[_Path]:
    """Each log record, after the resource and the scope that it is of."""
    for of_resource in _objects(sent.get("resourceLogs")):
        resource = _object(of_resource.get("resource"))
        for of_scope in _objects(of_resource.get("scopeLogs")):
            scope = _object(of_scope.get("scope"))
            for record in _objects(of_scope.get("logRecords")):
                yield resource, scope, record


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if value.__class__ is Members else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    items = value if value.__class__ is list else []
    return [dict(item) for item in items if item.__class__ is Members]


def _attributes(holder: dict[str, Any]) -> dict[str, str]:
    """What a resource, a scope or a record says of itself, by the names that were sent."""
    named = (
        (one.get("key"), _text(one.get("value"))) for one in _objects(holder.get("attributes"))
    )
    return {
        key.replace("\0", "\\u0000"): text
        for key, text in named
        if key.__class__ is str and text is not None and text not in ABSENT
    }


def _scope(scope: dict[str, Any]) -> dict[str, str]:
    sent = {"otel.scope.name": scope.get("name"), "otel.scope.version": scope.get("version")}
    return {**_attributes(scope), **_texts(sent)}


def _of_record(record: dict[str, Any]) -> dict[str, str]:
    """What a log record says in members of its own."""
    flags = _integer(record.get("flags"))
    span = members.text(record.get("spanId")) or ""
    sent = {
        "event.name": record.get("eventName"),
        "severity": record.get("severityText") or _severity(record.get("severityNumber")),
        "span_id": span.lower() if _SPAN.match(span) and span.strip("0") else None,
        "trace_flags": f"{flags & _FLAGS:02x}" if flags else None,
    }
    trace = members.text(record.get("traceId"))
    return {**(traces.attributes(trace) if trace else {}), **_texts(sent)}


def _texts(sent: dict[str, Any]) -> dict[str, str]:
    texts = ((name, members.text(value)) for name, value in sent.items())
    return {name: text for name, text in texts if text is not None and text not in ABSENT}


def _severity(value: Any) -> str | None:
    number = _integer(value)
    if number is None or not 1 <= number <= _HIGHEST_SEVERITY:
        return None
    return _LEVELS[(number - 1) // 4]


def _time(record: dict[str, Any]) -> int | None:
    """The record's time, else that at which it was seen; 0 means that there is none."""
    numbers = (_integer(record.get(key)) for key in ("timeUnixNano", "observedTimeUnixNano"))
    times = (plausible(number // 1_000) for number in numbers if number)
    return next((time for time in times if time is not None), None)


def _integer(value: Any) -> int | None:
    """The number of a 64-bit integer, which is a text in this notation, or should be."""
    text = members.text(value) or ""
    return int(text) if _INTEGER.match(text) else None


def _text(value: Any) -> str | None:
    """A value with its type as text, lists and maps as JSON; None where there is none."""
    return members.text(_plain(value))


def _plain(value: Any) -> Any:
    """A value with its type as JSON has it."""
    for kind, inner in _object(value).items():
        if kind == "arrayValue":
            items = _object(inner).get("values")
            return [_plain(item) for item in items] if items.__class__ is list else []
        if kind == "kvlistValue":
            pairs = _objects(_object(inner).get("values"))
            return Members(
                (members.text(pair.get("key")) or "", _plain(pair.get("value"))) for pair in pairs
            )
        if kind == "intValue":
            number = _integer(inner)
            return members.text(inner) if number is None else number
        if kind == "doubleValue":
            return json.Double(inner) if inner.__class__ is int else inner
        if kind in ("stringValue", "boolValue", "bytesValue"):
            return inner
    return None
