"""Rules over HTTP: written by who may, checked by key, shown with how far their value is true."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.alerting import Figures, last_minute
from api.conftest import asking
from api.worlds import MINUTE, app_feed
from starlette.testclient import TestClient

from millrace.api.documents import time_text
from millrace.config import Config
from millrace.io import kafka

FEED = app_feed("alerts_app")
RULE = {
    "name": "Cart is slow",
    "metric": "p95_ms",
    "filter": {"service_name": ["cart"]},
    "comparison": ">",
    "threshold": 800,
    "window_minutes": 5,
}
FAILS = {"name": "Cart fails", "metric": "server_error_ratio", "threshold": 0.5}
READ_TOKEN = "a token that only reads"


@pytest.fixture(scope="module")
def figures(api_conf: Config) -> Figures:
    """Thirty minutes, of which three were a breach: the 5th, the 6th, and the 20th."""
    made, last = Figures(api_conf, FEED), last_minute()
    for number in range(30):
        failed = 9 if number in (5, 6, 20) else 1
        made.minute(last - (29 - number) * MINUTE, failed)
    return made


@pytest.fixture
def client(figures: Figures) -> Iterator[TestClient]:
    with asking(figures.conf) as made:
        yield made


def created(client: TestClient, **values: Any) -> dict[str, Any]:
    answer = client.post("/v1/alerts", json=RULE | values)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_rule_is_made_read_replaced_and_deleted(client: TestClient) -> None:
    made = created(client)
    path = f"/v1/alerts/{made['id']}"
    read = client.get(path)
    assert (read.json(), read.headers["ETag"]) == (made, '"1"')
    assert made["rule"]["filter"]["service_name"] == ["cart"]
    assert made["rule"]["for_minutes"] == 1
    changed = client.put(path, json=RULE | {"threshold": 900}, headers={"If-Match": '"1"'})
    assert (changed.json()["rule"]["threshold"], changed.headers["ETag"]) == (900, '"2"')
    assert made["id"] in [one["id"] for one in client.get("/v1/alerts").json()["items"]]
    assert client.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert client.get(path).status_code == 404


def test_a_rule_over_a_feed_without_topic_says_that_it_is_not_evaluated(figures: Figures) -> None:
    nowhere = app_feed("alerts_nowhere")
    conf = figures.conf.model_copy(update={"feeds": (FEED, nowhere)})
    with asking(conf) as client:
        of_all = created(client)["fault"]
        assert of_all.startswith("feed alerts_nowhere: Kafka has no topic alerts_nowhere"), of_all
        chosen = {"filter": {"feed": [FEED.name]}}
        assert created(client, **chosen)["fault"] is None
        assert created(client, enabled=False)["fault"] is None
        # By the clock it is evaluated all the same.
        assert created(client, no_data="alert")["fault"] is None
    kafka.create_topics(conf.kafka, [nowhere.topic])
    with asking(conf) as client:
        assert created(client)["fault"] is None


def test_of_two_who_change_a_rule_the_second_is_told(client: TestClient) -> None:
    path = f"/v1/alerts/{created(client)['id']}"
    assert client.put(path, json=RULE).status_code == 428
    assert client.delete(path).status_code == 428
    assert client.put(path, json=RULE, headers={"If-Match": '"1"'}).status_code == 200
    for answer in (
        client.put(path, json=RULE, headers={"If-Match": '"1"'}),
        client.delete(path, headers={"If-Match": '"1"'}),
        client.delete(path, headers={"If-Match": "what"}),
    ):
        assert answer.status_code == 412
        assert "read it again" in answer.json()["detail"]
    assert client.delete(path, headers={"If-Match": "*"}).status_code == 204


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"metric": "errors"}, "metric: "),
        ({"threshold": None}, "threshold: expected a number"),
        ({"comparison": "outside"}, "lower: expected a number"),
        (
            {"comparison": "outside", "threshold": None, "lower": 2, "upper": 1},
            "lower: expected at most upper",
        ),
        ({"lower": 1}, "lower: is for the comparison outside alone"),
        ({"window_minutes": 0}, "window_minutes: "),
        ({"for_minutes": 1441}, "for_minutes: "),
        ({"name": " "}, "name: "),
        ({"filter": {"feed": ["nowhere"]}}, "filter.feed: 'nowhere' is none of alerts_app"),
        ({"filter": {"country": ["DE"]}}, "filter.country: p95_ms is chosen by service_name"),
        ({"filter": {"http_route": [""]}}, "filter.http_route: expected 1 to 128 characters"),
        ({"metric": "revenue", "filter": {}}, "metric: no feed's lines are counted in shop"),
        ({"query": "level:ERROR"}, "query: is for the metric matching_lines alone"),
        (
            {"metric": "matching_lines", "query": "level:ERROR boom"},
            "query: figures tell nothing but values of service_name, level, error_code",
        ),
        ({"metric": "matching_lines", "query": "levle:ERROR"}, "query: "),
        ({"metric": "matching_lines", "query": "service_name:a"}, "named in the filter already"),
        ({"no_data": "never"}, "no_data: "),
        ({"unknown": 1}, "unknown: "),
    ],
)
def test_what_is_wrong_with_a_rule_names_its_key(
    client: TestClient, values: dict[str, Any], told: str
) -> None:
    answer = client.post("/v1/alerts", json=RULE | values)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_who_may_only_read_changes_nothing(figures: Figures, client: TestClient) -> None:
    id = created(client)["id"]
    headers = {"Authorization": f"Bearer {READ_TOKEN}", "If-Match": '"1"'}
    api = figures.conf.api.model_validate({"read_token": READ_TOKEN, "operate_token": "o" * 20})
    with asking(figures.conf.model_copy(update={"api": api})) as both:
        asked = [
            both.post("/v1/alerts", json=RULE, headers=headers),
            both.put(f"/v1/alerts/{id}", json=RULE, headers=headers),
            both.delete(f"/v1/alerts/{id}", headers=headers),
            both.post(f"/v1/alerts/{id}/silence", json={"until": "now+1h"}, headers=headers),
            both.post(f"/v1/alerts/{id}/unsilence", headers=headers),
        ]
        assert [answer.status_code for answer in asked] == [403] * len(asked)
        assert both.get("/v1/alerts", headers=headers).status_code == 200
        tried = {"rule": RULE, "from": "now-1h"}
        assert both.post("/v1/alerts/preview", json=tried, headers=headers).status_code == 200


def test_a_preview_says_when_a_rule_would_have_fired(client: TestClient) -> None:
    since = last_minute() - 29 * MINUTE
    asked = {"rule": FAILS, "from": time_text(since), "to": "now"}
    answer = client.post("/v1/alerts/preview", json=asked).json()
    # A minute may have been settled since the figures were made: it is without lines.
    ends = [datetime.fromisoformat(one["since"]) for one in answer["firings"]]
    assert len(ends) == 2
    assert ends[1] - ends[0] == 15 * MINUTE
    assert [one["value"] for one in answer["firings"]] == [0.9, 0.9]
    assert answer["sentence"].startswith("would have fired 2 times in ")
    length = datetime.fromisoformat(answer["until"]) - datetime.fromisoformat(answer["since"])
    assert len(answer["values"]) == length // MINUTE
    assert set(answer["values"]) <= {0.1, 0.9, None}
    assert answer["trust"]["state"] in ("open", "closed")


def test_a_preview_of_a_band_over_a_window_of_a_query(client: TestClient) -> None:
    rule = {
        "name": "Few errors",
        "metric": "matching_lines",
        "query": "level:(ERROR OR INFO) service_name:cart",
        "comparison": "outside",
        "lower": 0,
        "upper": 1_000_000,
        "window_minutes": 3,
    }
    answer = client.post("/v1/alerts/preview", json={"rule": rule, "from": "now-20m"}).json()
    assert answer["sentence"] == f"would not have fired in {len(answer['values'])} minutes"
    assert max(value or 0 for value in answer["values"]) > 0


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ({"from": "now-9d"}, "expected 10,080 at most"),
        ({"from": "now-10s"}, "expected at least one whole minute that is settled"),
        ({"from": "yesterday"}, "from, to: 'yesterday'"),
    ],
)
def test_a_preview_of_no_time_is_refused(
    client: TestClient, span: dict[str, str], told: str
) -> None:
    answer = client.post("/v1/alerts/preview", json={"rule": RULE, **span})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_rule_shows_its_value_and_how_far_that_can_be_trusted(
    figures: Figures, client: TestClient
) -> None:
    id = created(client, **FAILS, filter={}, window_minutes=30)["id"]
    figures.evaluate()
    shown = client.get(f"/v1/alerts/{id}").json()
    state = shown["state"]
    assert state["status"] == "ok"
    assert 0.1 < state["value"] < 0.3
    assert state["window"]["table"] == "traffic_by_minute"
    assert state["window"]["trust"]["proof"] == "unknown"
    length = datetime.fromisoformat(state["window"]["until"]) - datetime.fromisoformat(
        state["window"]["since"]
    )
    assert length == 30 * MINUTE
    assert shown["delivery"] == {"state": "off", "sent_at": None}


def test_a_rule_is_silenced_until_a_time(client: TestClient) -> None:
    path = f"/v1/alerts/{created(client)['id']}"
    silenced = client.post(f"{path}/silence", json={"until": "now+2h"}).json()
    until = datetime.fromisoformat(silenced["silenced_until"])
    assert timedelta(hours=1, minutes=59) < until - datetime.now(UTC) <= timedelta(hours=2)
    assert silenced["version"] == 1
    assert client.post(f"{path}/unsilence").json()["silenced_until"] is None
    for wrong in ("now-1h", "now+500d", "soon"):
        answer = client.post(f"{path}/silence", json={"until": wrong})
        assert (answer.status_code, answer.json()["detail"][:6]) == (422, "until:")


def test_the_history_of_a_rule_is_kept_when_it_is_deleted(
    figures: Figures, client: TestClient
) -> None:
    given = FAILS | {"threshold": 1, "comparison": "<", "window_minutes": 30, "filter": {}}
    id = created(client, **given)["id"]
    figures.evaluate()
    path = f"/v1/alerts/{id}"
    (one,) = client.get(f"{path}/history").json()["items"]
    assert (one["kind"], one["cause"], one["bounds"]) == ("firing", "value", "< 1")
    assert one["withdrawn_at"] is None
    assert client.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert client.get(f"{path}/history").json()["items"] == [one]
    assert client.get("/v1/alerts/0123456789abcdef/history").status_code == 404


def test_the_metrics_that_may_be_watched_are_told(client: TestClient) -> None:
    told = {one["name"]: one for one in client.get("/v1/alerts/metrics").json()["items"]}
    assert told["requests"]["tables"] == ["traffic_by_minute", "countries_by_minute"]
    assert told["requests"]["filters"] == ["service_name", "http_route", "country"]
    assert told["revenue"]["feeds"] == []
