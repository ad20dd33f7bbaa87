"""Records in, figures by minute out: the same in a batch and in a stream."""

import random
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession
from rows import (
    MAX_LATENESS_S,
    MINUTE,
    at,
    counted,
    enriched,
    figures_of,
    kafka_rows,
    micros,
    records,
    spark_figures,
    spec,
)

from millrace.records import tables
from millrace.records.fields import Fields, document
from millrace.records.formats import OWN_LAYOUTS, Layout
from millrace.records.tables import MAX_KEYS, MEASURES, TABLES
from millrace.windows.counts import Counts
from millrace.windows.figures import COUNTED, figures

MONEY = ("revenue", "failed_amount")


def assert_figures(
    records: list[Fields], format: Layout, expected: list[tuple[object, ...]]
) -> None:
    found = []
    for row in counted(records, format):
        keys = [*row["keys"], *[None] * (MAX_KEYS - len(row["keys"]))]
        measures = [row[name] for name in MEASURES if name not in MONEY]
        found.append((row["window_start"], row["figure"], *keys, *measures))
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_access_records_count_in_each_table() -> None:
    get = {"method": "GET", "http_route": "/a", "status_code": 200, "country": "NL"}
    df = enriched(
        get | {"bytes": 10, "response_time_ms": 0.1},
        get | {"bytes": 5, "response_time_ms": 0.3, "timestamp": at(59.999)},
        get | {"timestamp": at(60)},
        get | {"status_code": 503, "level": "ERROR", "country": None},
        {"bytes": 7, "country": "NL"},
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


def test_app_records_count_as_traffic_where_they_have_a_status() -> None:
    df = enriched(
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


def test_syslog_records_count_by_level_template_and_severity() -> None:
    critical = {"score": 100, "severity": "CRITICAL", "reasons": []}
    df = enriched(
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


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_anomalies_count_by_severity_with_their_highest_score(format: Layout) -> None:
    scores = [("HIGH", 75), ("HIGH", 89), ("HIGH", 70), ("LOW", 25), (None, 3), (None, 10)]
    rows: list[dict[str, Any]] = [
        {"anomaly": {"score": score, "severity": severity, "reasons": []}}
        for severity, score in scores
    ]
    sound = {"anomaly": None}
    later = {"anomaly": rows[0]["anomaly"], "timestamp": at(60)}
    found = figures_of(tables.ANOMALIES, enriched(*rows, sound, later), format)
    assert found == {
        (at(0), "web", "HIGH"): {"events": 3, "max_score": 89},
        (at(0), "web", "LOW"): {"events": 1, "max_score": 25},
        (at(0), "web", "-"): {"events": 2, "max_score": 10},
        (at(60), "web", "HIGH"): {"events": 1, "max_score": 75},
    }


@pytest.mark.parametrize("format", [one for one in OWN_LAYOUTS if one in tables.TEMPLATES.layouts])
def test_messages_count_by_template_and_without_one_where_none_matches(format: Layout) -> None:
    first, second = "0123456789ab", "ba9876543210"
    rows = [
        {"message": "a", "template_id": first},
        {"message": "b", "template_id": first},
        {"message": "c", "template_id": second, "service_name": "api"},
        {"message": "unlike any", "template_id": None},
        {"message": None, "template_id": None},
    ]
    found = figures_of(tables.TEMPLATES, enriched(*rows), format)
    assert found == {
        (MINUTE, "web", first): {"events": 2},
        (MINUTE, "api", second): {"events": 1},
        (MINUTE, "web", "-"): {"events": 1},
    }


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_lines_beyond_the_lateness_count_in_the_minute_received(format: Layout) -> None:
    lateness = [MAX_LATENESS_S, MAX_LATENESS_S + 0.001, 86_400 * 365]
    rows = [{"received_at": at(1), "timestamp": at(1 - seconds)} for seconds in lateness]
    # Dated ahead and put back to its receipt: not late, whatever it claimed.
    rows.append({"received_at": at(1), "timestamp": at(1), "timestamp_claimed": at(10**6)})
    found = figures_of(tables.LATENESS, enriched(*rows), format)
    assert found == {(MINUTE,): {"late_lines": 2}}


def test_keys_are_trimmed_and_bounded_and_never_null() -> None:
    shared = {"status_code": 200, "error_code": "x" * 63 + " y"}
    rows = [
        shared | {"service_name": " web ", "method": "POST", "http_route": "/é" * 70},
        shared | {"service_name": "w" * 65, "method": "M" * 20, "http_route": ""},
    ]
    assert {row["keys"] for row in counted(enriched(*rows), "app")} == {
        ("web", "POST", "/é" * 64, "2xx"),
        ("w" * 64, "_OTHER", "-", "2xx"),
        ("web", "INFO", "x" * 63),
        ("w" * 64, "INFO", "x" * 63),
    }


NAMES_AS_KEYS = {
    "\\": "/",
    "CORP\\svc": "CORP/svc",
    "a\tb\x00\x1b[2J\x7f\x85": "a_b__[2J__",
    "x' OR 1=1 -- ": "x' OR 1=1 --",
    'a,"b"': 'a,"b"',
    "Müller 東京": "Müller 東京",
}


def test_no_key_holds_a_backslash_or_a_control_character() -> None:
    rows = [{"service_name": name} for name in NAMES_AS_KEYS]
    found = [row for row in counted(enriched(*rows), "app") if row["figure"] == "levels_by_minute"]
    assert {row["keys"][0] for row in found} == set(NAMES_AS_KEYS.values())


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_no_text_makes_a_key_that_its_column_does_not_hold(format: Layout) -> None:
    texts = ["  " + "é \U0001f600" * 100, "", "   ", None]
    rows = [row_full_of(text, format) for text in texts]
    seen = set()
    for found in counted(enriched(*rows), format):
        table = next(table for table in TABLES if table.name == found["figure"])
        seen.add(table.name)
        for key, value in zip(table.keys, found["keys"], strict=True):
            assert value, key
            assert value == value.strip(" ")
            assert not key.characters or len(value) <= key.characters
    assert seen == {t.name for t in TABLES if format in t.layouts} - {tables.LATENESS.name}


def row_full_of(text: str | None, format: Layout) -> dict[str, Any]:
    """A record that has a place in every table, with ``text`` wherever there may be one."""
    row: dict[str, Any] = {f.name: text for f in document(format, raw=False) if f.type == "string"}
    row |= {"anomaly": {"score": 1, "severity": text, "reasons": []}}
    if format == "shop":
        row |= {"event_type": "search", "details": {"query": text, "payment_method": text}}
    if format in tables.TEMPLATES.layouts:
        row |= {"message": "any"}
    if format in tables.TRAFFIC.layouts:
        row |= {"status_code": 200, "response_time_ms": 1.0}
    return row


def test_status_class_is_other_outside_2xx_to_5xx() -> None:
    classes = {0: "other", 100: "other", 199: "other", 200: "2xx", 304: "3xx", 404: "4xx"}
    classes |= {599: "5xx", 600: "other", -1: "other", 2_147_483_647: "other"}
    rows = [{"service_name": str(status), "status_code": status} for status in classes]
    found = figures_of(tables.TRAFFIC, enriched(*rows), "app")
    assert {int(str(key[1])): key[4] for key in found} == classes


def test_figures_do_not_depend_on_the_order_of_rows() -> None:
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
    first, second = (counted(enriched(*each), "combined") for each in (rows, ascending))
    assert sorted(first, key=str) == sorted(second, key=str)


ACCESS = '::1 - - [22/Jan/2025:12:00:00 +0000] "GET / HTTP/1.1" 200'
SHOP = '"timestamp": "2025-01-22T12:00:00Z", "event_type"'
SYSLOG = "<11>1 2025-01-22T12:00:00Z host app - - - "
# Numbers and times at the bounds of what parses, and beyond them; each line is sent three times.
EXTREME_LINES: dict[Layout, list[str]] = {
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


# Money whose sums need more digits than a double has.
_PAID = [f'{{{SHOP}: "purchase", "details": {{"amount": {n}}}}}' for n in ("1e13", "0.0001")]
LARGE_LINES: dict[Layout, list[str]] = {
    "combined": [f"{ACCESS} 999999999999999"] * 20,
    "app": ['{"timestamp": 0, "status_code": 200, "response_time_ms": 999999999.9999}'] * 20,
    "shop": [*(_PAID * 20), f'{{{SHOP}: "search", "details": {{"results_count": 2147483647}}}}'],
    "syslog": [f"{SYSLOG}up"] * 20,
}


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_figures_of_hostile_numbers_are_the_same_however_lines_are_spread(
    spark: SparkSession, country_database: str, format: Layout
) -> None:
    of = spec(format, country_database)
    lines = kafka_rows(spark, [*EXTREME_LINES[format], *LARGE_LINES[format]] * 3)
    whole, *others = (spark_figures(of, lines.repartition(n)) for n in (1, 2, 7))
    assert others == [whole, whole]
    found = records(of, [*EXTREME_LINES[format], *LARGE_LINES[format]] * 3)
    levels = sum(sums[0] for key, sums in whole.items() if key[1] == tables.LEVELS.name)
    assert levels == len(found)
    assert 0 < levels < 3 * len(EXTREME_LINES[format] + LARGE_LINES[format])


@pytest.mark.parametrize("name", ["total", "value_sum"])
def test_a_sum_that_no_column_holds_is_null_and_the_rest_stands(
    spark: SparkSession, name: str
) -> None:
    kinds = dict(COUNTED)
    row: dict[str, Any] = dict.fromkeys(kinds)
    row |= {"window_end": MINUTE, "figure": "traffic_by_minute", "line_count": 1, "valued": 1}
    rows = [tuple((row | {name: Decimal(2**62)}).values())] * 3
    ddl = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    (found,) = figures(spark.createDataFrame(rows, ddl), MAX_LATENESS_S).collect()
    assert found[name] is None
    assert (found["line_count"], found["valued"]) == (3, 3)


def test_keys_without_a_name_are_counted_together() -> None:
    named = {"service_name": lambda values: {"web"} & set(values)}
    counts, time = Counts("app", MAX_LATENESS_S, named), micros(MINUTE)
    for service in ("web", "job-1", "job-2"):
        counts.add(
            {"timestamp": time, "received_at": time, "service_name": service, "level": "INFO"}
        )
    levels = [
        (keys[0], sums[0])
        for (_, _, table, keys, _), sums in counts.taken()
        if table == "levels_by_minute"
    ]
    assert sorted(levels) == [("web", 1), ("{other}", 1), ("{other}", 1)]
