"""Parsing alone: each format's parser over lines in memory, and what splitting alone takes."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.measure import Result, medians_of
from bench.page import at_least
from bench.topic import varied
from millrace import config
from millrace.config import Feed
from millrace.io import reference_data
from millrace.records.formats import OWN_LAYOUTS
from millrace.simulate.lines import generate
from millrace.transform import stage
from millrace.transform.spec import Spec

SPLIT = "split combined"
COMBINED = "parse combined"
LINES = 500_000
_WARM_UP_RUNS = 2

Transform = Callable[[DataFrame], DataFrame]


def measured(spark: SparkSession, rounds: int, on_step: Callable[[str], object]) -> list[Result]:
    """Lines/s of each parser and of splitting, in turn, after runs that are not counted."""
    formats: Sequence[str] = OWN_LAYOUTS
    kept = {format: _lines(spark, format) for format in formats}
    parsers: dict[str, tuple[str, Transform]] = {
        f"parse {format}": (format, partial(stage.to_records, spec=_spec(format)))
        for format in formats
    }
    steps = {SPLIT: ("combined", split_alone), **parsers}
    results = []
    for number in range(_WARM_UP_RUNS + rounds):
        for name, (format, step) in steps.items():
            on_step(name)
            began = time.monotonic()
            step(kept[format]).write.format("noop").mode("overwrite").save()
            took_s = time.monotonic() - began
            if number >= _WARM_UP_RUNS:
                speed = round(LINES / took_s)
                results.append(Result(name, LINES, LINES, speed, round(took_s, 2), 0, took_s, 0))
    return results


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Lines/s of each parser and of splitting alone, and its ratio to that."""
    medians = medians_of(results)
    rows: list[tuple[str, ...]] = [("", "lines/s", "min", "max", "of splitting alone")]
    for name, middle in medians.items():
        speeds = [result.lines_per_s for result in results if result.contender == name]
        figures = (f"{round(value):,}" for value in (middle, min(speeds), max(speeds)))
        # The other formats' lines are others than those that are split.
        ratio = f"{middle / medians[SPLIT]:.2f}" if name in (SPLIT, COMBINED) else "-"
        rows.append((name, *figures, ratio))
    return rows


def goals(results: Sequence[Result]) -> Iterator[str]:
    """How much of the speed of splitting is left with types and checks."""
    medians = medians_of(results)
    yield at_least("combined / splitting alone", medians[COMBINED] / medians[SPLIT], 0.6)


def _spec(format: str) -> Spec:
    conf = config.load(config.DEFAULT_FILE)
    feed = Feed(name=format, topic=format, format=format, service_name="web")
    return reference_data.spec(conf, feed)


def split_alone(lines: DataFrame) -> DataFrame:
    """The strings of a Combined line and no more: no types, no checks, no way with escapes."""
    pieces = F.split(F.col("value").cast("string"), '"')
    df = lines.select("topic", "partition", "offset", "timestamp", pieces.alias("pieces"))
    df = df.select(
        "*",
        F.split(F.get("pieces", F.lit(0)), " ").alias("head"),
        F.split(F.get("pieces", F.lit(1)), " ").alias("request"),
        F.split(F.get("pieces", F.lit(2)), " ").alias("status"),
    )
    words = {
        "client_ip": ("head", 0),
        "ident": ("head", 1),
        "user": ("head", 2),
        "time": ("head", 3),
        "zone": ("head", 4),
        "method": ("request", 0),
        "path": ("request", 1),
        "protocol": ("request", 2),
        "status_code": ("status", 1),
        "bytes": ("status", 2),
        "referrer": ("pieces", 3),
        "user_agent": ("pieces", 5),
        "response_time_ms": ("pieces", 6),
    }
    columns = [F.get(array, F.lit(place)).alias(name) for name, (array, place) in words.items()]
    return df.select("topic", "partition", "offset", "timestamp", *columns)


def _lines(spark: SparkSession, format: str) -> DataFrame:
    """Lines in the columns of a Kafka source, in memory; none of them has a fault."""
    end = datetime.now(UTC)
    span = {"seed": 1, "start": end - timedelta(hours=1), "end": end}
    values = (
        list(varied(LINES, faults_percent=0.0))
        if format == "combined"
        else [line.value for line in generate(format, LINES, **span)]  # type: ignore[arg-type]
    )
    rows = spark.createDataFrame(pd.DataFrame({"value": values, "offset": range(LINES)}))
    kept = rows.select(
        F.lit("lines").alias("topic"),
        (F.col("offset") % 2).cast("int").alias("partition"),
        "offset",
        F.lit(end).alias("timestamp"),
        "value",
        F.lit(None).cast("array<struct<key:string,value:binary>>").alias("headers"),
        F.lit("id").alias("topic_id"),
    ).persist()
    kept.count()
    return kept
