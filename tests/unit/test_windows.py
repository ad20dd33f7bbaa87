"""Records in, figures by minute out: the same in a batch and in a stream."""

import itertools
import random
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rows import MAX_LATENESS_S, MINUTE, at, counted, enriched, kafka_rows, streamed

from millrace.records.formats import Format
from millrace.records.ledger import Available, OffsetRange
from millrace.windows import figures, floor
from millrace.windows.buckets import BOUNDS_MS, le_ms

FIGURES = (
    "window_start timestamp, figure string, k1 string, k2 string, k3 string, k4 string,"
    "line_count bigint, bytes bigint, timed bigint, sum_us bigint, min_us bigint, max_us bigint"
)


def assert_figures(df: DataFrame, format: Format, expected: list[tuple[object, ...]]) -> None:
    found = df.transform(figures(format, max_lateness_s=MAX_LATENESS_S))
    wanted = df.sparkSession.createDataFrame(expected, FIGURES)
    assert_df_equality(found, wanted, ignore_row_order=True, ignore_nullable=True)


def test_bounds_grow_by_a_fifth_at_most() -> None:
    assert list(BOUNDS_MS) == sorted(set(BOUNDS_MS))
    assert all(above <= 1.2 * below for below, above in itertools.pairwise(BOUNDS_MS))


def test_a_response_time_falls_under_the_next_bound(spark: SparkSession) -> None:
    dice = random.Random(1)
    drawn = [10 ** dice.uniform(-3, 9) for _ in range(2_000)]
    just_above = [bound * 1.000001 for bound in BOUNDS_MS]
    values = [*BOUNDS_MS, *just_above, *drawn, 0.0, 1e-9, 1e9, 1e12]
    rows = (
        spark.createDataFrame([(value,) for value in values], "ms double")
        .select("ms", le_ms(F.col("ms")).alias("le"))
        .collect()
    )
    assert [row["ms"] for row in rows] == values
    bounds = [Decimal(str(bound)) for bound in BOUNDS_MS]
    for row in rows:
        next_bound = next(
            (b for b in bounds if b >= Decimal(row["ms"]) or float(b) == row["ms"]), None
        )
        assert row["le"] == (next_bound or bounds[-1]), row["ms"]


def test_access_records_count_in_each_table(spark: SparkSession) -> None:
    get = {"method": "GET", "http_route": "/a", "status_code": 200, "country": "NL"}
    df = enriched(
        spark,
        "combined",
        get | {"bytes": 10, "response_time_ms": 0.1},
        get | {"bytes": 5, "response_time_ms": 0.3, "timestamp": at(59.999)},
        get | {"timestamp": at(60)},
        get | {"status_code": 503, "level": "ERROR", "country": None},
        {"bytes": 7, "country": "NL"},
        get | {"reason": "no_match", "bytes": 1_000},
    )
    traffic, latency = "traffic_by_minute", "latency_by_minute"
    countries, levels = "countries_by_minute", "levels_by_minute"
    none = (0, None, None, None)
    expected = [
        (at(0), traffic, "web", "GET", "/a", "2xx", 2, 15, 2, 400, 100, 300),
        (at(60), traffic, "web", "GET", "/a", "2xx", 1, 0, *none),
        (at(0), traffic, "web", "GET", "/a", "5xx", 1, 0, *none),
        (at(0), latency, "web", "GET", "/a", "0.1000", 1, None, *none),
        (at(0), latency, "web", "GET", "/a", "0.3455", 1, None, *none),
        (at(0), countries, "web", "NL", None, None, 3, 22, *none),
        (at(60), countries, "web", "NL", None, None, 1, 0, *none),
        (at(0), countries, "web", "-", None, None, 1, 0, *none),
        (at(0), levels, "web", "INFO", "-", None, 3, None, *none),
        (at(60), levels, "web", "INFO", "-", None, 1, None, *none),
        (at(0), levels, "web", "ERROR", "-", None, 1, None, *none),
    ]
    assert_figures(df, "combined", expected)


def test_app_records_count_as_traffic_where_they_have_a_status(spark: SparkSession) -> None:
    df = enriched(
        spark,
        "app",
        {"status_code": 200, "response_time_ms": 1.0},
        {"response_time_ms": 1.0, "error_code": " E42 ", "level": "ERROR"},
    )
    none = (0, None, None, None)
    expected = [
        (MINUTE, "traffic_by_minute", "web", "-", "-", "2xx", 1, 0, 1, 1000, 1000, 1000),
        (MINUTE, "latency_by_minute", "web", "-", "-", "1.0000", 1, None, *none),
        (MINUTE, "levels_by_minute", "web", "INFO", "-", None, 1, None, *none),
        (MINUTE, "levels_by_minute", "web", "ERROR", "E42", None, 1, None, *none),
    ]
    assert_figures(df, "app", expected)


def test_lines_beyond_the_lateness_count_in_the_minute_received(spark: SparkSession) -> None:
    lateness = [MAX_LATENESS_S, MAX_LATENESS_S + 0.001, 86_400 * 365]
    rows = [{"received_at": at(1), "timestamp": at(1 - seconds)} for seconds in lateness]
    # Dated ahead and put back to its receipt: not late, whatever it claimed.
    rows.append({"received_at": at(1), "timestamp": at(1), "timestamp_claimed": at(10**6)})
    found = enriched(spark, "app", *rows).transform(figures("app", max_lateness_s=MAX_LATENESS_S))
    late = found.where("figure = 'lateness_by_minute'").collect()
    assert [(row["window_start"], row["line_count"], row["k1"]) for row in late] == [
        (MINUTE, 2, None)
    ]


def test_keys_are_trimmed_and_bounded_and_never_null(spark: SparkSession) -> None:
    shared = {"status_code": 200, "error_code": "x" * 63 + " y"}
    rows = [
        shared | {"service_name": " web ", "method": "M" * 20, "http_route": "/é" * 70},
        shared | {"service_name": "w" * 65, "method": "  ", "http_route": ""},
    ]
    found = enriched(spark, "app", *rows).transform(figures("app", max_lateness_s=MAX_LATENESS_S))
    keys = {(row["k1"], row["k2"], row["k3"], row["k4"]) for row in found.collect()}
    assert keys == {
        ("web", "M" * 16, "/é" * 64, "2xx"),
        ("w" * 64, "-", "-", "2xx"),
        ("web", "INFO", "x" * 63, None),
        ("w" * 64, "INFO", "x" * 63, None),
    }


def test_status_class_is_other_outside_2xx_to_5xx(spark: SparkSession) -> None:
    classes = {0: "other", 100: "other", 199: "other", 200: "2xx", 304: "3xx", 404: "4xx"}
    classes |= {599: "5xx", 600: "other", -1: "other", 2_147_483_647: "other"}
    rows = [{"service_name": str(status), "status_code": status} for status in classes]
    found = enriched(spark, "app", *rows).transform(figures("app", max_lateness_s=MAX_LATENESS_S))
    traffic = found.where("figure = 'traffic_by_minute'").collect()
    assert {int(row["k1"]): row["k4"] for row in traffic} == classes


def test_figures_do_not_depend_on_the_order_of_rows(spark: SparkSession) -> None:
    dice = random.Random(2)
    rows = [
        {
            "status_code": 200,
            "response_time_ms": dice.uniform(0, 1e6),
            "bytes": dice.randrange(10**9),
        }
        for _ in range(500)
    ]
    # An order in which a sum of doubles would come out another one.
    ascending = sorted(rows, key=lambda row: row["response_time_ms"])
    first, second = (
        enriched(spark, "combined", *each)
        .coalesce(1)
        .transform(figures("combined", max_lateness_s=MAX_LATENESS_S))
        for each in (rows, ascending)
    )
    assert_df_equality(first, second, ignore_row_order=True)


ACCESS = '::1 - - [22/Jan/2025:12:00:00 +0000] "GET / HTTP/1.1" 200'


@pytest.mark.parametrize(
    ("format", "lines"),
    [
        ("combined", [f'{ACCESS} 5 "-" "-" 1737540000000000000']),
        ("combined", [f'{ACCESS} 5 "-" "-" {"9" * 400}']),
        ("combined", [f"{ACCESS} 9223372036854775807"] * 2),
        ("app", ['{"timestamp": 0, "status_code": 200, "response_time_ms": 1e300}']),
    ],
)
def test_no_line_can_end_the_query(spark: SparkSession, format: Format, lines: list[str]) -> None:
    sound = [f"{ACCESS} 5"] if format == "combined" else ['{"timestamp": 0, "status_code": 200}']
    rows = counted(kafka_rows(spark, sound + lines), format).collect()
    assert any(row["figure"] == "traffic_by_minute" for row in rows)


def app_line(seconds: float) -> str:
    return f'{{"timestamp": "{at(seconds).isoformat()}Z"}}'


def minute(figure: str, seconds: float) -> tuple[str, datetime]:
    return f"{figure}_by_minute", at(seconds)


def test_a_stream_drops_windows_and_lines_behind_its_watermark(
    spark: SparkSession, tmp_path: Path
) -> None:
    batches = [
        (60, [app_line(10), app_line(20), app_line(70)]),
        (1800, [app_line(1800)]),  # Its window ends at 1860: final are those that end by 1200.
        (1800, [app_line(1210)]),
        (1800, [app_line(30), app_line(1220)]),
    ]
    counts, progress = streamed(spark, tmp_path, batches)
    assert counts == {
        minute("levels", 0): 2,
        minute("levels", 60): 1,
        minute("levels", 1200): 2,
        minute("levels", 1800): 1,
        minute("lateness", 1800): 1,
    }
    # The third batch lets the first two minutes go; the fourth adds the one with a late line.
    assert [operator["numRowsTotal"] for operator in progress][:4] == [2, 3, 2, 3]
    assert sum(operator["numRowsDroppedByWatermark"] for operator in progress) == 1


def test_old_lines_received_today_are_counted_and_move_no_watermark(
    spark: SparkSession, tmp_path: Path
) -> None:
    year = -365 * 86_400
    batches = [
        (0, [app_line(year + 600)]),
        (0, [app_line(year + 1200)]),
        (60, [app_line(year + 900)]),  # Out of order, yet within the lateness of the newest.
    ]
    counts, progress = streamed(spark, tmp_path, batches)
    assert counts == {
        minute("levels", year + 600): 1,
        minute("levels", year + 900): 1,
        minute("levels", year + 1200): 1,
        minute("lateness", 0): 2,
        minute("lateness", 60): 1,
    }
    assert sum(operator["numRowsDroppedByWatermark"] for operator in progress) == 0


def offsets(partition: int, first: int, until: int = 100, topic_id: str = "t1") -> OffsetRange:
    return OffsetRange("access", topic_id, partition, first, until)


def available(partition: int, first: int, received_s: float = 0, topic_id: str = "t1") -> Available:
    received = at(received_s).replace(tzinfo=timezone.utc)
    return Available(offsets(partition, first, topic_id=topic_id), received)


@pytest.mark.parametrize(
    ("source", "stored", "first_window_s"),
    [
        pytest.param([available(0, 50)], [], None, id="nothing stored"),
        pytest.param([available(0, 0)], [offsets(0, 0)], None, id="all still there"),
        pytest.param([available(0, 0)], [offsets(0, 7)], None, id="more than all still there"),
        pytest.param([available(0, 50)], [offsets(0, 0)], 300, id="the first offsets are gone"),
        pytest.param([available(0, 50, 0.001)], [offsets(0, 0)], 360, id="rounded up to a window"),
        pytest.param(
            [available(0, 50, 60), available(1, 0)],
            [offsets(0, 0), offsets(1, 0)],
            360,
            id="one partition's first offsets are gone",
        ),
        pytest.param(
            [available(0, 50), available(1, 50, 120)],
            [offsets(0, 0)],
            420,
            id="the last partition to begin rules",
        ),
        pytest.param([available(0, 0, 0, "t2")], [offsets(0, 0)], 300, id="the topic is a new one"),
        pytest.param([available(0, 0)], [offsets(1, 0)], 300, id="the partition is gone"),
    ],
)
def test_windows_that_cannot_be_whole_are_not_written(
    source: list[Available], stored: list[OffsetRange], first_window_s: int | None
) -> None:
    found = floor(source, stored, max_future_skew_s=300)
    whole = None if first_window_s is None else at(first_window_s).replace(tzinfo=timezone.utc)
    assert found == whole
