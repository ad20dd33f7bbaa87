"""A record -> the rows that it counts as: one for each table that it has a place in."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import tables
from millrace.records.formats import Format
from millrace.records.tables import LE_MS, MAX_KEYS, NO_VALUE, Key, Table
from millrace.windows.buckets import with_le_ms

KEYS = tuple(f"k{n}" for n in range(1, MAX_KEYS + 1))
MONEY = ("revenue", "failed_amount")
_SALES = ("purchase", "order_complete")
_AMOUNT = "decimal(18,4)"
_CONTROL = r"[\x00-\x1F\x7F-\x9F]"
_UNSAFE = r"[\\\x00-\x1F\x7F-\x9F]"


def keyed(format: Format) -> Callable[[DataFrame], DataFrame]:
    """A transform that adds ``key_<name>`` for each key of the tables of ``format``.

    Text is trimmed and bounded, and never null; it has ``/`` in place of a backslash and ``_`` in
    place of a control character. A record counts in several tables by the same keys.
    """
    keys = {
        key.name: key for table in tables.TABLES if format in table.formats for key in table.keys
    }

    def transform(records: DataFrame) -> DataFrame:
        if LE_MS.name in keys:
            records = records.transform(with_le_ms)
        values = {f"key_{name}": _value(name, format) for name in keys}
        texts = {f"key_{name}": _bounded(key) for name, key in keys.items() if key.characters}
        filled = {name: F.coalesce(F.nullif(name, F.lit("")), F.lit(NO_VALUE)) for name in texts}
        return records.withColumns(values).withColumns(texts).withColumns(filled)

    return transform


def _value(key: str, format: Format) -> Column:
    """What a record says of a key, as it says it."""
    values = {
        "severity": F.col("anomaly.severity"),
        "status_class": _status_class(F.col("status_code")),
        "payment_method": F.col("details.payment_method"),
        "query": F.col("details.query"),
        "le_ms": F.col("le_ms").cast("string"),
    }
    if key == "error_code" and format not in ("app", "shop"):
        return F.lit(NO_VALUE)
    return values.get(key, F.col(key))


def _bounded(key: Key) -> Column:
    column = F.col(f"key_{key.name}")
    # What quotes these strings for MySQL again may double quotes alone, as Grafana does.
    cleaned = F.translate(F.regexp_replace(column, _CONTROL, "_"), "\\", "/")
    safe = F.when(column.rlike(_UNSAFE), cleaned).otherwise(column)
    return F.trim(F.substring(F.trim(safe), 1, key.characters))


def counted_rows(format: Format, max_lateness_s: int) -> Column:
    """The array of the rows that a ``keyed`` record counts as, null in place of those it does not.

    Each is a struct of ``window_end``, ``received_minute``, ``figure``, the keys, ``total``
    (bigint, summed), ``value`` (bigint, counted, summed, least and greatest), ``revenue`` and
    ``failed_amount`` (decimal, summed; null but for the shop).
    """
    score = F.col("anomaly.score").cast("bigint")
    rows = [
        _row(tables.LEVELS),
        F.when(F.col("anomaly").isNotNull(), _row(tables.ANOMALIES, value=score)),
        F.when(late(max_lateness_s), _row(tables.LATENESS)),
    ]
    if format in tables.TRAFFIC.formats:
        rows += _requests(format)
    if format in tables.TEMPLATES.formats:
        has_message = F.col("message").isNotNull()
        rows.append(F.when(has_message, _row(tables.TEMPLATES)))
    if format == "shop":
        rows += _shop()
    return F.array(*rows)


def late(max_lateness_s: int) -> Column:
    """Whether a record was received more than so many seconds after its time."""
    lateness = F.make_dt_interval(secs=F.lit(max_lateness_s))
    return F.col("received_at") - lateness > F.coalesce("timestamp_claimed", "timestamp")


def _requests(format: Format) -> list[Column]:
    """What access logs and applications say of requests."""
    response_time_ms = F.col("response_time_ms")
    is_combined = format == "combined"
    bytes_sent = F.coalesce(F.col("bytes"), F.lit(0)) if is_combined else F.lit(0).cast("bigint")
    response_us = F.round(response_time_ms * 1000).cast("bigint")
    has_status, has_time = F.col("status_code").isNotNull(), response_time_ms.isNotNull()
    rows = [
        F.when(has_status, _row(tables.TRAFFIC, total=bytes_sent, value=response_us)),
        F.when(has_status & has_time, _row(tables.LATENCY)),
    ]
    if is_combined:
        rows.append(_row(tables.COUNTRIES, total=bytes_sent))
    return rows


def _shop() -> list[Column]:
    """What events of a shop say of money, sessions and searches."""
    event_type, results = F.col("event_type"), F.col("details.results_count").cast("bigint")
    nothing = F.lit(0).cast(_AMOUNT)
    revenue = F.when(event_type.isin(*_SALES), F.col("details.amount"))
    failed_amount = F.when(event_type == "order_failed", F.col("details.attempted_amount"))
    is_empty = results == 0
    return [
        _row(
            tables.SHOP,
            value=F.col("session_duration_s"),
            revenue=F.coalesce(revenue, nothing),
            failed_amount=F.coalesce(failed_amount, nothing),
        ),
        F.when(
            event_type == "search",
            _row(
                tables.SEARCHES,
                total=F.coalesce(results, F.lit(0).cast("bigint")),
                value=F.when(is_empty, results),
            ),
        ),
    ]


def _row(
    table: Table,
    *,
    total: Column | None = None,
    value: Column | None = None,
    revenue: Column | None = None,
    failed_amount: Column | None = None,
) -> Column:
    # A late line counts in the minute it was received, which must not move the watermark: for
    # old lines sent today it would, by years. So its window's end is null, which Spark's
    # watermark lets pass; the state that stays is one small row a minute with late lines.
    is_by_receipt = table is tables.LATENESS
    received_minute = F.date_trunc("minute", "received_at")
    window_end = F.date_trunc("minute", "timestamp") + F.make_dt_interval(
        secs=F.lit(tables.WINDOW_S)
    )
    no_time, no_text = F.lit(None).cast("timestamp"), F.lit(None).cast("string")
    keys = tuple(F.col(f"key_{key.name}") for key in table.keys)
    filled = keys + (no_text,) * (MAX_KEYS - len(keys))
    return F.struct(
        (no_time if is_by_receipt else window_end).alias("window_end"),
        (received_minute if is_by_receipt else no_time).alias("received_minute"),
        F.lit(table.name).alias("figure"),
        *(key.alias(name) for key, name in zip(filled, KEYS, strict=True)),
        _or_null(total, "bigint").alias("total"),
        _or_null(value, "bigint").alias("value"),
        _or_null(revenue, _AMOUNT).alias("revenue"),
        _or_null(failed_amount, _AMOUNT).alias("failed_amount"),
    )


def _or_null(column: Column | None, type: str) -> Column:
    return F.lit(None).cast(type) if column is None else column


def _status_class(status_code: Column) -> Column:
    is_known = status_code.between(200, 599)
    first_digit = F.floor(status_code / 100).cast("string")
    return F.when(is_known, F.concat(first_digit, F.lit("xx"))).otherwise("other")
