"""Exports: each format has every line once, and says what /v1/logs says of it."""

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow.parquet as pq
import pytest
from api.conftest import asking
from api.exporting import APP, FEEDS, HOSTILE, SHOP, SPAN, START, WEB, stored
from starlette.testclient import TestClient

from millrace.api.documents import plain, time_text
from millrace.config import Api, Config
from millrace.io import mongo
from millrace.io.mongo.client import Document

FORMATS = ("ndjson", "csv", "parquet")
FORMULA = tuple("=+-@\t\r")


@pytest.fixture(scope="module")
def own_conf(servers: Config) -> Config:
    return servers.model_copy(update={"feeds": FEEDS})


@pytest.fixture(scope="module")
def documents(own_conf: Config) -> list[tuple[str, Document]]:
    return stored(own_conf)


@pytest.fixture
def client(own_conf: Config, documents: Sequence[object]) -> Iterator[TestClient]:
    with asking(own_conf) as made:
        yield made


def exported(client: TestClient, format: str, **asked: Any) -> bytes:
    answer = client.get("/v1/logs/export", params=SPAN | {"format": format} | asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def ndjson(content: bytes) -> list[dict[str, Any]]:
    *lines, last, after = content.decode().split("\n")
    assert after == ""
    assert json.loads(last) == {"complete": True, "lines": len(lines)}
    return [json.loads(line) for line in lines]


def rows(content: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(content.decode(), newline=""))]


def meant(cell: str) -> str:
    """The text of a cell without the apostrophe that keeps it from being a formula."""
    return cell[1:] if re.match(r"'+[=+\-@\t\r]", cell) else cell


def ids(format: str, content: bytes) -> list[tuple[str, str]]:
    lines: Any
    if format == "ndjson":
        lines = ndjson(content)
    elif format == "csv":
        lines = rows(content)
    else:
        lines = pq.read_table(io.BytesIO(content)).to_pylist()
    return [(one["feed"], one["_id"]) for one in lines]


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("format", FORMATS)
def test_each_line_is_there_once_by_time(
    client: TestClient, documents: list[tuple[str, Document]], format: str, order: str
) -> None:
    found = ids(format, exported(client, format, order=order))
    assert Counter(found) == Counter((feed, one["_id"]) for feed, one in documents)
    times = {(feed, one["_id"]): one["timestamp"] for feed, one in documents}
    in_order = sorted(times.values(), reverse=order == "newest")
    assert [times[one] for one in found] == in_order


@pytest.mark.parametrize("format", FORMATS)
def test_only_what_is_asked_for_is_there(
    client: TestClient, documents: list[tuple[str, Document]], format: str
) -> None:
    until = time_text(START.replace(minute=3))
    content = exported(client, format, feed=WEB.name, q="status_code:<210", to=until)
    wanted = {
        (feed, one["_id"])
        for feed, one in documents
        if feed == WEB.name and one["status_code"] < 210
    }
    assert {*ids(format, content)} == wanted
    assert not ids(format, exported(client, format, q="status_code:999"))


def test_a_line_of_ndjson_is_what_v1_logs_has(
    client: TestClient, documents: list[tuple[str, Document]]
) -> None:
    answer = client.get("/v1/logs", params=SPAN | {"size": 1000})
    items = {one["_id"]: one for one in answer.json()["items"]}
    lines = {one["_id"]: one for one in ndjson(exported(client, "ndjson"))}
    assert lines == items
    assert len(lines) == len(documents)


def test_no_text_ends_a_line_of_ndjson_or_orders_a_terminal(client: TestClient) -> None:
    content = exported(client, "ndjson", feed=APP.name)
    assert len(content.decode().splitlines()) == 3 * len(HOSTILE) + 1
    assert not re.search(rb"[^\x20-\x7e\n]", content)


def test_parquet_reads_back_equal(
    client: TestClient, documents: list[tuple[str, Document]]
) -> None:
    table = pq.read_table(io.BytesIO(exported(client, "parquet")))
    found = {one["_id"]: one for one in table.to_pylist(maps_as_pydicts="strict")}
    assert len(found) == len(documents)
    for feed, document in documents:
        assert without_nulls(found[document["_id"]]) == {"feed": feed} | decimal(document)


def test_parquet_says_how_far_to_trust_it(client: TestClient) -> None:
    answer = client.get("/v1/logs/export", params=SPAN | {"format": "parquet", "q": "level:ERROR"})
    told = pq.read_table(io.BytesIO(answer.content)).schema.metadata
    for name in ("From", "To", "Proof", "Freshness"):
        assert told[f"X-Millrace-{name}".encode()].decode() == answer.headers[f"X-Millrace-{name}"]
    assert told[b"X-Millrace-Query"] == b"level:ERROR"


def test_csv_reads_back_equal(client: TestClient, documents: list[tuple[str, Document]]) -> None:
    found = {one["_id"]: one for one in rows(exported(client, "csv"))}
    assert len(found) == len(documents)
    for feed, document in documents:
        row = {name: meant(cell) for name, cell in found[document["_id"]].items() if cell}
        assert row == {"feed": feed} | dict(flat(plain(document)))


def test_no_text_of_a_line_is_a_formula_in_csv(client: TestClient) -> None:
    content = exported(client, "csv", feed=[APP.name, WEB.name])
    cells = [cell for row in rows(content) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert "'=cmd|' /C calc'!A0" in cells
    assert "''=1" in cells
    assert "'quoted'" in cells


def test_a_number_below_zero_stays_one_in_csv(client: TestClient) -> None:
    amounts = [row["details.amount"] for row in rows(exported(client, "csv", feed=SHOP.name))]
    assert sorted(float(amount) for amount in amounts) == [-19.5 + n for n in range(30)]


def test_columns_are_the_fields_of_the_layouts(client: TestClient) -> None:
    text = io.StringIO(exported(client, "csv", feed=SHOP.name).decode())
    head = next(csv.reader(text))
    assert head[:3] == ["feed", "_id", "kafka.topic"]
    assert {"details.amount", "details.items", "anomaly.severity", "raw", "other"} <= {*head}
    schema = pq.read_schema(io.BytesIO(exported(client, "parquet", feed=SHOP.name)))
    assert schema.names == [*dict.fromkeys(name.partition(".")[0] for name in head)]


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_text_is_compressed_for_whom_takes_it(client: TestClient, format: str) -> None:
    asked = SPAN | {"format": format}
    plainly = client.get("/v1/logs/export", params=asked, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plainly.headers
    with client.stream(
        "GET", "/v1/logs/export", params=asked, headers={"Accept-Encoding": "br, gzip;q=0.5"}
    ) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        compressed = b"".join(answer.iter_raw())
    assert len(compressed) < len(plainly.content) / 2
    assert gzip.decompress(compressed) == plainly.content
    refused = client.get("/v1/logs/export", params=asked, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


@pytest.mark.parametrize("format", FORMATS)
def test_headers_say_what_the_file_is(client: TestClient, format: str) -> None:
    answer = client.get("/v1/logs/export", params=SPAN | {"format": format, "feed": WEB.name})
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="millrace-export_web-20260301T110000Z-20260301T150000Z.{format}"'
    )
    page = client.get("/v1/logs", params=SPAN | {"feed": WEB.name}).json()
    assert json.loads(answer.headers["x-millrace-proof"]) == page["proof"]
    assert json.loads(answer.headers["x-millrace-freshness"])[0]["feed"] == WEB.name
    assert answer.headers["x-millrace-from"] == "2026-03-01T11:00:00.000Z"
    assert answer.headers["x-millrace-to"] == "2026-03-01T15:00:00.000Z"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("format", FORMATS)
def test_a_trailer_says_that_it_is_complete(
    client: TestClient, documents: Sequence[object], format: str
) -> None:
    answer = client.get("/v1/logs/export", params=SPAN | {"format": format})
    told = (b"x-millrace-complete", f"lines={len(documents)}".encode())
    assert answer.extensions["http.response.trailers"] == [told]
    assert answer.headers["trailer"] == "X-Millrace-Complete"


@pytest.mark.parametrize("format", FORMATS)
def test_hidden_fields_are_left_out(
    own_conf: Config, documents: Sequence[object], format: str
) -> None:
    hidden = ("client_ip", "details", "user_agent")
    own = own_conf.model_copy(update={"api": Api(hidden_fields=hidden)})
    with asking(own) as client:
        content = exported(client, format)
        refused = client.get("/v1/logs/export", params=SPAN | {"q": "client_ip:203.0.113.9"})
    assert refused.status_code == 422
    if format == "parquet":
        content = repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
    for name in (*hidden, "raw"):
        assert name.encode() not in content
    assert b"203.0.113.9" not in content


@pytest.mark.parametrize("format", FORMATS)
def test_what_has_no_column_is_not_lost(client: TestClient, own_conf: Config, format: str) -> None:
    """As lines that were stored while their feed had another format."""
    collection = mongo.database(own_conf.mongo)[WEB.name]
    odd = {
        "_id": "odd",
        "timestamp": START.replace(hour=14),
        "event_type": "purchase",
        "status_code": "many",
        "bytes": 5,
        "kafka": {"topic": "t", "unknown": 1},
    }
    collection.insert_one(odd)
    try:
        content = exported(client, format, feed=WEB.name, **{"from": "2026-03-01T13:59:00Z"})
    finally:
        collection.delete_one({"_id": "odd"})
    lost = {name: odd[name] for name in ("event_type", "status_code", "kafka")}
    found: Any
    if format == "ndjson":
        [found] = ndjson(content)
        assert found.items() >= lost.items()
        return
    [found] = rows(content) if format == "csv" else pq.read_table(io.BytesIO(content)).to_pylist()
    assert json.loads(found["other"]) == lost
    assert str(found["bytes"]) == "5"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"format": "xlsx"}, "format"),
        ({"q": "nofield:1"}, "q:"),
        ({"feed": "nofeed"}, "feed:"),
        ({"from": "yesterday"}, "from, to:"),
        ({"order": "random"}, "order"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    client: TestClient, asked: dict[str, str], told: str
) -> None:
    answer = client.get("/v1/logs/export", params=SPAN | asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def decimal(document: Document) -> Document:
    """The document with decimals of Python's own."""
    if "details" not in document:
        return document
    details = document["details"]
    return document | {"details": details | {"amount": details["amount"].to_decimal()}}


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The cells that are not empty of a document as JSON has it."""
    is_map = name in ("attributes", "structured_data", "details.filters")
    if isinstance(value, dict) and not is_map:
        for inner, one in value.items():
            yield from flat(one, f"{name}.{inner}" if name else inner)
    elif isinstance(value, dict | list):
        yield name, json.dumps(value)
    elif value != "":
        yield name, str(value)
