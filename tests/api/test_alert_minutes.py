"""The minutes that rules are evaluated over say what their lines say, and what other tables do."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import MINUTE, START, app_feed, empty, send_minute
from support.counted import CountedFeed

from millrace.alerts.evaluation import Minutes, values
from millrace.alerts.rules import Rule
from millrace.api.documents import time_text
from millrace.api.rule_minutes import read_minutes, watched_by
from millrace.api.service import Service
from millrace.config import Config
from millrace.io import mongo
from millrace.records.dead_letters import COLLECTION
from millrace.records.received import EPOCH

FEED = app_feed("alert_minutes_app")
COUNT, WINDOW = 20, 5
UNTIL = START + COUNT * MINUTE
Line = dict[str, Any]


@pytest.fixture(scope="module")
def world(api_conf: Config) -> CountedFeed:
    """Twenty minutes, the 7th of them without any line, and dead letters in each other one."""
    made, draw = empty(api_conf, FEED), random.Random(5)
    for number in range(COUNT):
        if number == 7:
            continue
        start = START + number * MINUTE
        send_minute(made, draw, start, 40)
        for second in range(number % 4):
            made.send(b"{no json", start + timedelta(seconds=second), 0)
    made.aggregate()
    made.ingest()
    return made


def series(world: CountedFeed, **given: Any) -> list[float | None]:
    """The values of a rule at the end of each minute."""
    own = Service.of(world.conf)
    rule = Rule.model_validate({"name": "a", "threshold": 1, "window_minutes": WINDOW} | given)
    asked = watched_by(own, rule)
    found = read_minutes(own, asked, START - WINDOW * MINUTE, UNTIL, 30)
    minutes = Minutes(found, UNTIL, UNTIL)
    return list(values(rule, asked.metric, minutes, START))


def within(world: CountedFeed, end: int, wanted: Callable[[Line], bool]) -> int:
    """How many lines of the window that ends with a minute are wanted."""
    first = (START + (end - WINDOW) * MINUTE - EPOCH) // timedelta(microseconds=1)
    last = (START + end * MINUTE - EPOCH) // timedelta(microseconds=1)
    return sum(first <= one["timestamp"] < last and wanted(one) for one in world.records)


def is_error(line: Line) -> bool:
    return line["level"] in ("ERROR", "FATAL")


def is_request(line: Line) -> bool:
    return line.get("status_code") is not None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"metric": "volume"}, lambda line: True),
        (
            {"metric": "volume", "filter": {"service_name": ["cart", "mail"]}},
            lambda line: line["service_name"] in ("cart", "mail"),
        ),
        ({"metric": "requests"}, is_request),
        (
            {"metric": "requests", "filter": {"service_name": ["search"]}},
            lambda line: is_request(line) and line["service_name"] == "search",
        ),
        (
            {"metric": "matching_lines", "query": "level:ERROR service_name:cart"},
            lambda line: line["level"] == "ERROR" and line["service_name"] == "cart",
        ),
        (
            {"metric": "matching_lines", "query": "error_code:(E1 OR E2)"},
            lambda line: line.get("error_code") in ("E1", "E2"),
        ),
        ({"metric": "anomalies"}, lambda line: line.get("anomaly") is not None),
        ({"metric": "late_lines"}, lambda line: False),
    ],
)
def test_a_count_is_that_of_the_lines(
    world: CountedFeed, given: dict[str, Any], wanted: Callable[[Line], bool]
) -> None:
    expected = [within(world, end, wanted) for end in range(1, COUNT + 1)]
    assert series(world, **given) == expected


@pytest.mark.parametrize(
    ("metric", "part", "whole"),
    [
        ("error_ratio", is_error, lambda line: True),
        (
            "server_error_ratio",
            lambda line: is_request(line) and line["status_code"] // 100 == 5,
            is_request,
        ),
    ],
)
def test_a_ratio_is_that_of_the_lines(
    world: CountedFeed,
    metric: str,
    part: Callable[[Line], bool],
    whole: Callable[[Line], bool],
) -> None:
    found = series(world, metric=metric)
    for end, value in enumerate(found, 1):
        assert value == pytest.approx(within(world, end, part) / within(world, end, whole))


def test_dead_letters_count_in_the_minute_of_their_receipt(world: CountedFeed) -> None:
    dead = mongo.database(world.conf.mongo)[COLLECTION].count_documents({"feed": FEED.name})
    found = series(world, metric="dead_letter_ratio", window_minutes=COUNT)
    assert found[-1] == pytest.approx(dead / (dead + len(world.records)))
    single = series(world, metric="dead_letter_ratio", window_minutes=1)
    assert single[3] == pytest.approx(3 / 43)
    assert single[7] is None


def test_the_percentile_of_a_window_is_that_of_the_figures(world: CountedFeed) -> None:
    for given in ({}, {"service_name": ["cart"]}):
        found = series(world, metric="p95_ms", filter=given)
        with asking(world.conf) as client:
            asked = {"from": time_text(START), "to": time_text(UNTIL), "step": f"{WINDOW}m"} | given
            rows = client.get("/v1/figures/latency_by_minute", params=asked).json()["rows"]
        assert [row["p95_ms"] for row in rows] == found[WINDOW - 1 :: WINDOW]


def test_a_minute_without_a_line_has_no_data(world: CountedFeed) -> None:
    for metric in ("volume", "error_ratio", "requests", "p95_ms", "late_lines"):
        found = series(world, metric=metric, window_minutes=1)
        assert [number for number, value in enumerate(found) if value is None] == [7], metric
