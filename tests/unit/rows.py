"""Lines in, plain rows out: what the tests of parsing, enriching and counting share."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

import pytest
from _pytest.mark import ParameterSet
from pyspark.sql import DataFrame, Row, SparkSession

from millrace import parse
from millrace.records.fields import PARSED
from millrace.records.formats import Format

KAFKA = "value binary, topic string, partition int, offset bigint, timestamp timestamp"
RECEIVED_AT = datetime(2025, 1, 22, 12, 0, tzinfo=timezone.utc)
MAX_LINE_BYTES = 262_144
COMMON = ("timestamp", "service_name", "level")

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
