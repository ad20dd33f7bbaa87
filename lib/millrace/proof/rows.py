"""Rows of an entity as they can be compared: of its source and of the store, by the same casts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import bson

from millrace.parse.changes.casts import cast
from millrace.parse.rejection import RejectedError
from millrace.records.entities import Entity

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Row:
    """A row of the source: its key, and its fields as they are to be stored.

    ``rejected`` says of a row that cannot be stored why not; then it has no fields. A field whose
    text the connector writes in a way of its own is among ``uncompared``.
    """

    key: Any
    values: Mapping[str, Any]
    uncompared: frozenset[str] = frozenset()
    rejected: str | None = None


def of_source(entity: Entity, columns: Mapping[str, Any]) -> Row:
    """The row that a database's client gave, as its change would be stored."""
    values: dict[str, Any] = {}
    uncompared = set()
    rejected = None
    for field in entity.fields:
        if field.column not in columns:
            continue
        value = columns[field.column]
        is_mongo = entity.source == "mongo"
        sent = value if is_mongo else as_sent(value)
        if field.type == "string" and not (is_mongo or isinstance(value, str | None)):
            uncompared.add(field.name)
            continue
        try:
            values[field.name] = None if sent is None else cast(field.type)(field.name, sent)
        except RejectedError as error:
            rejected = error.detail
    parts = {name: values.get(name) for name in entity.key}
    key = parts if len(parts) > 1 else next(iter(parts.values()))
    return Row(key, {} if rejected else values, frozenset(uncompared), rejected)


def as_sent(value: Any) -> Any:
    """A value of a client as the connector writes it."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}{'' if value.tzinfo else 'Z'}"
    if isinstance(value, date):
        return f"{value.isoformat()}Z"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value


def digest(values: Mapping[str, Any], uncompared: frozenset[str] = frozenset()) -> bytes:
    """What is equal for equal fields, whatever their order."""
    plain = {name: _plain(values[name]) for name in sorted(values) if name not in uncompared}
    return blake2b(bson.encode(plain), digest_size=_DIGEST_BYTES).digest()


def _plain(value: Any) -> Any:
    """One NaN for all: they differ in their bits."""
    return "NaN" if isinstance(value, float) and value != value else value
