"""Every figure of a feed in one aggregation, so that a stream reads Kafka once.

Each record becomes one row for each table it counts in, and the rows are summed by window, table
and that table's keys.
"""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import tables
from millrace.records.formats import Format
from millrace.records.tables import MAX_KEYS, NO_VALUE, Key, Table
from millrace.windows.buckets import le_ms

_KEYS = tuple(f"k{n}" for n in range(1, MAX_KEYS + 1))


def figures(format: Format, max_lateness_s: int) -> Callable[[DataFrame], DataFrame]:
    """A transform from enriched records of ``format`` to figures by minute.

    Its columns: ``window_start``, ``figure`` (the table's name), ``k1``.. (the table's keys in
    their order), and the measures ``line_count``, ``bytes``, ``timed``, ``sum_us``, ``min_us``,
    ``max_us``. In a stream, windows that ended more than ``max_lateness_s`` before the newest
    event are final: their state is dropped, and rows that come for them are not counted.
    """

    def transform(records: DataFrame) -> DataFrame:
        is_record = F.col("reason").isNull()
        rows = records.where(is_record).select(F.inline(_rows(format, max_lateness_s)))
        # The window's end carries the watermark, up to a window ahead of the event itself.
        delay_s = max_lateness_s + tables.WINDOW_S
        return (
            rows.withWatermark("window_end", f"{delay_s} seconds")
            .groupBy("window_end", "received_minute", "figure", *_KEYS)
            # A sum past 2^63 is null; an error would end the query at each try.
            .agg(
                F.count(F.lit(1)).alias("line_count"),
                F.try_sum("bytes").alias("bytes"),
                F.count("response_us").alias("timed"),
                F.try_sum("response_us").alias("sum_us"),
                F.min("response_us").alias("min_us"),
                F.max("response_us").alias("max_us"),
            )
            .select(_window_start().alias("window_start"), "figure", *_KEYS, *tables.MEASURES)
        )

    return transform


def _window_start() -> Column:
    start = F.col("window_end") - F.make_dt_interval(secs=F.lit(tables.WINDOW_S))
    return F.coalesce("received_minute", start)


def _rows(format: Format, max_lateness_s: int) -> Column:
    """The array of the rows that a record counts as."""
    service = _key(tables.SERVICE, F.col("service_name"))
    method = _key(tables.METHOD, F.col("method"))
    route = _key(tables.ROUTE, F.col("http_route"))
    level = _key(tables.LEVEL, F.col("level"))
    is_combined = format == "combined"
    bytes_sent = F.coalesce(F.col("bytes"), F.lit(0)) if is_combined else F.lit(0).cast("bigint")
    error_code = F.lit(NO_VALUE) if is_combined else F.col("error_code")
    response_us = F.round(F.col("response_time_ms") * 1000).cast("bigint")
    has_status = F.col("status_code").isNotNull()
    has_time = F.col("response_time_ms").isNotNull()
    lateness = F.make_dt_interval(secs=F.lit(max_lateness_s))
    is_late = F.col("received_at") - lateness > F.coalesce("timestamp_claimed", "timestamp")

    counted = [
        F.when(
            has_status,
            _row(
                tables.TRAFFIC,
                (service, method, route, _status_class(F.col("status_code"))),
                bytes_sent,
                response_us,
            ),
        ),
        F.when(
            has_status & has_time,
            _row(
                tables.LATENCY,
                (service, method, route, le_ms(F.col("response_time_ms")).cast("string")),
            ),
        ),
        _row(tables.LEVELS, (service, level, _key(tables.ERROR_CODE, error_code))),
        F.when(is_late, _row(tables.LATENESS, ())),
    ]
    if is_combined:
        country = _key(tables.COUNTRY, F.col("country"))
        counted.append(_row(tables.COUNTRIES, (service, country), bytes_sent))
    return F.array_compact(F.array(*counted))


def _row(
    table: Table,
    keys: tuple[Column, ...],
    bytes_sent: Column | None = None,
    response_us: Column | None = None,
) -> Column:
    # A late line counts in the minute it was received, which must not move the watermark: for
    # old lines sent today it would, by years. So its window's end is null, which Spark's
    # watermark lets pass; the state that stays is one small row a minute with late lines.
    is_by_receipt = table is tables.LATENESS
    received_minute = F.date_trunc("minute", "received_at")
    window_end = F.date_trunc("minute", "timestamp") + F.make_dt_interval(
        secs=F.lit(tables.WINDOW_S)
    )
    no_time, no_count = F.lit(None).cast("timestamp"), F.lit(None).cast("bigint")
    filled = keys + (F.lit(None).cast("string"),) * (MAX_KEYS - len(keys))
    return F.struct(
        (no_time if is_by_receipt else window_end).alias("window_end"),
        (received_minute if is_by_receipt else no_time).alias("received_minute"),
        F.lit(table.name).alias("figure"),
        *(key.alias(name) for key, name in zip(filled, _KEYS, strict=True)),
        (no_count if bytes_sent is None else bytes_sent).alias("bytes"),
        (no_count if response_us is None else response_us).alias("response_us"),
    )


def _key(key: Key, value: Column) -> Column:
    trimmed = F.trim(F.substring(F.trim(value), 1, key.characters))
    return F.coalesce(F.nullif(trimmed, F.lit("")), F.lit(NO_VALUE))


def _status_class(status_code: Column) -> Column:
    is_known = status_code.between(200, 599)
    first_digit = F.floor(status_code / 100).cast("string")
    return F.when(is_known, F.concat(first_digit, F.lit("xx"))).otherwise("other")
