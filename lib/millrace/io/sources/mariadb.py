"""MariaDB as a source: its binary log, and its table of signals."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql
from pymysql.cursors import SSDictCursor

from millrace.config import Changes, ConfigurationError, Mysql, UnreachableError
from millrace.io import mysql
from millrace.io.sources import snapshot_signal
from millrace.io.sources.notes import mariadb_note
from millrace.io.sources.prepared import Prepared, SourceState
from millrace.records import capture
from millrace.records.entities import Entity, Field

# Without the last one, every event of a transaction has the position of its begin.
_VARIABLES = {
    "log_bin": "ON",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "binlog_legacy_event_pos": "ON",
}
Cursor = Any
_AT_ONCE = 10_000  # rows
_KEYS = re.compile(r"\bmysql\.(host|ca_file)\b")


@contextmanager
def cursor(changes: Changes, kind: type[Cursor] | None = None) -> Iterator[Cursor]:
    """A cursor of one transaction, committed at the end; of the ``kind`` that is asked for.

    Raises UnreachableError where the server does not answer, ConfigurationError where it refuses.
    """
    own = _own(changes)
    try:
        with mysql.connection(own) as opened, opened.cursor(kind) as made:
            yield made
    except (ConfigurationError, UnreachableError) as error:
        raise type(error)(_KEYS.sub(r"changes.mariadb.\1", str(error))) from None
    except pymysql.MySQLError as error:
        raise ConfigurationError(
            f"changes.mariadb.host {own.host}:{own.port}: {error.args[-1]}"
        ) from None


def prepare(changes: Changes, entities: Sequence[Entity]) -> Prepared:
    """Makes the table of signals where it is missing, and looks at the server's settings."""
    found, own = Prepared(), _own(changes)
    with cursor(changes) as opened:
        for name, expected in _VARIABLES.items():
            opened.execute("SHOW GLOBAL VARIABLES LIKE %s", (name,))
            row = opened.fetchone()
            # Older servers have no binlog_legacy_event_pos: there it is as if it were on.
            if row and row["Value"] != expected:
                found.wrong.append(f"{name} is {row['Value']}: set it to {expected}")
        signals = capture.signals(changes.name)
        if not _columns(opened, own.database, signals):
            opened.execute(
                f"CREATE TABLE `{signals}` (id VARCHAR(64) PRIMARY KEY,"
                " type VARCHAR(32) NOT NULL, data VARCHAR(4096))"
            )
            found.made.append(f"table {signals}")
        for entity in entities:
            columns = _columns(opened, own.database, entity.table)
            if not columns:
                found.wrong.append(f"{entity.name}: there is no table {entity.table}")
            else:
                _note(found, entity, columns)
    return found


def state(changes: Changes, entities: Sequence[Entity]) -> SourceState:
    """Whether somebody reads its binary log."""
    with cursor(changes) as opened:
        opened.execute("SHOW PROCESSLIST")
        readers = sum(row["Command"].startswith("Binlog Dump") for row in opened.fetchall())
        opened.execute("SHOW BINARY LOGS")
        size = sum(int(row["File_size"]) for row in opened.fetchall())
    text = f"binary log {'read' if readers else 'not read'}, {size:,} bytes kept"
    return SourceState(text, is_wrong=not readers)


def signal(changes: Changes, entity: Entity, where: str | None) -> None:
    """Asks for a snapshot of a table; raises as the package does."""
    table = f"{_own(changes).database}.{entity.table}"
    _insert_signal(changes, snapshot_signal.row(table, where))


def mark(changes: Changes) -> str:
    """Writes a signal that asks for nothing; its id, which comes after all that is committed."""
    row, signals = snapshot_signal.marker(), capture.signals(changes.name)
    with cursor(changes) as opened:
        opened.execute(f"DELETE FROM `{signals}` WHERE type = %s", (snapshot_signal.MARKER,))
    _insert_signal(changes, row)
    return row[0]


def rows(
    changes: Changes, entity: Entity, keys: Sequence[Any] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a table as they are at one moment, or those with the ``keys``."""
    query = f"SELECT {_listed(entity.fields)} FROM `{entity.table}`"
    arguments: list[Any] = []
    if keys is not None:
        places = f"({', '.join('%s' for _ in entity.key)})"
        each = ", ".join(places for _ in keys)
        query += f" WHERE ({_listed(entity.key_fields)}) IN ({each})"
        arguments = [part for key in keys for part in key]
    # A cursor that does not hold all rows: a table may be larger than memory.
    with cursor(changes, SSDictCursor) as opened:
        opened.execute(query, arguments)
        while some := opened.fetchmany(_AT_ONCE):
            yield from some


def _listed(fields: Sequence[Field]) -> str:
    return ", ".join(f"`{field.column}`" for field in fields)


def _insert_signal(changes: Changes, row: tuple[str, str, str]) -> None:
    signals = capture.signals(changes.name)
    statement = f"INSERT INTO `{signals}` (id, type, data) VALUES (%s, %s, %s)"
    with cursor(changes) as opened:
        opened.execute(statement, row)


def _own(changes: Changes) -> Mysql:
    if changes.mariadb is None:
        raise ConfigurationError("the configuration has no changes.mariadb")
    return changes.mariadb


def _note(found: Prepared, entity: Entity, columns: dict[str, str]) -> None:
    for field in entity.fields:
        if field.column not in columns:
            found.wrong.append(f"{entity.name}.{field.name}: {entity.table} has no {field.column}")
        elif note := mariadb_note(columns[field.column], field.type):
            found.notes.append(f"{entity.name}.{field.name} ({columns[field.column]}): {note}")


def _columns(opened: Cursor, database: str, table: str) -> dict[str, str]:
    opened.execute(
        "SELECT column_name AS name, data_type AS type FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = %s",
        (database, table),
    )
    return {row["name"]: row["type"] for row in opened.fetchall()}
