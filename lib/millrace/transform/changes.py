"""Where changes meet Spark: a Kafka source's rows in, what each tells out."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import bson
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.parse.changes import Reader
from millrace.parse.rejection import RejectedError
from millrace.records.changes import Change
from millrace.records.entities import Entity
from millrace.transform.arrow import Columns

Batches = Iterator[pa.RecordBatch]

KEY = "key"  # the one member of the document that the column `key` is
_PLACE = (("partition", "int"), ("offset", "bigint"), ("received_ms", "bigint"))
_TOLD = (
    ("op", "string"),
    ("key", "binary"),
    ("fields", "binary"),
    ("position", "array<bigint>"),
    ("committed_ms", "bigint"),
    ("unchanged", "array<string>"),
    ("unknown", "array<string>"),
)
_LETTER = (
    ("reason", "string"),
    ("detail", "string"),
    ("value", "binary"),
    ("raw_bytes", "bigint"),
    ("raw_sha256", "string"),
)
_ROW = Columns((*_PLACE, *_TOLD, *_LETTER))
_NO_CHANGE = (None,) * len(_TOLD)
_NO_LETTER = (None,) * len(_LETTER)


def to_changes(records: DataFrame, entity: Entity, max_record_bytes: int) -> DataFrame:
    """A Kafka source's rows as changes and letters, one for one and in their order.

    ``op`` is null where a record tells no change; then ``reason`` says why, or it is null as well,
    where the record is a tombstone. ``key`` and ``fields`` are BSON documents.
    """
    value, size = F.col("value"), F.octet_length("value")
    is_cut = size > max_record_bytes
    cut = records.select(
        "partition",
        "offset",
        F.unix_millis("timestamp").alias("received_ms"),
        "key",
        F.when(is_cut, F.substring(value, 1, max_record_bytes)).otherwise(value).alias("value"),
        F.when(is_cut, size.cast("bigint")).alias("raw_bytes"),
        F.when(is_cut, F.sha2(value, 256)).alias("raw_sha256"),
    )
    return cut.mapInArrow(partial(_changes, entity), _ROW.ddl)


def change_of(row: dict[str, Any]) -> Change:
    """The change of a row whose ``op`` is not null."""
    return Change(
        row["op"],
        bson.decode(row["key"])[KEY],
        bson.decode(row["fields"]),
        tuple(row["position"]),
        row["committed_ms"],
        frozenset(row["unchanged"]),
        frozenset(row["unknown"]),
    )


def _changes(entity: Entity, batches: Batches) -> Batches:
    reader = Reader(entity)
    for batch in batches:
        rows = batch.to_pylist()
        if rows:
            yield _ROW.batch([_row(reader, row) for row in rows])


def _row(reader: Reader, row: dict[str, Any]) -> tuple[Any, ...]:
    place = (row["partition"], row["offset"], row["received_ms"])
    kept = (row["value"], row["raw_bytes"], row["raw_sha256"])
    try:
        if row["raw_bytes"] is not None:
            raise RejectedError("too_long", f"{row['raw_bytes']} bytes")
        change = reader.read(row["key"], row["value"])
    except RejectedError as rejected:
        return (*place, *_NO_CHANGE, rejected.reason, rejected.detail, *kept)
    except Exception as error:  # Whatever a record does to the reader, it costs that record alone.
        detail = f"{type(error).__name__} while the change was read"
        return (*place, *_NO_CHANGE, "internal_error", detail, *kept)
    if change is None:
        return (*place, *_NO_CHANGE, *_NO_LETTER)
    told = (
        change.op,
        bson.encode({KEY: change.key}),
        bson.encode(change.values),
        list(change.position),
        change.committed_ms,
        sorted(change.unchanged),
        sorted(change.unknown),
    )
    return (*place, *told, *_NO_LETTER)
