"""One Kafka record of a table's topic -> the change that it tells, or why it tells none.

The envelope is Debezium's ("Data change events" of each connector's manual), by Kafka Connect's
JsonConverter without schemas.
"""

from collections.abc import Mapping
from typing import Any

import bson
from bson.errors import InvalidDocument, InvalidStringData

from millrace.parse.changes.casts import UNAVAILABLE, cast
from millrace.parse.changes.content import extended, json_object
from millrace.parse.changes.position import position
from millrace.parse.rejection import RejectedError, found
from millrace.records.changes import OPS, Change
from millrace.records.entities import ID, Entity

_LARGEST_DOCUMENT = 15 * 2**20  # in bytes; BSON ends at 16 MB, and the place of a change is added
_LARGEST_MS = 253_402_300_799_999  # the end of the year 9999


class Reader:
    """Reads the records of one entity's topic."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity
        self._casts = {field.name: cast(field.type) for field in entity.fields}
        self._columns = {field.column: field for field in entity.fields}

    def read(self, key: bytes | None, value: bytes | None) -> Change | None:
        """The change of a record; None of a tombstone, which follows a delete that was told.

        Raises RejectedError where the record tells no change that can be stored.
        """
        if value is None:
            return None
        envelope = json_object(value, "value")
        op = envelope.get("op")
        if op not in OPS:
            raise RejectedError("no_match", found("op", f"{op!r:.50}"))
        source = envelope.get("source")
        if not isinstance(source, dict):
            raise RejectedError("missing_field", "source")
        place = position(self._entity.source, source)
        committed_ms = self._committed_ms(source)
        if op == "t":
            return Change(op, None, {}, place, committed_ms)
        row = self._row(envelope, "before" if op == "d" else "after")
        if row is None and op != "d":
            # MongoDB without post-images: what the document came to is not known.
            raise RejectedError("missing_field", "after")
        row_key = self._key(key, row or {})
        if op == "d":
            return self._checked(Change(op, row_key, {}, place, committed_ms))
        unchanged = {self._columns[name].name for name in self._columns if _is_kept(row, name)}
        values = self._values(row or {}, unchanged)
        unknown = frozenset((row or {}).keys() - self._columns.keys())
        return self._checked(
            Change(op, row_key, values, place, committed_ms, frozenset(unchanged), unknown)
        )

    def _committed_ms(self, source: Mapping[str, Any]) -> int:
        """By the clock of the source; MariaDB has whole seconds."""
        time = source.get("ts_ms")
        if isinstance(time, int) and 0 <= time <= _LARGEST_MS:
            return time
        raise RejectedError("bad_value", found("source.ts_ms", f"{time!r:.50}"))

    def _row(self, envelope: Mapping[str, Any], side: str) -> dict[str, Any] | None:
        row = envelope.get(side)
        if self._entity.source == "mongo" and isinstance(row, str):
            row = extended(row, side)
        if row is not None and not isinstance(row, dict):
            raise RejectedError("bad_value", f"{side}: not a row")
        return row

    def _key(self, key: bytes | None, row: Mapping[str, Any]) -> Any:
        """The stored ``_id``: by the record's key, or by the row where that names none."""
        sent = json_object(key, "key") if key is not None else {}
        if self._entity.source == "mongo" and "id" in sent:
            text = sent["id"]
            if not isinstance(text, str):
                raise RejectedError("bad_value", found("key.id", f"{text!r:.100}"))
            sent = {ID: extended(text, "key.id")}
        parts = {}
        for field in self._entity.key_fields:
            value = sent.get(field.column, row.get(field.column))
            if value is None:
                raise RejectedError("missing_field", f"key: {field.name}")
            parts[field.name] = self._casts[field.name](field.name, value)
        return parts if len(parts) > 1 else next(iter(parts.values()))

    def _values(self, row: Mapping[str, Any], unchanged: set[str]) -> dict[str, Any]:
        """The declared fields that were sent, cast; what is null stays None."""
        values = {}
        for column, field in self._columns.items():
            if column in row and field.name not in unchanged:
                value = row[column]
                cast_value = self._casts[field.name]
                values[field.name] = None if value is None else cast_value(field.name, value)
        return values

    def _checked(self, change: Change) -> Change:
        """The change, if it can be stored as a document."""
        try:
            size = len(bson.encode({ID: change.key, **change.values}))
        except (InvalidDocument, InvalidStringData, OverflowError, UnicodeError) as error:
            raise RejectedError("bad_value", found("after", str(error))) from None
        except RecursionError:
            raise RejectedError("bad_value", "after: nested too deep") from None
        if size > _LARGEST_DOCUMENT:
            raise RejectedError("too_long", f"a document of {size} bytes")
        return change


def _is_kept(row: Mapping[str, Any] | None, column: str) -> bool:
    value = (row or {}).get(column)
    return isinstance(value, str) and value == UNAVAILABLE
