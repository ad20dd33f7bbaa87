"""The rules that come with the product, and what any rule makes of a record."""

from decimal import Decimal
from typing import Any

import pytest
from rows import RULES, enriched, records, spec

from millrace.detect.rules import RecordRules, Rule, Severity, scorer
from millrace.records import types
from millrace.records.fields import ANOMALY
from millrace.records.formats import OWN_LAYOUTS, Layout

Reason = tuple[str, str, str | None, int]
Scored = tuple[int, str | None, list[Reason]]

WARN = ("level_warn", "WARN", "WARN", 25)
ERROR = ("level_error", "ERROR", "ERROR", 100)
FATAL = ("level_fatal", "FATAL", "FATAL", 100)


def http(status_code: int, points: int) -> Reason:
    return "http_error", str(status_code), "400", points


def slow(observed: str) -> Reason:
    return "slow_response", observed, "3000", 60


def code(observed: str) -> Reason:
    return "error_code", observed, None, 75


# Each score of the default rules is among these, and each bound from both sides.
RECORDS: dict[Layout, list[tuple[dict[str, Any], Scored | None]]] = {
    "combined": [
        ({}, None),
        ({"status_code": 200, "response_time_ms": 3000.0, "level": "DEBUG"}, None),
        ({"status_code": 399}, None),
        ({"status_code": 400}, (50, "MEDIUM", [http(400, 50)])),
        ({"status_code": 404, "level": "WARN"}, (58, "MEDIUM", [http(404, 58), WARN])),
        ({"status_code": 409}, (68, "MEDIUM", [http(409, 68)])),
        ({"status_code": 410}, (70, "HIGH", [http(410, 70)])),
        ({"status_code": 419}, (88, "HIGH", [http(419, 88)])),
        ({"status_code": 420}, (90, "CRITICAL", [http(420, 90)])),
        ({"status_code": 425}, (100, "CRITICAL", [http(425, 100)])),
        ({"status_code": 426}, (100, "CRITICAL", [http(426, 102)])),
        ({"status_code": 503, "level": "ERROR"}, (100, "CRITICAL", [ERROR, http(503, 256)])),
        ({"status_code": 999}, (100, "CRITICAL", [http(999, 1248)])),
        ({"response_time_ms": 3000.001}, (60, "MEDIUM", [slow("3000.001")])),
        (
            {"status_code": 404, "level": "WARN", "response_time_ms": 3500.0},
            (60, "MEDIUM", [http(404, 58), slow("3500.0"), WARN]),
        ),
    ],
    "app": [
        ({"level": "INFO", "message": "fine"}, None),
        ({"level": "FATAL"}, (100, "CRITICAL", [FATAL])),
        ({"level": "ERROR"}, (100, "CRITICAL", [ERROR])),
        ({"level": "WARN"}, (25, "LOW", [WARN])),
        ({"error_code": "E42"}, (75, "HIGH", [code("E42")])),
        (
            {
                "status_code": 500,
                "level": "ERROR",
                "error_code": "DB",
                "response_time_ms": 1e9,
            },
            (
                100,
                "CRITICAL",
                [ERROR, http(500, 250), code("DB"), slow("1.0E9")],
            ),
        ),
    ],
    "shop": [
        ({"event_type": "purchase", "details": None}, None),
        (
            {"level": "WARN", "error_code": "NO_FUNDS"},
            (75, "HIGH", [code("NO_FUNDS"), WARN]),
        ),
        ({"level": "ERROR"}, (100, "CRITICAL", [ERROR])),
    ],
    "syslog": [
        ({"severity": 7, "level": "DEBUG"}, None),
        ({"severity": 4, "level": "WARN"}, (25, "LOW", [WARN])),
        (
            {"severity": 0, "level": "FATAL"},
            (100, "CRITICAL", [FATAL]),
        ),
    ],
}


def anomalies(
    format: Layout, scoring: RecordRules, *records: dict[str, Any]
) -> list[Scored | None]:
    """What the rules make of each record, in their order."""
    score = scorer(scoring, format)
    check = types.checker(types.parsed(ANOMALY.type))
    found = [score(record) for record in enriched(*records)]
    for anomaly in found:
        if anomaly:
            check(anomaly)
    return [anomaly and plain(anomaly) for anomaly in found]


def plain(anomaly: dict[str, Any]) -> Scored:
    names = ("rule", "observed", "threshold", "points")
    reasons = [tuple(reason[name] for name in names) for reason in anomaly["reasons"]]
    return anomaly["score"], anomaly["severity"], reasons


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_records_have_the_score_that_the_default_rules_promise(format: Layout) -> None:
    records = [record for record, _ in RECORDS[format]]
    found = anomalies(format, RULES, *records)
    assert list(zip(records, found, strict=True)) == RECORDS[format]


ACCESS = '::1 - - [22/Jan/2025:12:00:00 +0000] "GET / HTTP/1.1"'
APP = '{"timestamp": "2025-01-22T12:00:00Z"'
SHOP = '{"timestamp": "2025-01-22T12:00:00Z", "event_type"'
# A line and the rules that apply to it.
LINES: dict[Layout, list[tuple[str, list[str]]]] = {
    "combined": [
        (f"{ACCESS} 200 5", []),
        (f"{ACCESS} - -", []),
        (f"{ACCESS} 404 5", ["http_error", "level_warn"]),
        (f'{ACCESS} 502 5 "-" "-" 3001', ["level_error", "http_error", "slow_response"]),
    ],
    "app": [
        (APP + "}", []),
        (APP + ', "error_code": null, "status_code": null, "response_time_ms": null}', []),
        (APP + ', "level": "critical"}', ["level_fatal"]),
        (APP + ', "level": "info", "status_code": 418}', ["http_error"]),
        (APP + ', "error_code": 42}', ["error_code"]),
    ],
    "shop": [
        (f'{SHOP}: "purchase"}}', []),
        (f'{SHOP}: "error", "error_code": "E1"}}', ["level_error", "error_code"]),
        (f'{SHOP}: "order_failed"}}', ["level_warn"]),
    ],
    "syslog": [
        ("<14>Jan 22 12:00:00 host app: up", []),
        ("<8>Jan 22 12:00:00 host app: down", ["level_fatal"]),
        ("<11>1 2025-01-22T12:00:00Z host app - - - down", ["level_error"]),
        ("<12>Jan 22 12:00:00 host app: slow", ["level_warn"]),
    ],
}


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_lines_of_every_format_are_scored(country_database: str, format: Layout) -> None:
    found = records(spec(format, country_database), [line for line, _ in LINES[format]])
    reasons = [each["anomaly"]["reasons"] if each["anomaly"] else [] for each in found]
    names = [[reason["rule"] for reason in each] for each in reasons]
    lines = [line for line, _ in LINES[format]]
    assert list(zip(lines, names, strict=True)) == LINES[format]


def rule(name: str, field: str, comparison: str, threshold: object, points: object) -> Rule:
    content = {"name": name, "field": field, "comparison": comparison, "points": points}
    if comparison != "present":
        content["threshold"] = threshold
    return Rule.model_validate(content | {"message": "."})


def rules_of(*judged: Rule, severities: tuple[Severity, ...] = ()) -> RecordRules:
    return RecordRules(severities=severities, rules=judged)


@pytest.mark.parametrize(
    ("comparison", "threshold", "below", "at", "above"),
    [
        ("eq", 5, False, True, False),
        ("ne", 5, True, False, True),
        ("gt", 5, False, False, True),
        ("gte", 5, False, True, True),
        ("lt", 5, True, False, False),
        ("lte", 5, True, True, False),
        ("present", None, True, True, True),
    ],
)
def test_a_comparison_is_what_its_name_says(
    comparison: str, threshold: object, below: bool, at: bool, above: bool
) -> None:
    scoring = rules_of(rule("one", "severity", comparison, threshold, 30))
    values = [4, 5, 6, None]
    records = [{"severity": value} for value in values]
    found = anomalies("syslog", scoring, *records)
    assert [each is not None for each in found] == [below, at, above, False]


def test_any_number_of_a_record_can_be_compared() -> None:
    scoring = rules_of(
        rule("dear", "details.amount", "gt", 99.5, 10),
        rule("empty", "details.results_count", "eq", 0, 20),
        rule("long", "session_duration_s", "gte", 3600, 30),
        rule("elsewhere", "country", "ne", "NL", 40),
        rule("found", "details.items", "present", None, 50),
    )
    records: list[dict[str, Any]] = [
        {"details": {"amount": "99.5", "results_count": 1}, "session_duration_s": 3599},
        {"details": {"amount": "99.5001"}},
        {"details": {"results_count": 0}},
        {"session_duration_s": 3600, "details": None},
        {"country": "NL"},
        {"country": "DE"},
        {"details": {"items": []}},
    ]
    for record in records:
        if record.get("details") and "amount" in record["details"]:
            record["details"]["amount"] = Decimal(record["details"]["amount"])
    found = anomalies("shop", scoring, *records)
    assert [each and each[2] for each in found] == [
        None,
        [("dear", "99.5001", "99.5", 10)],
        [("empty", "0", "0", 20)],
        [("long", "3600", "3600", 30)],
        None,
        [("elsewhere", "DE", "NL", 40)],
        [("found", "[]", None, 50)],
    ]


def test_growing_points_are_rounded_and_never_below_nothing() -> None:
    growing = {"base": 0.5, "per_unit": 0.5, "above": 10}
    falling = {"base": 10, "per_unit": -1, "above": 0}
    steep = {"base": 0, "per_unit": 1e308, "above": 0}
    scoring = rules_of(
        rule("growing", "response_time_ms", "gte", 0, growing),
        rule("falling", "status_code", "gte", 0, falling),
        rule("steep", "bytes", "gte", 0, steep),
    )
    cases: dict[tuple[str, float], list[tuple[str, int]]] = {
        ("response_time_ms", 10.0): [("growing", 1)],
        ("response_time_ms", 9.9): [],
        ("response_time_ms", 8.0): [],
        ("response_time_ms", 11.9): [("growing", 1)],
        ("response_time_ms", 12.0): [("growing", 2)],
        ("response_time_ms", 1e300): [("growing", 1_000_000)],
        ("status_code", 9): [("falling", 1)],
        ("status_code", 10): [],
        ("status_code", 2_147_483_647): [],
        ("bytes", 0): [],
        ("bytes", 2**63 - 1): [("steep", 1_000_000)],
    }
    found = anomalies("combined", scoring, *({name: value} for name, value in cases))
    points = [[(r[0], r[3]) for r in each[2]] if each else [] for each in found]
    assert dict(zip(cases, points, strict=True)) == cases
    assert all(each is None or 0 < each[0] <= 100 for each in found)


def test_a_score_below_every_severity_has_none() -> None:
    scoring = rules_of(
        rule("low", "level", "eq", "INFO", 9),
        rule("high", "level", "eq", "WARN", 10),
        severities=(Severity(name="HIGH", score=10),),
    )
    low, high = anomalies("app", scoring, {"level": "INFO"}, {"level": "WARN"})
    assert low == (9, None, [("low", "INFO", "INFO", 9)])
    assert high == (10, "HIGH", [("high", "WARN", "WARN", 10)])


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_a_rule_for_a_field_that_a_format_lacks_is_passed_over(format: Layout) -> None:
    owners: dict[str, Layout] = {"bytes": "combined", "tags": "app", "details.query": "shop"}
    owners |= {"severity": "syslog"}
    others = rules_of(
        *(
            rule(f"of_{owner}", field, "present", None, 50)
            for field, owner in owners.items()
            if owner != format
        )
    )
    record = {"message": "any"} if format != "combined" else {"path": "/"}
    assert anomalies(format, others, record) == [None]
    either = rules_of(*others.rules, rule("info", "level", "eq", "INFO", 30))
    assert anomalies(format, either, record) == [(30, None, [("info", "INFO", "INFO", 30)])]


def test_what_was_observed_is_cut_to_a_length() -> None:
    scoring = rules_of(rule("any", "message", "present", None, 1))
    (found,) = anomalies("app", scoring, {"message": "é" * 100_000})
    assert found == (1, None, [("any", "é" * 200, None, 1)])
