"""The table ``raw.batches``: which lines of the archive the warehouse has."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from millrace.config import Feed, Warehouse
from millrace.io.warehouse.client import Connection, connection, fetched
from millrace.records.ledger import FROM_ARCHIVE, Batch, OffsetRange, merged

# Merged by the server: a year of batches every ten minutes has 200,000 ranges.
_TAKEN = """
    SELECT max(one ->> 'topic'), one ->> 'topic_id', (one ->> 'partition')::int,
           range_agg(int8range((one ->> 'from_offset')::bigint, (one ->> 'until_offset')::bigint))
    FROM raw.batches, jsonb_array_elements(ranges) one
    WHERE feed = %s GROUP BY 2, 3 ORDER BY 2, 3"""
_SAME = """
    SELECT rows_in, rows_written, rows_dead FROM raw.batches
    WHERE feed = %s AND table_id = %s AND version = %s AND ranges = %s::jsonb"""


@dataclass(frozen=True)
class Loaded:
    """How many lines a batch had, and what became of them."""

    rows_in: int = 0
    rows_written: int = 0
    rows_dead: int = 0


class WarehouseLedger:
    """The rows of a feed in ``raw.batches``."""

    def __init__(self, warehouse: Warehouse, feed: Feed) -> None:
        self._warehouse, self._feed = warehouse, feed.name

    def taken(self) -> list[OffsetRange]:
        """The offsets that committed batches took, of every topic the feed had; merged."""
        with connection(self._warehouse) as opened:
            return taken_in(opened, self._feed)

    def archives(self) -> list[str]:
        """The ids of the archives that lines were read from, the latest last."""
        query = """
            SELECT table_id FROM raw.batches WHERE feed = %s
            GROUP BY table_id ORDER BY max(batch_id)"""
        with connection(self._warehouse) as opened:
            return [row[0] for row in opened.execute(query, (self._feed,)).fetchall()]

    def note(self, batch: Batch) -> None:
        """Writes the row of a batch of which no line was read."""
        with connection(self._warehouse) as opened:
            record(opened, self._feed, batch)


def last_loads(warehouse: Warehouse) -> dict[str, datetime]:
    """When each feed was last loaded, new lines or none, by its name; none before the first."""
    with connection(warehouse) as opened:
        if fetched(opened, "SELECT to_regclass('raw.batches')") is None:
            return {}
        query = "SELECT feed, max(committed_at) FROM raw.batches GROUP BY feed"
        return dict(opened.execute(query).fetchall())


def taken_in(opened: Connection, feed: str) -> list[OffsetRange]:
    """The same as ``taken``, in the transaction of ``opened``."""
    return merged(
        [
            OffsetRange(topic, topic_id, partition, part.lower, part.upper)
            for topic, topic_id, partition, held in opened.execute(_TAKEN, (feed,)).fetchall()
            for part in held or ()
        ]
    )


def stored(opened: Connection, feed: str, batch: Batch) -> Loaded | None:
    """What the ledger says of this very batch; None where it was not committed."""
    values = (feed, archive_of(batch), batch.id, _json(batch.ranges))
    row = opened.execute(_SAME, values).fetchone()
    return Loaded(*row) if row else None


def lock(opened: Connection, feed: str) -> None:
    """Has any other transaction that loads the feed wait for the end of this one."""
    opened.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"millrace load {feed}",))


def record(opened: Connection, feed: str, batch: Batch) -> int:
    """Writes the batch's row, in the transaction of ``opened``; its id. Its counts are 0."""
    row = opened.execute(
        "INSERT INTO raw.batches (feed, table_id, version, committed_at, ranges, rows_in,"
        " rows_written, rows_dead) VALUES (%s, %s, %s, now(), %s::jsonb, 0, 0, 0)"
        " RETURNING batch_id",
        (feed, archive_of(batch), batch.id, _json(batch.ranges)),
    ).fetchone()
    return int(row[0]) if row else 0


def count(opened: Connection, batch_id: int) -> tuple[Loaded, Mapping[str, int]]:
    """Writes a batch's counts into its row; these, and how many lines are dead by reason."""
    reasons: dict[str, int] = dict(
        opened.execute(
            "SELECT reason, sum(lines)::bigint FROM raw.dead WHERE batch_id = %s GROUP BY 1",
            (batch_id,),
        ).fetchall()
    )
    row: Any = opened.execute(
        "UPDATE raw.batches SET rows_in = counted.records, rows_written = counted.loaded,"
        " rows_dead = counted.dead FROM (SELECT coalesce(sum(records), 0) AS records,"
        " coalesce(sum(lines) FILTER (WHERE is_loaded), 0) AS loaded,"
        " coalesce(sum(lines) FILTER (WHERE NOT is_loaded), 0) AS dead FROM ("
        " SELECT records, lines, true AS is_loaded FROM raw.loaded WHERE batch_id = %(id)s"
        " UNION ALL SELECT records, lines, false FROM raw.dead WHERE batch_id = %(id)s) parts"
        ") counted WHERE batch_id = %(id)s RETURNING rows_in, rows_written, rows_dead",
        {"id": batch_id},
    ).fetchone()
    return Loaded(*row), reasons


def archive_of(batch: Batch) -> str:
    """The id of the archive that a batch was read from."""
    return batch.checkpoint_id.removeprefix(FROM_ARCHIVE)


def _json(ranges: Sequence[OffsetRange]) -> str:
    return json.dumps([asdict(offsets) for offsets in ranges])
