"""Dead letters of captured entities over HTTP: as those of feeds."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api.captured_world import PARTS, PEOPLE, START_MS, capturing, made, store
from api.conftest import FEEDS, asking
from starlette.testclient import TestClient

from millrace.config import Config, entities
from millrace.io import mongo
from millrace.records.dead_letters import COLLECTION
from millrace.records.received import EPOCH, record_id

PATH = "/v1/dead-letters"
ALL_TIME = {"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"}
KEY = {"maker": "acme", "number": 7}


def change(op: str, position: int, **after: Any) -> bytes:
    source = {"ts_ms": START_MS + position, "sequence": f'[null,"{position}"]'}
    row = KEY | after
    told = {"op": op, "before": row, "after": None if op == "d" else row, "source": source}
    return json.dumps(told).encode()


BROKEN = change("u", 5, weight="heavy")


@pytest.fixture
def own_conf(api_conf: Config, tmp_path: Path) -> Config:
    """The configuration of two entities, of which one has three letters."""
    own = capturing(api_conf, tmp_path)
    topic = entities.of(own).entity(PARTS).topic
    raws = (b"no JSON", BROKEN, change("d", 6))
    letters = [
        {
            "_id": f"{PARTS}/{record_id(START_MS + number, 0, number)}",
            "feed": PARTS,
            "kafka": {"topic": topic, "partition": 0, "offset": number},
            "received_at": EPOCH + timedelta(milliseconds=START_MS + number),
            "raw": raw,
            "reason": "bad_json",
            "detail": "what was found",
            "status": "new",
            "parser_version": 1,
        }
        for number, raw in enumerate(raws)
    ]
    mongo.database(own.mongo)[COLLECTION].insert_many(letters)
    return own


@pytest.fixture
def client(own_conf: Config) -> Iterator[TestClient]:
    """A client of an API that knows the entities."""
    with asking(own_conf) as own:
        yield own


def listed(client: TestClient, **asked: Any) -> list[str]:
    answer = client.get(PATH, params=ALL_TIME | asked)
    assert answer.status_code == 200, answer.text
    return [one["_id"] for one in answer.json()["items"]]


def test_letters_of_an_entity_are_listed_as_those_of_a_feed(client: TestClient) -> None:
    ids = listed(client, feed=PARTS)
    assert len(ids) == 3
    assert listed(client, feed=PEOPLE) == []
    assert {*ids} <= {*listed(client, size=1_000)}
    assert not {*ids} & {*listed(client, size=1_000, feed=FEEDS[0].name)}
    answer = client.get(PATH, params=ALL_TIME | {"feed": "nobody"})
    assert answer.status_code == 422
    assert PARTS in answer.json()["detail"]


def test_a_letter_says_what_its_change_comes_to(client: TestClient) -> None:
    deleted, broken, garbled = listed(client, feed=PARTS)
    parsed = {id: client.get(f"{PATH}/{id}").json()["parsed"] for id in (deleted, broken, garbled)}
    assert parsed[garbled]["reason"] == "bad_json"
    assert (parsed[broken]["becomes"], parsed[broken]["reason"]) == ("dead_letter", "bad_value")
    assert parsed[deleted]["becomes"] == "record"
    document = parsed[deleted]["document"]
    assert {name: document[name] for name in KEY} == KEY
    assert document["change"]["op"] == "d"


def test_an_edited_change_takes_its_place_by_its_position(
    client: TestClient, own_conf: Config
) -> None:
    store(own_conf, PARTS, [made("c", KEY, 3, **KEY, label="first")])
    _, broken, garbled = listed(client, feed=PARTS)
    asked = {"ids": [broken], "line": change("u", 5, weight=1.5).decode(), "dry_run": True}
    dry = client.post(f"{PATH}/requeue", json=asked).json()
    assert dry["outcomes"][broken]["document"] == KEY | {
        "weight": 1.5,
        "change": {"op": "u", "position": [5, 5], "committed_at": "2023-11-14T22:13:20.005Z"},
    }
    rows = mongo.database(own_conf.mongo)[PARTS]
    assert [row["label"] for row in rows.find()] == ["first"]
    assert client.post(f"{PATH}/requeue", json=asked | {"dry_run": False}).json() == dry
    assert [row["weight"] for row in rows.find()] == [1.5]
    # An older one is read, and changes nothing.
    asked = {"ids": [garbled], "line": change("u", 2, weight=9.0).decode()}
    assert client.post(f"{PATH}/requeue", json=asked).json()["records"] == 1
    assert [row["weight"] for row in rows.find()] == [1.5]
    assert len(listed(client, feed=PARTS)) == 1


def test_letters_of_an_entity_are_settled_and_exported(client: TestClient) -> None:
    ids = listed(client, feed=PARTS)
    asked = {"ids": ids[:2], "status": "discarded"}
    assert client.post(f"{PATH}/settle", json=asked).json() == {"settled": 2}
    answer = client.get(f"{PATH}/export", params=ALL_TIME | {"feed": PARTS})
    assert answer.status_code == 200, answer.text
    *lines, _ = answer.text.splitlines()
    assert [json.loads(line)["_id"] for line in lines] == ids[2:]
    (fresh,) = json.loads(answer.headers["X-Millrace-Freshness"])
    assert fresh["feed"] == PARTS
