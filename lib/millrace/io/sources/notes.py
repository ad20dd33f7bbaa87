"""Which values of a column do not arrive as they are: by the column's type, in words.

What connectors do with them was seen with Debezium 3.5.0 of PostgreSQL 18 and MariaDB 11.4.
"""

from collections.abc import Mapping

# A type of the source, and what is lost.
_INFINITY = "infinity arrives as what cannot be stored: a dead letter"
_POSTGRES: Mapping[str, str] = {
    "date": _INFINITY,
    "timestamp without time zone": _INFINITY,
    "timestamp with time zone": _INFINITY,
    "time without time zone": "24:00:00 arrives as 00:00:00",
    "time with time zone": "24:00:00 arrives as 00:00:00",
    "numeric": "NaN is stored; Infinity and more than 34 digits are dead letters",
}
_MARIADB: Mapping[str, str] = {
    "date": "0000-00-00 arrives as null",
    "datetime": "0000-00-00 arrives as null",
    "timestamp": "0000-00-00 arrives as null in a snapshot and as 1970-01-01 later",
    "time": "a time outside of one day arrives as null",
    "year": "0 arrives as 1900",
    "inet4": "is not known to the connector",
    "inet6": "is not known to the connector, which leaves the whole table out",
}
_TO_MILLISECONDS = "is stored to the millisecond; declare it as a string to keep what is finer"


def postgres_note(column_type: str, declared: str) -> str | None:
    """What of such a column does not arrive as it is; None where all does."""
    return _joined(_POSTGRES.get(column_type), declared)


def mariadb_note(column_type: str, declared: str) -> str | None:
    """What of such a column does not arrive as it is; None where all does."""
    return _joined(_MARIADB.get(column_type), declared)


def _joined(note: str | None, declared: str) -> str | None:
    notes = [note, _TO_MILLISECONDS if declared == "timestamp" else None]
    return "; ".join(one for one in notes if one) or None
