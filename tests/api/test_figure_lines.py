"""From a row of figures to its lines: as many as it says, or with the reason why not."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import MINUTE, START, app_feed, empty, line, send_minute
from starlette.testclient import TestClient
from support.counted import CountedFeed

from millrace.api.documents import time_text
from millrace.config import Config
from millrace.io import mongo, mysql
from millrace.io.mongo import letters
from millrace.io.mongo.letters import Filter
from millrace.proof.requeue import requeue
from millrace.records.names import OTHER
from millrace.records.tables import (
    ANOMALIES,
    LATENCY,
    LATENESS,
    LEVELS,
    ROUTE,
    TEMPLATES,
    TRAFFIC,
    Table,
    fed_by,
)

FEED = app_feed("figure_lines", max_routes=4, max_error_codes=2)
MINUTES = 14
GONE, LATE, TAMPERED, REQUEUED, OPEN = 0, 3, 5, 6, MINUTES - 1
AWKWARD = (" padded ", "a/b\\c", "x_\ny", "y" * 70, "-", "", "é" * 64)


@pytest.fixture(scope="module")
def world(api_conf: Config) -> CountedFeed:
    """Some minutes, of which some had lines too late, letters, losses and a hand in them."""
    made, draw = empty(api_conf, FEED), random.Random(4)
    for number in range(MINUTES):
        start = START + number * MINUTE
        send_minute(made, draw, start, 25)
        for code in AWKWARD if number == 8 else ():
            made.send(line(draw, start, error_code=code, service_name=code), start + MINUTE, 0)
        if number == 6:
            made.send(b"no line of JSON", start + MINUTE, 0)
        if number == 9:
            late = START + LATE * MINUTE
            made.send(line(draw, late, status_code=200, response_time_ms=3), start + MINUTE, 1)
        if number in (6, 10):
            made.aggregate()
    made.aggregate()
    made.ingest()
    change(made, "UPDATE levels_by_minute SET events = events + 7", TAMPERED)
    made.reconcile()
    db = mongo.database(made.conf.mongo)
    found = letters.find(db, Filter(feed=FEED.name))
    edited = line(draw, START + REQUEUED * MINUTE, service_name="cart", level="FATAL")
    assert requeue(made.conf, FEED, iter([*found]), line=edited).records == 1
    made.expire(START + (GONE + 1) * MINUTE)
    return made


def change(made: CountedFeed, statement: str, minute: int) -> None:
    start = (START + minute * MINUTE).replace(tzinfo=None)
    with mysql.connection(made.conf.mysql) as opened, opened.cursor() as cursor:
        assert cursor.execute(
            f"{statement} WHERE feed = %s AND window_start = %s LIMIT 1", (FEED.name, start)
        )


@pytest.fixture(scope="module")
def client(world: CountedFeed) -> Iterator[TestClient]:
    """A client of an API with that feed alone."""
    api = world.conf.api.model_copy(update={"max_requests_per_s": 1000})
    with asking(world.conf.model_copy(update={"api": api})) as made:
        yield made


def asked(client: TestClient, table: str, **parameters: Any) -> dict[str, Any]:
    named = {"feed": FEED.name, "window_start": time_text(START)} | parameters
    answer = client.get(f"/v1/figures/{table}/lines", params=named)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def rows(world: CountedFeed, table: Table) -> list[dict[str, Any]]:
    with mysql.connection(world.conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table.name} WHERE feed = %s", FEED.name)
        return list(cursor.fetchall())


def minute_of(row: dict[str, Any]) -> int:
    start: datetime = row["window_start"]
    return (start - START.replace(tzinfo=None)) // MINUTE


@pytest.mark.parametrize(
    ("table", "at_most"), [(TRAFFIC, 70), (LATENCY, 50), (LEVELS, 90), (ANOMALIES, 40)]
)
def test_a_row_has_as_many_lines_as_it_says_or_a_reason_is_told(
    client: TestClient, world: CountedFeed, table: Table, at_most: int
) -> None:
    draw, equal = random.Random(table.name), 0
    stored = rows(world, table)
    awkward = [row for row in stored if minute_of(row) == 8]
    chosen = draw.sample(stored, min(at_most, len(stored))) + awkward[:30]
    for row in chosen:
        keys = {key.name: str(row[key.name]) for key in table.keys}
        content = asked(
            client, table.name, window_start=row["window_start"].isoformat(), size=1000, **keys
        )
        compared, why = content["compared"], content["compared"]["why"]
        figure = next(iter(table.figures))
        assert compared["figure"] == content["figures"][figure] == row[figure]
        assert len(content["items"]) == compared["lines"]
        assert compared["is_equal"] == (compared["figure"] == compared["lines"])
        if compared["is_equal"]:
            equal += 1
            assert compared["sentence"] == f"figure {row[figure]:,} = lines {row[figure]:,}"
            assert why == []
            continue
        reasons = {one["reason"] for one in why}
        assert "unexplained" not in reasons
        expected = {GONE: "retention", LATE: "late", TAMPERED: "differs", REQUEUED: "requeued"}
        if OTHER not in keys.values():
            assert expected[minute_of(row)] in reasons, (row, why)
    assert equal > len(chosen) / 2


def test_late_lines_are_those_of_the_minute_of_their_receipt(
    client: TestClient, world: CountedFeed
) -> None:
    (row,) = rows(world, LATENESS)
    content = asked(client, LATENESS.name, window_start=row["window_start"].isoformat())
    assert content["compared"]["sentence"] == "figure 1 = lines 1"
    assert content["items"][0]["timestamp"] == time_text(START + LATE * MINUTE)


def test_without_a_key_it_is_the_sum_over_it(client: TestClient, world: CountedFeed) -> None:
    start = START + 2 * MINUTE
    content = asked(client, LEVELS.name, window_start=time_text(start), step="1m")
    assert content["compared"]["sentence"] == "figure 25 = lines 25"
    content = asked(client, LEVELS.name, window_start=time_text(start), step="10m")
    assert content["compared"]["figure"] == content["figures"]["events"] > 250
    assert not content["compared"]["is_equal"]
    assert content["bucket"]["proof"] == "differs"
    own = asked(client, LEVELS.name, window_start=time_text(start), service_name=["cart", "mail"])
    names = {item["service_name"] for item in own["items"]}
    assert names == {"cart", "mail"}
    assert own["compared"]["is_equal"]


def test_an_open_row_says_so(client: TestClient, world: CountedFeed) -> None:
    start = START + OPEN * MINUTE
    content = asked(client, LEVELS.name, window_start=time_text(start))
    assert content["bucket"]["state"] == "open"
    assert content["compared"]["is_equal"]  # There is nothing to come.
    made = world.send(line(random.Random(1), start), start + MINUTE, 0)
    world.ingest()
    content = asked(client, LEVELS.name, window_start=time_text(start))
    assert {"open", "behind"} <= {one["reason"] for one in content["compared"]["why"]}
    assert made.id in {item["_id"] for item in content["items"]}


def test_lines_without_a_route_of_their_own_are_those_of_other(
    client: TestClient, world: CountedFeed
) -> None:
    named = [row for row in rows(world, TRAFFIC) if row[ROUTE.name] == OTHER]
    assert named
    for row in named[:5]:
        content = asked(
            client,
            TRAFFIC.name,
            window_start=row["window_start"].isoformat(),
            **{key.name: row[key.name] for key in TRAFFIC.keys},
        )
        assert {item["http_route"] for item in content["items"]} <= {OTHER}


def test_a_walk_has_each_line_once(client: TestClient) -> None:
    start, ids = time_text(START + 9 * MINUTE), []
    for table, expected in ((LEVELS.name, 25), (TEMPLATES.name, 25)):
        ids, after = [], {}
        while True:
            content = asked(client, table, window_start=start, size=4, **after)
            ids += [item["_id"] for item in content["items"]]
            if content["next"] is None:
                break
            after = {"after": content["next"]}
        assert len(ids) == len(set(ids)) == expected
        assert content["searched_until"] == start


def test_a_cursor_is_of_its_own_row_alone(client: TestClient) -> None:
    start = time_text(START + 9 * MINUTE)
    following = asked(client, LEVELS.name, window_start=start, size=4)["next"]
    for table, changed in (
        (LEVELS.name, {"level": "INFO"}),
        (LEVELS.name, {"window_start": time_text(START + 8 * MINUTE)}),
        (TEMPLATES.name, {}),
        (LEVELS.name, {"after": following[:-2] + "xx"}),
        (LEVELS.name, {"after": "é"}),
    ):
        named = {"feed": FEED.name, "window_start": start, "after": following} | changed
        assert client.get(f"/v1/figures/{table}/lines", params=named).status_code == 422


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"window_start": "2026-03-01T12:00:30Z"}, "minute"),
        ({"window_start": "yesterday"}, "window_start"),
        ({"window_start": "9999-12-31T23:59:00Z", "step": "5m"}, "window_start"),
        ({"step": "10s"}, "step"),
        ({"feed": "nobody"}, "feed"),
        ({"feed": ""}, "feed"),
        ({"feed": f"{FEED.name},{FEED.name}"}, "feed"),
        ({"http_route": "/"}, "http_route"),
        ({"size": "0"}, "size"),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: TestClient, changed: dict[str, str], told: str
) -> None:
    named = {"feed": FEED.name, "window_start": time_text(START)} | changed
    answer = client.get(f"/v1/figures/{LEVELS.name}/lines", params=named)
    assert answer.status_code == 422, answer.text
    assert told in answer.json()["detail"]


def test_hidden_fields_are_not_among_the_lines(world: CountedFeed) -> None:
    api = world.conf.api.model_copy(update={"hidden_fields": ("message", "error_code")})
    start = time_text(START + 9 * MINUTE)
    with asking(world.conf.model_copy(update={"api": api})) as client:
        content = asked(client, LEVELS.name, window_start=start)
        assert not any({"message", "error_code"} & set(item) for item in content["items"])
        named = {"feed": FEED.name, "window_start": start, "error_code": "E1"}
        assert client.get(f"/v1/figures/{LEVELS.name}/lines", params=named).status_code == 422


def test_every_table_of_the_feed_has_lines_to_show(client: TestClient) -> None:
    for table in fed_by(FEED.layout):
        content = asked(client, table.name, window_start=time_text(START + 9 * MINUTE))
        assert content["table"] == table.name
