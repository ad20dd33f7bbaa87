"""GET /v1/business: its figures are those of the facts, exact, with how far the warehouse is."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from api.conftest import asking
from starlette.testclient import TestClient
from support import warehouse_figures as expected
from support.places import free_port
from support.warehouse_tables import LOADED_AT, WAITING, filled
from support.warehouse_world import HOSTILE, HOSTILE_CODE, World, drawn

from millrace.config import Api, Config, Warehouse
from millrace.io import mongo
from millrace.io.mongo import reconciliations
from millrace.io.warehouse import connection
from millrace.io.warehouse.reading import Reader
from millrace.records.business import FIGURES
from millrace.records.reconciliations import WAREHOUSE, Reconciliation
from millrace.records.warehouse import DBT

UNTIL = datetime(2026, 11, 2, 11, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
Counted = Callable[..., Any]


@pytest.fixture(scope="module")
def world(warehouse: Config) -> World:
    """A world whose facts are in the warehouse."""
    made = drawn(UNTIL)
    filled(of(warehouse), made)
    return made


@pytest.fixture
def client(warehouse: Config, world: World) -> Iterator[TestClient]:
    """A client of an API that has all the time it needs."""
    with asking(warehouse.model_copy(update={"api": Api(max_query_s=60)})) as made:
        yield made


def of(conf: Config) -> Warehouse:
    """The section of a configuration that has it."""
    assert conf.warehouse
    return conf.warehouse


def told(client: TestClient, figure: str, since: datetime, until: datetime, **asked: str) -> Any:
    """What the API answers."""
    times = {"from": since.isoformat(), "to": until.isoformat()}
    answer = client.get(f"/v1/business/{figure}", params=times | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON has it."""
    return {name: text(value) for name, value in row.items()}


def text(value: Any) -> Any:
    """A value as JSON has it: money with four places."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    return str(value.quantize(Decimal("0.0001"))) if isinstance(value, Decimal) else value


def sorted_rows(rows: Any) -> list[str]:
    """Rows in an order of their own, to be compared."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("step", [timedelta(minutes=5), HOUR, timedelta(days=1), WEEK])
@pytest.mark.parametrize("count", [expected.revenue, expected.conversion])
def test_steps_are_those_of_the_facts(
    client: TestClient, world: World, count: Counted, step: timedelta
) -> None:
    many = 60 if step < timedelta(days=1) else 12
    # It is a Monday, on which weeks begin.
    until = UNTIL if step < timedelta(days=1) else UNTIL.replace(hour=0) + step
    since = until - many * step
    answer = told(client, count.__name__, since, until, step=f"{int(step.total_seconds())}s")
    assert (answer["since"], answer["until"]) == (text(since), text(until))
    assert answer["step_s"] == step.total_seconds()
    assert answer["rows"] == [shown(row) for row in count(world, since, until, step)]
    assert any(row["window_start"] and list(row.values())[1] for row in answer["rows"])


@pytest.mark.parametrize("span", [HOUR, timedelta(days=5), 20 * WEEK])
@pytest.mark.parametrize("count", [expected.failures, expected.sessions, expected.prices])
def test_rows_are_those_of_the_facts(
    client: TestClient, world: World, count: Counted, span: timedelta
) -> None:
    since, until = UNTIL - span, UNTIL
    answer = told(client, count.__name__, since, until)
    assert answer["step_s"] is None
    rows = [shown(row) for row in count(world, since, until)]
    assert rows
    assert sorted_rows(answer["rows"]) == sorted_rows(rows)


def test_cohorts_are_those_of_the_facts(client: TestClient, world: World) -> None:
    since, until = world.since - 2 * WEEK, UNTIL
    answer = told(client, "cohorts", since, until)
    first, last = (datetime.fromisoformat(answer[name]) for name in ("since", "until"))
    assert first <= since < first + WEEK
    assert (first.isoweekday(), first.hour, answer["step_s"]) == (1, 0, WEEK.total_seconds())
    assert until <= last < until + WEEK
    rows = [shown(row) for row in expected.cohorts(world, first, last)]
    assert answer["rows"] == rows
    assert sum(row["ordered_again"] for row in rows) > 10


def test_what_was_sold_at_each_price_adds_up(client: TestClient, world: World) -> None:
    rows = told(client, "prices", world.since, UNTIL)["rows"]
    assert {row["product_id"] for row in rows} >= {"p-0", "p-1"}
    assert HOSTILE in {row["name"] for row in rows}
    assert None in {row["name"] for row in rows}
    for before, after in pairwise(rows):
        if before["product_id"] == after["product_id"]:
            assert before["valid_to"] <= after["valid_from"]
            is_back = before["valid_to"] < after["valid_from"]
            assert is_back or before["price"] != after["price"]


def test_names_that_would_like_to_act_are_text(client: TestClient) -> None:
    rows = told(client, "failures", UNTIL - 20 * WEEK, UNTIL)["rows"]
    assert HOSTILE_CODE in {row["error_code"] for row in rows}


def test_nothing_is_told_of_a_time_without_facts(client: TestClient) -> None:
    since, until = datetime(2020, 1, 6, tzinfo=UTC), datetime(2020, 1, 7, tzinfo=UTC)
    for figure in FIGURES:
        rows = told(client, figure.name, since, until)["rows"]
        assert len(rows) == (24 if figure.least_step and not figure.is_fixed else 0)


@pytest.mark.parametrize("figure", [figure.name for figure in FIGURES])
def test_a_file_has_the_same_rows(client: TestClient, figure: str) -> None:
    since, until = UNTIL - 8 * WEEK, UNTIL
    answer = told(client, figure, since, until, step="1d")
    times = {"from": answer["since"], "to": answer["until"], "step": "1d"}
    address = f"/v1/business/{figure}/export"
    files = {
        format: client.get(address, params=times | {"format": format})
        for format in ("ndjson", "csv", "parquet")
    }
    *lines, last = files["ndjson"].text.splitlines()
    assert [json.loads(line) for line in lines] == answer["rows"]
    assert json.loads(last) == {"complete": True, "lines": len(lines)}
    table = pq.read_table(io.BytesIO(files["parquet"].content))
    assert [shown(row) for row in table.to_pylist()] == answer["rows"]
    rows = list(csv.DictReader(io.StringIO(files["csv"].text)))
    assert [*rows[0]] == [*answer["rows"][0]]
    assert len(rows) == len(lines)
    for file in files.values():
        assert json.loads(file.headers["X-Millrace-Freshness"]) == answer["freshness"]
        assert file.headers["X-Millrace-From"] == answer["since"]
        assert f"millrace-{figure}-" in file.headers["Content-Disposition"]


def test_each_answer_says_how_far_the_facts_are(client: TestClient, warehouse: Config) -> None:
    mongo.database(warehouse.mongo)[reconciliations.COLLECTION].delete_one({"_id": WAREHOUSE})
    answer = client.get("/v1/business").json()
    assert [one["name"] for one in answer["figures"]] == [figure.name for figure in FIGURES]
    built, later = text(LOADED_AT), text(LOADED_AT + timedelta(minutes=10))
    products = {"feed": "products", "loaded_at": built, "built_at": built, "waiting_rows": 0}
    shop = {"feed": "shop", "loaded_at": later, "built_at": built, "waiting_rows": WAITING}
    assert answer["freshness"] == [products, shop]
    assert [one["state"] for one in answer["proof"]] == ["never"]
    assert told(client, "sessions", UNTIL - HOUR, UNTIL)["freshness"] == [products, shop]


@pytest.mark.parametrize("holds", [True, False])
def test_each_answer_says_what_the_last_reconcile_found(
    client: TestClient, warehouse: Config, holds: bool
) -> None:
    db, ended = mongo.database(warehouse.mongo), datetime(2026, 11, 2, 12, tzinfo=UTC)
    db[reconciliations.COLLECTION].delete_one({"_id": WAREHOUSE})
    faults = {"missing": 0 if holds else 3}
    reconciliations.save(db, Reconciliation(WAREHOUSE, UNTIL, ended, holds, faults))  # type: ignore[arg-type]
    (proof,) = told(client, "revenue", UNTIL - HOUR, UNTIL)["proof"]
    assert proof["state"] == ("holds" if holds else "fails")
    assert proof["ended_at"] == text(ended)


def test_without_a_warehouse_there_are_no_figures(servers: Config) -> None:
    with asking(servers.model_copy(update={"warehouse": None})) as client:
        for place in ("", "/revenue", "/revenue/export"):
            answer = client.get(f"/v1/business{place}")
            assert answer.status_code == 404
            assert "no section `warehouse`" in answer.json()["detail"]
        assert client.get("/console/session").json()["features"] == []


def test_a_warehouse_that_is_away_is_told(warehouse: Config) -> None:
    gone = of(warehouse).model_copy(update={"port": free_port()})
    with asking(warehouse.model_copy(update={"warehouse": gone})) as client:
        for place in ("", "/revenue", "/revenue/export"):
            answer = client.get(f"/v1/business{place}")
            assert answer.status_code == 503
            assert f"warehouse.host 127.0.0.1:{gone.port}" in answer.json()["detail"]
        assert client.get("/v1/proof").status_code == 200
        assert client.get("/console/session").json()["features"] == ["warehouse"]


def test_a_warehouse_that_is_not_built_is_told(client: TestClient, warehouse: Config) -> None:
    with connection(of(warehouse), DBT) as opened:
        opened.execute("ALTER SCHEMA warehouse RENAME TO elsewhere")
    try:
        answer = client.get("/v1/business")
    finally:
        with connection(of(warehouse), DBT) as opened:
            opened.execute("ALTER SCHEMA elsewhere RENAME TO warehouse")
    assert answer.status_code == 503
    assert "run millrace warehouse build" in answer.json()["detail"]


def test_what_takes_too_long_is_ended_by_the_server(warehouse: Config, world: World) -> None:
    conf = warehouse.model_copy(update={"api": Api(max_query_s=0.2)})
    with connection(of(warehouse), DBT) as opened, asking(conf) as client:
        opened.execute("LOCK TABLE warehouse.fact_order IN ACCESS EXCLUSIVE MODE")
        answer = client.get("/v1/business/revenue")
    assert answer.status_code == 422
    assert "longer than 0.2 s" in answer.json()["detail"]


def test_what_is_hidden_is_not_told(warehouse: Config, world: World) -> None:
    conf = warehouse.model_copy(update={"api": Api(hidden_fields=("country",))})
    with asking(conf) as client:
        names = {one["name"] for one in client.get("/v1/business").json()["figures"]}
        assert names == {figure.name for figure in FIGURES} - {"sessions"}
        for place in ("sessions", "sessions/export"):
            assert client.get(f"/v1/business/{place}").status_code == 403


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("revenue?from=now&to=now-1h", 422),
        ("revenue?step=7s", 422),
        ("revenue?from=now-365d&step=1m", 422),
        ("nothing", 404),
        ("nothing/export", 404),
        ("sessions?from=yesterday", 422),
    ],
)
def test_what_cannot_be_answered_is_refused(client: TestClient, place: str, status: int) -> None:
    assert client.get(f"/v1/business/{place}").status_code == status


def test_the_reader_writes_nothing(warehouse: Config, world: World) -> None:
    own = Reader(of(warehouse), 10)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        own._open().execute("CREATE TEMPORARY TABLE mine (a int)")
    own.close()
