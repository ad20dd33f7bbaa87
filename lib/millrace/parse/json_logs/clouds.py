"""Events of AWS and Azure: CloudWatch subscriptions, Lambda, Powertools, resource logs."""

from typing import Any

from millrace.parse import json
from millrace.parse.json import Members
from millrace.parse.json_logs import moments, origins
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill
from millrace.parse.json_logs.keys import with_own
from millrace.parse.rejection import RejectedError

CONTROL_MESSAGE = "CONTROL_MESSAGE"

_SUBSCRIPTION = {
    "owner": "cloud.account.id",
    "logGroup": "aws.log.group.names",
    "logStream": "aws.log.stream.names",
}
_PLATFORM = with_own({"event.name": "type", "request_id": "record.requestId"})
_POWERTOOLS = with_own({"faas.name": "function_name", "faas.coldstart": "cold_start"})
_AZURE = with_own(
    {
        "timestamp": "time",
        "message": "resultDescription",
        "client_ip": "callerIpAddress",
        "cloud.region": "location",
        "user_agent": "userAgentHeader",
    }
)


def is_subscription(sent: Sent) -> bool:
    """Whether CloudWatch sent it to whom subscribed to a group of logs."""
    return sent["logEvents"].__class__ is list and "logGroup" in sent


def subscribed(sent: Sent) -> list[Any]:
    """The events that a message of CloudWatch holds; those that it checks with are none."""
    events: list[Any] = sent["logEvents"]
    return [] if sent.get("messageType") == CONTROL_MESSAGE else events


def subscription(event: Event, sent: Sent) -> Sent | None:
    """Puts what CloudWatch says of its one event, whose members are given where it is JSON.

    Raises RejectedError (bad_envelope) where there is not exactly one event.
    """
    events = subscribed(sent)
    if len(events) != 1 or events[0].__class__ is not Members:
        raise RejectedError("bad_envelope", f"logEvents holds {len(events)} events")
    for key, name in _SUBSCRIPTION.items():
        event.attribute(name, text(sent.get(key)))
    one = dict(events[0])
    time = moments.of_unit(one.get("timestamp"), -3)
    if time is not None:
        event.received_at = time
    line = text(one.get("message")) or ""
    within = _object(line)
    if within is None:
        event.put("message", line.rstrip("\r\n"))
    event.attribute("log.record.uid", text(one.get("id")))
    return within


def _object(line: str) -> Sent | None:
    if not line.startswith("{"):
        return None
    try:
        value = json.read(line)
    except ValueError:
        return None
    return dict(value) if value.__class__ is Members else None


def is_platform(sent: Sent) -> bool:
    """Whether Lambda itself wrote it."""
    return str(sent.get("type")).startswith("platform.") and sent["record"].__class__ is Members


def platform(event: Event, sent: Sent) -> None:
    """What Lambda itself says of an invocation."""
    record = dict(sent.pop("record"))
    metrics = record.pop("metrics", None)
    measured = dict(metrics) if metrics.__class__ is Members else {}
    if event.duration(measured.get("durationMs"), "ms"):
        measured.pop("durationMs", None)
    fill(event, sent.items(), _PLATFORM)
    event.put("request_id", text(record.pop("requestId", None)))
    event.keep_all("record", record)
    event.keep_all("record.metrics", measured)


def powertools(event: Event, sent: Sent) -> None:
    """AWS Powertools, whose ``location`` is the function and the line."""
    place = origins.place(sent.get("location"))
    if place:
        del sent["location"]
        event.attribute("code.function.name", place[0])
        event.attribute("code.line.number", place[1])
    fill(event, sent.items(), _POWERTOOLS)


def is_azure(sent: Sent) -> bool:
    """Whether it is a batch of Azure's resource logs."""
    return len(sent) == 1 and sent["records"].__class__ is list


def azure(event: Event, sent: Sent) -> None:
    """One of Azure's resource logs.

    Raises RejectedError (bad_envelope) where there is not exactly one record.
    """
    records = sent["records"]
    if len(records) != 1 or records[0].__class__ is not Members:
        raise RejectedError("bad_envelope", f"records holds {len(records)} events")
    one = dict(records[0])
    if text(one.get("resultDescription")) is None:
        event.put("message", text(one.pop("properties", None)))
    fill(event, one.items(), _AZURE)
