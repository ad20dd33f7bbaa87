"""JSON events of a shop: one object a line."""

from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.parse import json
from millrace.parse.instant import instant, iso_date
from millrace.parse.level import level
from millrace.parse.methods import own_method
from millrace.parse.text import found

VERSION = 1

EVENT_TYPES = ("purchase", "search", "order_complete", "order_failed", "error")
_LONGEST_SESSION_S = 10**9
# Prices are sent as binary fractions; a sum of them may have digits that no price has.
_MONEY = "decimal(18,4)"
_TEXTS = ("payment_method", "order_id", "query", "shipping_method", "shipping_address")
_AMOUNTS = ("amount", "attempted_amount")
_TIMES = ("delivery_estimate", "completed_at", "failed_at", "searched_at")
_DETAILS = (
    *_AMOUNTS,
    "payment_method",
    "order_id",
    "query",
    "results_count",
    "filters",
    "shipping_method",
    "shipping_address",
    "items",
    *_TIMES,
)


def parse(decoded: DataFrame) -> DataFrame:
    """Adds ``shop``'s fields, ``timestamp``, ``service_name``, ``level`` to rows with a ``line``.

    Adds ``_unmatched`` and ``_unmatched_detail`` as well: the reason why the line is no record,
    null where it is one. ``service_name`` is null where the line names none.
    """
    return (
        decoded.withColumn("_object", json.line_object(F.col("line")))
        .withColumns(
            {
                "_place": json.object_within(F.col("_object")["geo_location"]),
                "_details": json.object_within(F.col("_object")["details"]),
            }
        )
        .transform(_typed_details)
        .transform(own_method)
        .transform(_typed)
        .transform(own_method)
        .transform(_judged)
    )


def _sent(key: str) -> Column:
    return F.col("_object")[key]


def _detail(key: str) -> Column:
    return F.col("_details")[key]


def _typed_details(df: DataFrame) -> DataFrame:
    """Columns ``_amount``, ... of the members of ``details``; null where one cannot be read."""
    items = json.objects_within(_detail("items"))
    typed = {
        **{key: json.number(_detail(key)).try_cast(_MONEY) for key in _AMOUNTS},
        **{key: _detail(key) for key in _TEXTS},
        **{key: F.coalesce(instant(_detail(key)), iso_date(_detail(key))) for key in _TIMES},
        "results_count": _detail("results_count").try_cast("int"),
        "filters": json.storable(json.object_within(_detail("filters"))),
        "items": F.when(
            ~F.exists(items, _has_bad_quantity),
            F.transform(
                items,
                lambda item: F.struct(
                    item["product_id"].alias("product_id"),
                    item["quantity"].try_cast("int").alias("quantity"),
                ),
            ),
        ),
    }
    return df.withColumns({f"_{key}": typed[key] for key in _DETAILS})


def _has_bad_quantity(item: Column) -> Column:
    return item["quantity"].isNotNull() & item["quantity"].try_cast("int").isNull()


def _typed(df: DataFrame) -> DataFrame:
    event_type = F.when(_sent("event_type").isin(*EVENT_TYPES), _sent("event_type"))
    by_event = (
        F.when(event_type == "error", "ERROR")
        .when(event_type == "order_failed", "WARN")
        .otherwise("INFO")
    )
    session_s = json.number(_sent("session_duration")).try_cast("double")
    in_range = session_s.between(0, _LONGEST_SESSION_S)
    has_details = reduce(or_, (F.col(f"_{key}").isNotNull() for key in _DETAILS))
    return df.withColumns(
        {
            "timestamp": instant(_sent("timestamp")),
            "service_name": F.nullif(F.trim(_sent("service")), F.lit("")),
            "level": level(_sent("level"), by_event),
            "event_type": event_type,
            "session_duration_s": F.when(in_range, session_s.try_cast("bigint")),
            "country": F.col("_place")["country"],
            "city": F.col("_place")["city"],
            **{
                key: _sent(key)
                for key in (
                    "user_id",
                    "session_id",
                    "product_id",
                    "device_type",
                    "message",
                    "error_code",
                )
            },
            "details": F.when(
                has_details, F.struct(*(F.col(f"_{key}").alias(key) for key in _DETAILS))
            ),
        }
    )


def _judged(df: DataFrame) -> DataFrame:
    is_line = F.col("line").isNotNull()
    is_object = F.col("_object").isNotNull()
    bad_value = F.coalesce(
        json.unread("event_type", _sent("event_type"), F.col("event_type")),
        json.unread("level", _sent("level"), F.col("level")),
        json.unread("session_duration", _sent("session_duration"), F.col("session_duration_s")),
        json.unread("geo_location", _sent("geo_location"), F.col("_place")),
        json.unread("details", _sent("details"), F.col("_details")),
        *(json.unread(f"details.{key}", _detail(key), F.col(f"_{key}")) for key in _DETAILS),
    )
    df = df.withColumns({"_bad_value": bad_value, "_is_object": is_object})
    no_timestamp = is_line & _sent("timestamp").isNull()
    bad_timestamp = is_line & F.col("timestamp").isNull()
    no_event_type = is_line & _sent("event_type").isNull()
    reason = (
        F.when(is_line & ~is_object, "bad_json")
        .when(no_timestamp, "missing_field")
        .when(bad_timestamp, "bad_timestamp")
        .when(no_event_type, "missing_field")
        .when(F.col("_bad_value").isNotNull(), "bad_value")
    )
    detail = (
        F.when(is_line & ~is_object, "not one JSON object")
        .when(no_timestamp, "timestamp")
        .when(bad_timestamp, found("timestamp", _sent("timestamp")))
        .when(no_event_type, "event_type")
        .otherwise(F.col("_bad_value"))
    )
    return df.withColumns({"_unmatched": reason, "_unmatched_detail": detail})
