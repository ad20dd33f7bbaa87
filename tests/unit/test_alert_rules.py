"""What a rule says: checked by key, told in words, and in the page as it is in the code."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from millrace.alerts.evaluation import State
from millrace.alerts.measures import METRICS
from millrace.alerts.messages import lines_query, message
from millrace.alerts.rules import Rule, RuleError, watched
from millrace.config import Api
from millrace.records import alerts
from millrace.records.formats import Layout
from millrace.records.tables import MEASURES
from millrace.search import compiled

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
LAYOUTS: dict[str, Layout] = {"web": "combined", "app": "app", "shop": "shop", "sys": "syslog"}
SINCE = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
FIRING = State(SINCE + timedelta(minutes=2), "firing", 3, SINCE, 0.75, "value")


def rule(**values: Any) -> Rule:
    return Rule.model_validate({"name": "a", "metric": "error_ratio", "threshold": 0.5} | values)


@pytest.mark.parametrize(
    ("values", "feeds"),
    [
        ({}, ("web", "app", "shop", "sys")),
        ({"metric": "p95_ms"}, ("web", "app")),
        ({"metric": "p95_ms", "filter": {"feed": ["app"]}}, ("app",)),
        ({"metric": "requests", "filter": {"country": ["DE"]}}, ("web",)),
        ({"metric": "revenue"}, ("shop",)),
    ],
)
def test_a_rule_watches_the_feeds_that_have_its_figures(
    values: dict[str, Any], feeds: tuple[str, ...]
) -> None:
    assert watched(rule(**values), LAYOUTS).feeds == feeds


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"filter": {"http_route": ["/a"]}}, "filter.http_route: error_ratio is chosen by"),
        ({"metric": "requests", "filter": {"http_route": ["/a"], "country": ["DE"]}}, "filter."),
        ({"metric": "late_lines", "filter": {"country": ["DE"]}}, "chosen by feed alone"),
        ({"metric": "requests", "filter": {"country": ["DEU"]}}, "filter.country: expected 1 to 2"),
        ({"metric": "revenue", "filter": {"feed": ["web"]}}, "lines of web are not counted in"),
        ({"metric": "matching_lines", "query": ""}, "query: figures tell nothing but"),
        ({"metric": "matching_lines", "query": "level:"}, "query: "),
    ],
)
def test_what_cannot_be_watched_is_told_by_its_key(values: dict[str, Any], told: str) -> None:
    with pytest.raises(RuleError, match=re.escape(told)):
        watched(rule(**values), LAYOUTS)


def test_a_hidden_field_cannot_be_watched() -> None:
    own = rule(metric="requests", filter={"country": ["DE"]})
    with pytest.raises(RuleError, match="this field is hidden"):
        watched(own, LAYOUTS, {"country"})


@pytest.mark.parametrize(
    ("values", "query"),
    [
        ({}, "level:(ERROR OR FATAL)"),
        ({"metric": "volume"}, ""),
        (
            {"metric": "server_error_ratio", "filter": {"http_route": ['/a"b', "/c*"]}},
            r'status_code:[500 TO 599] http_route:("/a\"b" OR "/c\*")',
        ),
        ({"metric": "volume", "filter": {"service_name": ["{other}"]}}, ""),
        ({"metric": "matching_lines", "query": "level:ERROR"}, "level:ERROR"),
        ({"metric": "anomalies"}, "anomaly.score:>0"),
        ({"metric": "p95_ms"}, "response_time_ms:*"),
        ({"metric": "revenue"}, "details.amount:*"),
    ],
)
def test_the_lines_of_a_rule_are_found_by_a_query_that_is_one(
    values: dict[str, Any], query: str
) -> None:
    own = rule(**values)
    found = watched(own, LAYOUTS)
    assert lines_query(own, found) == query
    compiled(query, [LAYOUTS[feed] for feed in found.feeds])


def test_whatever_a_name_or_a_value_has_in_it_is_printable_in_what_is_told() -> None:
    hostile = "cart\x1b]0;x\x07\u202e<img src=x onerror=alert(1)>"
    own = rule(name=hostile, filter={"service_name": [hostile], "feed": ["app"]})
    told = message("0" * 16, own, watched(own, LAYOUTS), FIRING, "https://logs.example")
    texts = [*told.labels.values(), *told.annotations.values(), told.source]
    assert all(text.isprintable() for text in texts)
    assert told.labels["service_name"].startswith(r"cart\x1b]0;x\x07\u202e<img")
    address = urlsplit(told.annotations["lines_url"])
    assert (address.netloc, address.path) == ("logs.example", "/console/logs")
    asked = parse_qs(address.query)
    assert asked["from"] == ["2026-03-01T12:04:00Z"]
    assert asked["to"] == ["2026-03-01T12:07:00Z"]
    assert hostile in asked["q"][0]


def test_the_labels_of_an_alert_stay_while_it_fires() -> None:
    own = rule()
    found = watched(own, LAYOUTS)
    later = State(SINCE + timedelta(minutes=9), "firing", 9, SINCE, None, "no_data")
    one, other = (message("1", own, found, state, "http://a") for state in (FIRING, later))
    assert one.labels == other.labels
    assert one.annotations["summary"] == "a: error_ratio is 0.75 (> 0.5)"
    assert other.annotations["summary"] == "a: no data of error_ratio"


@pytest.mark.parametrize(
    "url", ["alertmanager:9093", "http://user:secret@a:9093", "http://a/?q", "http://", "ftp://a"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="expected http:// or https:// with a host"):
        Api(alertmanager_url=url)


def test_links_lead_to_where_people_reach_the_api() -> None:
    assert (
        Api(public_url="https://logs.example/millrace/").address == "https://logs.example/millrace"
    )
    assert Api().address == "http://127.0.0.1:8080"
    assert Api(listen="::1", port=1).address == "http://[::1]:1"


def test_parts_are_figures_that_their_tables_have() -> None:
    assert METRICS.keys() == set(alerts.METRICS)
    for metric in METRICS.values():
        for source in metric.sources:
            keys = {key.name for key in source.table.keys}
            for part in source.parts.values():
                assert source.table.figures[part.figure] in MEASURES
                assert set(part.only) <= keys


def table(heading: str) -> list[list[str]]:
    """The rows below a heading of the page, each as its cells."""
    text = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_page_has_each_metric_with_its_tables_and_keys() -> None:
    rows = table("Metrics")
    assert [names(row[0]) for row in rows] == [[name] for name in METRICS]
    for (name, _, tables, keys), metric in zip(rows, METRICS.values(), strict=True):
        assert {one.table.name for one in metric.sources} == set(names(tables)), name
        assert {key for one in metric.sources for key in one.filters} == set(names(keys)), name


def test_the_page_has_each_key_of_a_rule_with_its_default() -> None:
    told = {
        key: default.strip("`")
        for keys, default, _ in table("What a rule says")
        for key in names(keys)
    }
    given = rule().model_dump() | {"filter": "all", "enabled": "true"}
    needed = ("name", "metric", "threshold")
    defaults = {
        key: "" if value is None or key in needed else str(value) for key, value in given.items()
    }
    assert told == defaults
