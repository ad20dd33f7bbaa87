"""Connections that are kept open between questions, for a process that asks many."""

import queue
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import DictCursor

from millrace.config import Mysql
from millrace.io.mysql.client import connection


class Pool:
    """Up to ``size`` connections that wait for their next question; more are opened and closed."""

    def __init__(self, mysql: Mysql, size: int) -> None:
        self._mysql = mysql
        self._waiting: queue.LifoQueue[tuple[ExitStack, Connection[DictCursor]]]
        self._waiting = queue.LifoQueue(size)

    @contextmanager
    def cursor(self) -> Iterator[DictCursor]:
        """A cursor that sees what is committed by now; nobody else has it meanwhile.

        Raises UnreachableError where the server does not answer.
        """
        opened, own = self._taken()
        try:
            with own.cursor() as cursor:
                yield cursor
            own.rollback()  # The next question is to see what is committed by then.
        except BaseException:
            opened.close()
            raise
        try:
            self._waiting.put_nowait((opened, own))
        except queue.Full:
            opened.close()

    def _taken(self) -> "tuple[ExitStack, Connection[DictCursor]]":
        while True:
            try:
                opened, own = self._waiting.get_nowait()
            except queue.Empty:
                fresh = ExitStack()
                return fresh, fresh.enter_context(connection(self._mysql))
            try:
                own.ping(reconnect=False)
                return opened, own
            except pymysql.MySQLError:
                opened.close()
