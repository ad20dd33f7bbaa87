"""One line: where it came from, and what stands around it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.conftest import FEEDS
from starlette.testclient import TestClient
from support.stored import store

from millrace.config import Config
from millrace.io import mongo

_, APP = FEEDS
START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def line(number: int) -> bytes:
    at = START + timedelta(seconds=number)
    values: dict[str, Any] = {"timestamp": at.isoformat(), "level": "INFO", "message": str(number)}
    values["service_name"] = ("cart", "mail")[number % 2]
    if number % 5 == 0:
        values["request_id"] = f'r"{number % 10}'
    return json.dumps(values).encode()


@pytest.fixture(scope="module")
def ids(api_conf: Config) -> list[str]:
    """The ids of 40 lines of two partitions, in two batches."""
    mongo.database(api_conf.mongo)[APP.name].drop()
    lines = [line(number) for number in range(40)]
    first = store(api_conf, APP, lines[:20], START, batch_id=50, first_offset=500)
    later = START + timedelta(hours=1)
    second = store(api_conf, APP, lines[20:], later, batch_id=51, first_offset=700, partition=1)
    return [one["_id"] for one in (*first, *second)]


def around(client: TestClient, id: str, **asked: Any) -> tuple[list[str], list[str]]:
    answer = client.get(f"/v1/logs/{APP.name}/{id}/context", params=asked)
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert content["item"]["_id"] == id
    before, after = ([one["message"] for one in content[side]] for side in ("before", "after"))
    return before, after


def test_a_line_tells_where_it_came_from(client: TestClient, ids: list[str]) -> None:
    content = client.get(f"/v1/logs/{APP.name}/{ids[3]}").json()
    assert content["item"]["message"] == "3"
    lineage = content["lineage"]
    assert (lineage["topic"], lineage["partition"], lineage["offset"]) == (APP.topic, 0, 503)
    assert lineage["batch"]["_id"].endswith("/50")
    assert lineage["archive"].endswith("/api_app/date=2026-05-01")


def test_a_line_that_is_not_there(client: TestClient) -> None:
    assert client.get(f"/v1/logs/{APP.name}/nothing").status_code == 404
    assert client.get("/v1/logs/nobody/nothing").status_code == 422


def test_what_stands_around_it_in_its_partition(client: TestClient, ids: list[str]) -> None:
    assert around(client, ids[10], size=3) == (["7", "8", "9"], ["11", "12", "13"])
    assert around(client, ids[0], size=2) == ([], ["1", "2"])
    assert around(client, ids[19], size=2) == (["17", "18"], [])
    assert around(client, ids[20], size=2) == ([], ["21", "22"])


def test_what_the_same_service_said(client: TestClient, ids: list[str]) -> None:
    assert around(client, ids[10], by="service", size=3) == (["4", "6", "8"], ["12", "14", "16"])


def test_what_the_same_request_said(client: TestClient, ids: list[str]) -> None:
    assert around(client, ids[10], by="request_id") == (["0"], ["20", "30"])
    answer = client.get(f"/v1/logs/{APP.name}/{ids[11]}/context", params={"by": "request_id"})
    assert answer.status_code == 422
