"""The access line that Apache and nginx both write by ``combined``, and its fields."""

from typing import Any

WHEN = "[29/Mar/2026:10:00:00 +0000]"
GET = '"GET /search?q=tea HTTP/1.1"'
SHORT_LINE = f"192.0.2.80 - - {WHEN} {GET} 200 4711"
LINE = f'{SHORT_LINE} "https://example.com/" "Firefox/140"'

AT_FIELDS = {"timestamp": "2026-03-29T10:00:00.000Z"}
GET_FIELDS = {"method": "GET", "path": "/search?q=tea", "protocol": "HTTP/1.1"}
SAID_FIELDS = {"referrer": "https://example.com/", "user_agent": "Firefox/140"}
_FIELDS: dict[str, Any] = {
    **AT_FIELDS,
    **GET_FIELDS,
    **SAID_FIELDS,
    "level": "INFO",
    "client_ip": "192.0.2.80",
    "status_code": 200,
    "bytes": 4711,
}


def line_fields(**changes: Any) -> dict[str, Any]:
    """The fields of LINE with ``changes``; None takes a field away."""
    return {name: value for name, value in (_FIELDS | changes).items() if value is not None}


def timed_fields(**others: Any) -> dict[str, Any]:
    """The fields of a line with nothing but a time of its own and what else is said."""
    return {**AT_FIELDS, "level": "INFO", **others}
