"""Which logger wrote an event is told by the keys that it has: the rare and certain ones first."""

from collections.abc import Callable

from millrace.parse.json import Members
from millrace.parse.json_logs import (
    clouds,
    databases,
    dotnet,
    google,
    java,
    loggers,
    nginx,
    otlp,
    python,
    servers,
)
from millrace.parse.json_logs.event import Event, Sent
from millrace.parse.json_logs.generic import fill

_Told = Callable[[Sent], bool]
_Read = Callable[[Event, Sent], None]


def read(event: Event, sent: Sent) -> None:
    """Puts the members into the record, each as it is meant by who sent it.

    Raises RejectedError where it is no event, or has a value that cannot be read.
    """
    if not _MARKERS.isdisjoint(sent):
        for marker, is_told, family in _FAMILIES:
            if marker in sent and is_told(sent):
                family(event, sent)
                return
    fill(event, sent.items())


def _subscription(event: Event, sent: Sent) -> None:
    within = clouds.subscription(event, sent)
    if within is not None:
        read(event, within)


def _always(sent: Sent) -> bool:
    return True


def _is_instant(sent: Sent) -> bool:
    return sent["instant"].__class__ is Members


def _is_logback(sent: Sent) -> bool:
    return "loggerName" in sent or "threadName" in sent or "nanoseconds" in sent


_FAMILIES: tuple[tuple[str, _Told, _Read], ...] = (
    ("resourceLogs", otlp.is_export, otlp.record),
    ("logEvents", clouds.is_subscription, _subscription),
    ("records", clouds.is_azure, clouds.azure),
    ("t", databases.is_mongo, databases.mongo),
    ("@t", _always, dotnet.compact),
    ("short_message", loggers.is_gelf, loggers.gelf),
    ("__REALTIME_TIMESTAMP", _always, loggers.journal),
    ("DownstreamStatus", servers.is_traefik, servers.traefik),
    ("response_code", servers.is_envoy, servers.envoy),
    ("request", servers.is_caddy, servers.caddy),
    ("EventId", dotnet.is_console, dotnet.console),
    ("instant", _is_instant, java.log4j),
    ("loggerFqcn", _always, java.log4j),
    ("source_host", java.is_logstash, java.logstash),
    ("sequenceNumber", _is_logback, java.logback),
    ("caller_class_name", _always, java.encoder),
    ("ecs.version", _always, java.ecs),
    ("MessageTemplate", dotnet.is_serilog, dotnet.serilog),
    ("logName", google.is_entry, google.entry),
    ("insertId", google.is_entry, google.entry),
    *((marker, google.is_layout, google.layout) for marker in google.LAYOUT_MARKERS),
    ("timestampSeconds", google.is_written, google.written),
    ("record", clouds.is_platform, clouds.platform),
    ("record", python.is_loguru, python.loguru),
    ("cold_start", _always, clouds.powertools),
    ("function_request_id", _always, clouds.powertools),
    ("xray_trace_id", _always, clouds.powertools),
    ("@level", loggers.is_hc_log, loggers.hc_log),
    ("@fields", loggers.is_logstash, loggers.logstash),
    ("error_severity", _always, databases.postgres),
    ("prio", databases.is_mysql, databases.mysql),
    *((marker, _always, nginx.access) for marker in nginx.MARKERS),
    *((marker, _always, python.logging) for marker in python.MARKERS),
    ("controller", servers.is_lograge, servers.lograge),
    ("class", java.is_called, java.logstash),
    ("v", loggers.is_component, loggers.component),
    ("err", loggers.is_component, loggers.component),
    ("T", loggers.is_zap, loggers.zap),
    ("name", loggers.is_node, loggers.node),
)
_MARKERS = frozenset(marker for marker, _, _ in _FAMILIES)
