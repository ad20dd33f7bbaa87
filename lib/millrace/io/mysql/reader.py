"""A connection that reads for long, and that another thread can end."""

import threading
from contextlib import ExitStack, suppress

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from millrace.config import Mysql, UnreachableError
from millrace.io.mysql.client import connection


class Reader:
    """Reads all as the database stood at the first question, one thread at a time.

    That question opens the connection, and raises UnreachableError where the server does not
    answer.
    """

    def __init__(self, mysql: Mysql) -> None:
        self._mysql, self._opened = mysql, ExitStack()
        self._connection: Connection[DictCursor] | None = None
        self._lock = threading.Lock()

    def cursor(self) -> DictCursor:
        """A cursor for the next question."""
        with self._lock:
            if self._connection is None:
                self._connection = self._opened.enter_context(connection(self._mysql))
                self._connection.begin()
            return self._connection.cursor()

    def stop(self) -> None:
        """Has the server end what it does for this reader, from any thread."""
        with self._lock, suppress(pymysql.MySQLError, UnreachableError):
            if self._connection:
                with connection(self._mysql) as other:
                    other.kill(self._connection.thread_id())  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Closes the connection."""
        with self._lock, suppress(pymysql.MySQLError, UnreachableError):
            self._connection = None
            self._opened.close()
