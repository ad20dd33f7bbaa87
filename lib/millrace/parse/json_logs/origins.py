"""Where an event comes from -> attributes: traces, code, threads, streams, containers.

The functions are setters, as ``setters`` describes them.
"""

import re
from typing import Any

from millrace.parse import traces
from millrace.parse.json import Members
from millrace.parse.json_logs.event import MOST_MEMBERS, Event, Setter, text

_PLACE = re.compile(r"(.{1,4096}):([0-9]{1,9})\Z", re.DOTALL)
_SPAN = re.compile(r"[0-9a-fA-F]{16}\Z")
_TRACE_FORMS = ("projects/", "Root=")


def trace(event: Event, key: str, value: Any) -> bool:
    """The trace id, in any notation."""
    sent = text(value) or ""
    ids = traces.attributes(sent)
    if key == "trace" and not sent.startswith(_TRACE_FORMS) and ids.get("trace_id") == sent:
        # A stack, or a switch: other loggers call those so.
        return False
    for name, part in ids.items():
        event.attributes.setdefault(name, part)
    return True


def span(event: Event, key: str, value: Any) -> bool:
    """The span id; zeros mean none."""
    sent = text(value) or ""
    if sent.strip("0"):
        event.attributes["span_id"] = sent.lower() if _SPAN.match(sent) else sent
    return True


def caller(event: Event, key: str, value: Any) -> bool:
    """``api/cart.go:42``, where it is so."""
    found = place(value)
    if found:
        event.attributes.setdefault("code.file.path", found[0])
        event.attributes.setdefault("code.line.number", found[1])
    return found is not None


def place(value: Any) -> tuple[str, str] | None:
    """What stands before and after the last colon, where that is a line's number."""
    match = _PLACE.match(value) if value.__class__ is str else None
    return (match[1], match[2]) if match else None


def source_location(event: Event, key: str, value: Any) -> bool:
    """Google's place in the source."""
    if value.__class__ is not Members:
        return False
    sent = dict(value)
    event.attribute("code.file.path", text(sent.pop("file", None)))
    event.attribute("code.line.number", text(sent.pop("line", None)))
    event.attribute("code.function.name", text(sent.pop("function", None)))
    event.keep_all(key, sent)
    return True


def thread(event: Event, key: str, value: Any) -> bool:
    """A thread by its name, or its number."""
    is_id = value.__class__ is int or (value.__class__ is str and value.isdecimal())
    event.attribute("thread.id" if is_id and key == "thread" else "thread.name", text(value))
    return True


def stream(event: Event, key: str, value: Any) -> bool:
    """The stream that a container wrote to."""
    is_stream = value in ("stdout", "stderr")
    if is_stream:
        event.attributes["log.iostream"] = value
    return is_stream


def container_id(event: Event, key: str, value: Any) -> bool:
    """The id of a container, without the name of what runs it."""
    event.attribute("container.id", (text(value) or "").rpartition("://")[2])
    return True


def container_name(event: Event, key: str, value: Any) -> bool:
    """The name of a container."""
    event.attribute("container.name", (text(value) or "").removeprefix("/"))
    return True


def prefixed(prefix: str) -> Setter:
    """A setter of the members of an object as attributes ``prefix.key``."""

    def put(event: Event, key: str, value: Any) -> bool:
        if value.__class__ is not Members or len(value) > MOST_MEMBERS:
            return False
        for own, one in value:
            event.attribute(f"{prefix}.{own}", text(one))
        return True

    return put
