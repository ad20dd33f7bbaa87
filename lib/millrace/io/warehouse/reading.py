"""The schema ``warehouse``, read as the role that may do nothing else."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, TypeVar

import psycopg
from psycopg.rows import RowFactory, class_row

from millrace.config import ConfigurationError, UnreachableError, Warehouse
from millrace.errors import OutOfTimeError
from millrace.io.warehouse.business import STATEMENTS
from millrace.io.warehouse.client import Connection, connection, first_line, is_away, named
from millrace.records.business import Figure, Row, Span
from millrace.records.warehouse import BI

_CANCEL_S = 10
_ROWS_AT_ONCE = 2_000
_NOT_BUILT = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.InsufficientPrivilege,
)
_LOADS: LiteralString = """
SELECT feed, max(committed_at) AS loaded_at,
       max(committed_at) FILTER (WHERE is_built) AS built_at,
       coalesce(sum(rows_written) FILTER (WHERE NOT is_built), 0)::bigint AS waiting_rows
FROM warehouse.loads GROUP BY feed ORDER BY feed"""

# All rows are read, not the first few; and what takes a second is not worth compiling.
_SETTINGS: LiteralString = """
SELECT set_config('statement_timeout', %s, false), set_config('application_name', %s, false),
       set_config('cursor_tuple_fraction', '1', false), set_config('jit', 'off', false)"""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Loaded:
    """How far a feed is in the warehouse, by the ledger of loads.

    The last load was committed at ``loaded_at``. The facts have those up to ``built_at``, None
    where none was built, and lack the ``waiting_rows`` that were loaded since.
    """

    feed: str
    loaded_at: datetime
    built_at: datetime | None
    waiting_rows: int


class Reader:
    """Reads all as the warehouse stood at the first question, one thread at a time.

    That question opens the connection. Each raises UnreachableError where the server does not
    answer, ConfigurationError where it refuses or nothing is built yet, OutOfTimeError where it
    needs longer than ``max_s``. The server shows it under the ``name``.
    """

    def __init__(self, warehouse: Warehouse, max_s: float, name: str = "") -> None:
        self._warehouse, self._max_s, self._name = warehouse, max_s, name
        self._connection: Connection | None = None
        self._opened, self._lock = ExitStack(), threading.Lock()

    def loads(self) -> list[Loaded]:
        """How far each feed is, by name."""
        return list(self._rows(_LOADS, {}, class_row(Loaded)))

    def rows(self, figure: Figure, span: Span) -> Iterator[Row]:
        """The rows of a figure of the business, in its order, read as they are asked for."""
        return self._rows(STATEMENTS[figure.name], span.parameters, class_row(figure.row))

    def _rows(
        self, statement: LiteralString, parameters: Mapping[str, object], made: RowFactory[_T]
    ) -> Iterator[_T]:
        with (
            _told(self._warehouse),
            self._open().cursor(name="millrace_rows", row_factory=made) as cursor,
        ):
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(statement, parameters)
            yield from cursor

    def _open(self) -> Connection:
        with self._lock:
            if self._connection is None:
                opened = self._opened.enter_context(connection(self._warehouse, BI))
                opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                # Whatever rights the role was given elsewhere.
                opened.read_only = True
                max_ms = max(1, round(1000 * self._max_s))
                opened.execute(_SETTINGS, (str(max_ms), f"millrace {self._name}"))
                self._connection = opened
            return self._connection

    def stop(self) -> None:
        """Has the server end what it does for this reader, from any thread."""
        with self._lock, suppress(psycopg.Error):
            if self._connection:
                self._connection.cancel_safe(timeout=_CANCEL_S)

    def close(self) -> None:
        """Closes the connection."""
        with self._lock, suppress(psycopg.Error, UnreachableError):
            self._connection = None
            self._opened.close()


@contextmanager
def reader(warehouse: Warehouse, max_s: float, name: str) -> Iterator[Reader]:
    """A reader, closed as the context ends."""
    made = Reader(warehouse, max_s, name)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def _told(warehouse: Warehouse) -> Iterator[None]:
    """Errors of the server as those of the suite."""
    try:
        yield
    except psycopg.errors.QueryCanceled:
        raise OutOfTimeError from None
    except _NOT_BUILT:
        raise ConfigurationError(
            f"{named(warehouse)}: it has no facts yet: run millrace warehouse build"
        ) from None
    except psycopg.Error as error:
        if is_away(error):
            raise UnreachableError(f"{named(warehouse)}: {first_line(error)}") from None
        raise
