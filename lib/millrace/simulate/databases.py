"""The tables of the demo's entities in the three databases: made, and written to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from pymongo.client_session import ClientSession
from pymongo.database import Database

from millrace.config import Changes
from millrace.io.mongo.client import create_missing
from millrace.io.sources import mariadb, mongo, postgres
from millrace.records.entities import SOURCES, Source
from millrace.simulate.changes import Operation, Transaction

_SERIES = """
    CREATE TABLE IF NOT EXISTS tv_series_ids
        (id int PRIMARY KEY, original_name text, popularity double precision)"""
_MOVIES = """
    CREATE TABLE IF NOT EXISTS movie_ids
        (adult boolean, id int PRIMARY KEY, original_title varchar(200) CHARACTER SET utf8mb4,
         popularity double, video boolean)"""
_PERSONS = "person_ids"


class Table(Protocol):
    """The table of one database."""

    def keys(self) -> set[int]:
        """The keys of its rows; it is made where it is missing."""

    def apply(self, transaction: Transaction) -> None:
        """Does a transaction."""


def sources(changes: Changes) -> list[Source]:
    """The databases that are configured."""
    return [source for source in SOURCES if getattr(changes, source) is not None]


@contextmanager
def table(changes: Changes, source: Source) -> Iterator[Table]:
    """The table of a database that is configured, on an open connection.

    Raises UnreachableError where the database is away, ConfigurationError where it refuses.
    """
    if source == "postgres":
        assert changes.postgres is not None
        with postgres.connection(changes.postgres) as connection:
            yield _Series(connection)
    elif source == "mariadb":
        with mariadb.cursor(changes) as cursor:
            yield _Movies(cursor)
    else:
        with mongo.opened(changes) as db:
            yield _Persons(db)


class _Series:
    """``tv_series_ids`` in PostgreSQL."""

    def __init__(self, connection: postgres.Connection) -> None:
        self._connection = connection

    def keys(self) -> set[int]:
        self._connection.execute(_SERIES)
        rows = self._connection.execute("SELECT id FROM tv_series_ids").fetchall()
        return {row[0] for row in rows}

    def apply(self, transaction: Transaction) -> None:
        with self._connection.transaction(force_rollback=transaction.is_rolled_back):
            for one in transaction.operations:
                self._connection.execute(*self._statement(one))

    def _statement(self, one: Operation) -> tuple[Any, Sequence[Any]]:
        row = (one.title, one.popularity, one.key)
        return {
            "insert": (
                "INSERT INTO tv_series_ids (original_name, popularity, id) VALUES (%s, %s, %s)",
                row,
            ),
            "update": (
                "UPDATE tv_series_ids SET original_name = %s, popularity = %s WHERE id = %s",
                row,
            ),
            "delete": ("DELETE FROM tv_series_ids WHERE id = %s", (one.key,)),
            "rekey": ("UPDATE tv_series_ids SET id = %s WHERE id = %s", (one.new_key, one.key)),
            "truncate": ("TRUNCATE tv_series_ids", ()),
        }[one.verb]


class _Movies:
    """``movie_ids`` in MariaDB."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def keys(self) -> set[int]:
        self._cursor.execute(_MOVIES)
        self._cursor.execute("SELECT id FROM movie_ids")
        return {row["id"] for row in self._cursor.fetchall()}

    def apply(self, transaction: Transaction) -> None:
        for one in transaction.operations:
            self._cursor.execute(*self._statement(one))
        self._cursor.execute("ROLLBACK" if transaction.is_rolled_back else "COMMIT")

    def _statement(self, one: Operation) -> tuple[str, Sequence[Any]]:
        row = (one.title, one.popularity, one.is_adult, one.key)
        return {
            "insert": (
                "INSERT INTO movie_ids (original_title, popularity, adult, id, video)"
                " VALUES (%s, %s, %s, %s, false)",
                row,
            ),
            "update": (
                "UPDATE movie_ids SET original_title = %s, popularity = %s, adult = %s"
                " WHERE id = %s",
                row,
            ),
            "delete": ("DELETE FROM movie_ids WHERE id = %s", (one.key,)),
            "rekey": ("UPDATE movie_ids SET id = %s WHERE id = %s", (one.new_key, one.key)),
            "truncate": ("TRUNCATE TABLE movie_ids", ()),
        }[one.verb]


class _Persons:
    """``person_ids`` in MongoDB, which has neither key changes nor truncates of its own."""

    def __init__(self, db: Database[dict[str, Any]]) -> None:
        self._db, self._rows = db, db[_PERSONS]

    def keys(self) -> set[int]:
        # With images from its first document on, as a connector that is there needs them.
        create_missing(self._db, _PERSONS, changeStreamPreAndPostImages={"enabled": True})
        return {row["_id"] for row in self._rows.find({}, {"_id": 1})}

    def apply(self, transaction: Transaction) -> None:
        with self._db.client.start_session() as session:
            session.start_transaction()
            for one in transaction.operations:
                self._do(one, session)
            if transaction.is_rolled_back:
                session.abort_transaction()
            else:
                session.commit_transaction()

    def _do(self, one: Operation, session: ClientSession) -> None:
        row = {"name": one.title, "popularity": one.popularity, "adult": one.is_adult}
        if one.verb == "insert":
            self._rows.insert_one({"_id": one.key, **row}, session=session)
        elif one.verb == "update":
            self._rows.update_one({"_id": one.key}, {"$set": row}, session=session)
        elif one.verb == "rekey":
            before = self._rows.find_one_and_delete({"_id": one.key}, session=session)
            self._rows.insert_one({**(before or {}), "_id": one.new_key}, session=session)
        else:
            chosen = {} if one.verb == "truncate" else {"_id": one.key}
            self._rows.delete_many(chosen, session=session)
