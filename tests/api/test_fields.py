"""What lines can be asked for, and the values that fields have: by figures or by newest lines."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import MINUTE, START, app_feed, empty, line, send_minute
from starlette.testclient import TestClient
from support.counted import CountedFeed

from millrace.api import field_values
from millrace.api.documents import time_text
from millrace.config import Config, Feed
from millrace.records.fields import document

APP = app_feed("fields_app", max_error_codes=2)
SHOP = Feed(name="fields_shop", topic="fields_shop", format="shop", service_name="shop")
MINUTES = 6
SPAN = {"from": time_text(START), "to": time_text(START + MINUTES * MINUTE)}


@pytest.fixture(scope="module")
def world(api_conf: Config) -> CountedFeed:
    """Some minutes of lines, with tags and attributes in some, and long and hostile values."""
    made, draw = empty(api_conf, APP), random.Random(3)
    empty(api_conf, SHOP)
    for number in range(MINUTES):
        start = START + number * MINUTE
        send_minute(made, draw, start, 20)
        made.send(line(draw, start, tags=["a", "b", number], host="h" * 999), start + MINUTE, 0)
        odd = {"k8s.pod": f"p{number}", "$x": "y", "__proto__": {"a": 1}}
        made.send(line(draw, start, tags=["a"], **odd), start + MINUTE, 0)
    made.aggregate()
    made.ingest()
    return made


@pytest.fixture(scope="module")
def client(api_conf: Config, world: CountedFeed) -> Iterator[TestClient]:
    """A client of an API with both feeds."""
    with asking(conf_of(api_conf)) as made:
        yield made


def conf_of(conf: Config, **api: Any) -> Config:
    own = {"max_requests_per_s": 1000} | api
    return conf.model_copy(update={"feeds": (APP, SHOP), "api": conf.api.model_copy(update=own)})


def asked(client: TestClient, field: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/fields/{field}/values", params=SPAN | parameters)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def hits(content: dict[str, Any]) -> dict[Any, int]:
    return {one["value"]: one["hits"] for one in content["values"]}


def test_fields_are_those_of_the_layouts(client: TestClient) -> None:
    told = {one["name"]: one for one in client.get("/v1/fields").json()["fields"]}
    for feed in (APP, SHOP):
        assert {field.name for field in document(feed.layout)} <= told.keys()
    assert told["status_code"]["feeds"] == [APP.name]
    assert told["message"]["feeds"] == [APP.name, SHOP.name]
    assert "http.response.status_code" in told["status_code"]["synonyms"]
    assert told["tags"]["is_list"]
    only = client.get("/v1/fields", params={"feed": SHOP.name}).json()["fields"]
    assert "status_code" not in {one["name"] for one in only}


def test_figures_tell_what_they_count(client: TestClient, world: CountedFeed) -> None:
    for field in ("service_name", "level", "service.name"):
        name = field.replace(".", "_")
        content = asked(client, field, size=1000)
        assert content["source"] == "figures"
        assert hits(content) == Counter(one[name] for one in world.records)
        assert content["looked_at"] == len(world.records)
    narrowed = asked(client, "level", q="service_name:cart")
    own = [one for one in world.records if one["service_name"] == "cart"]
    assert narrowed["source"] == "figures"
    assert hits(narrowed) == Counter(one["level"] for one in own)


def test_what_has_no_name_in_figures_is_no_value(client: TestClient, world: CountedFeed) -> None:
    content = asked(client, "error_code")
    assert content["source"] == "figures"
    assert len(content["values"]) == 2  # as many as have a name


@pytest.mark.parametrize(
    ("field", "q"),
    [
        ("status_code", ""),
        ("method", "level:ERROR"),
        ("service_name", "status_code:>0"),
        ("error_code", "-level:INFO"),
        ("response_time_ms", ""),
        ("attributes.k8s.pod", ""),
        ("attributes.$x", ""),
        ("labels.$x", ""),
    ],
)
def test_all_else_is_counted(client: TestClient, world: CountedFeed, field: str, q: str) -> None:
    head, _, key = field.replace("labels", "attributes").partition(".")
    content = asked(client, field, q=q, size=1000)
    assert content["source"] == "counted"
    own = [one for one in world.records if _holds(q, one)]
    values = [(one.get(head) or {}).get(key) if key else one.get(head) for one in own]
    assert hits(content) == Counter(value for value in values if value is not None)
    assert content["looked_at"] == len(own)
    assert content["searched_until"] == SPAN["from"]


def _holds(q: str, fields: dict[str, Any]) -> bool:
    return {
        "": True,
        "level:ERROR": fields["level"] == "ERROR",
        "status_code:>0": bool(fields.get("status_code")),
        "-level:INFO": fields["level"] != "INFO",
    }[q]


def test_each_item_of_a_list_is_a_value(client: TestClient) -> None:
    assert hits(asked(client, "tags")) == {"a": 12, "b": 6} | {str(n): 1 for n in range(6)}


def test_long_values_are_cut(client: TestClient) -> None:
    assert hits(asked(client, "attributes.host")) == {"h" * 256: 6}


def test_the_most_frequent_come_first(client: TestClient) -> None:
    found = [one["hits"] for one in asked(client, "service_name", size=3)["values"]]
    assert found == sorted(found, reverse=True)
    assert len(found) == 3


def test_only_the_newest_lines_are_looked_at(
    client: TestClient, world: CountedFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field_values, "LOOKED_AT", 30)
    content = asked(client, "message", size=1000)
    newest = sorted(world.records, key=lambda one: one["timestamp"], reverse=True)[:30]
    assert content["looked_at"] == 30
    assert sum(hits(content).values()) == 30
    assert set(hits(content)) <= {one["message"] for one in newest}
    assert content["searched_until"] > SPAN["from"]


def test_without_time_nothing_is_looked_at(api_conf: Config, world: CountedFeed) -> None:
    with asking(conf_of(api_conf, max_query_s=1e-9)) as client:
        content = asked(client, "status_code")
    assert content["looked_at"] == 0
    assert content["searched_until"] == SPAN["to"]


@pytest.mark.parametrize(
    "field", ["nothing", "anomaly", "attributes", "$where", "levle", "details", "tags.a", "*", "é"]
)
def test_what_is_no_field_is_told(client: TestClient, field: str) -> None:
    answer = client.get(f"/v1/fields/{field}/values", params=SPAN)
    assert answer.status_code == 422, answer.text
    assert "field" in answer.json()["detail"]


def test_hidden_fields_have_no_values(api_conf: Config, world: CountedFeed) -> None:
    with asking(conf_of(api_conf, hidden_fields=("service_name", "attributes"))) as client:
        for field in ("service_name", "service.name", "attributes.host", "labels.host"):
            answer = client.get(f"/v1/fields/{field}/values", params=SPAN)
            assert answer.status_code == 422
        names = {one["name"] for one in client.get("/v1/fields").json()["fields"]}
        assert not {"service_name", "attributes"} & names


def test_answers_are_json_whatever_lines_hold(client: TestClient) -> None:
    for one in client.get("/v1/fields").json()["fields"]:
        answer = client.get(f"/v1/fields/{one['name']}/values", params=SPAN)
        assert answer.status_code in (200, 422)
        json.loads(answer.text)
