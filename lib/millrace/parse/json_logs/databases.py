"""Events of MongoDB, PostgreSQL and MySQL."""

import re

from millrace.parse.json import Members
from millrace.parse.json_logs import scales
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill
from millrace.parse.json_logs.keys import with_own

_LETTERS = {"F": "FATAL", "E": "ERROR", "W": "WARN", "I": "INFO", "D": "DEBUG"}
_NO_ERROR = "00000"
_DURATION = re.compile(r"duration: ([0-9]{1,12}\.[0-9]{1,6}) ms {0,2}")
_QUERY = re.compile(r"(?:statement|(?:parse|bind|execute) [^:\n]{1,128}): (.*)\Z", re.DOTALL)

_MONGO = with_own(
    {
        "timestamp": "t",
        "otel.scope.name": "c",
        "thread": "ctx",
        "message": "msg",
        "tags": "tags",
    },
    of={},
)
_POSTGRES = with_own(
    {
        "level": "error_severity",
        "error_code": "state_code",
        "db.namespace": "dbname",
        "db.query.text": "statement",
        "client_ip": "remote_host",
        "client.port": "remote_port",
    }
)
_MYSQL = with_own({"error_code": "err_code"})


def is_mongo(sent: Sent) -> bool:
    """Whether it is of MongoDB 4.4 or later."""
    return sent["t"].__class__ is Members and "s" in sent and "c" in sent


def mongo(event: Event, sent: Sent) -> None:
    """MongoDB's; its attributes stand under their own names."""
    letter, attributes = text(sent.pop("s")) or "", sent.pop("attr", None)
    level = event.options.level(letter) or _LETTERS.get(letter[:1])
    if level:
        event.fields["level"] = level
    else:
        event.level(letter)
    fill(event, sent.items(), _MONGO)
    if attributes.__class__ is not Members:
        event.keep("attr", attributes)
        return
    is_slow = sent.get("msg") == "Slow query"
    for key, value in attributes:
        if key == "ns":
            event.attribute("db.namespace", text(value))
        elif not (is_slow and key == "durationMillis" and event.duration(value, "ms")):
            event.keep(key, value, "attr")


def postgres(event: Event, sent: Sent) -> None:
    """PostgreSQL's jsonlog; a message may hold how long a statement took, and the statement."""
    if sent.get("state_code") == _NO_ERROR:
        del sent["state_code"]
    fill(event, sent.items(), _POSTGRES)
    message: str = event.fields.get("message") or ""
    duration = _DURATION.match(message)
    if duration:
        event.duration(duration[1], "ms")
    query = _QUERY.match(message, duration.end() if duration else 0)
    if query:
        event.attribute("db.query.text", query[1].rstrip())


def is_mysql(sent: Sent) -> bool:
    """Whether it is of MySQL's JSON error log."""
    return "err_code" in sent and "msg" in sent


def mysql(event: Event, sent: Sent) -> None:
    """MySQL's JSON error log."""
    if event.level_number(sent["prio"], scales.MYSQL):
        del sent["prio"]
    fill(event, sent.items(), _MYSQL)
