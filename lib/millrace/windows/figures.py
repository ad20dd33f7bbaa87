"""Every figure of a feed in one aggregation, so that a stream reads Kafka once.

Each record becomes one row for each table it counts in, and the rows are summed by window, table
and that table's keys.
"""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import tables
from millrace.records.formats import Format
from millrace.windows.rows import KEYS, MONEY, counted_rows, keyed, late


def figures(
    format: Format, max_lateness_s: int, *, late_apart: bool = False
) -> Callable[[DataFrame], DataFrame]:
    """A transform from enriched and scored records of ``format`` to figures by minute.

    Its columns: ``window_start``, ``figure`` (the table's name), ``k1``.. (the table's keys in
    their order), and the measures (``tables.MEASURES``). In a stream, windows that ended more than
    ``max_lateness_s`` before the newest event are final: their state is dropped, and rows that
    come for them are not counted.

    With ``late_apart`` late lines are summed apart from the others, and ``is_late`` tells which.
    """
    apart = ("is_late",) if late_apart else ()

    def transform(records: DataFrame) -> DataFrame:
        is_record = F.col("reason").isNull()
        counted = records.where(is_record).transform(keyed(format))
        # Known before a record becomes rows: what is computed beside `inline` is computed for each
        # row, and on a cluster Spark's optimizer lost a column of it.
        told = counted.withColumns({name: late(max_lateness_s) for name in apart})
        rows = told.select(*apart, F.inline(counted_rows(format, max_lateness_s))).where(
            F.col("figure").isNotNull()
        )
        # The window's end carries the watermark, up to a window ahead of the event itself.
        delay_s = max_lateness_s + tables.WINDOW_S
        return (
            rows.withWatermark("window_end", f"{delay_s} seconds")
            .groupBy("window_end", "received_minute", "figure", *KEYS, *apart)
            # A sum past 2^63 is null; an error would end the query at each try.
            .agg(
                F.count(F.lit(1)).alias("line_count"),
                F.try_sum("total").alias("total"),
                F.count("value").alias("valued"),
                F.try_sum("value").alias("value_sum"),
                F.min("value").alias("value_min"),
                F.max("value").alias("value_max"),
                *_money(format),
            )
            .select(
                _window_start().alias("window_start"),
                "figure",
                *KEYS,
                *(_measure(name, format) for name in tables.MEASURES),
                *apart,
            )
        )

    return transform


def _money(format: Format) -> list[Column]:
    """The sums of money; only the shop's state has them."""
    return [F.try_sum(name).alias(name) for name in MONEY if format == "shop"]


def _measure(name: str, format: Format) -> Column:
    is_kept = name not in MONEY or format == "shop"
    return F.col(name) if is_kept else F.lit(None).cast(tables.MEASURES[name]).alias(name)


def _window_start() -> Column:
    start = F.col("window_end") - F.make_dt_interval(secs=F.lit(tables.WINDOW_S))
    return F.coalesce("received_minute", start)
