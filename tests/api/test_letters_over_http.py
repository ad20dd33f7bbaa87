"""Dead letters: found page by page, settled by those who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.conftest import FEEDS, asking
from pydantic import SecretStr
from starlette.testclient import TestClient

from millrace.config import Config
from millrace.io import mongo
from millrace.records.dead_letters import COLLECTION

WEB, APP = FEEDS
START = datetime(2026, 6, 1, 9, tzinfo=UTC)
SPAN = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-02T00:00:00Z"}
GOOD = b'{"timestamp": "2026-06-01T09:00:00Z", "level": "INFO", "message": "mended"}'


def letter(number: int, feed: str, reason: str, raw: bytes) -> dict[str, Any]:
    at = START + timedelta(seconds=number // 3)  # three at a time
    id = f"{int(at.timestamp() * 1000):013d}-00000-{number:012d}"
    return {
        "_id": f"{feed}/{id}",
        "feed": feed,
        "kafka": {"topic": feed, "partition": 0, "offset": number},
        "received_at": at,
        "raw": raw,
        "reason": reason,
        "detail": "what was found",
        "status": "new",
        "parser_version": 1,
    }


@pytest.fixture(autouse=True)
def ids(api_conf: Config) -> list[str]:
    """The ids of ten letters, those received last first; the last of them could be a record."""
    letters = [
        letter(n, APP.name, "bad_json" if n % 2 else "no_match", b"\xff\x1b[2J{") for n in range(9)
    ]
    letters.append(letter(9, APP.name, "bad_json", GOOD))
    stored = mongo.database(api_conf.mongo)[COLLECTION]
    stored.delete_many({"feed": APP.name})
    stored.insert_many(letters)
    return [one["_id"] for one in reversed(letters)]


def listed(client: TestClient, **asked: Any) -> list[str]:
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        content = client.get("/v1/dead-letters", params=SPAN | asked | after).json()
        found += [one["_id"] for one in content["items"]]
        if content["next"] is None:
            return found
        after = {"after": content["next"]}


@pytest.mark.parametrize("size", [1, 2, 4, 100])
def test_letters_come_once_each_the_last_received_first(
    client: TestClient, ids: list[str], size: int
) -> None:
    assert listed(client, feed=APP.name, size=size) == ids
    odd = [id for id in ids if int(id[-1]) % 2]
    assert listed(client, feed=APP.name, size=size, reason="bad_json") == odd


def test_bytes_that_are_no_text_are_shown_escaped(client: TestClient) -> None:
    items = client.get("/v1/dead-letters", params=SPAN | {"feed": APP.name}).json()["items"]
    assert items[-1]["raw"] == "\\xff\x1b[2J{"


def test_letters_are_settled_once(client: TestClient, ids: list[str]) -> None:
    asked = {"ids": ids[:3], "status": "discarded", "note": "noise"}
    assert client.post("/v1/dead-letters/settle", json=asked).json() == {"settled": 3}
    assert client.post("/v1/dead-letters/settle", json=asked).json() == {"settled": 0}
    assert listed(client, feed=APP.name) == ids[3:]
    assert listed(client, feed=APP.name, status="discarded") == ids[:3]


def test_a_letter_becomes_a_record(client: TestClient, api_conf: Config, ids: list[str]) -> None:
    dry = client.post("/v1/dead-letters/requeue", json={"ids": ids, "dry_run": True}).json()
    assert dry["records"] == 1
    assert sum(dry["still_dead"].values()) == 9
    assert listed(client, feed=APP.name) == ids
    done = client.post("/v1/dead-letters/requeue", json={"ids": ids}).json()
    assert done == dry
    assert listed(client, feed=APP.name) == ids[1:]
    record = ids[0].partition("/")[2]
    found = client.get(f"/v1/logs/{APP.name}/{record}").json()["item"]
    assert found["message"] == "mended"


@pytest.mark.parametrize("id", ["", "x", "/x", "nobody/1"])
def test_an_id_of_nobody_is_told(client: TestClient, id: str) -> None:
    for path, more in (("settle", {"status": "resolved"}), ("requeue", {})):
        answer = client.post(f"/v1/dead-letters/{path}", json={"ids": [id]} | more)
        assert answer.status_code == 422 or answer.json() == {"settled": 0}


def test_who_may_only_read_settles_nothing(api_conf: Config, ids: list[str]) -> None:
    token = "0123456789abcdef-read"
    api = api_conf.api.model_copy(
        update={"read_token": SecretStr(token), "operate_token": SecretStr(token[::-1])}
    )
    with asking(api_conf.model_copy(update={"api": api})) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/v1/dead-letters", params=SPAN).status_code == 200
        asked = {"ids": ids, "status": "discarded"}
        assert client.post("/v1/dead-letters/settle", json=asked).status_code == 403
        assert client.post("/v1/dead-letters/requeue", json={"ids": ids}).status_code == 403
        assert listed(client, feed=APP.name) == ids
