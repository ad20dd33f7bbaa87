"""The fields of a stored document: name, type, and the name that standards give it.

OpenTelemetry names are those of its semantic conventions 1.30 and its logs data model, ECS names
those of the Elastic Common Schema 8.17. ``-`` stands where a standard has no such field.
"""

from dataclasses import dataclass
from typing import Any

from millrace.records.formats import Layout

Fields = dict[str, Any]
"""A record's values by the names of its fields, times in microseconds since 1970."""


@dataclass(frozen=True)
class Field:
    """One field: its name here, its Spark SQL type, its OpenTelemetry and ECS names."""

    name: str
    type: str
    opentelemetry: str
    ecs: str


# Where one Kafka record holds several lines, ``part`` counts them from 0 and ``parts`` is how many.
IDENTITY = (
    Field("_id", "string", "log.record.uid", "event.id"),
    Field(
        "kafka",
        "struct<topic:string,partition:int,offset:bigint,part:int,parts:int>",
        "messaging.destination.name, messaging.destination.partition.id, messaging.kafka.offset",
        "-",
    ),
    Field("received_at", "timestamp", "ObservedTimestamp", "event.ingested"),
)
COMMON = (
    Field("timestamp", "timestamp", "Timestamp", "@timestamp"),
    Field("timestamp_claimed", "timestamp", "-", "event.created"),
    Field("service_name", "string", "service.name", "service.name"),
    Field("level", "string", "SeverityText", "log.level"),
)
ANOMALY = Field(
    "anomaly",
    "struct<score:int,severity:string,"
    "reasons:array<struct<rule:string,observed:string,threshold:string,points:int>>>",
    "-",
    "event.risk_score, event.severity (a number), event.reason",
)
TEMPLATE_ID = Field("template_id", "string", "log.record.template", "-")
STORAGE = (
    Field("raw", "string", "log.record.original", "event.original"),
    Field("parser_version", "int", "-", "-"),
)

_HTTP_ROUTE = Field("http_route", "string", "http.route", "-")
_METHOD = Field("method", "string", "http.request.method", "http.request.method")
_STATUS = Field("status_code", "int", "http.response.status_code", "http.response.status_code")
_RESPONSE_TIME = Field(
    "response_time_ms", "double", "http.server.request.duration (s)", "event.duration (ns)"
)

# What a line has without a field of its own, and what a shipper knew of it.
ATTRIBUTES = Field("attributes", "map<string,string>", "Attributes", "labels")

COMBINED = (
    Field("client_ip", "string", "client.address", "client.address"),
    Field("ident", "string", "-", "-"),
    Field("user", "string", "user.name", "user.name"),
    _METHOD,
    Field("path", "string", "url.path, url.query", "url.original"),
    Field("protocol", "string", "network.protocol.version", "http.version"),
    Field("request", "string", "-", "-"),
    _STATUS,
    Field("bytes", "bigint", "http.response.body.size", "http.response.body.bytes"),
    Field("referrer", "string", "http.request.header.referer", "http.request.referrer"),
    Field("user_agent", "string", "user_agent.original", "user_agent.original"),
    _RESPONSE_TIME,
    Field("forwarded_for", "string", "http.request.header.x-forwarded-for", "network.forwarded_ip"),
    Field("virtual_host", "string", "server.address", "url.domain"),
    Field("extra", "string", "-", "-"),
    ATTRIBUTES,
)
COMBINED_ENRICHED = (
    Field("country", "string", "geo.country.iso_code", "client.geo.country_iso_code"),
    Field("browser", "string", "user_agent.name", "user_agent.name"),
    Field("os", "string", "user_agent.os.name", "user_agent.os.name"),
    Field("device", "string", "-", "user_agent.device.name"),
    _HTTP_ROUTE,
)

APP = (
    Field("message", "string", "Body", "message"),
    Field("request_id", "string", "-", "http.request.id"),
    _STATUS,
    Field("user_id", "string", "user.id", "user.id"),
    Field("path", "string", "url.path, url.query", "url.original"),
    _METHOD,
    _RESPONSE_TIME,
    Field("error_code", "string", "error.type", "error.code"),
    Field("tags", "array<string>", "-", "tags"),
    ATTRIBUTES,
)
APP_ENRICHED = (_HTTP_ROUTE, TEMPLATE_ID)

DETAILS = (
    Field("amount", "decimal(18,4)", "-", "-"),
    Field("attempted_amount", "decimal(18,4)", "-", "-"),
    Field("payment_method", "string", "-", "-"),
    Field("order_id", "string", "-", "-"),
    Field("query", "string", "-", "-"),
    Field("results_count", "int", "-", "-"),
    Field("filters", "map<string,string>", "-", "-"),
    Field("shipping_method", "string", "-", "-"),
    Field("shipping_address", "string", "-", "-"),
    Field("items", "array<struct<product_id:string,quantity:int>>", "-", "-"),
    Field("delivery_estimate", "timestamp", "-", "-"),
    Field("completed_at", "timestamp", "-", "-"),
    Field("failed_at", "timestamp", "-", "-"),
    Field("searched_at", "timestamp", "-", "-"),
)
SHOP = (
    Field("event_type", "string", "event.name", "event.action"),
    Field("user_id", "string", "user.id", "user.id"),
    Field("session_id", "string", "session.id", "-"),
    Field("product_id", "string", "-", "-"),
    Field("session_duration_s", "bigint", "-", "-"),
    Field("device_type", "string", "-", "user_agent.device.name"),
    Field("country", "string", "geo.country.iso_code", "client.geo.country_iso_code"),
    Field("city", "string", "geo.locality.name", "client.geo.city_name"),
    Field("message", "string", "Body", "message"),
    Field("error_code", "string", "error.type", "error.code"),
    Field("details", f"struct<{','.join(f'{d.name}:{d.type}' for d in DETAILS)}>", "-", "-"),
    ATTRIBUTES,
)

SYSLOG = (
    Field("facility", "int", "syslog.facility.code", "log.syslog.facility.code"),
    Field("severity", "int", "SeverityNumber (1 to 24)", "log.syslog.severity.code"),
    Field("hostname", "string", "host.name", "log.syslog.hostname"),
    Field("app_name", "string", "service.name", "log.syslog.appname"),
    Field("proc_id", "string", "process.pid", "log.syslog.procid"),
    Field("msg_id", "string", "syslog.msg.id", "log.syslog.msgid"),
    Field("message", "string", "Body", "message"),
    Field(
        "structured_data",
        "map<string,map<string,string>>",
        "syslog.structured_data",
        "log.syslog.structured_data",
    ),
    ATTRIBUTES,
)
SYSLOG_ENRICHED = (TEMPLATE_ID,)

# Whatever a line can have that is no shop's event: of `combined`, `app` and `syslog` each field.
_PARSER = Field("parser", "string", "-", "event.dataset")
GENERAL = (
    *dict.fromkeys(f for f in (*COMBINED, *APP, *SYSLOG) if f is not ATTRIBUTES),
    ATTRIBUTES,
    _PARSER,
)
GENERAL_ENRICHED = (*COMBINED_ENRICHED, TEMPLATE_ID)

PARSED: dict[Layout, tuple[Field, ...]] = {
    "combined": COMBINED,
    "app": APP,
    "shop": SHOP,
    "syslog": SYSLOG,
    "general": GENERAL,
}
ENRICHED: dict[Layout, tuple[Field, ...]] = {
    "combined": COMBINED_ENRICHED,
    "app": APP_ENRICHED,
    "shop": (),
    "syslog": SYSLOG_ENRICHED,
    "general": GENERAL_ENRICHED,
}


def document(layout: Layout, *, raw: bool = True) -> tuple[Field, ...]:
    """The fields of a document of that layout in their stored order, ``raw`` being optional."""
    stored = tuple(field for field in STORAGE if raw or field.name != "raw")
    return IDENTITY + COMMON + PARSED[layout] + ENRICHED[layout] + (ANOMALY,) + stored
