"""Records in, figures by minute out: the same in a batch and in a stream."""

import random
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rows import MAX_LATENESS_S, MINUTE, at, counted, enriched, figures_of, kafka_rows, refined

from millrace.records import tables
from millrace.records.fields import document
from millrace.records.formats import FORMATS, Format
from millrace.records.tables import MEASURES, TABLES, Table

FIGURES = (
    "window_start timestamp, figure string, k1 string, k2 string, k3 string, k4 string, "
    + ", ".join(f"{name} {type}" for name, type in MEASURES.items())
)
NO_MONEY = (None, None)


def assert_figures(df: DataFrame, format: Format, expected: list[tuple[object, ...]]) -> None:
    wanted = df.sparkSession.createDataFrame([row + NO_MONEY for row in expected], FIGURES)
    assert_df_equality(counted(df, format), wanted, ignore_row_order=True, ignore_nullable=True)


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


def test_syslog_records_count_by_level_template_and_severity(spark: SparkSession) -> None:
    critical = {"score": 100, "severity": "CRITICAL", "reasons": []}
    df = enriched(
        spark,
        "syslog",
        {"service_name": "sshd", "message": "up", "template_id": "0123456789ab"},
        {"service_name": "sshd", "message": "down", "level": "ERROR", "anomaly": critical},
        {"service_name": "kernel"},
    )
    levels, templates = "levels_by_minute", "templates_by_minute"
    none = (None, 0, None, None, None)
    expected = [
        (MINUTE, levels, "sshd", "INFO", "-", None, 1, *none),
        (MINUTE, levels, "sshd", "ERROR", "-", None, 1, *none),
        (MINUTE, levels, "kernel", "INFO", "-", None, 1, *none),
        (MINUTE, templates, "sshd", "0123456789ab", None, None, 1, *none),
        (MINUTE, templates, "sshd", "-", None, None, 1, *none),
        (MINUTE, "anomalies_by_minute", "sshd", "CRITICAL", None, None, 1, None, 1, 100, 100, 100),
    ]
    assert_figures(df, "syslog", expected)


@pytest.mark.parametrize("format", FORMATS)
def test_anomalies_count_by_severity_with_their_highest_score(
    spark: SparkSession, format: Format
) -> None:
    scores = [("HIGH", 75), ("HIGH", 89), ("HIGH", 70), ("LOW", 25), (None, 3), (None, 10)]
    rows: list[dict[str, Any]] = [
        {"anomaly": {"score": score, "severity": severity, "reasons": []}}
        for severity, score in scores
    ]
    sound = {"anomaly": None}
    later = {"anomaly": rows[0]["anomaly"], "timestamp": at(60)}
    found = figures_of(tables.ANOMALIES, enriched(spark, format, *rows, sound, later), format)
    assert found == {
        (at(0), "web", "HIGH"): {"events": 3, "max_score": 89},
        (at(0), "web", "LOW"): {"events": 1, "max_score": 25},
        (at(0), "web", "-"): {"events": 2, "max_score": 10},
        (at(60), "web", "HIGH"): {"events": 1, "max_score": 75},
    }


@pytest.mark.parametrize("format", tables.TEMPLATES.formats)
def test_messages_count_by_template_and_without_one_where_none_matches(
    spark: SparkSession, format: Format
) -> None:
    first, second = "0123456789ab", "ba9876543210"
    rows = [
        {"message": "a", "template_id": first},
        {"message": "b", "template_id": first},
        {"message": "c", "template_id": second, "service_name": "api"},
        {"message": "unlike any", "template_id": None},
        {"message": None, "template_id": None},
    ]
    found = figures_of(tables.TEMPLATES, enriched(spark, format, *rows), format)
    assert found == {
        (MINUTE, "web", first): {"events": 2},
        (MINUTE, "api", second): {"events": 1},
        (MINUTE, "web", "-"): {"events": 1},
    }


@pytest.mark.parametrize("format", FORMATS)
def test_lines_beyond_the_lateness_count_in_the_minute_received(
    spark: SparkSession, format: Format
) -> None:
    lateness = [MAX_LATENESS_S, MAX_LATENESS_S + 0.001, 86_400 * 365]
    rows = [{"received_at": at(1), "timestamp": at(1 - seconds)} for seconds in lateness]
    # Dated ahead and put back to its receipt: not late, whatever it claimed.
    rows.append({"received_at": at(1), "timestamp": at(1), "timestamp_claimed": at(10**6)})
    found = figures_of(tables.LATENESS, enriched(spark, format, *rows), format)
    assert found == {(MINUTE,): {"late_lines": 2}}


def test_keys_are_trimmed_and_bounded_and_never_null(spark: SparkSession) -> None:
    shared = {"status_code": 200, "error_code": "x" * 63 + " y"}
    rows = [
        shared | {"service_name": " web ", "method": "M" * 20, "http_route": "/é" * 70},
        shared | {"service_name": "w" * 65, "method": "  ", "http_route": ""},
    ]
    found = counted(enriched(spark, "app", *rows), "app")
    keys = {(row["k1"], row["k2"], row["k3"], row["k4"]) for row in found.collect()}
    assert keys == {
        ("web", "M" * 16, "/é" * 64, "2xx"),
        ("w" * 64, "-", "-", "2xx"),
        ("web", "INFO", "x" * 63, None),
        ("w" * 64, "INFO", "x" * 63, None),
    }


NAMES_AS_KEYS = {
    "\\": "/",
    "CORP\\svc": "CORP/svc",
    "a\tb\x00\x1b[2J\x7f\x85": "a_b__[2J__",
    "x' OR 1=1 -- ": "x' OR 1=1 --",
    'a,"b"': 'a,"b"',
    "Müller 東京": "Müller 東京",
}


def test_no_key_holds_a_backslash_or_a_control_character(spark: SparkSession) -> None:
    rows = [{"service_name": name} for name in NAMES_AS_KEYS]
    found = counted(enriched(spark, "app", *rows), "app").where("figure = 'levels_by_minute'")
    assert {row["k1"] for row in found.collect()} == set(NAMES_AS_KEYS.values())


@pytest.mark.parametrize("format", FORMATS)
def test_no_text_makes_a_key_that_its_column_does_not_hold(
    spark: SparkSession, format: Format
) -> None:
    texts = ["  " + "é \U0001f600" * 100, "", "   ", None]
    rows = [row_full_of(text, format) for text in texts]
    seen = set()
    for found in counted(enriched(spark, format, *rows), format).collect():
        table = next(table for table in TABLES if table.name == found["figure"])
        seen.add(table.name)
        for number, key in enumerate(table.keys, 1):
            value = found[f"k{number}"]
            assert value, key
            assert value == value.strip(" ")
            assert not key.characters or len(value) <= key.characters
    assert seen == {t.name for t in TABLES if format in t.formats} - {tables.LATENESS.name}


def row_full_of(text: str | None, format: Format) -> dict[str, Any]:
    """A record that has a place in every table, with ``text`` wherever there may be one."""
    row: dict[str, Any] = {f.name: text for f in document(format, raw=False) if f.type == "string"}
    row |= {"anomaly": {"score": 1, "severity": text, "reasons": []}}
    if format == "shop":
        row |= {"event_type": "search", "details": {"query": text, "payment_method": text}}
    if format in tables.TEMPLATES.formats:
        row |= {"message": "any"}
    if format in tables.TRAFFIC.formats:
        row |= {"status_code": 200, "response_time_ms": 1.0}
    return row


def test_status_class_is_other_outside_2xx_to_5xx(spark: SparkSession) -> None:
    classes = {0: "other", 100: "other", 199: "other", 200: "2xx", 304: "3xx", 404: "4xx"}
    classes |= {599: "5xx", 600: "other", -1: "other", 2_147_483_647: "other"}
    rows = [{"service_name": str(status), "status_code": status} for status in classes]
    found = figures_of(tables.TRAFFIC, enriched(spark, "app", *rows), "app")
    assert {int(str(key[1])): key[4] for key in found} == classes


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
        counted(enriched(spark, "combined", *each).coalesce(1), "combined")
        for each in (rows, ascending)
    )
    assert_df_equality(first, second, ignore_row_order=True)


@pytest.mark.parametrize(
    ("table", "format", "fields", "sum"),
    [
        (tables.TRAFFIC, "combined", {"status_code": 200, "bytes": 2**62}, "bytes"),
        (tables.COUNTRIES, "combined", {"bytes": 2**62}, "bytes"),
        (tables.SHOP, "shop", {"session_duration_s": 2**62}, "sum_session_s"),
    ],
)
def test_a_sum_that_does_not_fit_is_null_and_the_rest_stands(
    spark: SparkSession, table: Table, format: Format, fields: dict[str, Any], sum: str
) -> None:
    (figures,) = figures_of(table, enriched(spark, format, fields, fields), format).values()
    counts = [name for name, measure in table.figures.items() if measure == "line_count"]
    assert figures[sum] is None
    assert [figures[name] for name in counts] == [2]


ACCESS = '::1 - - [22/Jan/2025:12:00:00 +0000] "GET / HTTP/1.1" 200'
SHOP = '"timestamp": "2025-01-22T12:00:00Z", "event_type"'
SYSLOG = "<11>1 2025-01-22T12:00:00Z host app - - - "
# Numbers and times at the bounds of what parses, and beyond them; each line is sent three times.
EXTREME_LINES: dict[Format, list[str]] = {
    "combined": [
        f"{ACCESS} 5",
        f"{ACCESS} 999999999999999",
        f"{ACCESS} 9223372036854775807",
        f'{ACCESS} 5 "-" "-" 999999999.999999999',
        f'{ACCESS} 5 "-" "-" 1737540000000000000',
        f'{ACCESS} 5 "-" "-" {"9" * 400}',
        f"{ACCESS} 5".replace("2025", "9999"),
    ],
    "app": [
        '{"timestamp": 0}',
        '{"timestamp": 99999999999999999}',
        '{"timestamp": 0, "status_code": 999, "response_time_ms": 1e9}',
        '{"timestamp": 0, "status_code": 200, "response_time_ms": 1e300}',
        '{"timestamp": 0, "status_code": 200, "response_time_ms": 5e-324}',
        '{"timestamp": 0, "status_code": 2147483647}',
        f'{{"timestamp": 0, "error_code": "{"x" * 200_000}"}}',
    ],
    "shop": [
        f'{{{SHOP}: "purchase", "details": {{"amount": 1e13}}}}',
        f'{{{SHOP}: "purchase", "details": {{"amount": 99999999999999.9999}}}}',
        f'{{{SHOP}: "purchase", "details": {{"amount": 1e15}}}}',
        f'{{{SHOP}: "order_complete", "details": {{"amount": -1e308}}}}',
        f'{{{SHOP}: "order_failed", "details": {{"attempted_amount": 99999999999999}}}}',
        f'{{{SHOP}: "order_failed", "details": {{"attempted_amount": 1e400}}}}',
        f'{{{SHOP}: "search", "details": {{"results_count": 2147483647}}}}',
        f'{{{SHOP}: "search", "details": {{"results_count": 1e99}}}}',
        f'{{{SHOP}: "error", "session_duration": 1e9}}',
        f'{{{SHOP}: "error", "session_duration": 9223372036854775807}}',
        f'{{{SHOP}: "error", "details": null, "geo_location": null}}',
        '{"timestamp": "9999-12-31T23:59:59.999Z", "event_type": "error"}',
    ],
    "syslog": [
        f"{SYSLOG}up",
        SYSLOG + "x" * 200_000,
        f"{SYSLOG}\0\u2028",
        "<99999999999>Jan 22 12:00:00 h a: b",
        "<191>Feb 30 12:00:00 h a: b",
        "<191>Jan 22 12:00:00",
        "<0>1 9999-12-31T23:59:59.999Z - - - - -",
        "<0>1 - - - - - -",
    ],
}


@pytest.mark.parametrize("format", FORMATS)
def test_no_line_can_end_the_query(
    spark: SparkSession, country_database: str, format: Format
) -> None:
    lines = EXTREME_LINES[format] * 3
    records = refined(kafka_rows(spark, lines), format, country_database)
    levels = figures_of(tables.LEVELS, records, format).values()
    letters = records.where(F.col("reason").isNotNull()).count()
    assert 0 < letters < len(lines)
    assert sum(figures["events"] for figures in levels) == len(lines) - letters
