"""How the warehouse is reached by psycopg; Spark's tasks reach it by ``jdbc``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import OperationalError

from millrace.config import ConfigurationError, UnreachableError, Warehouse
from millrace.io import postgres_tls
from millrace.records.warehouse import BI, DBT
from millrace.telemetry.activity import ACTIVITY

TIMEOUT_S = 10
# Classes of SQLSTATE: connection exceptions, insufficient resources, operator intervention.
_AWAY = ("08", "53", "57")
_READ_ONLY = "25006"  # as a server is while a failover goes on

Connection = psycopg.Connection[tuple[Any, ...]]


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor whose every statement that is answered is a sign of work."""

    def execute(self, *args: Any, **keywords: Any) -> "_Cursor":
        super().execute(*args, **keywords)
        ACTIVITY.note()
        return self


@contextmanager
def connection(warehouse: Warehouse, role: str | None = None) -> Iterator[Connection]:
    """An open connection, one transaction, committed at the end and rolled back on an error.

    It is that of who loads, or of the ``role`` dbt or bi. Raises UnreachableError where the server
    does not answer, at first or to a statement, ConfigurationError where it lets nobody in, and
    else what psycopg raises.
    """
    try:
        opened = psycopg.connect(
            **login(warehouse, role),
            connect_timeout=TIMEOUT_S,
            keepalives_idle=TIMEOUT_S,
            tcp_user_timeout=1000 * warehouse.statement_timeout_s,
            options=f"-c timezone=UTC -c lock_timeout={warehouse.statement_timeout_s}s",
            cursor_factory=_Cursor,
        )
    except OperationalError as error:
        raise _connection_error(warehouse, error) from None
    try:
        with opened:
            yield opened
    except psycopg.Error as error:
        if is_away(error):
            raise UnreachableError(f"{named(warehouse)}: {first_line(error)}") from error
        raise


def login(warehouse: Warehouse, role: str | None = None) -> dict[str, Any]:
    """What a client of PostgreSQL's own library is given to log in."""
    secrets = {DBT: warehouse.dbt_password, BI: warehouse.bi_password}
    user = role or warehouse.user
    return {
        "host": warehouse.host,
        "port": warehouse.port,
        "dbname": warehouse.database,
        "user": user,
        "password": secrets.get(user, warehouse.password).get_secret_value(),
    } | postgres_tls.libpq(warehouse)


def named(warehouse: Warehouse) -> str:
    """The server, as messages name it."""
    return f"warehouse.host {warehouse.host}:{warehouse.port}"


def is_away(error: psycopg.Error) -> bool:
    """Whether the server has gone, is about to, or does not take a statement for now."""
    return is_away_state(error.sqlstate) or (
        error.sqlstate is None and isinstance(error, OperationalError)
    )


def is_away_state(sqlstate: str | None) -> bool:
    """The same of what an error has as its SQLSTATE."""
    return sqlstate is not None and (sqlstate.startswith(_AWAY) or sqlstate == _READ_ONLY)


def first_line(error: Exception) -> str:
    """What an error says, without what follows on it."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def fetched(opened: Connection, query: LiteralString, *values: Any) -> Any:
    """The first column of the first row that a query gives; None where there is no row."""
    row = opened.execute(query, values).fetchone()
    return row[0] if row else None


def _connection_error(warehouse: Warehouse, error: OperationalError) -> ConfigurationError:
    """UnreachableError where the server is away, ConfigurationError where it or we refuse."""
    said = str(error)
    if "certificate" in said:
        return ConfigurationError(
            f"{named(warehouse)}: its TLS certificate is refused; warehouse.ca_file names the"
            f" authorities to trust: {first_line(error)}"
        )
    # libpq does not tell the SQLSTATE of a connection that was refused.
    is_refused = any(
        text in said
        for text in ("authentication failed", "no pg_hba.conf entry", "does not exist", "denied")
    )
    kind = ConfigurationError if is_refused else UnreachableError
    return kind(f"{named(warehouse)}: {first_line(error)}")
