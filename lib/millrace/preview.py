"""Lines of a file parsed for a person to read, by the functions of ``ingest``."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from millrace import enrich, parse
from millrace.config import Feed
from millrace.enrich import skew
from millrace.records.fields import document

_LEFT_OUT = {"_id", "kafka", "raw", "parser_version"}
_JSON = {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "ignoreNullFields": "true"}


def parsed(
    spark: SparkSession, path: Path, feed: Feed, *, received_at: datetime, country_database: str
) -> Iterator[str]:
    """One JSON object for each line of the file, in order: a record, or why it is none."""
    lines = spark.read.text(str(path.absolute()), lineSep="\n").select(
        F.col("value").cast("binary").alias("value"),
        F.lit(str(path)).alias("topic"),
        F.lit(0).alias("partition"),
        F.monotonically_increasing_id().alias("offset"),
        F.lit(received_at).alias("timestamp"),
    )
    records = (
        lines.transform(parse.records(feed.format, feed.service_name, feed.max_line_bytes))
        .transform(skew.guard(feed.max_future_skew_s))
        .transform(enrich.enriched(feed.format, country_database))
    )
    shown = records.select(_json(feed).alias("json"))
    return (row["json"] for row in shown.toLocalIterator(prefetchPartitions=True))


def _json(feed: Feed) -> Column:
    names = [f.name for f in document(feed.format, raw=False) if f.name not in _LEFT_OUT]
    dead = F.struct(F.col("reason").alias("dead"), "detail")
    return F.when(F.col("reason").isNull(), F.to_json(F.struct(*names), _JSON)).otherwise(
        F.to_json(dead, _JSON)
    )
