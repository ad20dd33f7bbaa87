"""JSON application logs: one object a line."""

from typing import Any

from millrace.parse import json
from millrace.parse.json import text
from millrace.parse.level import by_status, level
from millrace.parse.numbers import double, integer

VERSION = 2

KNOWN_KEYS = frozenset(
    {
        "timestamp",
        "service_name",
        "level",
        "message",
        "request_id",
        "status_code",
        "user_id",
        "path",
        "method",
        "response_time_ms",
        "error_code",
        "tags",
    }
)
_LONGEST_MS = 1e9  # nearly twelve days


def parse(line: str, received_at: int) -> dict[str, Any]:
    """The line's fields, with ``timestamp``, ``level`` and ``service_name``.

    ``service_name`` is None where the line names none. Raises RejectedError where it is no record.
    """
    sent = json.line_object(line)
    take = sent.get
    timestamp = json.timestamp(sent)
    named_level = json.read_text("level", take("level"), level)
    status_code = json.read_text("status_code", take("status_code"), _status_code)
    others = [(key, value) for key, value in sent.items() if key not in KNOWN_KEYS]
    return {
        "timestamp": timestamp,
        "service_name": (text(take("service_name")) or "").strip(" ") or None,
        "level": named_level or by_status(status_code),
        "message": text(take("message")),
        "request_id": text(take("request_id")),
        "status_code": status_code,
        "user_id": text(take("user_id")),
        "path": text(take("path")),
        "method": text(take("method")),
        "response_time_ms": json.read_text(
            "response_time_ms", take("response_time_ms"), _response_time_ms
        ),
        "error_code": text(take("error_code")),
        "tags": _tags(take("tags")),
        "attributes": json.storable(others) if others else None,
    }


def _status_code(sent: str) -> int | None:
    number = integer(sent)
    return number if number is not None and 0 <= number <= 999 else None


def _response_time_ms(sent: str) -> float | None:
    number = double(sent)
    return number if number is not None and 0 <= number <= _LONGEST_MS else None


def _tags(sent: Any) -> list[str] | None:
    if sent is None:
        return None
    items = json.list_within(sent)
    if items is None:
        return [text(sent) or ""]
    return [text(item) or "" for item in items if item is not None]
