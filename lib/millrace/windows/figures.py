"""Counts by minute -> every figure of a feed, in one aggregation, so a stream reads Kafka once."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from millrace.records import tables
from millrace.windows.counts import KEYS

WIDE, WIDE_MONEY = "decimal(38,0)", "decimal(38,4)"
# What a stage of `aggregate` gives of each place in a table: sums of its lines.
COUNTED = (
    ("window_end", "timestamp"),
    ("received_minute", "timestamp"),
    ("figure", "string"),
    *((key, "string") for key in KEYS),
    ("is_late", "boolean"),
    ("line_count", "bigint"),
    ("total", WIDE),
    ("valued", "bigint"),
    ("value_sum", WIDE),
    ("value_min", "bigint"),
    ("value_max", "bigint"),
    ("revenue", WIDE_MONEY),
    ("failed_amount", WIDE_MONEY),
)


def figures(counted: DataFrame, max_lateness_s: int, *, late_apart: bool = False) -> DataFrame:
    """Rows of the columns COUNTED as figures by minute.

    Its columns: ``window_start``, ``figure`` (the table's name), ``k1``.. (the table's keys in
    their order), and the measures (``tables.MEASURES``), null where a sum does not fit. In a
    stream, windows that ended more than ``max_lateness_s`` before the newest event are final: their
    state is dropped, and rows that come for them are not counted.

    With ``late_apart`` there is ``is_late`` as well: late lines were counted apart.
    """
    apart = ("is_late",) if late_apart else ()
    # The window's end carries the watermark, up to a window ahead of the event itself.
    delay_s = max_lateness_s + tables.WINDOW_S
    return (
        counted.withWatermark("window_end", f"{delay_s} seconds")
        .groupBy("window_end", "received_minute", "figure", *KEYS, *apart)
        .agg(*(_summed(name) for name in tables.MEASURES))
        .select(
            _window_start().alias("window_start"),
            "figure",
            *KEYS,
            *(F.col(name).try_cast(type).alias(name) for name, type in _TYPES.items()),
            *apart,
        )
    )


# Sums of whole numbers: a table's column may be too narrow for one, but 38 digits never are.
_TYPES = {name: type.lower() for name, type in tables.MEASURES.items()}


def _summed(name: str) -> Column:
    whole = {"value_min": F.min, "value_max": F.max}.get(name, F.try_sum)
    return whole(name).alias(name)


def _window_start() -> Column:
    start = F.col("window_end") - F.make_dt_interval(secs=F.lit(tables.WINDOW_S))
    return F.coalesce("received_minute", start)
