"""Lines in, plain rows out: what the tests of parsing, enriching and counting share."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from _pytest.mark import ParameterSet
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from millrace import parse, refine
from millrace.config import CONF_DIRECTORY, Feed
from millrace.io import rules
from millrace.records.fields import PARSED, document
from millrace.records.formats import Format
from millrace.records.tables import Table
from millrace.windows import figures

KAFKA = "value binary, topic string, partition int, offset bigint, timestamp timestamp"
RECEIVED_AT = datetime(2025, 1, 22, 12, 0, tzinfo=UTC)
MAX_LINE_BYTES = 262_144
MAX_LATENESS_S = 600
MINUTE = datetime(2025, 1, 22, 12, 0)

Line = str | bytes | None


def kafka_rows(
    spark: SparkSession, lines: Sequence[Line], received_at: datetime = RECEIVED_AT
) -> DataFrame:
    """A Kafka source's rows, one a line; a row's offset is the line's place."""
    values = [line.encode() if isinstance(line, str) else line for line in lines]
    rows = [(value, "lines", 0, offset, received_at) for offset, value in enumerate(values)]
    return spark.createDataFrame(rows, KAFKA)


def parsed(spark: SparkSession, format: Format, lines: Sequence[Line]) -> list[Row]:
    """The parser's rows for ``lines``, in their order, ``timestamp`` as ISO 8601 text with ms.

    As text, since a parser may take a year that Python's datetime does not know.
    """
    transform = parse.records(format, service_name="feed", max_line_bytes=MAX_LINE_BYTES)
    iso = "date_format(timestamp, \"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\") AS timestamp"
    names = ("service_name", "level", *(field.name for field in PARSED[format]))
    rows = (
        kafka_rows(spark, lines)
        .transform(transform)
        .selectExpr("kafka.offset AS offset", "reason", "detail", iso, *names)
        .collect()
    )
    return sorted(rows, key=lambda row: row["offset"])


def outcome(row: Row) -> dict[str, object]:
    """A record's fields that are not absent, or ``{"dead": reason, "detail": ...}``."""
    if row["reason"] is not None:
        return {"dead": row["reason"], "detail": row["detail"]}
    fields = row.asDict()
    for name in ("offset", "reason", "detail"):
        del fields[name]
    return {name: value for name, value in fields.items() if value is not None}


def named(table: Iterable[str], defects: dict[str, str]) -> list[ParameterSet]:
    """The names of a table's cases as parameters; those of ``defects`` are expected to fail."""
    return [
        pytest.param(
            name,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=defects[name])] if name in defects else [],
        )
        for name in table
    ]


def at(seconds: float) -> datetime:
    return MINUTE + timedelta(seconds=seconds)


def enriched(spark: SparkSession, format: Format, *rows: dict[str, Any]) -> DataFrame:
    """Rows as enriched and scored records have them, received when they happened."""
    fields = document(format, raw=False)
    schema = ", ".join(["reason string", *(f"{field.name} {field.type}" for field in fields)])
    names = ["reason", *(field.name for field in fields)]
    usual = {"timestamp": MINUTE, "service_name": "web", "level": "INFO"}
    filled = []
    for row in rows:
        assert row.keys() <= set(names)
        full = usual | row
        filled.append({"received_at": full["timestamp"]} | full)
    return spark.createDataFrame([tuple(row.get(name) for name in names) for row in filled], schema)


def refined(lines: DataFrame, format: Format, country_database: str = "") -> DataFrame:
    """A Kafka source's rows as enriched records, scored by the rules that come with the product.

    ``combined`` needs the country database. No templates are known.
    """
    feed = Feed(name="feed", topic="lines", format=format, service_name="web")
    scoring = rules.load(CONF_DIRECTORY / "rules.yaml").records
    return lines.transform(refine.refined(feed, refine.References(country_database, scoring)))


def counted(records: DataFrame, format: Format) -> DataFrame:
    """The figures of records."""
    return records.transform(figures(format, max_lateness_s=MAX_LATENESS_S))


def figures_of(
    table: Table, records: DataFrame, format: Format
) -> dict[tuple[object, ...], dict[str, object]]:
    """What a table holds of records: the minute and the keys -> the figures by their names."""
    keys = ["window_start", *(f"k{n}" for n in range(1, len(table.keys) + 1))]
    rows = counted(records, format).where(F.col("figure") == table.name).collect()
    found = {
        tuple(row[key] for key in keys): {name: row[m] for name, m in table.figures.items()}
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def streamed(
    spark: SparkSession, folder: Path, batches: list[tuple[float, list[str]]]
) -> tuple[dict[tuple[str, datetime], int], list[dict[str, Any]]]:
    """``app`` lines streamed to figures, a batch for each (seconds of receipt, lines).

    The last count written for each table and window, and the state operator's progress by batch.
    """
    source, counts = folder / "lines", {}
    source.mkdir()
    for number, (received_s, lines) in enumerate(batches):
        received = at(received_s).replace(tzinfo=UTC)
        rows = [(line.encode(), "lines", 0, n, received) for n, line in enumerate(lines)]
        names = ("value", "topic", "partition", "offset", "timestamp")
        columns = zip(names, map(list, zip(*rows, strict=True)), strict=True)
        file = source / f"{number}.parquet"
        pq.write_table(pa.table(dict(columns)), file)
        os.utime(file, (number + 1, number + 1))  # Files are taken in the order of their age.

    def keep(rows: DataFrame, _: int) -> None:
        for row in rows.collect():
            counts[row["figure"], row["window_start"]] = row["line_count"]

    lines = spark.readStream.schema(KAFKA).option("maxFilesPerTrigger", 1).parquet(str(source))
    query = (
        counted(refined(lines, "app"), "app")
        .writeStream.outputMode("update")
        .option("checkpointLocation", str(folder / "checkpoint"))
        .foreachBatch(keep)
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    progress = [each["stateOperators"][0] for each in query.recentProgress]
    return counts, progress
