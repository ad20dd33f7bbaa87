"""The marks by which an object is known to be an envelope, and whose."""

from collections.abc import Mapping
from typing import Any

from millrace.parse import members
from millrace.parse.envelopes.paths import find
from millrace.parse.envelopes.shippers import is_wrapped
from millrace.parse.json import Double, Members

_STREAMS = ("stdout", "stderr")
_FLUENT_BITS_OWN = frozenset({"kubernetes", "logtag", "_p"})
# Of Vector's sources of logs: a format's own objects may have that key for something else.
_SOURCES = frozenset(
    {
        "amqp", "aws_kinesis_firehose", "aws_s3", "aws_sqs", "datadog_agent", "demo_logs",
        "docker_logs", "exec", "file", "file_descriptor", "fluent", "gcp_pubsub", "heroku_logs",
        "http", "http_client", "http_server", "internal_logs", "journald", "kafka",
        "kubernetes_logs", "logstash", "mqtt", "nats", "okta", "opentelemetry", "pulsar",
        "redis", "socket", "splunk_hec", "stdin", "syslog", "vector", "websocket",
        "windows_event_log",
    }
)  # fmt: skip


def may_wrap_line(text: str) -> bool:
    """Whether an object's text may be an envelope, for a format that reads no JSON."""
    return (
        '"message"' in text
        or '"log"' in text
        or '"original"' in text
        or '"logEvents"' in text
        or '"resourceLogs"' in text
    )


def may_wrap_json(text: str) -> bool:
    """Whether an object's text may be an envelope around JSON; nearly no bare object's may.

    JSON within JSON has backslashes, and most shippers put an ``@`` before keys of their own.
    """
    if "\\" in text or "@" in text:
        return (
            '"{\\"' in text
            or '"stream"' in text
            or '"@metadata"' in text
            or '"@timestamp":1' in text
            or '"kubernetes"' in text
            or '"logEvents"' in text
            or '"source_type"' in text
        )
    return '"source_type"' in text or '"logEvents"' in text


def envelope(sent: Mapping[str, Any], *, for_json: bool) -> str | None:
    """The name of the envelope that an object is; None where it is none.

    For a format that reads JSON only what such a format's own objects never have counts.
    """
    if sent.get("logEvents").__class__ is list:
        return "cloudwatch"
    if sent.get("resourceLogs").__class__ is list:
        # Formats that read JSON take these records themselves.
        return None if for_json else "otlp"
    has_line = sent.get("message") is not None
    if _is_filebeat(sent):
        return "filebeat" if has_line or for_json else None
    if _is_vector(sent, for_json=for_json):
        return "vector"
    if _is_logstash(sent, for_json=for_json):
        return "logstash"
    if _is_docker(sent):
        return "docker"
    return "fluent-bit" if _is_fluent_bit(sent, for_json=for_json) else None


def _is_filebeat(sent: Mapping[str, Any]) -> bool:
    agent = find(sent, "agent.type")
    is_beat = agent.__class__ is str and agent.endswith("beat")
    return is_beat or find(sent, "@metadata.beat").__class__ is str


def _is_vector(sent: Mapping[str, Any], *, for_json: bool) -> bool:
    source = sent.get("source_type")
    if source.__class__ is not str or sent.get("timestamp") is None:
        return False
    message = sent.get("message")
    if for_json:
        return source in _SOURCES or is_wrapped(message)
    return message is not None


def _is_logstash(sent: Mapping[str, Any], *, for_json: bool) -> bool:
    if sent.get("@version") != "1" or sent.get("@timestamp").__class__ is not str:
        return False
    line = sent.get("message") or find(sent, "event.original")
    if not for_json:
        return line is not None
    # Loggers for Logstash write the same two keys, and the logger's name.
    is_object = line.__class__ is Members or members.object_within(line) is not None
    return is_object and "logger_name" not in sent


def _is_docker(sent: Mapping[str, Any]) -> bool:
    if sent.get("log").__class__ is not str or "@timestamp" in sent:
        return False
    if sent.get("stream") in _STREAMS and sent.get("time").__class__ is str:
        return _FLUENT_BITS_OWN.isdisjoint(sent)
    return sent.get("source") in _STREAMS and sent.get("container_id").__class__ is str


def _is_fluent_bit(sent: Mapping[str, Any], *, for_json: bool) -> bool:
    time, message = sent.get("@timestamp"), sent.get("message")
    is_number = time.__class__ in (int, Double)
    in_pod = find(sent, "kubernetes.pod_name").__class__ is str
    if sent.get("log").__class__ is str:
        has_time = time is not None or "time" in sent
        return is_number or in_pod or (has_time and sent.get("stream") in _STREAMS)
    if for_json:
        return in_pod or (is_number and is_wrapped(message))
    return message is not None and (is_number or in_pod)
