"""Access events of Caddy, Traefik, Envoy and Lograge: their level is that of the response."""

from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs import http
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill
from millrace.parse.json_logs.keys import with_own
from millrace.records.formats import Unit

_CADDY = with_own(
    {
        "status_code": "status",
        "bytes": "size",
        "http.request.body.size": "bytes_read",
        "user": "user_id",
        "http.response.header": "resp_headers",
    }
)
_TRAEFIK = with_own(
    {
        "timestamp": "StartUTC StartLocal time",
        "client_ip": "ClientHost",
        "client.port": "ClientPort",
        "user": "ClientUsername",
        "method": "RequestMethod",
        "path": "RequestPath",
        "protocol": "RequestProtocol",
        "virtual_host": "RequestHost",
        "url.scheme": "RequestScheme",
        "http.request.body.size": "RequestContentSize",
        "status_code": "DownstreamStatus",
        "bytes": "DownstreamContentSize",
        "tls.protocol.version": "TLSVersion",
        "tls.cipher": "TLSCipher",
        "tls.client.subject": "TLSClientSubject",
        "trace_id": "trace_id TraceId",
        "span_id": "span_id SpanId",
    },
    of={},
)
_ENVOY = with_own(
    {
        "timestamp": "start_time",
        "status_code": "response_code",
        "bytes": "bytes_sent",
        "http.request.body.size": "bytes_received",
        "virtual_host": "authority",
        "client_ip": "downstream_remote_address",
    }
)


def is_caddy(sent: Sent) -> bool:
    """Whether it is of Caddy's access log, or of its log of errors of requests."""
    return sent["request"].__class__ is Members and "duration" in sent and "status" in sent


def caddy(event: Event, sent: Sent) -> None:
    """Caddy's: durations are seconds."""
    if not str(sent.get("logger")).startswith("http.log.error"):
        sent.pop("level", None)
    request = dict(sent["request"])
    if "client_ip" in request:
        peer = request.pop("remote_ip", None)
        if peer != request["client_ip"]:
            # A proxy in between: address and port of the connection are its own.
            event.attribute("network.peer.address", text(peer))
            event.attribute("network.peer.port", text(request.pop("remote_port", None)))
    sent["request"] = Members(request.items())
    _duration(event, sent, "duration", "s")
    fill(event, sent.items(), _CADDY)


def is_traefik(sent: Sent) -> bool:
    """Whether it is of Traefik's access log, of version 1 or later."""
    return not sent.keys().isdisjoint(
        ("RequestMethod", "RequestHost", "RequestPath", "StartUTC", "Duration")
    )


def traefik(event: Event, sent: Sent) -> None:
    """Traefik's: durations are nanoseconds, and headers are there where they are kept."""
    for absent in ("level", "msg"):
        sent.pop(absent, None)
    _duration(event, sent, "Duration", "ns")
    own = {}
    for key, value in sent.items():
        if key.startswith("request_"):
            http.header(event, key.removeprefix("request_"), value)
        elif key.startswith("downstream_"):
            http.response_header(event, key.removeprefix("downstream_"), value)
        else:
            own[key] = value
    fill(event, own.items(), _TRAEFIK)


def is_envoy(sent: Sent) -> bool:
    """Whether it is of Envoy's access log, with the names of its manual and of Istio."""
    return "start_time" in sent or "response_flags" in sent


def envoy(event: Event, sent: Sent) -> None:
    """Envoy's: durations are milliseconds."""
    _duration(event, sent, "duration", "ms")
    fill(event, sent.items(), _ENVOY)


def is_lograge(sent: Sent) -> bool:
    """Whether it is of Lograge, which writes a line for each request to Rails."""
    return all(key in sent for key in ("action", "format", "status", "duration"))


def lograge(event: Event, sent: Sent) -> None:
    """Lograge's: durations are milliseconds."""
    _duration(event, sent, "duration", "ms")
    fill(event, sent.items())


def _duration(event: Event, sent: dict[str, Any], key: str, unit: Unit) -> None:
    if key in sent and event.duration(sent[key], unit):
        del sent[key]
