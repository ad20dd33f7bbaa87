"""Events of Python's logging and of Loguru."""

from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs import exceptions, moments, scales
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill, pairs_of
from millrace.parse.json_logs.keys import with_own
from millrace.parse.rejection import RejectedError, found

MARKERS = (
    "levelname",
    "levelno",
    "asctime",
    "exc_info",
    "taskName",
    "funcName",
    "processName",
)
"""Keys that only attributes of Python's LogRecord have."""

_LOG_RECORD = with_own(
    {
        "otel.scope.name": "name",
        "process.pid": "process",
        "thread.id": "thread",
        "code.file.path": "pathname filename",
    }
)
_TRACEBACK = "Traceback (most recent call last):"
# Of a Loguru record: the attribute's name, and where its value stands.
_LOGURU = (
    ("otel.scope.name", "name", None),
    ("code.function.name", "function", None),
    ("code.line.number", "line", None),
    ("code.file.path", "file", "path"),
    ("process.pid", "process", "id"),
    ("process.name", "process", "name"),
    ("thread.id", "thread", "id"),
    ("thread.name", "thread", "name"),
    ("module", "module", None),
    ("elapsed.seconds", "elapsed", "seconds"),
)


def logging(event: Event, sent: Sent) -> None:
    """Python's logging, with names of the attributes of its LogRecord."""
    fill(event, sent.items(), _LOG_RECORD)


def is_loguru(sent: Sent) -> bool:
    """Whether it is what Loguru writes with ``serialize=True``."""
    record = _members(sent["record"])
    return "text" in sent and all(_members(record.get(key)) for key in ("level", "time"))


def loguru(event: Event, sent: Sent) -> None:
    """Loguru's record; the line of text beside it says the same, but for the traceback.

    Raises RejectedError (bad_timestamp) where its time cannot be read.
    """
    line, record = text(sent.pop("text")) or "", _members(sent.pop("record"))
    _time(event, _members(record["time"]))
    _level(event, _members(record["level"]))
    event.put("message", text(record.get("message")))
    for name, key, within in _LOGURU:
        value = record.get(key)
        event.attribute(name, text(_members(value).get(within) if within else value))
    exception = _members(record.get("exception"))
    event.attribute(exceptions.TYPE, text(exception.get("type")))
    event.attribute(exceptions.MESSAGE, text(exception.get("value")))
    begins = line.find(_TRACEBACK) if exception else -1
    if begins >= 0:
        exceptions.stack(event, "text", line[begins:].rstrip("\n"))
    pairs_of(event, "extra", record.get("extra"))
    # What a shipper has put beside it.
    pairs_of(event, "text", Members(sent.items()))


def _time(event: Event, sent: Sent) -> None:
    seconds = sent.get("timestamp")
    time = None if seconds is None else moments.of_unit(seconds, 0)
    if time is not None:
        event.fields["timestamp"] = time
    elif not event.moment(sent.get("repr")):
        raise RejectedError("bad_timestamp", found("time", text(seconds) or ""))


def _level(event: Event, sent: Sent) -> None:
    """By its name; the levels that a program adds have numbers on the scale of all others."""
    event.level(text(sent.get("name")))
    event.level_number(sent.get("no"), scales.PYTHON)


def _members(value: Any) -> Sent:
    return dict(value) if value.__class__ is Members else {}
