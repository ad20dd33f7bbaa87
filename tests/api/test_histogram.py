"""Lines in steps of time: the same numbers whether figures tell them or they are counted."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import LEVELS, MINUTE, SERVICES, START, app_feed, empty, send_minute
from starlette.testclient import TestClient
from support.counted import CountedFeed

from millrace.api.documents import time_text
from millrace.config import Config
from millrace.records.fields import Fields
from millrace.records.received import EPOCH

FEEDS = (app_feed("histogram_a"), app_feed("histogram_b"))
MINUTES = 12
SPAN = {"from": time_text(START), "to": time_text(START + MINUTES * MINUTE)}
STEP = {"step": "1m"}


@pytest.fixture(scope="module")
def worlds(api_conf: Config) -> list[CountedFeed]:
    """Two feeds; of the second aggregate has not counted the last lines."""
    made = []
    for seed, feed in enumerate(FEEDS):
        world, draw = empty(api_conf, feed), random.Random(seed)
        for number in range(MINUTES):
            send_minute(world, draw, START + number * MINUTE, 20)
            if number == 8:
                world.aggregate()
        if seed == 0:
            world.aggregate()
        world.ingest()
        made.append(world)
    return made


@pytest.fixture(scope="module")
def client(api_conf: Config, worlds: list[CountedFeed]) -> Iterator[TestClient]:
    """A client of an API with the two."""
    with asking(conf_of(api_conf)) as made:
        yield made


def conf_of(conf: Config, **api: Any) -> Config:
    own = {"max_requests_per_s": 1000} | api
    return conf.model_copy(update={"feeds": FEEDS, "api": conf.api.model_copy(update=own)})


def asked(client: TestClient, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/v1/logs/histogram", params=SPAN | parameters)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def records(worlds: list[CountedFeed]) -> list[Fields]:
    return [fields for world in worlds for fields in world.records]


def at(fields: Fields) -> datetime:
    return EPOCH + timedelta(microseconds=fields["timestamp"])


def lines(content: dict[str, Any]) -> dict[str, int]:
    return {one["start"]: one["lines"] for one in content["steps"] if one["lines"]}


@pytest.mark.parametrize(
    ("q", "is_match"),
    [
        ("", lambda one: True),
        ("service_name:cart", lambda one: one["service_name"] == "cart"),
        ("level:(WARN OR ERROR)", lambda one: one["level"] in ("WARN", "ERROR")),
        (
            "service_name:pay_api level:ERROR",
            lambda one: (one["service_name"], one["level"]) == ("pay_api", "ERROR"),
        ),
        ('error_code:"db/timeout"', lambda one: one["error_code"] == "db/timeout"),
        ("status_code:>=400", lambda one: (one.get("status_code") or 0) >= 400),
        ("-level:INFO", lambda one: one["level"] != "INFO"),
        ("service_name:nobody", lambda one: False),
    ],
)
@pytest.mark.parametrize(("step", "since"), [("1m", 0), ("5m", 0), ("7s", 3), ("1m", 0.5)])
def test_each_step_has_its_lines(
    client: TestClient,
    worlds: list[CountedFeed],
    q: str,
    is_match: Any,
    step: str,
    since: float,
) -> None:
    begins = START + since * MINUTE
    content = asked(client, q=q, step=step, **{"from": time_text(begins)})
    length = timedelta(seconds=content["step_s"])
    starts = [datetime.fromisoformat(one["start"]) for one in content["steps"]]
    assert starts[0] <= begins < starts[0] + length
    expected = Counter(
        time_text(starts[0] + (at(one) - starts[0]) // length * length)
        for one in records(worlds)
        if at(one) >= begins and is_match(one)
    )
    assert lines(content) == expected
    assert all(one["is_complete"] for one in content["steps"])
    assert content["searched_until"] == time_text(begins)


def test_each_step_says_what_tells_it(client: TestClient) -> None:
    def sources(**parameters: Any) -> list[str]:
        return [one["source"] for one in asked(client, **parameters)["steps"]]

    one, other = ({"feed": feed.name} for feed in FEEDS)
    # Minutes are closed two minutes before the newest window.
    assert sources(step="1m", **one) == ["figures"] * 9 + ["counted"] * 3
    assert sources(step="1m", **other) == ["figures"] * 6 + ["counted"] * 6
    assert sources(step="1m") == ["figures"] * 6 + ["both"] * 3 + ["counted"] * 3
    assert sources(step="3m") == ["figures", "figures", "both", "counted"]
    assert sources(step="30s") == ["counted"] * 24
    assert sources(step="1m", q="status_code:200") == ["counted"] * 12
    halves = {"from": time_text(START + MINUTE / 2)} | one
    assert sources(step="1m", **halves)[:2] == ["counted", "figures"]


@pytest.mark.parametrize("q", ["", "status_code:>0"])
@pytest.mark.parametrize("by", ["level", "service_name", "error_code", "service.name"])
def test_values_are_told_apart(
    client: TestClient, worlds: list[CountedFeed], by: str, q: str
) -> None:
    name = by.replace(".", "_")
    content = asked(client, q=q, by=by, step="5m")
    expected: dict[str, Counter[Any]] = {}
    for one in records(worlds):
        if not q or one.get("status_code"):
            step = time_text(START + (at(one) - START) // (5 * MINUTE) * 5 * MINUTE)
            expected.setdefault(step, Counter())[one.get(name)] += 1
    found = {
        one["start"]: Counter({each["value"]: each["lines"] for each in one["by"]})
        for one in content["steps"]
    }
    assert found == expected
    assert not any(one["rest"] for one in content["steps"])
    total = Counter[Any]()
    for own in expected.values():
        total.update(own)
    assert [total[value] for value in content["values"]] == sorted(total.values(), reverse=True)


def test_rare_values_are_the_rest(client: TestClient, worlds: list[CountedFeed]) -> None:
    content = asked(client, by="response_time_ms", step="5m")
    for one in content["steps"]:
        assert one["rest"] == one["lines"] - sum(each["lines"] for each in one["by"])
    assert sum(lines(content).values()) == len(records(worlds))
    assert sum(one["rest"] for one in content["steps"]) > 0


def test_an_answer_that_is_cut_off_says_how_far_it_reaches(
    api_conf: Config, worlds: list[CountedFeed]
) -> None:
    with asking(conf_of(api_conf, max_query_s=1e-9)) as client:
        content = asked(client, q="status_code:200", step="1m")
    assert content["searched_until"] == SPAN["to"]
    assert {one["source"] for one in content["steps"]} == {"none"}
    assert not any(one["is_complete"] for one in content["steps"])


def test_the_step_follows_from_the_span(client: TestClient) -> None:
    for since, step_s in (("now-1m", 1), ("now-1h", 60), ("now-1d", 900), ("now-52w", 604_800)):
        content = asked(client, **{"from": since, "to": "now"})
        assert content["step_s"] == step_s
        assert len(content["steps"]) <= 102


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"step": "1y"}, "step"),
        ({"step": "0s"}, "step"),
        ({"step": "1s", "from": "2026-01-01"}, "step"),
        ({"by": "nothing"}, "by"),
        ({"by": "tags"}, "by"),
        ({"by": "anomaly"}, "by"),
        ({"by": "$where"}, "by"),
        ({"q": "levle:INFO"}, "levle"),
        ({"from": "0001-01-03", "to": "0001-01-04", "step": "9w"}, "step"),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: TestClient, changed: dict[str, str], told: str
) -> None:
    answer = client.get("/v1/logs/histogram", params=SPAN | changed)
    assert answer.status_code == 422, answer.text
    assert told in answer.json()["detail"]


def test_hidden_fields_tell_nothing_apart(api_conf: Config, worlds: list[CountedFeed]) -> None:
    with asking(conf_of(api_conf, hidden_fields=("service_name", "attributes"))) as client:
        for by in ("service_name", "service.name", "attributes.a", "labels.a"):
            answer = client.get("/v1/logs/histogram", params=SPAN | {"by": by})
            assert answer.status_code == 422


def test_services_and_levels_are_those_of_the_lines(worlds: list[CountedFeed]) -> None:
    assert {one["service_name"] for one in records(worlds)} == set(SERVICES)
    assert {one["level"] for one in records(worlds)} == set(LEVELS)
