"""Exports that do not come to their end: each is seen to be cut, and leaves nothing behind."""

import random
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from api.exporting import START
from api.serving import served, wait

from millrace.api import parquet, streams, tokens
from millrace.api.client import ApiError, Client
from millrace.api.downloads import IncompleteError, saved
from millrace.config import Config, Feed
from millrace.io import mongo
from millrace.io.mysql import tables

BIG = Feed(name="export_big", topic="export_big", format="app", service_name="app")
LINES = 20_000  # more than the buffers between a server and its client hold
# Nearly all of them are in one slice of it, and so come by one cursor.
SPAN = {"from_": "2026-03-01T11:00:00Z", "to": "2026-03-02T11:00:00Z"}
PARAMETERS = {"from": SPAN["from_"], "to": SPAN["to"]}
FORMATS = ("ndjson", "csv", "parquet")


@pytest.fixture(scope="module")
def api(servers: Config) -> Iterator[Config]:
    """An API that runs two exports at once, of many lines."""
    draw, db = random.Random(3), mongo.database(servers.mongo)
    tables.prepare(servers.mysql)
    db[BIG.name].drop()
    mongo.prepare(servers.mongo, BIG)
    db[BIG.name].insert_many(
        {
            "_id": f"{number:013d}",
            "timestamp": START + timedelta(seconds=number),
            "raw": draw.randbytes(1_000).hex(),
        }
        for number in range(LINES)
    )
    with served(servers.model_copy(update={"feeds": (BIG,)})) as own:
        yield own


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups that are sent long before the last line is read."""
    monkeypatch.setattr(parquet, "ROWS", 1_000)


def cursors(conf: Config) -> list[int]:
    """The cursors that exports have open."""
    stages: list[dict[str, Any]] = [
        {"$currentOp": {"idleCursors": True}},
        {"$match": {"ns": f"{conf.mongo.database}.{BIG.name}", "cursor.cursorId": {"$gt": 0}}},
    ]
    found = mongo.database(conf.mongo).client.admin.aggregate(stages)
    return [one["cursor"]["cursorId"] for one in found]


def kill(conf: Config) -> None:
    """Has the server end what it reads."""
    found: list[int] = []

    def is_found() -> bool:
        found[:] = cursors(conf)
        return bool(found)

    wait(is_found)
    mongo.database(conf.mongo).command("killCursors", BIG.name, cursors=found)


def asking(conf: Config) -> httpx.Client:
    token = tokens.stored(conf.stack)
    return httpx.Client(
        base_url=f"http://127.0.0.1:{conf.api.port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("format", FORMATS)
def test_an_error_in_the_middle_breaks_the_connection(
    api: Config, format: str, encoding: str
) -> None:
    asked, sent = PARAMETERS | {"format": format}, {"Accept-Encoding": encoding}
    with (
        asking(api) as client,
        client.stream("GET", "/v1/logs/export", params=asked, headers=sent) as answer,
    ):
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        next(pieces)
        kill(api)
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            for _ in pieces:
                pass


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_is_cut_is_not_left_behind(api: Config, tmp_path: Path, format: str) -> None:
    file, killed = tmp_path / f"lines.{format}", []
    file.write_text("from before")

    def kill_once(size: int) -> None:
        if not killed:
            killed.append(size)
            kill(api)

    with Client(conf=api) as client, pytest.raises(ApiError, match="cut"):
        client.export(file, **SPAN, progress=kill_once)
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    assert file.read_text() == "from before"


@pytest.mark.parametrize("format", FORMATS)
def test_a_whole_file_takes_the_place_of_the_one_before(
    api: Config, tmp_path: Path, format: str
) -> None:
    file, sizes = tmp_path / f"lines.{format}", [0]
    file.write_text("from before")
    with Client(conf=api) as client:
        exported = client.export(file, **SPAN, progress=sizes.append)
    assert exported.lines == LINES
    assert sizes == sorted(sizes)
    assert sizes[-1] == file.stat().st_size
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("format", ["ndjson", "parquet"])
@pytest.mark.parametrize("kept", [0, 1, 100, -10, -1])
def test_the_file_itself_says_that_it_is_cut(
    api: Config, tmp_path: Path, format: str, kept: int
) -> None:
    """As where a proxy, or HTTP/1.0, hides the end of the connection."""
    until = "2026-03-01T12:00:50Z"
    with asking(api) as client:
        answer = client.get("/v1/logs/export", params=PARAMETERS | {"format": format, "to": until})
    file = tmp_path / f"lines.{format}"
    assert saved(file, [answer.content]) == 50
    with pytest.raises(IncompleteError):
        saved(file, [answer.content[:kept]])
    assert saved(file, [file.read_bytes()]) == 50


def test_csv_needs_a_connection_that_shows_a_cut(api: Config) -> None:
    for format, status in (("csv", b"400"), ("ndjson", b"200")):
        with socket.create_connection(("127.0.0.1", api.api.port)) as connection:
            asked = f"/v1/logs/export?from=now-1m&format={format}&to=now"
            token = f"Authorization: Bearer {tokens.stored(api.stack)}"
            connection.sendall(
                f"GET {asked} HTTP/1.0\r\n{token}\r\nHost: localhost\r\n\r\n".encode()
            )
            answer = b"".join(iter(lambda connection=connection: connection.recv(4096), b""))
        assert answer.split()[1] == status
        assert answer.endswith(b'"lines": 0}\n') == (format == "ndjson")


@pytest.mark.parametrize("format", FORMATS)
def test_a_client_that_leaves_takes_its_cursor_with_it(api: Config, format: str) -> None:
    with (
        asking(api) as client,
        client.stream("GET", "/v1/logs/export", params=PARAMETERS | {"format": format}) as answer,
    ):
        pieces = answer.iter_raw()
        next(pieces)
        wait(lambda: bool(cursors(api)))
    wait(lambda: not cursors(api))


def test_no_more_exports_run_than_may(api: Config) -> None:
    with asking(api) as client:
        with (
            client.stream("GET", "/v1/logs/export", params=PARAMETERS) as first,
            client.stream("GET", "/v1/logs/export", params=PARAMETERS) as second,
        ):
            assert [first.status_code, second.status_code] == [200, 200]
            third = client.get("/v1/logs/export", params=PARAMETERS)
            assert third.status_code == 429
            assert third.headers["retry-after"] == "10"
            assert client.get("/v1/logs", params=PARAMETERS).status_code != 429
        asked = PARAMETERS | {"to": "2026-03-01T12:00:50Z"}
        wait(lambda: client.get("/v1/logs/export", params=asked).status_code == 200)


def test_a_client_that_takes_nothing_is_left(api: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STALLED_S", 0.2)
    with (
        asking(api) as client,
        client.stream("GET", "/v1/logs/export", params=PARAMETERS) as answer,
    ):
        pieces = answer.iter_raw()
        next(pieces)
        wait(lambda: not cursors(api))
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            for _ in pieces:
                pass


def test_an_error_before_the_first_line_is_told(api: Config) -> None:
    away = api.mongo.model_copy(
        update={"uri": "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200"}
    )
    with served(api.model_copy(update={"mongo": away})) as own, asking(own) as client:
        answer = client.get("/v1/logs/export", params=PARAMETERS)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
