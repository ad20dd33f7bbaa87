"""The client for Python, of an API that answers over HTTP."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from api.exporting import APP, FEEDS, HOSTILE, SHOP, START, WEB, stored
from api.serving import served
from support.places import free_port

from millrace.api import tokens
from millrace.api.client import ApiError, Client
from millrace.config import Config, ConfigurationError
from millrace.io import mysql
from millrace.records.tables import LEVELS
from millrace.records.tables import SHOP as SHOP_FIGURES

SPAN = {"from_": "2026-03-01T11:00:00Z", "to": "2026-03-01T15:00:00Z"}


@pytest.fixture(scope="module")
def lines(servers: Config) -> list[tuple[str, dict[str, Any]]]:
    return stored(servers)


@pytest.fixture(scope="module")
def api(servers: Config, lines: object) -> Iterator[Config]:
    with served(servers.model_copy(update={"feeds": FEEDS})) as own:
        yield own


@pytest.fixture
def client(api: Config) -> Iterator[Client]:
    with Client(conf=api) as made:
        yield made


@pytest.mark.parametrize("size", [10, 1_000])
def test_a_search_has_the_lines_of_all_pages(
    client: Client, lines: list[tuple[str, dict[str, Any]]], size: int
) -> None:
    found = [(one["feed"], one["_id"]) for one in client.search(**SPAN, size=size)]
    assert len(found) == len(lines)
    assert {*found} == {(feed, one["_id"]) for feed, one in lines}
    pages = [*client.search(**SPAN, size=size).pages()]
    assert pages[-1]["next"] is None
    assert [one["feed"] for one in pages[0]["proof"]] == [feed.name for feed in FEEDS]


def test_a_search_takes_a_query_feeds_and_an_order(client: Client) -> None:
    found = [*client.search("status_code:<205", **SPAN, feeds=WEB.name, order="oldest")]
    assert [one["status_code"] for one in found] == [200, 201, 202, 203, 204]
    both = client.search("level:ERROR", **SPAN, feeds=[WEB.name, APP.name])
    assert {one["feed"] for one in both} == {APP.name}


def test_a_frame_has_a_column_for_each_field(
    client: Client, lines: list[tuple[str, dict[str, Any]]]
) -> None:
    frame = client.search(**SPAN, order="oldest").frame()
    assert len(frame) == len(lines)
    assert frame["timestamp"].dt.tz is not None
    assert frame["timestamp"].is_monotonic_increasing
    assert frame["status_code"].dtype == pd.Int32Dtype()
    assert sorted(frame["status_code"].dropna()) == [*range(200, 240)]
    app = frame[frame["feed"] == APP.name]
    assert sorted(app["message"].fillna("")) == sorted(3 * HOSTILE)
    assert {*app["attributes"].map(lambda one: one["=key"])} == {*HOSTILE}
    amounts = frame["details"].dropna().map(lambda one: one["amount"])
    assert sorted(amounts) == [Decimal(n) - Decimal("19.5") for n in range(30)]
    assert [one["state"] for one in frame.attrs["proof"]] == ["never"] * 3
    assert [one["feed"] for one in frame.attrs["freshness"]] == [feed.name for feed in FEEDS]


def test_a_frame_of_nothing_has_its_columns(client: Client) -> None:
    frame = client.search("status_code:999", **SPAN).frame()
    assert frame.empty
    assert {"feed", "_id", "timestamp", "details"} <= {*frame.columns}


def test_a_table_is_arrows(client: Client) -> None:
    table = client.search(**SPAN, feeds=SHOP.name).table()
    assert table.num_rows == 30
    assert str(table.schema.field("timestamp").type) == "timestamp[ms, tz=UTC]"


@pytest.mark.parametrize("suffix", ["ndjson", "jsonl", "csv", "parquet"])
def test_a_file_has_all_lines_and_says_how_far_to_trust_it(
    client: Client, lines: list[tuple[str, dict[str, Any]]], tmp_path: Path, suffix: str
) -> None:
    exported = client.export(tmp_path / f"lines.{suffix}", **SPAN)
    assert exported.lines == len(lines)
    assert exported.path.stat().st_size > 1_000
    assert (exported.since, exported.until) == (
        "2026-03-01T11:00:00.000Z",
        "2026-03-01T15:00:00.000Z",
    )
    assert [one["state"] for one in exported.proof] == ["never"] * 3


def test_a_query_is_explained(client: Client) -> None:
    explained = client.explain("level:ERROR", **SPAN, feeds=APP.name)
    assert explained["plan"]["index"] == {APP.name: "level_time"}
    assert "ERROR" in explained["sentence"]
    assert explained["narrower"] == []


def test_figures_are_a_frame(client: Client, api: Config) -> None:
    at = START.replace(tzinfo=None)
    with mysql.connection(api.mysql) as opened, opened.cursor() as cursor:
        for service, events in (("cart", 3), ("pay", 4)):
            cursor.execute(
                f"REPLACE INTO {LEVELS.name} (window_start, feed, service_name, level, error_code,"
                " events) VALUES (%s, %s, %s, 'ERROR', '-', %s)",
                (at, APP.name, service, events),
            )
        cursor.execute(
            f"REPLACE INTO {SHOP_FIGURES.name} (window_start, feed, event_type, country,"
            " device_type, payment_method, events, revenue, failed_amount, sum_session_s,"
            " sessions_timed) VALUES (%s, %s, 'purchase', 'DE', '-', '-', 2, 10.5, 0, 0, 0)",
            (at, SHOP.name),
        )
    frame = client.figures(LEVELS.name, **SPAN, feeds=APP.name, by=["service_name"])
    assert dict(zip(frame["service_name"], frame["events"], strict=True)) == {"cart": 3, "pay": 4}
    assert {*frame["window_start"]} == {pd.Timestamp(START)}
    only = client.figures(LEVELS.name, **SPAN, step="1h", service_name=["pay"])
    assert [*only["events"]] == [4]
    assert frame.attrs["proof"][0]["state"] == "never"
    revenue = client.figures(SHOP_FIGURES.name, **SPAN)["revenue"]
    assert [*revenue] == [10.5]
    assert client.figures(LEVELS.name, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z").empty


def test_what_is_wrong_with_a_query_is_told(client: Client) -> None:
    with pytest.raises(ApiError) as caught:
        [*client.search("levl:ERROR", **SPAN)]
    assert caught.value.status == 422
    assert caught.value.position == 0
    assert "level" in caught.value.nearest
    for ask in (
        lambda: client.explain("(", **SPAN),
        lambda: client.figures("no_such_table"),
        lambda: client.export("lines.csv", "(", **SPAN),
        lambda: client.search("(", **SPAN).frame(),
    ):
        with pytest.raises(ApiError, match=r"\w"):
            ask()


def test_a_file_of_an_unknown_kind_is_refused(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ApiError, match=r"\.parquet"):
        client.export(tmp_path / "lines.xlsx", **SPAN)


def test_a_file_that_cannot_be_written_is_an_error(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="No such file"):
        client.export(tmp_path / "none" / "lines.csv", **SPAN)


def test_a_token_that_is_unknown_is_an_error(api: Config) -> None:
    address = f"http://127.0.0.1:{api.api.port}"
    with Client(address, "not-the-token") as client, pytest.raises(ApiError) as caught:
        client.explain()
    assert caught.value.status == 401


def test_an_api_that_is_away_is_an_error(api: Config) -> None:
    with (
        Client(f"http://127.0.0.1:{free_port()}", "t") as client,
        pytest.raises(ApiError, match="millrace api starts the API") as caught,
    ):
        client.explain()
    assert caught.value.status is None


def test_a_token_comes_from_the_environment(
    api: Config, monkeypatch: pytest.MonkeyPatch, conf_file: Path
) -> None:
    token = tokens.stored(api.stack)
    assert token is not None
    monkeypatch.setenv(tokens.READ, token)
    with Client(f"http://127.0.0.1:{api.api.port}") as client:
        assert client.explain()["sentence"]
    monkeypatch.setenv("MILLRACE__API__PORT", str(api.api.port))
    with Client(conf=conf_file) as client:
        assert client.explain()["sentence"]


def test_without_a_token_it_says_where_one_is_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(tokens.READ, raising=False)
    with pytest.raises(ConfigurationError, match=tokens.READ):
        Client("https://logs.example")


def test_the_token_of_this_machine_goes_to_no_other_address(
    api: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(tokens.READ, raising=False)
    assert tokens.stored(api.stack)
    with pytest.raises(ConfigurationError):
        Client("https://logs.example", conf=api)


def test_a_proxy_does_not_see_what_is_asked_of_this_machine(
    api: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    with Client(conf=api) as client:
        assert client.explain()["sentence"]


class _Away(BaseHTTPRequestHandler):
    """Says that a server is away as often as it is told to, then answers."""

    times = 0
    answered: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answered.append(self.path)
        is_away = len(self.answered) <= self.times
        content = b'{"detail": "mongod is away"}' if is_away else b'{"sentence": "all"}'
        self.send_response(503 if is_away else 200)
        if is_away:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""


@pytest.mark.parametrize(("times", "is_answered"), [(0, True), (1, True), (2, False)])
def test_a_server_that_is_away_is_asked_once_more(times: int, is_answered: bool) -> None:
    handler = type("Handler", (_Away,), {"times": times, "answered": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with Client(f"http://127.0.0.1:{server.server_port}", "t") as client:
                if is_answered:
                    assert client.explain() == {"sentence": "all"}
                else:
                    with pytest.raises(ApiError, match="mongod is away") as caught:
                        client.explain()
                    assert caught.value.status == 503
        finally:
            server.shutdown()
            thread.join()
    assert len(handler.answered) == min(times + 1, 2)


def test_it_needs_neither_spark_nor_the_server(tmp_path: Path) -> None:
    program = (
        "import sys, millrace.api.client;"
        "print({'fastapi', 'pyspark', 'starlette', 'pymongo', 'pandas'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
