"""Templates over HTTP: texts of the feed's file, events of the figures, what is new or gone."""

from datetime import datetime
from pathlib import Path

import pytest
from api.conftest import FEEDS, asking
from starlette.testclient import TestClient
from support.template_rows import insert

from millrace.config import Config
from millrace.detect.templates import Template, template_id
from millrace.io import mysql, template_files
from millrace.io.template_files import Templates

WEB, APP = FEEDS
SPAN = {"from": "2026-07-02T12:32:00Z", "to": "2026-07-03T12:32:00Z"}
KNOWN, QUIET = (
    Template(template_id(text), text, 10) for text in ("user <*> logged in", "disk <*> is full")
)
MINED_AT = datetime.fromisoformat("2026-07-01T00:00:00Z")


def at(hour: int, minute: int, day: int = 3) -> datetime:
    return datetime(2026, 7, day, hour, minute)


@pytest.fixture
def mined(api_conf: Config, tmp_path: Path) -> Config:
    """With a file of two templates of one feed, and figures of three."""
    known = Templates(3, MINED_AT, "mongo", 20, (KNOWN, QUIET))
    template_files.save(tmp_path, APP.name, known)
    mysql.prepare(api_conf.mysql)
    insert(
        api_conf,
        APP.name,
        (at(12, 31, day=2), KNOWN.id, 100),  # before the span
        *((at(hour, 0), KNOWN.id, 1) for hour in range(9, 13)),
        (at(12, 10), "0123456789ab", 3),
        (at(12, 10), "-", 1),
        (at(12, 32), KNOWN.id, 100),  # after it
    )
    detection = api_conf.detection.model_copy(update={"templates": tmp_path})
    return api_conf.model_copy(update={"detection": detection})


def test_it_has_texts_and_events_of_the_span(mined: Config) -> None:
    with asking(mined) as client:
        answer = client.get("/v1/templates", params=SPAN).json()
    (found,) = answer["feeds"]  # access logs have no messages
    assert (found["feed"], found["version"]) == (APP.name, 3)
    assert found["mined_at"] == "2026-07-01T00:00:00.000Z"
    assert (found["events"], found["unmatched"]) == (8, 1)
    assert found["items"] == [
        {"id": KNOWN.id, "text": KNOWN.text, "events": 4, "share": 0.5, "change": None},
        {"id": "0123456789ab", "text": None, "events": 3, "share": 0.375, "change": "new"},
        {"id": QUIET.id, "text": QUIET.text, "events": 0, "share": 0.0, "change": None},
    ]
    assert [one["feed"] for one in answer["proof"]] == [APP.name]


def test_a_span_without_events_has_no_shares(mined: Config) -> None:
    with asking(mined) as client:
        past = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}
        (found,) = client.get("/v1/templates", params=past).json()["feeds"]
    assert (found["events"], found["unmatched"]) == (0, 0)
    assert {(one["events"], one["share"]) for one in found["items"]} == {(0, None)}


def test_where_messages_are_hidden_so_are_their_words(mined: Config) -> None:
    hidden = mined.api.model_copy(update={"hidden_fields": ("message",)})
    with asking(mined.model_copy(update={"api": hidden})) as client:
        answer = client.get("/v1/templates", params=SPAN)
    assert answer.status_code == 200
    assert "logged" not in answer.text


def test_a_feed_without_messages_has_none(client: TestClient) -> None:
    answer = client.get("/v1/templates", params={"feed": WEB.name})
    assert answer.status_code == 422
    assert WEB.name in answer.json()["detail"]
