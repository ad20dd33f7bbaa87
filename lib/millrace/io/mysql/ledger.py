"""The ``batches`` table: which offsets the stored figures were computed from."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pymysql.cursors import DictCursor

from millrace.config import Feed, Mysql
from millrace.io.mysql import reconciled
from millrace.io.mysql.client import connection
from millrace.records.ledger import Batch, OffsetRange, Taken, first_offsets, merged
from millrace.records.reconciled import ALL_WINDOWS, Run
from millrace.records.tables import FIGURES_VERSION


class StaleBatchError(Exception):
    """Another driver has gone on from the same checkpoint; this one must not write any more."""


def counted_offsets(mysql: Mysql, query: str, *, excluding: str | None) -> list[OffsetRange]:
    """The offsets that ``query`` has counted under checkpoints other than ``excluding``, merged.

    A checkpoint's batches follow on one another without a gap, so its first and its last batch
    tell its ranges; a partition that the first lacks was added later and read from its start.
    """
    with connection(mysql) as opened, opened.cursor() as cursor:
        return counted_in(cursor, query, excluding=excluding)


def counted_in(cursor: DictCursor, query: str, *, excluding: str | None) -> list[OffsetRange]:
    """The same, in the transaction of ``cursor``."""
    return merged(_spans(cursor, query, excluding=excluding))


def _spans(cursor: DictCursor, query: str, *, excluding: str | None) -> list[OffsetRange]:
    """The range of each checkpoint and partition, empty ones included."""
    cursor.execute(
        "SELECT b.checkpoint_id, b.batch_id, b.ranges, ends.first_id FROM batches b JOIN ("
        " SELECT checkpoint_id, MIN(batch_id) AS first_id, MAX(batch_id) AS last_id"
        " FROM batches WHERE query = %(query)s GROUP BY checkpoint_id) ends"
        " ON b.checkpoint_id = ends.checkpoint_id AND b.batch_id IN (first_id, last_id)"
        " WHERE b.query = %(query)s AND b.checkpoint_id <> %(excluding)s ORDER BY b.batch_id",
        {"query": query, "excluding": excluding or ""},
    )
    rows = cursor.fetchall()
    spans: dict[tuple[str, str, int], OffsetRange] = {}
    for row in rows:
        for offsets in (OffsetRange(**entry) for entry in json.loads(row["ranges"])):
            key = (row["checkpoint_id"], offsets.topic_id, offsets.partition)
            is_first = row["batch_id"] == row["first_id"]
            start = offsets.from_offset if is_first else 0
            first = spans.get(key, replace(offsets, from_offset=start))
            spans[key] = replace(first, until_offset=offsets.until_offset)
    return list(spans.values())


class MysqlLedger:
    """The rows of a feed's ``aggregate`` in the tables ``batches`` and ``lost_lines``."""

    def __init__(self, mysql: Mysql, feed: Feed) -> None:
        self._mysql, self._feed, self._query = mysql, feed.name, f"aggregate-{feed.name}"

    def taken(self) -> Taken:
        """The offsets that committed batches took, of every topic the feed had."""
        with connection(self._mysql) as opened, opened.cursor() as cursor:
            spans = _spans(cursor, self._query, excluding=None)
        return Taken(merged(spans), first_offsets(spans))

    def lost(self) -> list[OffsetRange]:
        """The offsets that a person accepted as lost; merged."""
        with connection(self._mysql) as opened, opened.cursor() as cursor:
            cursor.execute("SELECT * FROM lost_lines WHERE query = %s", self._query)
            rows = cursor.fetchall()
        return merged(
            [
                OffsetRange(
                    row["topic"],
                    row["topic_id"],
                    row["kafka_partition"],
                    row["from_offset"],
                    row["until_offset"],
                )
                for row in rows
            ]
        )

    def stored(self, ranges: Sequence[OffsetRange]) -> list[OffsetRange]:
        """None: figures are written in one transaction with the ledger's row."""
        return []

    def accept_loss(self, ranges: Sequence[OffsetRange], accepted_at: datetime) -> None:
        """Writes down that a person accepted the loss of these offsets.

        Any window may lack some of them from now on: none is vouched for.
        """
        with connection(self._mysql) as opened, opened.cursor() as cursor:
            reconciled.forget(cursor, self._feed, [ALL_WINDOWS])
            cursor.executemany(
                "INSERT INTO lost_lines (query, topic_id, kafka_partition, from_offset,"
                " until_offset, topic, accepted_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
                " ON DUPLICATE KEY UPDATE"
                " until_offset = GREATEST(until_offset, VALUES(until_offset))",
                [
                    (
                        self._query,
                        offsets.topic_id,
                        offsets.partition,
                        offsets.from_offset,
                        offsets.until_offset,
                        offsets.topic,
                        accepted_at.replace(tzinfo=None),
                    )
                    for offsets in ranges
                ],
            )


def refuse_stale(cursor: DictCursor, batch: Batch) -> None:
    """Raises StaleBatchError where a later batch of the checkpoint is committed; locks its rows."""
    cursor.execute(
        "SELECT MAX(batch_id) AS latest FROM batches"
        " WHERE query = %s AND checkpoint_id = %s FOR UPDATE",
        (batch.query, batch.checkpoint_id),
    )
    latest = (cursor.fetchone() or {}).get("latest")
    if latest is not None and latest > batch.id:
        raise StaleBatchError(
            f"{batch.query}: batch {batch.id} arrived after batch {latest} was committed: "
            "another driver runs on the same checkpoint"
        )


def batches(mysql: Mysql, query: str) -> int:
    """How many batches of the query the ledger has."""
    with connection(mysql) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) AS n FROM batches WHERE query = %s", query)
        return int((cursor.fetchone() or {})["n"])


def refuse_overtaken(cursor: DictCursor, batch: Batch, batches: int) -> None:
    """Raises StaleBatchError where the ledger has more batches of the query; locks its rows."""
    cursor.execute(
        "SELECT batch_id FROM batches WHERE query = %s"
        " AND NOT (checkpoint_id = %s AND batch_id = %s) FOR UPDATE",
        (batch.query, batch.checkpoint_id, batch.id),
    )
    if len(cursor.fetchall()) > batches:
        raise StaleBatchError(
            f"{batch.query}: aggregate has continued from Kafka, and the stored figures are newer"
            " than the archive's: stop it first, or recompute windows with `millrace revise`"
        )


def record(
    cursor: DictCursor, batch: Batch, *, rows_written: int, touched: Sequence[Run] = ()
) -> None:
    """Writes the batch's row, in the transaction of ``cursor``.

    ``touched`` are the windows that it wrote, or had a line of.
    """
    row: dict[str, Any] = {
        "query": batch.query,
        "checkpoint_id": batch.checkpoint_id,
        "batch_id": batch.id,
        "ranges": json.dumps([asdict(offsets) for offsets in batch.ranges]),
        "rows_in": sum(offsets.until_offset - offsets.from_offset for offsets in batch.ranges),
        "rows_written": rows_written,
        "figures_version": FIGURES_VERSION,
        "touched": reconciled.encoded(touched),
    }
    cursor.execute(
        "INSERT INTO batches"
        " (query, checkpoint_id, batch_id, committed_at, ranges, rows_in, rows_written,"
        " figures_version, touched)"
        " VALUES (%(query)s, %(checkpoint_id)s, %(batch_id)s, UTC_TIMESTAMP(3), %(ranges)s,"
        " %(rows_in)s, %(rows_written)s, %(figures_version)s, %(touched)s)"
        " ON DUPLICATE KEY UPDATE committed_at = VALUES(committed_at), ranges = VALUES(ranges),"
        " rows_in = VALUES(rows_in), rows_written = VALUES(rows_written),"
        " figures_version = VALUES(figures_version), touched = VALUES(touched)",
        row,
    )
