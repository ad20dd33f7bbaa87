"""Access events whose keys are the names of nginx's variables."""

from typing import Any

from millrace.parse import durations
from millrace.parse.json_logs import http
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill
from millrace.parse.json_logs.keys import with_own

MARKERS = (
    "body_bytes_sent",
    "time_iso8601",
    "time_local",
    "remote_user",
    "http_user_agent",
    "http_referer",
    "http_referrer",
    "http_x_forwarded_for",
    "request_length",
    "upstream_response_time",
    "upstream_addr",
)
"""Keys that only nginx's variables have."""

_VARIABLES = with_own(
    {
        # The finest first: the others are of whole seconds.
        "timestamp": "msec time_iso8601 time_local",
        "client_ip": "remote_addr",
        "client.port": "remote_port",
        "network.peer.address": "realip_remote_addr",
        "user": "remote_user",
        "method": "request_method",
        "protocol": "server_protocol",
        "path": "request_uri uri document_uri",
        "url.query": "args query_string",
        "url.scheme": "scheme",
        "virtual_host": "host http_host server_name",
        "server.address": "server_addr",
        "server.port": "server_port",
        "host.name": "hostname",
        "bytes": "body_bytes_sent bytes_sent",
        "http.request.size": "request_length",
        "http.request.body.size": "content_length",
        "request_id": "http_x_request_id request_id",
        "trace_id": "http_traceparent",
        "tls.protocol.version": "ssl_protocol",
        "tls.cipher": "ssl_cipher",
        "tls.client.subject": "ssl_client_s_dn",
        "geo.locality.name": "geoip_city",
        "process.pid": "pid",
    }
)


def access(event: Event, sent: Sent) -> None:
    """The variables' meaning: times are seconds, numbers may be texts, empty ones are absent."""
    own: dict[str, Any] = {}
    for key, value in sent.items():
        if key in _VARIABLES:
            own[key] = value
        elif key.startswith("http_"):
            http.header(event, key.removeprefix("http_"), value)
        elif key.startswith("sent_http_"):
            http.response_header(event, key.removeprefix("sent_http_"), value)
        else:
            own[key] = value
    if event.whole("status_code", own.get("status")):
        del own["status"]
    if own.get("request").__class__ is str:
        event.request(own.pop("request"))
    if text(own.get("body_bytes_sent")) is not None and "bytes_sent" in own:
        event.attribute("http.response.size", text(own.pop("bytes_sent")))
    fill(event, own.items(), _VARIABLES)
    _join_arguments(event, own)
    if "response_time_ms" not in event.fields:
        _upstream_time(event, own.get("upstream_response_time"))


def _join_arguments(event: Event, own: dict[str, Any]) -> None:
    """Puts the arguments after a path that nginx has decoded, and that lacks them."""
    path, arguments = event.fields.get("path"), event.attributes.get("url.query")
    if path and arguments and path in (own.get("uri"), own.get("document_uri")):
        event.fields["path"] = f"{path}?{arguments}"
        del event.attributes["url.query"]


def _upstream_time(event: Event, sent: Any) -> None:
    """The response time as the sum of those of the servers that were asked, in seconds."""
    times = (text(sent) or "").replace(" : ", ", ").split(", ")
    numbers = [durations.milliseconds(time, "s") for time in times]
    known = [number for number in numbers if number is not None]
    if known and sum(known) <= durations.LONGEST_MS:
        event.fields["response_time_ms"] = sum(known)
