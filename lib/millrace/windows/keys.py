"""The keys of a record's places in the tables of figures."""

import re
from collections.abc import Callable

from millrace.records import tables
from millrace.records.fields import Fields
from millrace.records.tables import LE_MS, NO_VALUE, Table
from millrace.windows.buckets import le_ms

# RFC 9110, 9.3, and RFC 5789; OpenTelemetry names all others so.
METHODS = frozenset(
    ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
)
OTHER_METHOD = "_OTHER"
STATUS_CLASSES = {hundreds: f"{hundreds}xx" for hundreds in range(2, 6)}
OTHER_CLASS = "other"

_UNSAFE = re.compile(r"[\\\x00-\x1F\x7F-\x9F]")
_CONTROL = re.compile(r"[\x00-\x1F\x7F-\x9F]")


def keys_of(table: Table) -> Callable[[Fields], tuple[str | None, ...]]:
    """What gives the keys of a table as a record has them."""
    names = [key.name for key in table.keys]
    made = {name: make for name, make in _VALUES.items() if name in names}
    if not made:
        return lambda fields: tuple(map(fields.get, names))
    values = [made.get(name) or _field(name) for name in names]
    return lambda fields: tuple([value(fields) for value in values])


def _field(name: str) -> Callable[[Fields], str | None]:
    return lambda fields: fields.get(name)


def _status_class(fields: Fields) -> str:
    status_code = fields["status_code"]
    return STATUS_CLASSES.get(status_code // 100, OTHER_CLASS)


def _method(fields: Fields) -> str | None:
    """The method where it is one of HTTP's: others are made up, and may be any number."""
    method: str | None = fields.get("method")
    return method if method is None or method in METHODS else OTHER_METHOD


_VALUES: dict[str, Callable[[Fields], str | None]] = {
    LE_MS.name: lambda fields: le_ms(fields["response_time_ms"]),
    "severity": lambda fields: (fields.get("anomaly") or {}).get("severity"),
    "status_class": _status_class,
    "method": _method,
    "payment_method": lambda fields: (fields.get("details") or {}).get("payment_method"),
    "query": lambda fields: (fields.get("details") or {}).get("query"),
}
_CHARACTERS = {table.name: [key.characters for key in table.keys] for table in tables.TABLES}


def cleaned_keys(table: str, keys: tuple[str | None, ...]) -> tuple[str, ...]:
    """The keys as a table has them: text, trimmed and bounded, never empty.

    They have ``/`` in place of a backslash and ``_`` in place of a control character.
    """
    return tuple(map(cleaned, keys, _CHARACTERS[table]))


def cleaned(value: str | None, characters: int) -> str:
    """A value as a key of so many characters has it; no bound, 0, is that of a number."""
    if not value:
        return NO_VALUE
    if _UNSAFE.search(value):
        # What quotes these strings for MySQL again may double quotes alone, as Grafana does.
        value = _CONTROL.sub("_", value).replace("\\", "/")
    return value.strip(" ")[: characters or None].strip(" ") or NO_VALUE
