"""What the log of a feed's archive says: versions, batches that were committed, and losses."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from millrace.config import Feed
from millrace.records.ledger import LOST, OffsetRange, merged

# The entry of a batch; that of an accepted loss names no checkpoint.
_IS_BATCH = "userMetadata LIKE '{%checkpoint_id%'"
_NEWEST = 1000
# Losses stand in a property of the table: Delta cleans the log of its commits after some weeks.
_LOST_PROPERTY = "millrace.lost"
_COMMIT_METADATA = "spark.databricks.delta.commitInfo.userMetadata"


def location(archive: str, feed: Feed) -> str:
    """Where the feed's archive lies."""
    return f"{archive.rstrip('/')}/{feed.name}"


def newest(spark: SparkSession, archive: str, feed: Feed) -> tuple[str, int] | None:
    """The archive's id and its newest version, which together name what a read of it sees.

    None where there is no archive.
    """
    table = _table(spark, archive, feed)
    if table is None:
        return None
    version: int = table.history(1).select("version").collect()[0][0]
    return str(table.detail().select("id").collect()[0][0]), version


@dataclass(frozen=True)
class Commit:
    """What one batch committed: the offsets that it took, and how many rows it added."""

    ranges: tuple[OffsetRange, ...]
    rows: int


def commits(spark: SparkSession, archive: str, feed: Feed) -> list[Commit]:
    """The batches that the archive's log still has, the newest first."""
    table = _table(spark, archive, feed)
    if table is None:
        return []
    history = table.history()
    rows = history.where(_IS_BATCH).select("userMetadata", "operationMetrics.numOutputRows")
    return [
        Commit(
            tuple(OffsetRange(**entry) for entry in json.loads(row["userMetadata"])["ranges"]),
            int(row["numOutputRows"] or 0),
        )
        for row in rows.collect()
    ]


def entries(spark: SparkSession, archive: str, feed: Feed) -> list[dict[str, Any]]:
    """The ledger entries of the archive's newest commits."""
    table = _table(spark, archive, feed)
    if table is None:
        return []
    rows = table.history(_NEWEST).where(_IS_BATCH).select("userMetadata").collect()
    return [json.loads(row["userMetadata"]) for row in rows]


def lost(spark: SparkSession, archive: str, feed: Feed) -> list[OffsetRange]:
    """The offsets that a person accepted as lost to the archive; merged."""
    names = [field.name for field in fields(OffsetRange)]
    entries = lost_entries(spark, archive, feed)
    return merged([OffsetRange(*(entry[name] for name in names)) for entry in entries])


def lost_entries(spark: SparkSession, archive: str, feed: Feed) -> list[dict[str, Any]]:
    """The same as they are written down, each with ``accepted_at``."""
    table = _table(spark, archive, feed)
    if table is None:
        return []
    (row,) = table.detail().select("properties").collect()
    entries: list[dict[str, Any]] = json.loads(row["properties"].get(_LOST_PROPERTY, "[]"))
    return entries


def accept_loss(
    spark: SparkSession,
    archive: str,
    feed: Feed,
    ranges: Sequence[OffsetRange],
    accepted_at: datetime,
) -> None:
    """Writes down, in a commit of its own, that a person accepted the loss of these offsets."""
    new = [asdict(offsets) | {"accepted_at": accepted_at.isoformat()} for offsets in ranges]
    value = json.dumps([*lost_entries(spark, archive, feed), *new])
    literal = value.replace("\\", "\\\\").replace("'", "\\'")
    entry = {"query": f"archive-{feed.name}", "state": LOST, "ranges": new}
    # By its full name: SQL takes a path that begins with a dot for a table's name.
    jvm: Any = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(location(archive, feed))
    files = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    table = files.makeQualified(path).toString()
    spark.conf.set(_COMMIT_METADATA, json.dumps(entry))
    try:
        spark.sql(
            f"ALTER TABLE delta.`{table}` SET TBLPROPERTIES ('{_LOST_PROPERTY}' = '{literal}')"
        )
    finally:
        spark.conf.unset(_COMMIT_METADATA)


def _table(spark: SparkSession, archive: str, feed: Feed) -> DeltaTable | None:
    folder = location(archive, feed)
    is_there = DeltaTable.isDeltaTable(spark, folder)
    return DeltaTable.forPath(spark, folder) if is_there else None
