"""A line becomes a record, or a dead letter with its reason.

The chain is ``identify`` (who the record is), ``decode`` (bytes to text) and the format's own
``parse``. A further format is a module with ``VERSION`` and ``parse``, entered in ``_FORMATS``.
"""

from collections.abc import Callable
from types import ModuleType

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.parse import app, combined, shop, syslog
from millrace.parse.identity import identify
from millrace.parse.text import decode
from millrace.records.fields import PARSED
from millrace.records.formats import Format

_FORMATS: dict[Format, ModuleType] = {
    "combined": combined,
    "app": app,
    "shop": shop,
    "syslog": syslog,
}


def _computed_once(reason: Column) -> Column:
    """The same value, in a form that Spark takes for not deterministic.

    Else a filter on ``reason`` is moved to the source and takes the whole parser with it: every
    step is then written out again in each step that uses it, and the code no longer compiles.
    """
    return F.when(F.spark_partition_id() >= 0, reason)


def records(
    format: Format, service_name: str, max_line_bytes: int
) -> Callable[[DataFrame], DataFrame]:
    """A transform from a Kafka source's rows to parsed ones, one for one.

    Its columns: ``_id``, ``kafka``, ``received_at``, ``value`` (the bytes), ``line`` (null where
    they are no text), ``reason`` (null where the line is a record), ``detail``, ``timestamp``,
    ``service_name``, ``level``, the format's own fields, ``parser_version``.
    """
    parser = _FORMATS[format]

    def transform(lines: DataFrame) -> DataFrame:
        decoded = lines.transform(identify).transform(decode, max_line_bytes=max_line_bytes)
        parsed: DataFrame = decoded.transform(parser.parse)
        named = F.col("service_name") if "service_name" in parsed.columns else F.lit(None)
        return parsed.select(
            "_id",
            "kafka",
            "received_at",
            "value",
            "line",
            _computed_once(F.coalesce("_undecodable", "_unmatched")).alias("reason"),
            F.coalesce("_undecodable_detail", "_unmatched_detail").alias("detail"),
            "timestamp",
            F.coalesce(named, F.lit(service_name)).alias("service_name"),
            "level",
            *(field.name for field in PARSED[format]),
            F.lit(parser.VERSION).alias("parser_version"),
        )

    return transform
