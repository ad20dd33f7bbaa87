"""Exports of figures: each row of /v1/figures once in each format, and how far to trust it."""

import csv
import gzip
import io
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from api.conftest import asking
from api.serving import served, wait
from api.worlds import MINUTE, START, app_feed, empty, send_minute
from pymysql.cursors import DictCursor
from starlette.testclient import TestClient

from millrace.api import figure_export, tokens
from millrace.api.client import ApiError, Client
from millrace.api.documents import time_text
from millrace.config import Config, Feed
from millrace.io import mysql
from millrace.io.mysql.reader import Reader
from millrace.records.tables import (
    ANOMALIES,
    COUNTRIES,
    LATENCY,
    LATENESS,
    LEVELS,
    SHOP,
    TABLES,
    TRAFFIC,
)

FEED = app_feed("figure_export")
OTHER = Feed(name="figure_shop", topic="figure_shop", format="shop", service_name="shop")
SPAN = {"from": time_text(START), "to": time_text(START + 20 * MINUTE)}
FORMATS = ("ndjson", "csv", "parquet")
HOSTILE = "=cmd|' /C calc'!A0"
MANY = 24_000
HELD_AT = 9  # questions: by then some pieces are sent, and most of the file is not
INSERT = (
    "INSERT INTO shop_by_minute (window_start, feed, event_type, country, device_type,"
    " payment_method, events, revenue) VALUES (%s, %s, 'purchase', %s, '-', %s, 1, %s)"
)
TRUST = ("trust_state", "trust_proof", "trust_late_lines")


@pytest.fixture(scope="module")
def own_conf(api_conf: Config) -> Config:
    """Twenty minutes of lines, two of which came late; money and one row of many minutes."""
    made, draw = empty(api_conf, FEED), random.Random(13)
    for number in range(20):
        send_minute(made, draw, START + number * MINUTE, 20)
        if number == 12:
            made.send(
                json.dumps(
                    {"timestamp": (START + 3 * MINUTE).isoformat(), "level": "INFO"}
                ).encode(),
                START + 13 * MINUTE,
                0,
            )
        made.aggregate()
    made.ingest()
    made.reconcile()
    empty(api_conf, OTHER)
    with mysql.connection(api_conf.mysql) as opened, opened.cursor() as cursor:
        start = START.replace(tzinfo=None)
        for minute, revenue in ((0, "12345678901234567890.0100"), (1, "0.0001"), (2, "-3.5000")):
            cursor.execute(INSERT, (start + minute * MINUTE, OTHER.name, HOSTILE, "-", revenue))
        many = range(100, 100 + MANY)
        rows = [(start + n * MINUTE, OTHER.name, "a" * 64, "b" * 32, None) for n in many]
        cursor.executemany(INSERT, rows)
    return made.conf.model_copy(update={"feeds": (FEED, OTHER)})


@pytest.fixture
def client(own_conf: Config) -> Iterator[TestClient]:
    with asking(own_conf) as made:
        yield made


def exported(client: TestClient, table: str, format: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/v1/figures/{table}/export", params=SPAN | {"format": format} | asked)
    assert answer.status_code == 200, answer.text
    if format == "ndjson":
        *lines, last = answer.text.splitlines()
        assert json.loads(last) == {"complete": True, "lines": len(lines)}
        return [json.loads(line) for line in lines]
    if format == "csv":
        return [*csv.DictReader(io.StringIO(answer.text, newline=""))]
    return pq.read_table(io.BytesIO(answer.content)).to_pylist()


def expected(client: TestClient, table: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows of /v1/figures, each with what is said of its step there."""
    content = client.get(f"/v1/figures/{table}", params=SPAN | asked).json()
    told = {
        one["window_start"]: dict(
            zip(TRUST, (one["state"], one["proof"], one["late_lines"]), strict=True)
        )
        for one in content["buckets"]
    }
    return [row | told[row["window_start"]] for row in content["rows"]]


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        (table.name, {"by": [key.name for key in table.keys]})
        for table in TABLES
        if table is not COUNTRIES
    ]
    + [
        (LATENCY.name, {"step": "5m", "by": "service_name,feed"}),
        (TRAFFIC.name, {"step": "20m", "status_class": ["5xx", "4xx"]}),
        (LEVELS.name, {"feed": FEED.name, "by": "level"}),
    ],
)
def test_a_file_has_the_rows_of_v1_figures_in_their_order(
    client: TestClient, table: str, asked: dict[str, Any]
) -> None:
    rows = expected(client, table, **asked)
    assert rows or table.startswith(("searches", "templates"))
    assert exported(client, table, "ndjson", **asked) == rows
    for format in ("csv", "parquet"):
        found = exported(client, table, format, **asked)
        assert len(found) == len(rows)
        for row, one in zip(rows, found, strict=True):
            assert one.keys() >= row.keys()
            for name, value in row.items():
                assert same(one[name], value), (name, one[name], value)


def same(found: Any, value: Any) -> bool:
    """Whether a value of CSV or Parquet is the one that JSON has."""
    if found in ("", None) or value is None:
        return found in ("", None) and value in (None, "")
    if hasattr(found, "isoformat"):
        return bool(time_text(found) == value)
    if isinstance(value, str) and isinstance(found, Decimal):
        return found == Decimal(value)
    if isinstance(value, str):
        return bool(found.removeprefix("'") == value)
    return float(found) == float(value)


def test_late_minutes_are_told_beside_their_rows(client: TestClient) -> None:
    found = exported(client, LEVELS.name, "ndjson", feed=FEED.name)
    late = [row for row in found if row["trust_proof"] == "late"]
    assert [row["window_start"] for row in late] == [time_text(START + 3 * MINUTE)]
    assert late[0]["trust_late_lines"] == 1
    assert {row["trust_state"] for row in found} == {"open", "closed"}


@pytest.mark.parametrize("format", FORMATS)
def test_money_is_exact(client: TestClient, format: str) -> None:
    (row,) = exported(client, SHOP.name, format, feed=OTHER.name, step="20m")
    assert str(row["revenue"]) == "12345678901234567886.5101"


def test_a_key_that_a_spreadsheet_would_compute_is_text(client: TestClient) -> None:
    asked = {"feed": OTHER.name, "by": ["country", "device_type"]}
    rows = exported(client, SHOP.name, "csv", **asked)
    assert {row["country"] for row in rows} == {f"'{HOSTILE}"}
    assert {row["device_type"] for row in rows} == {"-"}


def test_there_is_no_limit(client: TestClient) -> None:
    until = {"to": time_text(START + (100 + MANY) * MINUTE), "feed": OTHER.name}
    assert client.get(f"/v1/figures/{SHOP.name}", params=SPAN | until).status_code == 422
    assert len(exported(client, SHOP.name, "ndjson", **until)) == MANY + 3
    assert len(exported(client, SHOP.name, "csv", step="1h", **until)) == 2 + MANY // 60


def test_the_headers_and_the_footer_say_how_far_to_trust_it(client: TestClient) -> None:
    asked = SPAN | {"format": "parquet", "step": "7m", "level": "ERROR"}
    answer = client.get(f"/v1/figures/{LEVELS.name}/export", params=asked)
    told = pq.read_table(io.BytesIO(answer.content)).schema.metadata
    for name in ("From", "To", "Proof", "Freshness"):
        assert told[f"X-Millrace-{name}".encode()].decode() == answer.headers[f"X-Millrace-{name}"]
    assert told[b"X-Millrace-Query"] == b"levels_by_minute step=7m level=ERROR"
    assert {one["feed"] for one in json.loads(answer.headers["X-Millrace-Proof"])} == {
        FEED.name,
        OTHER.name,
    }
    name = answer.headers["content-disposition"]
    assert "millrace-levels_by_minute-20260301T115" in name


def test_text_is_compressed_where_that_is_taken(client: TestClient) -> None:
    asked = SPAN | {"format": "csv"}
    path = f"/v1/figures/{LATENESS.name}/export"
    with client.stream("GET", path, params=asked, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw).startswith(b"window_start,late_lines,trust_state")


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("nothing", {}, 404),
        ("country_share", {}, 404),
        (LEVELS.name, {"format": "xlsx"}, 422),
        (LEVELS.name, {"by": "http_route"}, 422),
        (LEVELS.name, {"country": "DE"}, 422),
        (LEVELS.name, {"step": "1s"}, 422),
        (SHOP.name, {"feed": FEED.name}, 422),
    ],
)
def test_what_cannot_be_had_is_told(
    client: TestClient, path: str, asked: dict[str, str], status: int
) -> None:
    answer = client.get(f"/v1/figures/{path}/export", params=SPAN | asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_table_without_rows_is_a_whole_file(client: TestClient) -> None:
    asked = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-01T01:00:00Z"}
    for format in FORMATS:
        assert exported(client, ANOMALIES.name, format, **asked) == []


@pytest.fixture(scope="module")
def api(own_conf: Config) -> Iterator[Config]:
    with served(own_conf) as own:
        yield own


@dataclass
class Held:
    """An export that waits before one of its questions, until it is let go on."""

    conf: Config
    goes_on: threading.Event = field(default_factory=threading.Event)
    seen: set[int] = field(default_factory=set)
    questions: int = 0

    def ask(self, cursor: DictCursor) -> None:
        self.seen.add(cursor.connection.thread_id())  # type: ignore[no-untyped-call]
        self.questions += 1
        if self.questions == HELD_AT:
            assert self.goes_on.wait(60)

    @property
    def connections(self) -> list[int]:
        """Those that exports have open."""
        with mysql.connection(self.conf.mysql) as opened, opened.cursor() as cursor:
            cursor.execute("SELECT id FROM information_schema.processlist")
            return [row["id"] for row in cursor.fetchall() if row["id"] in self.seen]


@pytest.fixture
def held(api: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    made = Held(api)

    class HeldReader(Reader):
        def cursor(self) -> DictCursor:
            cursor = super().cursor()
            made.ask(cursor)
            return cursor

    monkeypatch.setattr(figure_export, "Reader", HeldReader)
    monkeypatch.setattr(figure_export, "_ROWS_AT_ONCE", 100)
    monkeypatch.setattr(figure_export, "_MOST_STEPS", 500)
    yield made
    made.goes_on.set()


def asked_for_many(conf: Config, **more: str) -> tuple[httpx.Client, dict[str, str]]:
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{conf.api.port}",
        headers={
            "Authorization": f"Bearer {tokens.stored(conf.stack)}",
            "Accept-Encoding": "identity",  # else a piece has much of the file
        },
        timeout=60,
    )
    until = time_text(START + (100 + MANY) * MINUTE)
    keys = "event_type,country,device_type,payment_method"
    return client, {"from": SPAN["from"], "to": until, "feed": OTHER.name, "by": keys} | more


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_an_error_in_the_middle_breaks_the_connection(api: Config, held: Held, format: str) -> None:
    client, asked = asked_for_many(api, format=format)
    path = f"/v1/figures/{SHOP.name}/export"
    with client, client.stream("GET", path, params=asked) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        next(pieces)
        wait(lambda: held.questions == HELD_AT)
        (id,) = held.connections
        with mysql.connection(api.mysql) as opened:
            opened.kill(id)  # type: ignore[no-untyped-call]
        held.goes_on.set()
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            for _ in pieces:
                pass


def test_a_client_that_leaves_takes_its_connection_with_it(api: Config, held: Held) -> None:
    client, asked = asked_for_many(api)
    with client, client.stream("GET", f"/v1/figures/{SHOP.name}/export", params=asked) as answer:
        pieces = answer.iter_raw()  # held on to: without it the answer is closed
        next(pieces)
        wait(lambda: held.questions == HELD_AT)
        assert held.connections
    wait(lambda: not held.connections)


def test_a_server_that_is_away_is_told_before_the_first_row(api: Config) -> None:
    away = api.mysql.model_copy(update={"port": 9})
    with asking(api.model_copy(update={"mysql": away})) as client:
        answer = client.get(f"/v1/figures/{SHOP.name}/export", params=SPAN)
    assert answer.status_code == 503


def test_python_has_the_file(api: Config, tmp_path: Path) -> None:
    with Client(conf=api) as client:
        made = client.export_figures(
            tmp_path / "levels.csv",
            LEVELS.name,
            SPAN["from"],
            SPAN["to"],
            feeds=FEED.name,
            by=["level"],
            level=["ERROR", "WARN"],
        )
        with pytest.raises(ApiError, match="nothing"):
            client.export_figures(tmp_path / "none.csv", "nothing")
    rows = [*csv.DictReader((tmp_path / "levels.csv").open(encoding="utf-8", newline=""))]
    assert made.lines == len(rows) > 0
    assert {row["level"] for row in rows} == {"ERROR", "WARN"}
    assert not (tmp_path / "none.csv").exists()
    assert made.since == SPAN["from"]


def test_a_hidden_field_is_in_no_file(own_conf: Config) -> None:
    hiding = own_conf.api.model_copy(update={"hidden_fields": ("level",)})
    with asking(own_conf.model_copy(update={"api": hiding})) as client:
        path = f"/v1/figures/{LEVELS.name}/export"
        assert client.get(path, params=SPAN | {"by": "level"}).status_code == 422
        assert client.get(path, params=SPAN | {"level": "ERROR"}).status_code == 422
