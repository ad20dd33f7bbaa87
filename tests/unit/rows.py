"""Lines in, plain values out: what the tests of parsing, enriching and counting share."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from _pytest.mark import ParameterSet
from pyspark.sql import DataFrame, SparkSession

from millrace.config import CONF_DIRECTORY
from millrace.io import reference_data
from millrace.parse import parser
from millrace.parse.rejection import RejectedError
from millrace.parse.text import decode
from millrace.records import types
from millrace.records.fields import Fields, document
from millrace.records.formats import Format, Layout
from millrace.records.received import EPOCH
from millrace.records.tables import MEASURES, Table
from millrace.records.types import Type
from millrace.transform import stage
from millrace.transform.chain import Letter, compiled
from millrace.transform.spec import Spec
from millrace.transform.touched import TouchedWindows
from millrace.windows.counts import Counts
from millrace.windows.figures import figures

KAFKA = "value binary, topic string, partition int, offset bigint, timestamp timestamp"
RECEIVED_AT = datetime(2025, 1, 22, 12, 0, tzinfo=UTC)
MAX_LINE_BYTES = 262_144
MAX_LATENESS_S = 600
MINUTE = datetime(2025, 1, 22, 12, 0)
RULES = reference_data.rules(CONF_DIRECTORY / "rules.yaml").records

_PARQUET = pa.schema(
    [
        ("value", pa.binary()),
        ("topic", pa.string()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
    ]
)

Line = str | bytes | None
Outcome = dict[str, Any]


def micros(time: datetime) -> int:
    """Microseconds since 1970 of a time, which is UTC where it has no zone."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def value_of(line: Line) -> bytes | None:
    return line.encode() if isinstance(line, str) else line


def parsed(
    format: Layout, lines: Sequence[Line], received_at: datetime = RECEIVED_AT
) -> list[Outcome]:
    """What each line comes to: a record's fields, or ``{"dead": reason, "detail": ...}``.

    Fields that are absent are left out; times are ISO 8601 texts.
    """
    return [_parsed(format, line, received_at) for line in lines]


def _parsed(format: Layout, line: Line, received_at: datetime) -> Outcome:
    try:
        text = decode(value_of(line), None, MAX_LINE_BYTES)
        fields = parser(Format(format))(text, micros(received_at))
    except RejectedError as rejected:
        return {"dead": rejected.reason, "detail": rejected.detail}
    return shown(format, fields | {"service_name": fields.get("service_name") or "feed"})


def shown(format: Layout, fields: Fields) -> Outcome:
    """A record's fields as tables of lines write them."""
    kinds = {field.name: types.parsed(field.type) for field in document(format)}
    assert fields.keys() <= kinds.keys(), fields.keys() - kinds.keys()
    return {name: plain(value, kinds[name]) for name, value in fields.items() if value is not None}


def plain(value: Any, type: Type) -> Any:
    if type.name == "timestamp":
        time = EPOCH + timedelta(milliseconds=value // 1_000)
        return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1_000:03}Z"
    if type.name == "array" and type.of:
        return [plain(item, type.of) for item in value]
    if type.name == "struct":
        return {
            name: plain(value[name], inner)
            for name, inner in type.fields
            if value.get(name) is not None
        }
    return value


def named(table: Iterable[str], defects: Mapping[str, str]) -> list[ParameterSet]:
    """The names of a table's cases as parameters; those of ``defects`` are expected to fail."""
    return [
        pytest.param(
            name,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=defects[name])] if name in defects else [],
        )
        for name in table
    ]


def spec(format: Layout, country_database: str = "", **changes: Any) -> Spec:
    """A feed's, with the rules that come with the product; ``combined`` needs the database."""
    usual: dict[str, Any] = {
        "formats": (Format(format),),
        "service_name": "web",
        "max_line_bytes": MAX_LINE_BYTES,
        "country_database": country_database,
    }
    return Spec(rules=RULES, **usual | changes)


def outcomes(
    of: Spec, lines: Sequence[Line], received_at: datetime = RECEIVED_AT
) -> list[Fields | Letter]:
    """What the chain makes of each line."""
    milliseconds = micros(received_at) // 1_000
    return [compiled(of).outcome(value_of(line), None, milliseconds) for line in lines]


def records(of: Spec, lines: Sequence[Line]) -> list[Fields]:
    """Those of the lines that are records."""
    return [each for each in outcomes(of, lines) if not isinstance(each, Letter)]


def kafka_rows(
    spark: SparkSession, lines: Sequence[Line], received_at: datetime = RECEIVED_AT
) -> DataFrame:
    """A Kafka source's rows, one a line; a row's offset is the line's place."""
    rows = [(value_of(line), "lines", 0, place, received_at) for place, line in enumerate(lines)]
    return spark.createDataFrame(rows, KAFKA)


def at(seconds: float) -> datetime:
    return MINUTE + timedelta(seconds=seconds)


def enriched(*rows: dict[str, Any]) -> list[Fields]:
    """Fields as enriched and scored records have them, received when they happened."""
    usual = {"timestamp": MINUTE, "service_name": "web", "level": "INFO"}
    filled = [usual | row for row in rows]
    return [
        {
            name: micros(value) if isinstance(value, datetime) else value
            for name, value in ({"received_at": row["timestamp"]} | row).items()
        }
        for row in filled
    ]


def counted(
    records: Iterable[Fields], format: Layout, max_lateness_s: int = MAX_LATENESS_S
) -> list[dict[str, Any]]:
    """The counts of records: ``window_start``, ``figure``, ``keys`` and the measures."""
    counts = Counts(format, max_lateness_s)
    for each in records:
        counts.add(each)
    found = []
    for (window_end, received_minute, figure, keys, _), sums in counts.taken():
        start = received_minute if window_end is None else window_end - 60_000_000
        time = datetime(1970, 1, 1) + timedelta(microseconds=start)
        row = {"window_start": time, "figure": figure, "keys": keys}
        found.append(row | dict(zip(MEASURES, sums, strict=True)))
    return found


def figures_of(
    table: Table, records: Iterable[Fields], format: Layout
) -> dict[tuple[object, ...], dict[str, object]]:
    """What a table holds of records: the minute and the keys -> the figures by their names."""
    rows = [row for row in counted(records, format) if row["figure"] == table.name]
    found = {
        (row["window_start"], *row["keys"]): {name: row[m] for name, m in table.figures.items()}
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def spark_figures(of: Spec, lines: DataFrame) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The figures of a Kafka source's rows as they are stored, by window, table and keys."""
    counts = lines.transform(stage.to_counts, of, MAX_LATENESS_S)
    rows = figures(counts, MAX_LATENESS_S).collect()
    keys = ("window_start", "figure", "k1", "k2", "k3", "k4")
    found = {tuple(row[key] for key in keys): tuple(row[m] for m in MEASURES) for row in rows}
    assert len(found) == len(rows)
    return found


def streamed(
    spark: SparkSession,
    folder: Path,
    batches: list[tuple[float, list[str]]],
    each_batch: Callable[[], None] = lambda: None,
    touched: TouchedWindows | None = None,
) -> tuple[dict[tuple[str, datetime], int], list[dict[str, Any]]]:
    """``app`` lines streamed to figures, a batch for each (seconds of receipt, lines).

    The last count written for each table and window, and the state operator's progress by batch.
    ``each_batch`` is called once a batch is computed.
    """
    source, counts = folder / "lines", {}
    source.mkdir()
    for number, (received_s, lines) in enumerate(batches):
        received = at(received_s).replace(tzinfo=UTC)
        rows = [(line.encode(), "lines", 0, n, received) for n, line in enumerate(lines)]
        names = ("value", "topic", "partition", "offset", "timestamp")
        columns = zip(names, map(list, zip(*rows, strict=True)), strict=True)
        file = source / f"{number}.parquet"
        pq.write_table(pa.table(dict(columns), _PARQUET), file)
        os.utime(file, (number + 1, number + 1))  # Files are taken in the order of their age.

    def keep(rows: DataFrame, _: int) -> None:
        for row in rows.collect():
            counts[row["figure"], row["window_start"]] = row["line_count"]
        each_batch()

    lines = spark.readStream.schema(KAFKA).option("maxFilesPerTrigger", 1).parquet(str(source))
    query = (
        lines.transform(stage.to_counts, spec("app"), MAX_LATENESS_S, touched=touched)
        .transform(figures, MAX_LATENESS_S)
        .writeStream.outputMode("update")
        .option("checkpointLocation", str(folder / "checkpoint"))
        .foreachBatch(keep)
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    progress = [each["stateOperators"][0] for each in query.recentProgress]
    return counts, progress


def money(amount: str) -> Decimal:
    """An amount as it is counted: with four decimals."""
    return Decimal(amount).quantize(Decimal("0.0001"))
