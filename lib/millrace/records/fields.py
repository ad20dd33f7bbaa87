"""The fields of a stored document: name, type, and the name that standards give it.

OpenTelemetry names are those of its semantic conventions 1.30 and its logs data model, ECS names
those of the Elastic Common Schema 8.17. ``-`` stands where a standard has no such field.
"""

from dataclasses import dataclass

from millrace.records.formats import Format


@dataclass(frozen=True)
class Field:
    """One field: its name here, its Spark SQL type, its OpenTelemetry and ECS names."""

    name: str
    type: str
    opentelemetry: str
    ecs: str


IDENTITY = (
    Field("_id", "string", "log.record.uid", "event.id"),
    Field(
        "kafka",
        "struct<topic:string,partition:int,offset:bigint>",
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
    Field("attributes", "map<string,string>", "Attributes", "labels"),
)
APP_ENRICHED = (_HTTP_ROUTE,)

PARSED: dict[Format, tuple[Field, ...]] = {"combined": COMBINED, "app": APP}
ENRICHED: dict[Format, tuple[Field, ...]] = {"combined": COMBINED_ENRICHED, "app": APP_ENRICHED}


def document(format: Format, *, raw: bool = True) -> tuple[Field, ...]:
    """The fields of a document of ``format`` in their stored order, ``raw`` being optional."""
    stored = tuple(field for field in STORAGE if raw or field.name != "raw")
    return IDENTITY + COMMON + PARSED[format] + ENRICHED[format] + stored
