"""JSON application logs: one object a line."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.parse import json
from millrace.parse.instant import instant
from millrace.parse.level import level
from millrace.parse.text import found

VERSION = 2

KNOWN_KEYS = (
    "timestamp",
    "service_name",
    "level",
    "message",
    "request_id",
    "status_code",
    "user_id",
    "path",
    "method",
    "response_time_ms",
    "error_code",
    "tags",
)
_LONGEST_MS = 1e9  # nearly twelve days


def parse(decoded: DataFrame) -> DataFrame:
    """Adds ``app``'s fields, ``timestamp``, ``service_name``, ``level`` to rows with a ``line``.

    Adds ``_unmatched`` and ``_unmatched_detail`` as well: the reason why the line is no record,
    null where it is one. ``service_name`` is null where the line names none.
    """
    return (
        decoded.withColumn("_object", json.line_object(F.col("line")))
        .transform(_typed)
        .transform(_judged)
    )


def _typed(df: DataFrame) -> DataFrame:
    def sent(key: str) -> Column:
        return F.col("_object")[key]

    sent_status = sent("status_code").try_cast("int")
    status_code = F.when(sent_status.between(0, 999), sent_status)
    response_time = json.number(sent("response_time_ms")).try_cast("double")
    by_status = (
        F.when(status_code >= 500, "ERROR").when(status_code >= 400, "WARN").otherwise("INFO")
    )
    return df.withColumns(
        {
            "timestamp": instant(sent("timestamp")),
            "service_name": F.nullif(F.trim(sent("service_name")), F.lit("")),
            "level": level(sent("level"), by_status),
            "message": sent("message"),
            "request_id": sent("request_id"),
            "status_code": status_code,
            "user_id": sent("user_id"),
            "path": sent("path"),
            "method": sent("method"),
            "response_time_ms": F.when(response_time.between(0, _LONGEST_MS), response_time),
            "error_code": sent("error_code"),
            "tags": _tags(sent("tags")),
            "attributes": _attributes(F.col("_object")),
        }
    )


def _tags(sent: Column) -> Column:
    listed = F.array_compact(json.strings_within(sent))
    return F.when(sent.isNotNull(), F.coalesce(listed, F.array(sent)))


def _attributes(sent: Column) -> Column:
    """Every key that has no field of its own."""
    others = F.map_filter(sent, lambda key, _: ~key.isin(*KNOWN_KEYS))
    return F.when(F.size(others) > 0, json.storable(others))


def _judged(df: DataFrame) -> DataFrame:
    def sent(key: str) -> Column:
        return F.col("_object")[key]

    def unread(key: str) -> Column:
        return json.unread(key, sent(key), F.col(key))

    is_line = F.col("line").isNotNull()
    is_object = F.col("_object").isNotNull()
    bad_value = F.coalesce(unread("level"), unread("status_code"), unread("response_time_ms"))
    df = df.withColumns({"_bad_value": bad_value, "_is_object": is_object})
    no_timestamp = is_line & sent("timestamp").isNull()
    bad_timestamp = is_line & F.col("timestamp").isNull()
    reason = (
        F.when(is_line & ~is_object, "bad_json")
        .when(no_timestamp, "missing_field")
        .when(bad_timestamp, "bad_timestamp")
        .when(F.col("_bad_value").isNotNull(), "bad_value")
    )
    detail = (
        F.when(is_line & ~is_object, "not one JSON object")
        .when(no_timestamp, "timestamp")
        .when(bad_timestamp, found("timestamp", sent("timestamp")))
        .otherwise(F.col("_bad_value"))
    )
    return df.withColumns({"_unmatched": reason, "_unmatched_detail": detail})
