"""A line in, plain values out, for the tables of lines of presets and declared formats."""

from datetime import UTC, datetime, timedelta
from typing import Any

from millrace.parse.options import Options, Parse
from millrace.parse.rejection import RejectedError
from millrace.parse.zones import Zone
from millrace.records.fields import document
from millrace.records.received import EPOCH

RECEIVED_AT = "2026-03-29T10:00:05Z"
KINDS = {field.name: field.type for field in document("general")}


def options(values: dict[str, Any]) -> Options:
    """The options of a table's row: ``timezone``, ``response_time_unit``, ``levels`` (a map)."""
    return Options(
        zone=Zone(values.get("timezone", "UTC")),
        response_time_unit=values.get("response_time_unit"),
        levels=tuple(values.get("levels", {}).items()),
    )


def outcome(parse: Parse, line: str, received_at: str = RECEIVED_AT) -> dict[str, Any]:
    """The fields of a record as a table writes them, or ``{"dead": reason, "detail": ...}``.

    Absent fields are left out, times are ISO 8601 with milliseconds.
    """
    received = datetime.fromisoformat(received_at).astimezone(UTC)
    try:
        fields = parse(line, (received - EPOCH) // timedelta(microseconds=1))
    except RejectedError as rejected:
        return {"dead": rejected.reason, "detail": rejected.detail}
    assert fields.keys() <= KINDS.keys(), fields.keys() - KINDS.keys()
    return {name: _shown(value, KINDS[name]) for name, value in fields.items() if value is not None}


def _shown(value: Any, kind: str) -> Any:
    if kind != "timestamp":
        return value
    time = EPOCH + timedelta(milliseconds=value // 1_000)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1_000:03}Z"
