"""Rows of entities as JSON has them: each field by its type, so that its cast reads it back.

A date is ``2026-02-03``, a timestamp ISO 8601 in UTC to the millisecond, a decimal text, bytes
base64; of a double NaN and the infinities are text. Within a document what JSON lacks is MongoDB's
extended JSON, relaxed.
"""

import json
import math
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import Decimal128, json_util

from millrace.records.entities import Entity, item_type

_DATE = "date"
_NESTED = "json"


def row_json(entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row; one that is not declared any more by what is stored of it."""
    types = {field.name: field.type for field in entity.fields}
    return {name: _shown(types.get(name, _NESTED), value) for name, value in fields.items()}


def key_json(entity: Entity, key: Any) -> dict[str, Any]:
    """The fields of a key, as the store has it."""
    values = key if len(entity.key) > 1 else {entity.key[0]: key}
    return row_json(entity, values)


def encoded(members: Mapping[str, Any]) -> bytes:
    """An object as bytes: the same object comes to the same bytes, as keys of Kafka need it."""
    text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def _shown(type: str, value: Any) -> Any:
    item = item_type(type)
    if item is not None and isinstance(value, list):
        return [_shown(item, one) for one in value]
    if type == _NESTED or isinstance(value, dict | list):
        nested = json_util.dumps(value, json_options=json_util.RELAXED_JSON_OPTIONS)
        return json.loads(nested)
    return _plain(type, value)


def _plain(type: str, value: Any) -> Any:
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return text.partition("T")[0] if type == _DATE else text
    if isinstance(value, Decimal128):
        return str(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
