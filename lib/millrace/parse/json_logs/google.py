"""Google's LogEntry, and what an application writes for Google's agents to read."""

from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs import http, moments
from millrace.parse.json_logs.event import MOST_MEMBERS, Event, Sent, text
from millrace.parse.json_logs.generic import fill, pairs_of
from millrace.parse.json_logs.keys import GENERIC, with_own

LAYOUT_MARKERS = ("_logger", "_exception")
"""Keys that log4j2's GcpLayout has."""

_NO_SEVERITY = (None, "", "DEFAULT", 0, "0")
_ENTRY = with_own(
    {
        "timestamp": "timestamp receiveTimestamp",
        "level": "severity",
        "message": "textPayload",
        "trace_id": "trace",
        "span_id": "spanId",
    }
)
_LAYOUT = with_own({"otel.scope.name": "_logger", "thread": "_thread", "exception": "_exception"})
# The entry's own time is the event's.
_PAYLOAD = {key: says for key, says in GENERIC.items() if says[0] != "timestamp"}
_RESOURCE = {
    "service_name": "service.name",
    "namespace_name": "k8s.namespace.name",
    "pod_name": "k8s.pod.name",
    "container_name": "k8s.container.name",
    "project_id": "cloud.account.id",
    "location": "cloud.region",
    "region": "cloud.region",
    "function_name": "faas.name",
}
_POD_LABEL = "k8s-pod/"
_POD_ATTRIBUTE = "k8s.pod.label."


def is_entry(sent: Sent) -> bool:
    """Whether it is a LogEntry."""
    payloads = ("textPayload", "jsonPayload", "protoPayload", "httpRequest", "insertId")
    return not sent.keys().isdisjoint(payloads)


def entry(event: Event, sent: Sent) -> None:
    """A LogEntry: what it says itself comes before what is within its payload."""
    payload, audit = sent.pop("jsonPayload", None), sent.get("protoPayload")
    resource, labels = sent.pop("resource", None), sent.pop("labels", None)
    if sent.get("severity") in _NO_SEVERITY:
        sent.pop("severity", None)
    if labels.__class__ is Members:
        sent["labels"] = Members((_label(key), value) for key, value in labels)
    fill(event, sent.items(), _ENTRY)
    pairs_of(event, "jsonPayload", payload, _PAYLOAD)
    if resource.__class__ is Members:
        _resource(event, dict(resource))
    if audit.__class__ is Members:
        _audit(event, dict(audit))


def is_layout(sent: Sent) -> bool:
    """Whether it is of log4j2's GcpLayout."""
    return "severity" in sent


def layout(event: Event, sent: Sent) -> None:
    """Log4j2's GcpLayout: what Google has no name for begins with an underscore."""
    fill(event, sent.items(), _LAYOUT)


def is_written(sent: Sent) -> bool:
    """Whether an application gave the time in two numbers, as Google's agents take it."""
    return "timestampNanos" in sent and moments.integer(sent["timestampSeconds"]) is not None


def written(event: Event, sent: Sent) -> None:
    """What an application wrote with its time in two numbers."""
    seconds, nanoseconds = sent.pop("timestampSeconds"), sent.pop("timestampNanos")
    fill(event, sent.items())
    event.instant(moments.of_seconds(seconds, nanoseconds), f"{text(seconds)}")


def _label(key: str) -> str:
    is_of_pod = key.startswith(_POD_LABEL)
    return f"{_POD_ATTRIBUTE}{key.removeprefix(_POD_LABEL)}" if is_of_pod else key


def _resource(event: Event, sent: Sent) -> None:
    labels = sent.pop("labels", None)
    if labels.__class__ is not Members or len(labels) > MOST_MEMBERS:
        event.keep("resource.labels", labels)
        labels = Members()
    for key, value in labels:
        name = _RESOURCE.get(key)
        if name == "service.name":
            event.fields.setdefault("service_name", text(value))
        else:
            event.keep(name or f"resource.labels.{key}", value)
    event.keep_all("resource", sent)


def _audit(event: Event, sent: Sent) -> None:
    """Who asked, of an audit log; the whole of it is kept as ``protoPayload``."""
    request, person = sent.get("requestMetadata"), sent.get("authenticationInfo")
    of_request: dict[str, Any] = dict(request) if request.__class__ is Members else {}
    of_person: dict[str, Any] = dict(person) if person.__class__ is Members else {}
    if "callerIp" in of_request:
        http.client(event, "callerIp", of_request["callerIp"])
    event.put("user_agent", text(of_request.get("callerSuppliedUserAgent")))
    event.put("user", text(of_person.get("principalEmail")))
