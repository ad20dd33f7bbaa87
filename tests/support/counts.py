"""What each job has stored, counted by the servers' own clients and none of the product's code."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import pymysql
from pyarrow import parquet
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from millrace.config import Config
from support.marked_lines import Sent

AWAY = (PyMongoError, pymysql.Error, OSError)  # what a count raises while its server is away
_TIMEOUT_S = 3
_KIND = {True: "record", False: "dead letter"}

Found = Counter[Hashable]


class Count(Protocol):
    """What was stored of one feed, against what was sent to it."""

    def expected(self, sent: Iterable[Sent]) -> Found:
        """What has to be stored."""

    def found(self) -> Found:
        """What is stored."""

    def landed(self) -> int:
        """How many lines are stored, by a quick look."""

    def dead_letters(self) -> int | None:
        """How many of them are dead letters; null where the job writes none."""


class InMongo:
    """Records in the feed's collection, all other lines among the dead letters: by whole lines."""

    def __init__(self, conf: Config, feed: str) -> None:
        # Not timeoutMS: after a pause that takes the server for too slow to be asked at all.
        client: MongoClient[dict[str, Any]] = MongoClient(
            conf.mongo.uri,
            username=conf.mongo.username,
            password=conf.mongo.password.get_secret_value() if conf.mongo.password else None,
            authSource=conf.mongo.auth_source,
            serverSelectionTimeoutMS=_TIMEOUT_S * 1000,
            connectTimeoutMS=_TIMEOUT_S * 1000,
            socketTimeoutMS=_TIMEOUT_S * 1000,
        )
        database = client[conf.mongo.database]
        self._records, self._letters = database[feed], database.dead_letters
        self._own = {"feed": feed}

    def expected(self, sent: Iterable[Sent]) -> Found:
        return Counter(
            (_KIND[item.line.is_record], item.line.raw[: item.line.kept_bytes]) for item in sent
        )

    def found(self) -> Found:
        raw = {"raw": 1}
        records = (("record", row["raw"].encode()) for row in self._records.find({}, raw))
        letters = (("dead letter", bytes(row["raw"])) for row in self._letters.find(self._own, raw))
        return Counter(records) + Counter(letters)

    def landed(self) -> int:
        return self._records.count_documents({}) + self.dead_letters()

    def dead_letters(self) -> int:
        return self._letters.count_documents(self._own)


class InMysql:
    """Requests, by the minute that they are dated."""

    def __init__(self, conf: Config, feed: str) -> None:
        self._mysql, self._feed = conf.mysql, feed

    def expected(self, sent: Iterable[Sent]) -> Found:
        return Counter(item.line.minute for item in sent if item.line.is_record)

    def found(self) -> Found:
        statement = "SELECT window_start, SUM(requests) FROM traffic_by_minute WHERE feed = %s"
        options: dict[str, Any] = {"connect_timeout": _TIMEOUT_S, "read_timeout": _TIMEOUT_S}
        connection = pymysql.connect(
            host=self._mysql.host,
            port=self._mysql.port,
            user=self._mysql.user,
            password=self._mysql.password.get_secret_value(),
            database=self._mysql.database,
            **options,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(f"{statement} GROUP BY window_start", (self._feed,))
            return Counter({minute: int(requests) for minute, requests in cursor.fetchall()})

    def landed(self) -> int:
        return self.found().total()

    def dead_letters(self) -> None:
        return None


class InArchive:
    """Rows of the Delta table, each with its place in Kafka: from its log and its Parquet files."""

    def __init__(self, conf: Config, feed: str) -> None:
        self._table = Path(conf.storage.archive) / feed

    def expected(self, sent: Iterable[Sent]) -> Found:
        return Counter((item.line.raw, item.partition, item.offset) for item in sent)

    def found(self) -> Found:
        found: Found = Counter()
        for name in self._files():
            # A file object: a path with `date=` in it would add a column.
            with (self._table / name).open("rb") as file:
                rows = parquet.read_table(file, columns=["value", "partition", "offset"])
            found.update(tuple(row.values()) for row in rows.to_pylist())
        return found

    def landed(self) -> int:
        return sum(json.loads(added["stats"])["numRecords"] for added in self._files().values())

    def dead_letters(self) -> None:
        return None

    def _files(self) -> dict[str, dict[str, Any]]:
        """The files that the table is made of, by their paths within it."""
        files: dict[str, dict[str, Any]] = {}
        for action in self._actions():
            if "add" in action:
                assert not action["add"].get("deletionVector")
                files[unquote(action["add"]["path"])] = action["add"]
            if "remove" in action:
                files.pop(unquote(action["remove"]["path"]), None)
        return files

    def _actions(self) -> Iterator[dict[str, Any]]:
        for commit in sorted((self._table / "_delta_log").glob("*.json")):
            yield from map(json.loads, commit.read_text(encoding="utf-8").splitlines())


COUNTS: dict[str, type[InMongo] | type[InMysql] | type[InArchive]] = {
    "ingest": InMongo,
    "aggregate": InMysql,
    "archive": InArchive,
}
