"""What a member says of a request of HTTP -> the fields and attributes of the record.

The functions are setters, as ``setters`` describes them.
"""

import re
from typing import Any

from millrace.parse import traces
from millrace.parse.json import Members
from millrace.parse.json_logs import moments
from millrace.parse.json_logs.event import MOST_MEMBERS, Event, text
from millrace.parse.json_logs.keys import UNITS
from millrace.parse.rejection import RejectedError, found
from millrace.parse.request import request as request_line

_ADDRESS = re.compile(
    r"(?:[0-9a-fA-F.:]{2,45}(?:%[\w.-]{1,20})?|\[[0-9a-fA-F:.]{2,45}\](?::\d{1,5})?)\Z"
)
_PROTOCOL = re.compile(r"(?:HTTP/)?([0-9](?:\.[0-9])?)\Z|h[0-9]c?\Z", re.IGNORECASE | re.ASCII)
_PATH = re.compile(r"/[^ ]*\Z")
_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20})://([^/?#]{1,300})")
_OWN_NAMES = ("status_code", "response_time_ms")
_ANY_CLIENT = ("client_ip", "client.address", "remote_addr")
_STATUS = range(100, 600)
_HEADERS = {
    "user-agent": "user_agent",
    "referer": "referrer",
    "x-forwarded-for": "forwarded_for",
    "x-request-id": "request_id",
    "host": "virtual_host",
}


def status(event: Event, key: str, value: Any) -> bool:
    """The status code; a bare ``status`` is one only beside a request."""
    if key == "status":
        is_access = not event.fields.keys().isdisjoint(("method", "path", "request"))
        if not is_access or moments.integer(value) not in _STATUS:
            return False
    if event.whole("status_code", value):
        return True
    return _refused(key, value)


def beside_method(event: Event, key: str) -> None:
    """Takes what means the request only where there is a method, whose key is given.

    That is a path alone as ``request``, and the status in the object that has the method.
    """
    fields, attributes = event.fields, event.attributes
    alone = attributes.get("request")
    if alone and "path" not in fields and _PATH.match(alone):
        query = attributes.get("query", "")
        is_query = query.startswith("?") and "?" not in alone
        fields["path"] = alone + attributes.pop("query") if is_query else alone
        del attributes["request"]
    within = key.rpartition(".")[0]
    if within and "status_code" not in fields:
        sent = attributes.get(f"{within}.status")
        if moments.integer(sent) in _STATUS and event.whole("status_code", sent):
            del attributes[f"{within}.status"]


def response_time(event: Event, key: str, value: Any) -> bool:
    """The response time, where the key or the text names its unit."""
    unit = UNITS.get(key) or event.options.response_time_unit
    if event.duration(value, unit):
        return True
    return _refused(key, value)


def size(event: Event, key: str, value: Any) -> bool:
    """The bytes of a response."""
    return event.whole("bytes", value)


def path(event: Event, key: str, value: Any) -> bool:
    """The path, or what an absolute URL holds."""
    if value.__class__ is not str:
        return False
    target(event, value)
    return True


def target(event: Event, sent: str) -> None:
    """Sets the path, of an absolute URL also the scheme and the virtual host."""
    match = _ABSOLUTE.match(sent) if "://" in sent else None
    if not match:
        event.fields["path"] = sent
        return
    event.attributes.setdefault("url.scheme", match[1])
    event.fields.setdefault("virtual_host", match[2].rpartition("@")[2])
    rest = sent[match.end() :]
    event.fields["path"] = rest if rest.startswith("/") else f"/{rest}"


def client(event: Event, key: str, value: Any) -> bool:
    """The client by its address, which may have a port."""
    if value.__class__ is not str:
        return False
    is_address = ("." in value or ":" in value) and _ADDRESS.match(value)
    if not is_address and key not in _ANY_CLIENT:
        return False
    event.client(value)
    return True


def protocol(event: Event, key: str, value: Any) -> bool:
    """The version of HTTP, with or without its name."""
    sent = text(value) or ""
    match = _PROTOCOL.match(sent)
    if not match:
        return False
    event.fields["protocol"] = f"HTTP/{match[1]}" if match[1] else sent
    return True


def request(event: Event, key: str, value: Any) -> bool:
    """A request line."""
    parts = request_line(value) if value.__class__ is str else {}
    if "method" not in parts:
        return False
    event.fields.update(parts)
    return True


def request_headers(event: Event, key: str, value: Any) -> bool:
    """The headers of a request."""
    if value.__class__ is not Members or len(value) > MOST_MEMBERS:
        return False
    for own, one in value:
        header(event, own, one)
    return True


def header(event: Event, own: str, value: Any) -> None:
    """Keeps a header of a request: one line, or a list of lines."""
    name, sent = header_name(own), header_text(value)
    if sent is None:
        return
    if name in _HEADERS:
        event.fields.setdefault(_HEADERS[name], sent)
    elif name == "traceparent":
        for part, id in traces.attributes(sent).items():
            event.attributes.setdefault(part, id)
    else:
        event.attribute(f"http.request.header.{name}", sent)


def response_headers(event: Event, key: str, value: Any) -> bool:
    """The headers of a response."""
    if value.__class__ is not Members or len(value) > MOST_MEMBERS:
        return False
    for own, one in value:
        response_header(event, own, one)
    return True


def response_header(event: Event, own: str, value: Any) -> None:
    """Keeps a header of a response."""
    event.attribute(f"http.response.header.{header_name(own)}", header_text(value))


def header_name(own: str) -> str:
    """The name of a header as attributes have it: lower case, with dashes."""
    return own.lower().replace("_", "-")


def header_text(value: Any) -> str | None:
    """The value of a header, which may be sent as a list of its lines."""
    is_lines = value.__class__ is list and all(each.__class__ is str for each in value)
    return text(", ".join(value) if is_lines else value)


def _refused(key: str, value: Any) -> bool:
    if key in _OWN_NAMES:
        raise RejectedError("bad_value", found(key, text(value) or ""))
    return False


def google(event: Event, key: str, value: Any) -> bool:
    """Google's ``httpRequest``."""
    if value.__class__ is not Members:
        return False
    sent = dict(value)
    for own, field in _GOOGLE_TEXTS.items():
        event.put(field, text(sent.pop(own, None)))
    url = text(sent.pop("requestUrl", None))
    if url:
        target(event, url)
    event.client(text(sent.pop("remoteIp", None)))
    event.attribute("http.request.size", text(sent.pop("requestSize", None)))
    event.attribute("server.address", text(sent.pop("serverIp", None)))
    numbers = (("status", "status_code"), ("responseSize", "bytes"))
    for own, field in numbers:
        if own in sent and event.whole(field, sent[own]):
            del sent[own]
    # A text with its unit: "0.045s". As an object it has seconds and nanos.
    if "latency" in sent and event.duration(sent["latency"], None):
        del sent["latency"]
    event.keep_all(key, sent)
    return True


_GOOGLE_TEXTS = {
    "requestMethod": "method",
    "userAgent": "user_agent",
    "referer": "referrer",
    "protocol": "protocol",
}
