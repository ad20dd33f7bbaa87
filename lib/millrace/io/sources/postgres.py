"""PostgreSQL as a source: its publication, its helper tables, and its replication slot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from millrace.config import Changes, ConfigurationError, Postgres, UnreachableError
from millrace.io import postgres_tls
from millrace.io.sources import snapshot_signal
from millrace.io.sources.notes import postgres_note
from millrace.io.sources.prepared import Prepared, SourceState
from millrace.records import capture
from millrace.records.entities import Entity

_TIMEOUT_S = 10
Connection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def connection(postgres: Postgres) -> Iterator[Connection]:
    """An open connection, each statement of which is committed by itself.

    Raises UnreachableError where the server does not answer, ConfigurationError where it refuses.
    """
    server = f"changes.postgres.host {postgres.host}:{postgres.port}"
    tls: dict[str, Any] = postgres_tls.libpq(postgres)
    try:
        with psycopg.connect(
            host=postgres.host,
            port=postgres.port,
            user=postgres.user,
            password=postgres.password.get_secret_value(),
            dbname=postgres.database,
            connect_timeout=_TIMEOUT_S,
            autocommit=True,
            **tls,
        ) as opened:
            yield opened
    except psycopg.OperationalError as error:
        if "certificate" in str(error):
            raise ConfigurationError(
                f"{server}: its TLS certificate is refused; changes.postgres.ca_file names the"
                f" authorities to trust: {_first_line(error)}"
            ) from None
        is_refused = "authentication failed" in str(error) or error.sqlstate is not None
        kind = ConfigurationError if is_refused else UnreachableError
        raise kind(f"{server}: {_first_line(error)}") from None
    except psycopg.Error as error:
        raise ConfigurationError(f"{server}: {_first_line(error)}") from None


def prepare(changes: Changes, entities: Sequence[Entity]) -> Prepared:
    """Makes publication, heartbeat and signals where they are missing; raises as the package does.

    What the user may not make is told with the statement for the owner of the tables.
    """
    found = Prepared()
    with connection(_own(changes)) as opened:
        level = _value(opened, "SHOW wal_level")
        if level != "logical":
            found.wrong.append(f"wal_level is {level}: set it to logical, and restart PostgreSQL")
        missing = [one for one in entities if not _columns(opened, one)]
        for one in missing:
            found.wrong.append(f"{one.name}: there is no table {one.table}")
        for name, statement in _tables(changes):
            if _value(opened, "SELECT to_regclass(%s)", f"public.{name}") is None:
                _make(opened, found, f"table {name}", statement)
        present = [one for one in entities if one not in missing]
        _publish(opened, found, changes, present)
        for one in present:
            _note(opened, found, one)
    return found


def state(changes: Changes, entities: Sequence[Entity]) -> SourceState:
    """Its replication slot: how much of the log it holds back, and whether it is lost."""
    # invalidation_reason is a column since PostgreSQL 17 alone.
    query = """
        SELECT active, wal_status, to_jsonb(slot) ->> 'invalidation_reason',
               pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn),
               pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), safe_wal_size
        FROM pg_replication_slots AS slot WHERE slot_name = %s"""
    with connection(_own(changes)) as opened:
        row = opened.execute(query, (capture.slot(changes.name),)).fetchone()
    if row is None:
        return SourceState("no replication slot yet", is_wrong=True)
    active, status, reason, behind, retained, free = row
    if status == "lost":
        return SourceState(
            f"the replication slot is lost ({reason or 'no reason given'}): changes are missing:"
            " run millrace connectors resnapshot --all postgres",
            is_lost=True,
            is_wrong=True,
        )
    text = f"slot {'read' if active else 'not read'}, {int(behind or 0):,} bytes behind"
    return SourceState(
        text,
        is_wrong=not active,
        retained_bytes=int(retained or 0),
        free_bytes=None if free is None else max(0, int(free)),
    )


def drop_slot(changes: Changes) -> None:
    """Drops the replication slot, which nobody reads, if there is one."""
    query = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
    with connection(_own(changes)) as opened:
        opened.execute(f"{query} WHERE slot_name = %s", (capture.slot(changes.name),))


def signal(changes: Changes, entity: Entity, where: str | None) -> None:
    """Asks for a snapshot of a table; raises as the package does."""
    _insert_signal(changes, snapshot_signal.row(entity.table, where))


def mark(changes: Changes) -> str:
    """Writes a signal that asks for nothing; its id, which comes after all that is committed."""
    row = snapshot_signal.marker()
    table = sql.Identifier("public", capture.signals(changes.name))
    with connection(_own(changes)) as opened:
        earlier = sql.SQL("DELETE FROM {} WHERE type = %s").format(table)
        opened.execute(earlier, (snapshot_signal.MARKER,))
    _insert_signal(changes, row)
    return row[0]


def rows(
    changes: Changes, entity: Entity, keys: Sequence[Any] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a table as they are at one moment, or those with the ``keys``."""
    columns = sql.SQL(", ").join(sql.Identifier(field.column) for field in entity.fields)
    table = sql.Identifier(*entity.table.split("."))
    query = sql.SQL("SELECT {} FROM {}").format(columns, table)
    arguments: list[Any] = []
    if keys is not None:
        names = sql.SQL(", ").join(sql.Identifier(one.column) for one in entity.key_fields)
        places = sql.SQL(", ").join(sql.Placeholder() for _ in entity.key)
        each = sql.SQL(", ").join(sql.SQL("({})").format(places) for _ in keys)
        query = sql.SQL("{} WHERE ({}) IN ({})").format(query, names, each)
        arguments = [part for key in keys for part in key]
    # A cursor of the server's: a table may be larger than memory.
    with (
        connection(_own(changes)) as opened,
        opened.transaction(),
        opened.cursor(name="millrace_rows") as cursor,
    ):
        cursor.execute(query, arguments)
        names_of = [field.column for field in entity.fields]
        for row in cursor:
            yield dict(zip(names_of, row, strict=True))


def _insert_signal(changes: Changes, row: tuple[str, str, str]) -> None:
    table = sql.Identifier("public", capture.signals(changes.name))
    statement = sql.SQL("INSERT INTO {} (id, type, data) VALUES (%s, %s, %s)").format(table)
    with connection(_own(changes)) as opened:
        opened.execute(statement, row)


def _own(changes: Changes) -> Postgres:
    if changes.postgres is None:
        raise ConfigurationError("the configuration has no changes.postgres")
    return changes.postgres


def _tables(changes: Changes) -> list[tuple[str, str]]:
    heartbeat, signals = capture.heartbeat(changes.name), capture.signals(changes.name)
    return [
        (heartbeat, f"CREATE TABLE public.{heartbeat} (id int PRIMARY KEY, at timestamptz)"),
        (
            signals,
            f"CREATE TABLE public.{signals}"
            " (id varchar(64) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(4096))",
        ),
    ]


def _publish(
    opened: Connection, found: Prepared, changes: Changes, entities: Sequence[Entity]
) -> None:
    """Makes the publication, or adds to it what it lacks."""
    name = capture.publication(changes.name)
    helpers = [f"public.{table}" for table, _ in _tables(changes)]
    wanted = [*(entity.table for entity in entities), *helpers]
    query = "SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = %s"
    listed = {row[0] for row in opened.execute(query, (name,)).fetchall()}
    missing = [table for table in wanted if table not in listed]
    if not missing:
        return
    exists = _value(opened, "SELECT 1 FROM pg_publication WHERE pubname = %s", name)
    verb = f"ALTER PUBLICATION {name} ADD" if exists else f"CREATE PUBLICATION {name} FOR"
    tables = ", ".join(missing)
    _make(opened, found, f"publication {name} of {tables}", f"{verb} TABLE {tables}")


def _make(opened: Connection, found: Prepared, what: str, statement: str) -> None:
    try:
        opened.execute(statement.encode())
        found.made.append(what)
    except psycopg.Error as error:
        found.wrong.append(f"{_first_line(error)}: have the tables' owner run: {statement}")


def _note(opened: Connection, found: Prepared, entity: Entity) -> None:
    columns = _columns(opened, entity)
    for field in entity.fields:
        if field.column not in columns:
            found.wrong.append(f"{entity.name}.{field.name}: {entity.table} has no {field.column}")
        elif note := postgres_note(columns[field.column], field.type):
            found.notes.append(f"{entity.name}.{field.name} ({columns[field.column]}): {note}")


def _columns(opened: Connection, entity: Entity) -> dict[str, str]:
    schema, _, table = entity.table.partition(".")
    query = """
        SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = %s AND table_name = %s"""
    rows = opened.execute(query, (schema, table)).fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _value(opened: Connection, query: str, *arguments: str) -> Any:
    row = opened.execute(query.encode(), arguments).fetchone()
    return row[0] if row else None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
