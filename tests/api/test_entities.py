"""Captured rows over HTTP: now, as of a time, and each row's versions; how far to trust them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from api.captured_world import PARTS, PEOPLE, START_MS, capturing, made, store, time_of
from api.conftest import asking
from bson import Decimal128
from starlette.testclient import TestClient

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import mends, reconciliations
from millrace.parse.changes import Placed
from millrace.records.reconciliations import ALL, Reconciliation

PATH = f"/v1/entities/{PEOPLE}"


@pytest.fixture
def own_conf(api_conf: Config, tmp_path: Path) -> Config:
    """The configuration of two entities without rows."""
    return capturing(api_conf, tmp_path)


@pytest.fixture
def client(own_conf: Config) -> Iterator[TestClient]:
    """A client of an API that knows the two entities."""
    with asking(own_conf) as own:
        yield own


def fields(client: TestClient, **asked: Any) -> dict[str, dict[str, Any]]:
    """The fields of all rows that are answered, by their keys, page by page."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        answer = client.get(PATH, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for item in page["items"]:
            assert item["key"] not in found
            found[item["key"]] = item["fields"]
        if page["next"] is None:
            assert page["total"] == {"value": len(found), "relation": "exact", "source": "counted"}
            return found
        asked |= {"after": page["next"]}


def drawn(seed: int, count: int) -> list[Placed]:
    """Changes of some rows, now and then sent late, and now and then a truncate."""
    draw, changes = random.Random(seed), list[Placed]()
    for number in range(count):
        op = draw.choices(["c", "u", "d", "t"], [4, 6, 2, 0.3])[0]
        key = None if op == "t" else draw.randrange(12)
        values = {"id": key, "name": f"n{number}"} if op in "cu" else {}
        changes.append(made(op, key, number, **values))  # type: ignore[arg-type]
    late = draw.sample(range(count), count // 10)
    # What is sent again is read at the end of the next ten.
    return sorted(changes, key=lambda one: one.offset + (10 if one.offset in late else 0))


def then(changes: list[Placed], number: int) -> dict[str, Any]:
    """The rows by what was committed by then, by the rule that later positions count."""
    rows: dict[str, Any] = {}
    for placed in sorted(changes, key=lambda one: one.change.position):
        change = placed.change
        if change.committed_ms > START_MS + number:
            continue
        if change.op == "t":
            rows.clear()
        elif change.op == "d":
            rows.pop(str(change.key), None)
        else:
            rows[str(change.key)] = dict(change.values)
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_rows_as_of_any_time_are_what_was_committed_by_then(
    own_conf: Config, client: TestClient, seed: int
) -> None:
    changes = [made("c", 99, 0, id=99, name="first"), *drawn(seed, 120)[1:]]
    offsets = [Placed(one.change, n, START_MS + n + 400) for n, one in enumerate(changes)]
    store(own_conf, PEOPLE, offsets[:70])
    store(own_conf, PEOPLE, offsets[70:], 1)
    for number in (0, 1, 33, 70, 119):
        assert fields(client, as_of=time_of(number), size=5) == then(changes, number)
    assert fields(client, as_of="now") == fields(client) == then(changes, 119)


def test_a_walk_as_of_a_time_does_not_move_with_what_changes(
    own_conf: Config, client: TestClient
) -> None:
    store(own_conf, PEOPLE, [made("c", n, n, id=n, name=f"a{n}") for n in range(6)])
    asked = {"as_of": time_of(5), "size": 2}
    first = client.get(PATH, params=asked).json()
    assert first["total"]["relation"] == "at_least"
    store(own_conf, PEOPLE, [made("u", 3, 10, id=3, name="later"), made("d", 4, 11)], 1)
    names = [item["fields"]["name"] for item in first["items"]]
    page = first
    while page["next"]:
        page = client.get(PATH, params=asked | {"after": page["next"]}).json()
        names += [item["fields"]["name"] for item in page["items"]]
    assert names == [f"a{n}" for n in range(6)]
    refused = client.get(PATH, params={"size": 2, "after": first["next"]})
    assert (refused.status_code, refused.json()["detail"][:6]) == (422, "after:")


def test_an_answer_tells_what_it_is_based_on(own_conf: Config, client: TestClient) -> None:
    store(own_conf, PEOPLE, [made("r", 1, 0, id=1), made("u", 1, 50, id=1, name="a")])
    told = client.get(PATH, params={"as_of": time_of(20)}).json()
    # Nothing is in Kafka that the store has not taken, so no time that has been is open.
    assert told["as_of"] == {
        "time": "2023-11-14T22:13:20.020Z",
        "history_begins_at": "2023-11-14T22:13:20.000Z",
        "is_open": False,
    }
    assert [one["feed"] for one in told["freshness"]] == [PEOPLE]
    assert told["proof"] == [{"feed": PEOPLE, "state": "never", "since": None, "ended_at": None}]
    at = datetime(2026, 11, 18, 12, tzinfo=UTC)
    db = mongo.database(own_conf.mongo)
    reconciliations.save(db, Reconciliation(PEOPLE, ALL, at, True, {"missing": 0}))
    (proof,) = client.get(PATH).json()["proof"]
    assert (proof["state"], proof["ended_at"]) == ("holds", "2026-11-18T12:00:00.000Z")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (time_of(-1), "as_of: the history begins at 2023-11-14T22:13:20.000Z"),
        ("2200-01-01", "as_of: expected a time that has been"),
        ("yesterday", "as_of: 'yesterday': expected ISO 8601"),
    ],
)
def test_a_time_that_cannot_be_told_is_refused(
    own_conf: Config, client: TestClient, text: str, detail: str
) -> None:
    store(own_conf, PEOPLE, [made("r", 1, 0, id=1)])
    for path in (PATH, f"{PATH}/1", "/v1/catalog"):
        answer = client.get(path, params={"as_of": text})
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith(detail)


def test_without_any_change_no_time_can_be_told(client: TestClient) -> None:
    assert client.get(PATH).json()["items"] == []
    assert client.get(f"{PATH}/1/history").json()["items"] == []
    assert client.get(f"{PATH}/1").status_code == 404
    answer = client.get(PATH, params={"as_of": "now"})
    assert answer.json()["detail"] == "as_of: nothing is stored yet that can be told"


ANNE = {
    "name": "Anne",
    "born": datetime(1990, 5, 6, tzinfo=UTC),
    "seen_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "money": Decimal128(Decimal("12.50")),
    "is_ok": True,
    "tags": ["a", "b"],
    "more": {"x": 1},
}
TERMS = [
    (["name:Anne"], ["1"]),
    (["name:An*"], ["1", "3"]),
    (['name:"An*"'], []),
    (["name:An*", "is_ok:true"], ["1"]),
    (["born:1990-05-06"], ["1"]),
    (["born:>=1990-05-07"], ["2"]),
    (["seen_at:<2026-01-02T03:04:06Z"], ["1"]),
    (["money:>12"], ["1"]),
    (["money:12.5"], ["1"]),
    (["id:>1", "id:<=3"], ["2", "3"]),
    (["tags:b"], ["1"]),
    (["name:null"], ["4"]),
]


@pytest.mark.parametrize(("terms", "keys"), TERMS)
@pytest.mark.parametrize("asked", [{}, {"as_of": time_of(3)}])
def test_terms_choose_rows(
    own_conf: Config, client: TestClient, terms: list[str], keys: list[str], asked: dict[str, str]
) -> None:
    changes = [
        made("c", 1, 0, id=1, **ANNE),
        made("c", 2, 1, id=2, name="Bob", born=datetime(1991, 1, 1, tzinfo=UTC), is_ok=False),
        made("c", 3, 2, id=3, name="Anton", is_ok=False),
        made("c", 4, 3, id=4, name=None),
    ]
    store(own_conf, PEOPLE, changes)
    assert list(fields(client, where=terms, **asked)) == keys


@pytest.mark.parametrize(
    ("term", "detail"),
    [
        ("name", "where: expected FIELD:VALUE, not 'name'"),
        ("nome:Bob", "where: no field is named 'nome'"),
        ("more:x", "where: more is json, which cannot be asked for"),
        ("id:many", "id: expected a whole number of 32 bits, not 'many'"),
        ("id:>", "id: expected a whole number of 32 bits, not ''"),
        ("message:x", "where: no field is named 'message'"),
    ],
)
def test_a_term_that_is_none_is_refused(own_conf: Config, term: str, detail: str) -> None:
    api = own_conf.api.model_copy(update={"hidden_fields": ("message",)})
    with asking(own_conf.model_copy(update={"api": api})) as client:
        answer = client.get(PATH, params={"where": term})
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)


def test_a_hidden_field_is_nowhere(own_conf: Config) -> None:
    api = own_conf.api.model_copy(update={"hidden_fields": ("message",)})
    store(own_conf, PEOPLE, [made("c", 1, 0, id=1, message="secret")])
    with asking(own_conf.model_copy(update={"api": api})) as client:
        for path in (PATH, f"{PATH}/1", f"{PATH}/1/history", "/v1/catalog"):
            assert "secret" not in client.get(path).text


def test_a_row_is_found_by_its_key_now_and_then(own_conf: Config, client: TestClient) -> None:
    changes = [made("c", 1, 0, id=1, **ANNE), made("u", 1, 5, id=1, name="Ann"), made("d", 1, 9)]
    store(own_conf, PEOPLE, changes)
    answer = client.get(f"{PATH}/1", params={"as_of": time_of(4)}).json()
    item = answer["item"]
    assert (item["key"], item["fields"]["name"], item["unknown"]) == ("1", "Anne", [])
    assert (item["fields"]["money"], item["fields"]["born"]) == ("12.50", "1990-05-06")
    assert item["change"]["op"] == "c"
    assert item["change"]["kafka"]["offset"] == 0
    assert client.get(f"{PATH}/1", params={"as_of": time_of(5)}).json()["item"]["fields"] == {
        "id": 1,
        "name": "Ann",
    }
    for asked in ({}, {"as_of": time_of(9)}):
        gone = client.get(f"{PATH}/1", params=asked)
        expected = (404, "it was deleted at 2023-11-14T22:13:20.009Z")
        assert (gone.status_code, gone.json()["detail"]) == expected
    assert client.get(f"{PATH}/2").json()["detail"] == "no row has this key"
    assert client.get("/v1/entities/nobody/1").status_code == 404


KEYS = [
    ({"maker": "a/b", "number": 5}, "a~1b,5"),
    ({"maker": "x,~y", "number": -(2**62)}, "x~2~0y,-4611686018427387904"),
    ({"maker": "", "number": 0}, "~3,0"),
    ({"maker": "../..", "number": 1}, "..~1..,1"),
    ({"maker": "ä €?#", "number": 1}, "ä €?#,1"),
]


@pytest.mark.parametrize(("key", "text"), KEYS)
def test_a_key_of_several_fields_stands_in_a_path(
    own_conf: Config, client: TestClient, key: dict[str, Any], text: str
) -> None:
    store(own_conf, PARTS, [made("c", key, 0, **key, label="it")])
    (item,) = client.get(f"/v1/entities/{PARTS}").json()["items"]
    assert item["key"] == text
    path = f"/v1/entities/{PARTS}/{quote(text, safe=',~')}"
    assert client.get(path).json()["item"]["fields"] == {**key, "label": "it"}
    (version,) = client.get(f"{path}/history").json()["items"]
    assert version["fields"]["label"] == "it"


@pytest.mark.parametrize("text", ["5", "a,b,c", "a~9,1", "a,x", "a,", "a,9223372036854775808"])
def test_a_text_that_is_no_key_is_refused(client: TestClient, text: str) -> None:
    assert client.get(f"/v1/entities/{PARTS}/{text}").status_code == 422


def test_versions_come_the_last_first_with_truncates_and_mends(
    own_conf: Config, client: TestClient
) -> None:
    changes = [
        made("t", None, 0),
        made("c", 1, 1, id=1, name="a"),
        made("t", None, 2),
        made("c", 1, 3, id=1, name="b"),
        made("u", 2, 4, id=2),
        made("u", 1, 5, id=1, name="c"),
    ]
    store(own_conf, PEOPLE, changes)
    db = mongo.database(own_conf.mongo)
    seen = db[PEOPLE].find_one({"_id": 1})
    at = datetime(2026, 12, 1, tzinfo=UTC)
    assert mends.mend(db, PEOPLE, 1, {"id": 1, "name": "mended"}, seen, at)
    told: list[Any] = []
    asked: dict[str, Any] = {"size": 2}
    while True:
        page = client.get(f"{PATH}/1/history", params=asked).json()
        told += page["items"]
        if page["next"] is None:
            break
        asked["after"] = page["next"]
    names = [one["fields"]["name"] if one["fields"] else one["change"]["op"] for one in told]
    assert names == ["mended", "c", "b", "t", "a"]
    assert told[0]["change"]["kafka"] is None
    assert told[0]["change"]["mended_at"] == "2026-12-01T00:00:00.000Z"
    assert told[-1]["superseded_at"] == told[-2]["change"]["received_at"]
    assert page["history_begins_at"] == "2023-11-14T22:13:20.000Z"


def test_each_entity_tells_where_it_stands(own_conf: Config, client: TestClient) -> None:
    changes = [made("c", 1, 0, id=1), made("c", 2, 1, id=2), made("d", 1, 2)]
    store(own_conf, PEOPLE, changes)
    people, parts = client.get("/v1/entities").json()
    assert (people["name"], people["source"], people["key"]) == (PEOPLE, "postgres", ["id"])
    assert {"name": "born", "type": "date"} in people["fields"]
    assert people["rows"] == 1
    assert people["last_batch"]["lines"] == 3
    assert people["verdict"] is None
    assert (parts["rows"], parts["last_batch"], parts["history_begins_at"]) == (0, None, None)
    faults = {"missing": 1, "differing": 0, "undeleted": 0}
    at = datetime(2026, 11, 18, 12, tzinfo=UTC)
    db = mongo.database(own_conf.mongo)
    reconciliations.save(db, Reconciliation(PEOPLE, ALL, at, False, faults))  # type: ignore[arg-type]
    people, _ = client.get("/v1/entities").json()
    assert (people["verdict"]["holds"], people["verdict"]["faults"]) == (False, faults)


def test_the_catalog_has_the_rows_of_all(own_conf: Config, client: TestClient) -> None:
    store(own_conf, PEOPLE, [made("c", n, n, id=n, name=f"p{n}") for n in range(3)])
    part = {"maker": "m", "number": 1}
    store(own_conf, PARTS, [made("c", part, 0, **part, label="part", weight=2.5)])
    found: list[Any] = []
    asked: dict[str, Any] = {"size": 2}
    while True:
        page = client.get("/v1/catalog", params=asked).json()
        found += [(one["entity"], one["key"], one["fields"]) for one in page["items"]]
        if page["next"] is None:
            break
        asked["after"] = page["next"]
    assert found == [
        *((PEOPLE, str(n), {"title": f"p{n}"}) for n in range(3)),
        (PARTS, "m,1", {"title": "part", "weight": 2.5}),
    ]
    chosen = client.get("/v1/catalog", params={"where": "weight:>2"}).json()["items"]
    assert [one["entity"] for one in chosen] == [PARTS]
    assert client.get("/v1/catalog", params={"where": "name:p1"}).status_code == 422
    store(own_conf, PEOPLE, [made("u", 1, 5, id=1, name="later")], 1)
    then = client.get("/v1/catalog", params={"as_of": time_of(4), "where": "title:p1"}).json()
    assert [one["key"] for one in then["items"]] == ["1"]


def test_a_connect_that_is_away_is_told(client: TestClient) -> None:
    (told,) = client.get("/v1/connectors").json()
    assert (told["source"], told["connector"]) == ("postgres", "api_test-postgres")
    assert (told["state"], told["heartbeat_age_s"]) == (None, None)
    assert told["problem"].startswith("changes.connect http://127.0.0.1:9")


def test_without_the_section_nothing_is_captured(api_conf: Config) -> None:
    with asking(api_conf) as client:
        for path in ("/v1/entities", "/v1/connectors"):
            assert client.get(path).json() == []
        assert client.get("/v1/catalog").json()["items"] == []
        assert client.get(PATH).status_code == 404
