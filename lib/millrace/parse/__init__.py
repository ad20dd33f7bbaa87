"""A line becomes a record, or a dead letter with its reason.

The chain is ``truncated`` (what is kept of the bytes), ``identify`` (who the record is, when it
came), ``decode`` (bytes to text) and the format's own ``parse``. A further format is a module with
``VERSION`` and ``parse``, entered in ``_FORMATS``.
"""

from collections.abc import Callable, Sequence
from types import ModuleType

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from millrace.parse import app, combined, shop, syslog
from millrace.parse.identity import identify
from millrace.parse.methods import computed_once
from millrace.parse.text import decode
from millrace.parse.truncate import truncated
from millrace.records.fields import PARSED
from millrace.records.formats import Format
from millrace.records.limits import MAX_RECORD_BYTES
from millrace.records.masks import Mask

_FORMATS: dict[Format, ModuleType] = {
    "combined": combined,
    "app": app,
    "shop": shop,
    "syslog": syslog,
}


def records(
    format: Format,
    service_name: str,
    max_line_bytes: int,
    max_record_bytes: int = MAX_RECORD_BYTES,
    masks: Sequence[Mask] = (),
) -> Callable[[DataFrame], DataFrame]:
    """A transform from a Kafka source's rows to parsed ones, one for one.

    Its columns: ``_id``, ``kafka``, ``received_at``, ``value`` (at most ``max_record_bytes`` bytes,
    masked), ``raw_bytes`` and ``raw_sha256`` (of the whole value where that is longer, else null),
    ``line`` (null where there is no text of at most ``max_line_bytes``), ``reason`` (null where the
    line is a record), ``detail``, ``timestamp``, ``service_name``, ``level``, the format's own
    fields, ``parser_version``.
    """
    parser = _FORMATS[format]

    def transform(lines: DataFrame) -> DataFrame:
        kept = lines.transform(truncated(max_record_bytes, masks)).transform(identify)
        decoded = kept.transform(decode, max_line_bytes=max_line_bytes)
        parsed: DataFrame = decoded.transform(parser.parse)
        # Whatever the line says: its own time could be held against none.
        misdated = F.when(F.col("_misdated").isNotNull(), "bad_timestamp")
        named = F.col("service_name") if "service_name" in parsed.columns else F.lit(None)
        return parsed.select(
            "_id",
            "kafka",
            "received_at",
            "value",
            "raw_bytes",
            "raw_sha256",
            "line",
            # A filter on it, moved to the source, would take the whole parser along, each step
            # written out again in each that uses it: the code would no longer compile.
            computed_once(F.coalesce(misdated, "_undecodable", "_unmatched")).alias("reason"),
            F.coalesce("_misdated", "_undecodable_detail", "_unmatched_detail").alias("detail"),
            "timestamp",
            F.coalesce(named, F.lit(service_name)).alias("service_name"),
            "level",
            *(field.name for field in PARSED[format]),
            F.lit(parser.VERSION).alias("parser_version"),
        )

    return transform
