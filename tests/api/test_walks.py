"""Lines page by page: each once, in one order, however pages are cut."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.conftest import FEEDS, asking
from starlette.testclient import TestClient
from support.stored import store

from millrace.config import Config
from millrace.io import mongo

WEB, APP = FEEDS
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN = {"from": "2026-03-01T11:00:00Z", "to": "2026-03-01T15:00:00Z"}
LEVELS = ("INFO", "WARN", "ERROR")


def web_line(at: datetime, status: int, path: str) -> bytes:
    request = f'"GET {path} HTTP/1.1" {status} 612 "-" "curl/8"'
    return f"203.0.113.9 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] {request}".encode()


def app_line(at: datetime, level: str, message: str) -> bytes:
    values = {"timestamp": at.isoformat(), "level": level, "message": message}
    return json.dumps(values | {"service_name": "cart", "request_id": message[-1]}).encode()


@pytest.fixture(scope="module")
def documents(api_conf: Config) -> list[tuple[str, dict[str, Any]]]:
    """Some hundred lines of two feeds, many of the same time, over three hours."""
    draw = random.Random(1)
    stored = []
    for feed in FEEDS:
        mongo.database(api_conf.mongo)[feed.name].drop()
        times = sorted(
            START + timedelta(seconds=draw.choice((1, 2, 3, 4000, 9000))) for _ in range(300)
        )
        lines = [
            web_line(at, draw.choice((200, 404, 500)), f"/item/{draw.randrange(5)}")
            if feed is WEB
            else app_line(at, draw.choice(LEVELS), f"job {draw.randrange(9)}")
            for at in times
        ]
        stored += [(feed.name, one) for one in store(api_conf, feed, lines, START)]
    assert len(stored) == 600
    return stored


def walked(client: TestClient, size: int, **asked: Any) -> list[tuple[str, str]]:
    """The feed and id of each line of a walk to its end."""
    found: list[tuple[str, str]] = []
    after: dict[str, Any] = {}
    total = None
    while True:
        answer = client.get("/v1/logs", params=SPAN | asked | after | {"size": size})
        assert answer.status_code == 200, answer.text
        content = answer.json()
        total = total or content["total"]
        assert content["total"] == total, "each page tells that of the whole walk"
        found += [(one["feed"], one["_id"]) for one in content["items"]]
        if content["next"] is None:
            return found
        after = {"after": content["next"]}


@pytest.fixture
def quick(api_conf: Config) -> Iterator[TestClient]:
    """A client that may ask as often as it can."""
    api = api_conf.api.model_copy(update={"max_requests_per_s": 100_000})
    with asking(api_conf.model_copy(update={"api": api})) as made:
        yield made


def ordered(documents: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """The newest first."""
    ranked = sorted(documents, key=lambda one: (one[1]["timestamp"], one[1]["_id"], one[0]))
    return [(feed, one["_id"]) for feed, one in reversed(ranked)]


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_a_walk_has_each_line_once_in_order(
    quick: TestClient, documents: list[tuple[str, dict[str, Any]]], size: int
) -> None:
    some = documents if size > 1 else [one for one in documents if one[0] == WEB.name]
    feed = {} if size > 1 else {"feed": WEB.name}
    assert walked(quick, size, **feed) == ordered(some)
    assert walked(quick, size, order="oldest", **feed) == ordered(some)[::-1]


@pytest.mark.parametrize(
    ("q", "is_match"),
    [
        ("status_code:>=400", lambda one: one.get("status_code", 0) >= 400),
        ("status_code:(404 OR 500)", lambda one: one.get("status_code", 0) >= 400),
        ("status_code:>=500 service_name:web", lambda one: one.get("status_code") == 500),
        (
            'status_code:500 OR (status_code:404 path:"/item/3")',
            lambda one: (
                one.get("status_code") == 500
                or (one.get("status_code") == 404 and one["path"] == "/item/3")
            ),
        ),
        ("level:ERROR", lambda one: one["level"] == "ERROR"),
        (
            "level:(WARN OR ERROR) service_name:web",
            lambda one: one["service_name"] == "web" and one["level"] != "INFO",
        ),
        ("http.response.status_code:500", lambda one: one.get("status_code") == 500),
        ("-service_name:web", lambda one: one["service_name"] != "web"),
        ('path:"/item/3"', lambda one: one.get("path") == "/item/3"),
        ("nothing_has_this_word", lambda one: False),
    ],
)
def test_a_query_finds_what_it_says(
    client: TestClient, documents: list[tuple[str, dict[str, Any]]], q: str, is_match: Any
) -> None:
    some = [one for one in documents if is_match(one[1])]
    assert walked(client, 50, q=q) == ordered(some)


def test_an_answer_says_how_far_to_trust_it(
    client: TestClient, documents: list[tuple[str, dict[str, Any]]]
) -> None:
    content = client.get("/v1/logs", params=SPAN | {"feed": WEB.name, "size": 3}).json()
    assert [one["feed"] for one in content["items"]] == [WEB.name] * 3
    assert content["total"] == {"value": 300, "relation": "at_least", "source": "counted"}
    assert content["plan"]["index"] == {WEB.name: "time"}
    assert content["proof"] == [
        {"feed": WEB.name, "state": "never", "since": None, "ended_at": None}
    ]
    (freshness,) = content["freshness"]
    assert freshness["feed"] == WEB.name
    assert content["took_ms"] > 0


@pytest.mark.parametrize(
    ("q", "index"),
    [
        ("", "time"),
        ("level:ERROR", "level_time"),
        ("level:INFO", "time"),
        ("service_name:web", "service_time"),
        ("service_name:web level:(ERROR OR WARN)", "level_time"),
        ("status_code:>=400", "failed_time"),
        ("status_code:404 service_name:web", "failed_time"),
        ("status_code:500 level:ERROR", "level_time"),
        ("status_code:>=399", "time"),
        ("status_code:404 OR status_code:200", "time"),
    ],
)
def test_the_index_that_narrows_most_is_taken(client: TestClient, q: str, index: str) -> None:
    content = client.get("/v1/logs", params=SPAN | {"q": q, "feed": APP.name}).json()
    assert content["plan"]["index"] == {APP.name: index}


def test_a_cursor_is_of_its_own_query_alone(client: TestClient) -> None:
    after = client.get("/v1/logs", params=SPAN | {"size": 2}).json()["next"]
    for changed in ({"q": "level:ERROR"}, {"order": "oldest"}, {"feed": WEB.name}):
        assert client.get("/v1/logs", params=SPAN | changed | {"after": after}).status_code == 422
    spoilt = after[:-2] + ("AA" if after[-2:] != "AA" else "BB")
    for made_up in (spoilt, "", "x", "é", after * 2):
        assert client.get("/v1/logs", params=SPAN | {"after": made_up}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"q": "level:"}, "q: "),
        ({"q": "statuscode:500"}, "statuscode"),
        ({"q": "status_code:abc"}, "status_code"),
        ({"q": '"open'}, "q: "),
        ({"q": '{"$where": "1"}'}, "q: "),
        ({"from": "yesterday"}, "from, to"),
        ({"from": "now", "to": "now-1h"}, "from, to"),
        ({"feed": "nobody"}, "feed"),
        ({"feed": "../api_web"}, "feed"),
        ({"size": "0"}, "size"),
        ({"size": "x"}, "size"),
        ({"order": "up"}, "order"),
    ],
)
def test_what_is_not_understood_is_told(
    client: TestClient, asked: dict[str, str], told: str
) -> None:
    answer = client.get("/v1/logs", params=SPAN | asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


def test_the_nearest_names_are_told(client: TestClient) -> None:
    problem = client.get("/v1/logs", params={"q": "level:ERROR statuscode:500"}).json()
    assert "status_code" in problem["nearest"]
    assert problem["position"] == 12


def test_what_is_hidden_is_neither_shown_nor_asked_for(
    api_conf: Config, documents: list[tuple[str, dict[str, Any]]]
) -> None:
    api = api_conf.api.model_copy(update={"hidden_fields": ("raw", "client_ip")})
    with asking(api_conf.model_copy(update={"api": api})) as client:
        (item,) = client.get("/v1/logs", params=SPAN | {"feed": WEB.name, "size": 1}).json()[
            "items"
        ]
        assert not {"raw", "client_ip"} & set(item)
        for q in ("client_ip:203.0.113.9", "client.address:203.0.113.9"):
            assert client.get("/v1/logs", params=SPAN | {"q": q}).status_code == 422
        # A word is looked for in what is shown alone.
        assert client.get("/v1/logs", params=SPAN | {"q": '"203.0.113"'}).json()["items"] == []


def test_a_search_that_takes_too_long_says_what_would_narrow_it(
    api_conf: Config, documents: list[tuple[str, dict[str, Any]]]
) -> None:
    api = api_conf.api.model_copy(update={"max_query_s": 1e-9})
    with asking(api_conf.model_copy(update={"api": api})) as client:
        answer = client.get("/v1/logs", params=SPAN)
    assert answer.status_code == 422
    assert "narrow it" in answer.json()["detail"]
