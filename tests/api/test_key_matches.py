"""Each row of figures, and the documents that its keys stand for: whatever lines had in them."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from millrace.config import Config
from millrace.io import mongo
from millrace.records import bson
from millrace.records.fields import Fields, document
from millrace.records.formats import Layout
from millrace.records.names import OTHER
from millrace.records.received import EPOCH
from millrace.records.tables import LATENESS, TABLES, Key, fed_by
from millrace.windows.counts import Counts
from millrace.windows.key_matches import (
    as_stored,
    counted,
    is_own,
    lateness,
    look_alikes,
    matching,
    path,
)
from millrace.windows.keys import cleaned

MINUTE = int((datetime(2026, 3, 1, 12, tzinfo=UTC) - EPOCH).total_seconds()) * 1_000_000
LAYOUTS: tuple[Layout, ...] = ("combined", "app", "shop", "syslog", "general")
_PIECES = ["a", "b", "_", "/", "\\", "\n", "\x7f", "\x85", " ", "  ", "-", "é", "😀", ".", "$", "{"]
_NUMBERS = (0, 99, 100, 199, 200, 204, 299, 301, 404, 499, 500, 599, 600, 999)


def text(draw: random.Random, characters: int) -> str:
    """A text that means trouble to what trims, cuts or quotes it; sometimes a long one."""
    if draw.random() < 0.15:
        fill = draw.choice("ab _é")
        return fill * draw.choice((characters - 1, characters, characters + 1)) + draw.choice(
            ("", " ", "a", " a", "_")
        )
    return "".join(draw.choices(_PIECES, k=draw.randrange(4)))


def document_of(draw: random.Random, layout: Layout, number: int) -> Fields:
    """A record's fields; what a table's key is made of is often absent, or hostile."""
    fields: Fields = {
        "_id": f"{number:040d}",
        "kafka": {"topic": "t", "partition": 0, "offset": number},
        "timestamp": MINUTE + draw.randrange(60) * 1_000_000,
        "received_at": MINUTE + draw.choice((0, 599_999, 600_000, 600_001, 660_000)) * 1_000,
        "service_name": text(draw, 64),
        "level": draw.choice(("INFO", "ERROR")),
    }
    for name in ("error_code", "http_route", "country", "event_type", "device_type", "template_id"):
        if draw.random() < 0.8:
            fields[name] = text(draw, 64)
    if draw.random() < 0.8:
        fields["status_code"] = draw.choice(_NUMBERS)
    if draw.random() < 0.8:
        fields["response_time_ms"] = draw.choice((0.0, 0.05, 0.1, 0.1194, 7.5, 10.0, 1e9, 2e9))
    if draw.random() < 0.8:
        fields["method"] = draw.choice(("GET", "POST", "get", "", "X", "-"))
    if draw.random() < 0.3:
        fields["timestamp_claimed"] = fields["received_at"] + draw.choice((-1, 0, 400_000_000))
    if draw.random() < 0.5:
        fields["anomaly"] = {"score": 7, "severity": draw.choice(("low", "high"))}
    if draw.random() < 0.8:
        fields["details"] = {"query": text(draw, 128), "payment_method": text(draw, 32)}
    if draw.random() < 0.5:
        fields["event_type"] = "search"
    for name in ("client_ip", "message"):
        if draw.random() < 0.7:
            fields[name] = draw.choice(("", "x"))
    own = {field.name for field in document(layout)}
    return {name: value for name, value in fields.items() if name in own}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_documents_of_a_row_are_as_many_as_it_counts(api_conf: Config, layout: Layout) -> None:
    draw, db = random.Random(layout), mongo.database(api_conf.mongo)
    records = [document_of(draw, layout, number) for number in range(60)]
    documents = db[f"key_matches_{layout}"]
    documents.drop()
    documents.insert_many([bson.record(layout, one, raw=False) for one in records])
    counts, tables = Counts(layout, 600), {table.name: table for table in TABLES}
    for one in records:
        counts.add(one)
    found: Counter[Any] = Counter()
    for (_, minute, table, keys, _), measures in counts.taken():
        found[table, minute, keys] += measures[0]
    assert {table for table, *_ in found} == {table.name for table in fed_by(layout)}
    for (name, minute, keys), lines in found.items():
        table = tables[name]
        parts = counted(table, layout)
        parts += [matching(key, value) for key, value in zip(table.keys, keys, strict=True)]
        if table is LATENESS:
            parts = [lateness(600), received_in(minute)]
        match = {"$and": parts} if parts else {}
        assert documents.count_documents(match) == lines, (name, keys, match)
        assert all(map(as_stored, table.keys, keys))


def received_in(minute: int) -> dict[str, Any]:
    start = EPOCH.timestamp() + minute / 1_000_000
    since, until = (datetime.fromtimestamp(start + more, UTC) for more in (0, 60))
    return {"received_at": {"$gte": since, "$lt": until}}


def test_whatever_comes_to_a_text_without_being_it_looks_like_it(api_conf: Config) -> None:
    draw, db = random.Random(3), mongo.database(api_conf.mongo)
    documents, key = db["look_alikes"], Key("error_code", 8)
    documents.drop()
    sent = sorted({text(draw, 8) for _ in range(3000)})
    documents.insert_many([{"error_code": one} for one in sent])
    values = {one for one in sent if is_own(key, one)}
    assert len(values) > 100
    for value in values:
        own = {one for one in sent if one != value and cleaned(one, 8) == value}
        match = {"$or": look_alikes(key, value)}
        found = {row["error_code"] for row in documents.find(match)}
        assert own <= found
        assert value not in found


@pytest.mark.parametrize("value", ["", "-", " a", "a ", "a\\b", "a\nb", "x" * 9, OTHER])
def test_a_text_that_a_key_changes_is_not_its_own(value: str) -> None:
    assert not is_own(Key("error_code", 8), value)


def test_what_has_no_name_is_what_is_not_named(api_conf: Config) -> None:
    documents = mongo.database(api_conf.mongo)["unnamed"]
    documents.drop()
    documents.insert_many([{"error_code": one} for one in ("a", "b", "c", OTHER)] + [{}])
    key = next(key for table in fed_by("app") for key in table.keys if key.name == "error_code")
    found = documents.find(matching(key, OTHER, {"a", "b"}))
    assert {row["error_code"] for row in found} == {"c", OTHER}


def test_each_key_is_made_of_a_field() -> None:
    names = {path(key) for table in TABLES for key in table.keys}
    assert {"anomaly.severity", "details.query", "status_code", "service_name"} <= names
