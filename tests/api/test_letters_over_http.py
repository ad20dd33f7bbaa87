"""Dead letters: found page by page, settled by those who may."""

import base64
import csv
import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
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


def exported(client: TestClient, format: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/dead-letters/export", params=SPAN | asked | {"format": format})
    assert answer.status_code == 200, answer.text
    if format == "ndjson":
        *lines, last = answer.text.splitlines()
        assert json.loads(last) == {"complete": True, "lines": len(lines)}
        return [json.loads(line) for line in lines]
    if format == "csv":
        return [*csv.DictReader(io.StringIO(answer.text, newline=""))]
    return pq.read_table(io.BytesIO(answer.content)).to_pylist()


@pytest.mark.parametrize("format", ["ndjson", "csv", "parquet"])
def test_a_file_has_all_letters_that_are_asked_for(
    client: TestClient, ids: list[str], format: str
) -> None:
    asked = {"feed": APP.name}
    found = exported(client, format, **asked)
    assert sorted(one["_id"] for one in found) == sorted(ids)
    times = [str(one["received_at"]) for one in found]
    assert times == sorted(times, reverse=True)
    (mended,) = [one for one in found if one["raw"].lstrip("'").startswith("{")]
    assert mended["raw"].lstrip("'") == GOOD.decode()
    assert {one["raw"] for one in found if one is not mended} == {"\\xff\x1b[2J{"}
    of_reason = exported(client, format, **asked, reason="no_match")
    assert {one["reason"] for one in of_reason} == {"no_match"}
    assert len(of_reason) == 5
    assert exported(client, format, **asked, status="resolved") == []


def test_what_is_hidden_is_in_no_file(api_conf: Config) -> None:
    hidden = api_conf.api.model_copy(update={"hidden_fields": ("raw",)})
    with asking(api_conf.model_copy(update={"api": hidden})) as client:
        for format in ("ndjson", "csv", "parquet"):
            assert "raw" not in exported(client, format, feed=APP.name)[0]


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
    assert dry["outcomes"].keys() == {*ids}
    made = dry["outcomes"][ids[0]]
    assert made["becomes"] == "record"
    assert made["document"]["message"] == "mended"
    assert made["document"]["_id"] == ids[0].partition("/")[2]
    assert dry["outcomes"][ids[1]]["becomes"] == "dead_letter"
    assert listed(client, feed=APP.name) == ids
    done = client.post("/v1/dead-letters/requeue", json={"ids": ids}).json()
    assert done == dry
    assert listed(client, feed=APP.name) == ids[1:]
    record = ids[0].partition("/")[2]
    found = client.get(f"/v1/logs/{APP.name}/{record}").json()["item"]
    assert found["message"] == "mended"


def test_an_edited_line_is_tried_before_it_is_requeued(
    client: TestClient, api_conf: Config, ids: list[str]
) -> None:
    asked = {"ids": [ids[4]], "line": "{}", "dry_run": True}
    (dead,) = client.post("/v1/dead-letters/requeue", json=asked).json()["outcomes"].values()
    assert (dead["becomes"], dead["reason"]) == ("dead_letter", "missing_field")
    assert "timestamp" in dead["detail"]
    asked |= {"line": GOOD.decode()}
    (made,) = client.post("/v1/dead-letters/requeue", json=asked).json()["outcomes"].values()
    document = made["document"]
    assert document["timestamp"] == "2026-06-01T09:00:00.000Z"
    assert listed(client, feed=APP.name) == ids
    assert client.post("/v1/dead-letters/requeue", json=asked | {"dry_run": False}).json() == {
        "records": 1,
        "still_dead": {},
        "cut": 0,
        "outcomes": {ids[4]: made},
    }
    found = client.get(f"/v1/logs/{APP.name}/{document['_id']}").json()["item"]
    assert found == document | {"feed": APP.name}


def test_a_letter_is_looked_at_with_its_bytes_and_what_the_parser_says(
    client: TestClient, ids: list[str]
) -> None:
    looked = client.get(f"/v1/dead-letters/{ids[1]}").json()
    assert looked["letter"]["_id"] == ids[1]
    assert looked["letter"]["status"] == "new"
    assert base64.b64decode(looked["bytes"].pop("base64")) == b"\xff\x1b[2J{"
    shown = r"\xff\x1b[2J{"
    assert looked["bytes"] == {"shown": shown, "length": 6, "came": 6, "is_cut": False}
    assert looked["parsed"]["becomes"] == "dead_letter"
    assert looked["parsed"]["reason"] == "not_utf8"
    made = client.get(f"/v1/dead-letters/{ids[0]}").json()["parsed"]
    assert made["document"]["message"] == "mended"
    assert listed(client, feed=APP.name) == ids


def test_a_letter_that_was_cut_says_so(
    client: TestClient, api_conf: Config, ids: list[str]
) -> None:
    stored = mongo.database(api_conf.mongo)[COLLECTION]
    stored.update_one({"_id": ids[0]}, {"$set": {"raw_bytes": 9_000_000, "raw_sha256": "0" * 64}})
    looked = client.get(f"/v1/dead-letters/{ids[0]}").json()
    assert looked["parsed"]["becomes"] == "unknown"
    assert (looked["bytes"]["is_cut"], looked["bytes"]["came"]) == (True, 9_000_000)


def test_a_letter_hides_what_is_hidden(api_conf: Config, ids: list[str]) -> None:
    hiding = api_conf.api.model_copy(update={"hidden_fields": ("message",)})
    with asking(api_conf.model_copy(update={"api": hiding})) as client:
        looked = client.get(f"/v1/dead-letters/{ids[0]}").json()
        dry = client.post("/v1/dead-letters/requeue", json={"ids": ids[:1], "dry_run": True}).json()
    assert looked["bytes"] is None
    assert "raw" not in looked["letter"]
    for document in (looked["parsed"]["document"], dry["outcomes"][ids[0]]["document"]):
        assert document["level"] == "INFO"
        assert not {"message", "raw"} & document.keys()


@pytest.mark.parametrize("id", ["nobody/1", f"{APP.name}/1", f"{APP.name}/%00", "1"])
def test_a_letter_of_nobody_is_not_found(client: TestClient, id: str) -> None:
    assert client.get(f"/v1/dead-letters/{id}").status_code in (404, 405)


def test_settling_is_tried_without_a_change(client: TestClient, ids: list[str]) -> None:
    asked = {"ids": ids[:3], "status": "discarded", "dry_run": True}
    assert client.post("/v1/dead-letters/settle", json=asked).json() == {"settled": 3}
    assert listed(client, feed=APP.name) == ids


def test_each_act_is_logged_with_who_and_what(
    client: TestClient, ids: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "millrace.api.guard")
    bad = f"{APP.name}/x\x1b[2J"
    asked = {"ids": [ids[1], bad], "status": "discarded", "note": "noise\n"}
    client.post("/v1/dead-letters/settle", json=asked)
    client.post("/v1/dead-letters/requeue", json={"ids": [ids[0]], "dry_run": True})
    client.post("/v1/dead-letters/requeue", json={"ids": [ids[0]], "line": GOOD.decode()})
    settled, dry, done = [record.getMessage() for record in caplog.records]
    shown = bad.replace("\x1b", r"\x1b")
    told = rf"1 letters discarded, note 'noise\n': {ids[1]}, {shown}"
    assert "/v1/dead-letters/settle by operate: 200" in settled
    assert settled.endswith(told)
    assert dry.endswith(f"1 letters would become records, 0 still dead, 0 cut: {ids[0]}")
    assert "/v1/dead-letters/requeue by operate: 200" in done
    assert done.endswith(
        f"1 letters became records from an edited line, 0 still dead, 0 cut: {ids[0]}"
    )


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
