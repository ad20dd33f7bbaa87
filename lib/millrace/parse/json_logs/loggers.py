"""Events of loggers of Node.js and Go, Kubernetes' components, Graylog and the journal."""

from typing import Any

from millrace.parse.json import Members
from millrace.parse.json_logs import exceptions, moments, scales
from millrace.parse.json_logs.event import Event, Sent, text
from millrace.parse.json_logs.generic import fill, pairs_of
from millrace.parse.json_logs.keys import with_own

_BYTES = range(256)

_NODE = with_own({"service_name": "name"})
_ZAP = with_own(
    {
        "timestamp": "T",
        "level": "L",
        "otel.scope.name": "N",
        "caller": "C",
        "code.function.name": "F",
        "message": "M",
        "exception.stacktrace": "S",
    }
)
_HC_LOG = with_own(
    {
        "timestamp": "@timestamp",
        "level": "@level",
        "message": "@message",
        "otel.scope.name": "@module",
        "caller": "@caller",
    }
)
_LOGSTASH = with_own({"message": "@message"})
_GELF = with_own(
    {
        "message": "short_message",
        "host.name": "host",
        "code.file.path": "file",
        "code.line.number": "line",
    }
)
_JOURNAL = with_own(
    {
        "message": "MESSAGE",
        "service_name": "SYSLOG_IDENTIFIER _COMM",
        "process.pid": "_PID SYSLOG_PID",
        "thread.id": "TID",
        "host.name": "_HOSTNAME",
        "code.file.path": "CODE_FILE",
        "code.line.number": "CODE_LINE",
        "code.function.name": "CODE_FUNC",
        "container.id": "CONTAINER_ID_FULL CONTAINER_ID",
        "container.name": "CONTAINER_NAME",
        "container.image.name": "IMAGE_NAME",
    },
    of={},
)


def is_node(sent: Sent) -> bool:
    """Whether ``name`` is the service's, as bunyan and pino have it."""
    return sent.get("level").__class__ is int or ("pid" in sent and "hostname" in sent)


def node(event: Event, sent: Sent) -> None:
    """Bunyan's and pino's with a name."""
    fill(event, sent.items(), _NODE)


def is_zap(sent: Sent) -> bool:
    """Whether the keys are those of zap's encoder for development."""
    return "L" in sent and "M" in sent


def zap(event: Event, sent: Sent) -> None:
    """Zap's with the short keys of development."""
    fill(event, sent.items(), _ZAP)


def is_hc_log(sent: Sent) -> bool:
    """Whether it is of hclog, as HashiCorp's programs write it."""
    return "@level" in sent and "@timestamp" in sent


def hc_log(event: Event, sent: Sent) -> None:
    """Hclog's own members, which begin with ``@``, and the program's pairs."""
    fill(event, sent.items(), _HC_LOG)


def is_logstash(sent: Sent) -> bool:
    """Whether it is of Logstash's first layout, which winston still writes."""
    return sent["@fields"].__class__ is Members and "@timestamp" in sent


def logstash(event: Event, sent: Sent) -> None:
    """Logstash's first layout; the level is one of the fields."""
    fields = sent.pop("@fields")
    fill(event, [*sent.items(), *fields], _LOGSTASH)


def is_component(sent: Sent) -> bool:
    """Whether it is klog's JSON: errors are told by ``err``, there are no levels."""
    return "ts" in sent and "msg" in sent and "level" not in sent


def component(event: Event, sent: Sent) -> None:
    """That of a component of Kubernetes."""
    fill(event, sent.items())
    if "err" in sent:
        event.fields.setdefault("level", "ERROR")


def is_gelf(sent: Sent) -> bool:
    """Whether it is of the Graylog Extended Log Format."""
    return "version" in sent or "host" in sent


def gelf(event: Event, sent: Sent) -> None:
    """The format's own members, and the producer's, which begin with an underscore."""
    own, pairs = {}, []
    for key, value in sent.items():
        if key.startswith("_"):
            pairs.append((key[1:], value))
        else:
            own[key] = value
    own.pop("version", None)
    if event.level_number(own.get("level"), scales.SYSLOG):
        del own["level"]
    # The standard takes no level for an alert; who sends none means none.
    full = own.pop("full_message", None)
    fill(event, own.items(), _GELF)
    if full.__class__ is str and "\n" in full:
        exceptions.stack(event, "full_message", full)
    else:
        event.keep("full_message", full)
    pairs_of(event, "gelf", Members(pairs))


def journal(event: Event, sent: Sent) -> None:
    """An entry of systemd's journal; what its sender says of its own time is not its time."""
    time = sent.pop("__REALTIME_TIMESTAMP")
    event.instant(moments.of_unit(time, -6), text(time) or "")
    priority = sent.get("PRIORITY")
    if event.level_number(priority, scales.SYSLOG) and event.whole("severity", priority):
        del sent["PRIORITY"]
    if event.whole("facility", sent.get("SYSLOG_FACILITY")):
        del sent["SYSLOG_FACILITY"]
    message = sent.get("MESSAGE")
    if message.__class__ is list and all(line.__class__ is str for line in message):
        # It was given several times.
        sent["MESSAGE"] = "\n".join(message)
    fill(event, ((key, _decoded(value)) for key, value in sent.items()), _JOURNAL)


def _decoded(value: Any) -> Any:
    """The text of a list of bytes, by which the journal writes what is not printable."""
    is_bytes = value.__class__ is list and all(_is_byte(each) for each in value)
    return bytes(value).decode(errors="replace") if is_bytes and value else value


def _is_byte(value: Any) -> bool:
    return value.__class__ is int and value in _BYTES
