"""The workload of ``simulate changes``, done at a rate, and while databases come and go."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg
import pymysql
from pymongo.errors import PyMongoError

from millrace.config import Changes, ConfigurationError
from millrace.records.entities import Source
from millrace.simulate.changes import Workload
from millrace.simulate.databases import Table, sources, table

# What clients raise of a database that is away, or goes away in the middle of a transaction.
_FAILURES = (psycopg.Error, pymysql.MySQLError, PyMongoError, ConfigurationError, OSError)
_POLL_S = 0.5


@dataclass
class Done:
    """What was done: operations, those of them that were rolled back, and those in doubt.

    A transaction is in doubt where its database went away before it said that it was committed.
    """

    operations: int = 0
    rolled_back: int = 0
    in_doubt: int = 0


class _Tables:
    """The tables of databases, each on a connection that is opened when it is needed."""

    def __init__(self, changes: Changes, patience_s: float) -> None:
        self._changes, self._patience_s = changes, patience_s
        self._opened: dict[Source, tuple[ExitStack, Table]] = {}

    def of(self, source: Source) -> Table:
        """The table of a source; opened, and made where it is missing."""
        if source not in self._opened:
            stack = ExitStack()
            made = stack.enter_context(table(self._changes, source))
            self._opened[source] = stack, made
        return self._opened[source][1]

    def keys(self, source: Source) -> set[int]:
        """The keys that a table has, on a new connection: waits while its database is away."""
        deadline = time.monotonic() + self._patience_s
        while True:
            self.close([source])
            try:
                return self.of(source).keys()
            except _FAILURES:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL_S)

    def close(self, chosen: Iterable[Source]) -> None:
        """Closes connections, broken ones as well."""
        for source in chosen:
            if source in self._opened:
                stack, _ = self._opened.pop(source)
                try:
                    stack.close()
                except _FAILURES:
                    continue  # Of a connection that is gone there is nothing to close.


def work(
    changes: Changes,
    count: int,
    rate: float | None,
    seed: int,
    *,
    only: Iterable[Source] | None = None,
    patience_s: float = 0.0,
) -> Done:
    """Does at least ``count`` operations to the tables of the databases, or of some ``only``.

    At most ``rate`` a second where it is given. A database that is away is waited for,
    ``patience_s`` at most; then raises what its client raises.
    """
    chosen = [source for source in sources(changes) if only is None or source in only]
    opened, done, began = _Tables(changes, patience_s), Done(), time.monotonic()
    try:
        workload = Workload(seed, {source: opened.keys(source) for source in chosen})
        for transaction in workload.transactions(count):
            size = len(transaction.operations)
            try:
                opened.of(transaction.source).apply(transaction)
            except _FAILURES:
                if not patience_s:
                    raise
                done.in_doubt += size
                workload.know(transaction.source, opened.keys(transaction.source))
            done.operations += size
            done.rolled_back += size if transaction.is_rolled_back else 0
            if rate:
                time.sleep(max(0.0, began + done.operations / rate - time.monotonic()))
    finally:
        opened.close(chosen)
    return done
