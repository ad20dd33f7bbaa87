"""Lines of a file parsed for a person to read, by the functions of ``ingest``."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from millrace import refine
from millrace.config import Feed
from millrace.records.fields import document
from millrace.records.printable import printable_json

_LEFT_OUT = {"_id", "kafka", "raw", "parser_version"}
_JSON = {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "ignoreNullFields": "true"}


def parsed(
    spark: SparkSession,
    path: Path,
    feed: Feed,
    references: refine.References,
    *,
    received_at: datetime,
) -> Iterator[str]:
    """One JSON object for each line of the file, in order: a record, or why it is none."""
    lines = spark.read.text(str(path.absolute()), lineSep="\n").select(
        F.col("value").cast("binary").alias("value"),
        F.lit(str(path)).alias("topic"),
        F.lit(0).alias("partition"),
        F.monotonically_increasing_id().alias("offset"),
        F.lit(received_at).alias("timestamp"),
    )
    shown = json_objects(lines, feed, references)
    rows = shown.toLocalIterator(prefetchPartitions=True)
    return (printable_json(row["json"]) for row in rows)


def json_objects(lines: DataFrame, feed: Feed, references: refine.References) -> DataFrame:
    """Column ``json`` of a Kafka source's rows, one for one: the record, or why there is none."""
    return lines.transform(refine.refined(feed, references)).select(_json(feed).alias("json"))


def _json(feed: Feed) -> Column:
    names = [f.name for f in document(feed.format, raw=False) if f.name not in _LEFT_OUT]
    dead = F.struct(F.col("reason").alias("dead"), "detail")
    return F.when(F.col("reason").isNull(), F.to_json(F.struct(*names), _JSON)).otherwise(
        F.to_json(dead, _JSON)
    )
