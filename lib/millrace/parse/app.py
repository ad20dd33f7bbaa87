"""JSON application logs: one object a line."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.parse.text import found, plausible

VERSION = 1

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
LEVELS = {
    "TRACE": "DEBUG",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "NOTICE": "INFO",
    "WARN": "WARN",
    "WARNING": "WARN",
    "ERROR": "ERROR",
    "ERR": "ERROR",
    "FATAL": "FATAL",
    "CRITICAL": "FATAL",
}
_ISO_8601 = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d{1,9})?(Z|z|[+-]\d\d:?\d\d)?$"
_LAST_EPOCH_MS = 253_402_300_799_999  # the end of the year 9999
_NUMBER = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"
_LONGEST_MS = 1e9  # nearly twelve days
_STRICT = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}


def parse(decoded: DataFrame) -> DataFrame:
    """Adds ``app``'s fields, ``timestamp``, ``service_name``, ``level`` to rows with a ``line``.

    Adds ``_unmatched`` and ``_unmatched_detail`` as well: the reason why the line is no record,
    null where it is one. ``service_name`` is null where the line names none.
    """
    return (
        decoded.withColumn("_object", json_object(F.col("line")))
        .transform(_typed)
        .transform(_judged)
    )


def json_object(line: Column) -> Column:
    """The line's JSON object as a map of strings, null where the line is not one JSON object.

    Nested values are JSON text, a repeated key has its last value. Spark's reader stops at the
    object's end without a look at what follows; so the line is read as the first of two objects,
    the second being one that no line can foresee.
    """
    seal = F.xxhash64(line).cast("string")
    wrapped = F.concat(F.lit("["), line, F.lit(',{"seal":"'), seal, F.lit('"}]'))
    objects = F.from_json(wrapped, "array<map<string,string>>", _STRICT)
    is_whole = (F.size(objects) == 2) & (F.get(objects, F.lit(1))["seal"] == seal)
    entries = F.map_entries(F.get(objects, F.lit(0)))
    return F.when(is_whole, F.map_from_entries(entries))


def _typed(df: DataFrame) -> DataFrame:
    def sent(key: str) -> Column:
        return F.col("_object")[key]

    level = F.upper(F.trim(sent("level")))
    levels = F.create_map(*(F.lit(word) for pair in LEVELS.items() for word in pair))
    sent_status = sent("status_code").try_cast("int")
    status_code = F.when(sent_status.between(0, 999), sent_status)
    sent_time = F.when(sent("response_time_ms").rlike(_NUMBER), sent("response_time_ms"))
    response_time = sent_time.try_cast("double")
    by_status = (
        F.when(status_code >= 500, "ERROR").when(status_code >= 400, "WARN").otherwise("INFO")
    )
    return df.withColumns(
        {
            "timestamp": instant(sent("timestamp")),
            "service_name": F.nullif(F.trim(sent("service_name")), F.lit("")),
            "level": F.when(level.isNull(), by_status).otherwise(levels[level]),
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


def instant(sent: Column) -> Column:
    """The instant of an ISO 8601 text or of a number of ms since the epoch, null where it is none.

    A time without a zone is UTC.
    """
    dotted = F.upper(F.replace(sent, F.lit(","), F.lit(".")))
    iso = F.when(sent.rlike(_ISO_8601), dotted.try_cast("timestamp"))
    milliseconds = sent.try_cast("decimal(20,3)").try_cast("bigint")
    epoch = F.when(milliseconds.between(0, _LAST_EPOCH_MS), F.timestamp_millis(milliseconds))
    return plausible(F.coalesce(iso, epoch))


def _tags(sent: Column) -> Column:
    is_list = sent.startswith("[") & sent.endswith("]")
    listed = F.when(is_list, F.array_compact(F.from_json(sent, "array<string>", _STRICT)))
    return F.when(sent.isNotNull(), F.coalesce(listed, F.array(sent)))


def _attributes(sent: Column) -> Column:
    """Every key that has no field of its own; MongoDB takes no NUL in a key."""
    others = F.map_filter(sent, lambda key, _: ~key.isin(*KNOWN_KEYS))
    kept = F.transform_values(others, lambda _, value: F.coalesce(value, F.lit("null")))
    storable = F.transform_keys(kept, lambda key, _: F.replace(key, F.lit("\0"), F.lit("\\u0000")))
    return F.when(F.size(others) > 0, storable)


def _judged(df: DataFrame) -> DataFrame:
    def sent(key: str) -> Column:
        return F.col("_object")[key]

    def unread(key: str) -> Column:
        return F.when(sent(key).isNotNull() & F.col(key).isNull(), found(key, sent(key)))

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
