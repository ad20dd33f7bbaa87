"""What a query means and costs, before it is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from api.conftest import asking
from starlette.testclient import TestClient

from millrace.config import Api, Config, Feed
from millrace.io import mysql
from millrace.io.mysql import tables
from millrace.records.tables import LEVELS, TRAFFIC

FEEDS = (
    Feed(name="explain_app", topic="explain_app", format="app", service_name="app"),
    Feed(name="explain_web", topic="explain_web", format="combined", service_name="web"),
)
APP, WEB = FEEDS
SPAN = {"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T13:00:00Z"}
COUNTS = {
    ("cart", "INFO"): 60_000,
    ("cart", "ERROR"): 500,
    ('odd "*\\', "WARN"): 7_000,
    ("-", "INFO"): 3_000,
}
REQUESTS = {("cart", "2xx"): 50_000, ("cart", "4xx"): 900, ("pay", "5xx"): 2_000}


@pytest.fixture(scope="module")
def own_conf(servers: Config) -> Config:
    tables.prepare(servers.mysql)
    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC).replace(tzinfo=None)
    with mysql.connection(servers.mysql) as opened, opened.cursor() as cursor:
        for (service, level), events in COUNTS.items():
            cursor.execute(
                f"REPLACE INTO {LEVELS.name} (window_start, feed, service_name, level, error_code,"
                " events) VALUES (%s, %s, %s, %s, '-', %s)",
                (at, APP.name, service, level, events),
            )
        for (service, status_class), requests in REQUESTS.items():
            cursor.execute(
                f"REPLACE INTO {TRAFFIC.name} (window_start, feed, service_name, method,"
                " http_route, status_class, requests) VALUES (%s, %s, %s, 'GET', '/', %s, %s)",
                (at, APP.name, service, status_class, requests),
            )
    return servers.model_copy(update={"feeds": FEEDS})


@pytest.fixture
def client(own_conf: Config) -> Iterator[TestClient]:
    with asking(own_conf) as made:
        yield made


def explained(client: TestClient, **asked: Any) -> dict[str, Any]:
    """The answer, which is the same however it is asked for."""
    answer = client.get("/v1/logs/explain", params=SPAN | asked)
    assert answer.status_code == 200, answer.text
    posted = client.post("/v1/logs/explain", json=SPAN | asked)
    assert posted.json() == answer.json()
    content: dict[str, Any] = answer.json()
    return content


def test_it_says_what_a_query_means_and_which_index_it_takes(client: TestClient) -> None:
    found = explained(client, q="level:ERROR", feed=APP.name)
    assert "ERROR" in found["sentence"]
    assert found["plan"] == {"index": {APP.name: "level_time"}, "estimated": 500}
    assert found["narrower"] == []


def test_it_says_what_makes_it_narrower(client: TestClient) -> None:
    found = explained(client, q="timeout")
    assert found["plan"]["estimated"] == 70_500
    assert found["narrower"] == [
        'level:"ERROR": about 500 of 70,500 lines',
        'level:"WARN": about 7,000 of 70,500 lines',
        'service_name:"odd \\"\\*\\\\": about 7,000 of 70,500 lines',
        'service_name:"cart": about 60,500 of 70,500 lines',
        "feed: one of explain_app, explain_web",
        "a shorter time: from=2026-03-01T12:30:00Z is half of it",
    ]


def test_of_failed_requests_it_says_how_many_failed(client: TestClient) -> None:
    found = explained(client, q="status_code:>=500", feed=APP.name)
    assert found["plan"] == {"index": {APP.name: "failed_time"}, "estimated": 2_900}
    assert found["narrower"][:2] == [
        'service_name:"cart": about 900 of 2,900 lines',
        'service_name:"pay": about 2,000 of 2,900 lines',
    ]
    own = explained(client, q="status_code:>=500 service_name:pay", feed=APP.name)
    assert own["plan"]["estimated"] == 2_000


def test_what_makes_it_narrower_can_be_asked_for(client: TestClient) -> None:
    for offer in explained(client, q="timeout")["narrower"][:4]:
        term, _, told = offer.partition(": about ")
        estimated = explained(client, q=f"timeout {term}")["plan"]["estimated"]
        assert f"{estimated:,} of 70,500 lines" == told


def test_a_hidden_field_is_not_offered(own_conf: Config) -> None:
    own = own_conf.model_copy(update={"api": Api(hidden_fields=("service_name",))})
    with asking(own) as client:
        assert not [one for one in explained(client)["narrower"] if "cart" in one]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"q": "nofield:1"}, "q:"),
        ({"qq": "x"}, "qq"),
        ({"feed": "nofeed"}, "feed"),
        ({"feed": 1}, "feed"),
        ({"from": "now", "to": "now-1h"}, "from, to"),
        ({"q": "x" * 5_000}, "q:"),
        ({"q": {"$where": "1"}}, "q"),
        ([], "body"),
    ],
)
def test_what_is_no_question_is_refused(client: TestClient, body: Any, told: str) -> None:
    answer = client.post("/v1/logs/explain", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
