"""Figures in steps: summed as their measure asks, each step with how far to trust it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.conftest import asking
from api.worlds import MINUTE, START, app_feed, empty, line, send_minute
from starlette.testclient import TestClient
from support.counted import CountedFeed

from millrace.api import figures as routes
from millrace.api.documents import time_text
from millrace.config import Config
from millrace.io import mysql
from millrace.io.mysql.figures import OutOfTimeError, ask
from millrace.records import views
from millrace.records.received import EPOCH
from millrace.records.tables import LATENCY, LEVELS, TABLES, TRAFFIC
from millrace.windows.buckets import BOUNDS_MS, le_ms
from millrace.windows.keys import STATUS_CLASSES

FEED = app_feed("figures_app")
SPAN = {"from": time_text(START), "to": time_text(START + 20 * MINUTE)}


@pytest.fixture(scope="module")
def world(api_conf: Config) -> CountedFeed:
    """Twenty minutes: two with late lines, one that was tampered with, one computed again."""
    made, draw = empty(api_conf, FEED), random.Random(11)
    for number in range(20):
        send_minute(made, draw, START + number * MINUTE, 30)
        if number == 12:
            # Ten minutes late: too late to be counted in their own minutes.
            for minute in (2, 3):
                at = START + minute * MINUTE
                send_late(made, draw, at, received=START + 13 * MINUTE)
        made.aggregate()
    made.ingest()
    made.reconcile()
    change(made, "UPDATE levels_by_minute SET events = events + 1", 5)
    made.reconcile()
    change(made, "UPDATE levels_by_minute SET revised_at = UTC_TIMESTAMP()", 6)
    return made


def send_late(made: CountedFeed, draw: random.Random, at: datetime, received: datetime) -> None:
    made.send(line(draw, at), received, 0)


def change(made: CountedFeed, statement: str, minute: int) -> None:
    start = (START + minute * MINUTE).replace(tzinfo=None)
    with mysql.connection(made.conf.mysql) as opened, opened.cursor() as cursor:
        assert cursor.execute(
            f"{statement} WHERE feed = %s AND window_start = %s LIMIT 1", (made.feed.name, start)
        )


@pytest.fixture
def client(world: CountedFeed) -> Iterator[TestClient]:
    """A client of an API with that feed alone."""
    with asking(world.conf) as made:
        yield made


def asked(client: TestClient, table: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/figures/{table}", params=SPAN | parameters)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def by_key(content: dict[str, Any], *names: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    rows = {
        (row["window_start"], *(row[name] for name in names)): {
            name: value for name, value in row.items() if name not in ("window_start", *names)
        }
        for row in content["rows"]
    }
    assert len(rows) == len(content["rows"])
    return rows


def start_of(fields: dict[str, Any], step: timedelta) -> str:
    at = EPOCH + timedelta(microseconds=fields["timestamp"])
    return time_text(START + (at - START) // step * step)


@pytest.mark.parametrize("minutes", [1, 5, 20])
def test_figures_of_a_step_are_those_of_its_lines(
    client: TestClient, world: CountedFeed, minutes: int
) -> None:
    expected: dict[tuple[str, str, str], dict[str, Any]] = {}
    for fields in world.accepted:
        if fields.get("status_code") is None:
            continue
        kind = STATUS_CLASSES.get(fields["status_code"] // 100, "other")
        row = expected.setdefault(
            (start_of(fields, minutes * MINUTE), fields["service_name"], kind),
            {"requests": 0, "bytes": 0, "timed_requests": 0, "times": []},
        )
        row["requests"] += 1
        row["timed_requests"] += 1
        row["times"].append(round(fields["response_time_ms"] * 1000))
    for row in expected.values():
        times = row.pop("times")
        row |= {"sum_response_us": sum(times)}
        row |= {"min_response_us": min(times), "max_response_us": max(times)}
    content = asked(client, TRAFFIC.name, step=f"{minutes}m", by=["service_name", "status_class"])
    assert by_key(content, "service_name", "status_class") == expected
    assert content["step_s"] == 60 * minutes


@pytest.mark.parametrize(("by", "step"), [([], "20m"), (["service_name"], "5m"), ([], "1m")])
def test_percentiles_are_those_of_all_requests_of_a_step(
    client: TestClient, world: CountedFeed, by: list[str], step: str
) -> None:
    length = int(step[:-1]) * MINUTE
    times: dict[tuple[str, ...], list[float]] = {}
    for fields in world.accepted:
        if fields.get("response_time_ms") is not None:
            key = (start_of(fields, length), *(fields[name] for name in by))
            times.setdefault(key, []).append(fields["response_time_ms"])
    found = by_key(asked(client, LATENCY.name, by=by, step=step), *by)
    assert found.keys() == times.keys()
    for key, own in times.items():
        row = found[key]
        assert row["requests"] == len(own)
        for percent in (50, 95, 99):
            enough = (
                bound
                for bound in BOUNDS_MS
                if 100 * sum(time <= bound for time in own) >= percent * len(own)
            )
            assert row[f"p{percent}_ms"] == next(enough)


def test_buckets_of_latencies_can_be_asked_for(client: TestClient, world: CountedFeed) -> None:
    content = asked(client, LATENCY.name, by="le_ms", step="20m")
    expected: dict[str, int] = {}
    for fields in world.accepted:
        if fields.get("response_time_ms") is not None:
            bound = le_ms(fields["response_time_ms"])
            expected[bound] = expected.get(bound, 0) + 1
    assert {row["le_ms"]: row["requests"] for row in content["rows"]} == expected
    one = next(iter(expected))
    content = asked(client, LATENCY.name, le_ms=[one, "0.1000"], by="le_ms", step="20m")
    assert {row["le_ms"] for row in content["rows"]} <= {one, "0.1000"}


def test_each_step_says_whether_it_is_closed_and_proven(client: TestClient) -> None:
    buckets = asked(client, LEVELS.name)["buckets"]
    assert len(buckets) == 20
    # The newest window is the twentieth; what ends two minutes before its beginning is closed.
    states = [bucket["state"] for bucket in buckets]
    assert states == ["closed"] * 6 + ["revised"] + ["closed"] * 10 + ["open"] * 3
    proofs = [bucket["proof"] for bucket in buckets]
    assert proofs[:2] == ["equal", "equal"]
    assert proofs[2:4] == ["late", "late"]
    assert [bucket["late_lines"] for bucket in buckets[2:4]] == [1, 1]
    assert proofs[5] == "differs"
    assert set(proofs[6:17]) == {"equal"}
    assert proofs[17:] == ["unknown"] * 3
    wide = asked(client, LEVELS.name, step="10m")["buckets"]
    assert [(one["state"], one["proof"]) for one in wide] == [
        ("revised", "differs"),
        ("open", "unknown"),
    ]


def test_steps_are_whole_and_of_the_calendar(client: TestClient) -> None:
    content = asked(client, LEVELS.name, step="1h", **{"from": "2026-03-01T12:10:30Z"})
    assert content["since"] == "2026-03-01T12:00:00.000Z"
    assert content["until"] == "2026-03-01T13:00:00.000Z"
    week = asked(client, LEVELS.name, step="1w")
    assert week["since"] == "2026-02-23T00:00:00.000Z"  # a Monday


def test_a_feed_that_is_silent_does_not_keep_others_open(
    api_conf: Config, world: CountedFeed
) -> None:
    quiet = empty(api_conf, app_feed("figures_quiet"))
    send_minute(quiet, random.Random(1), START, 3)
    quiet.aggregate()
    quiet.ingest()
    conf = api_conf.model_copy(update={"feeds": (FEED, quiet.feed)})
    with asking(conf) as client:
        states = [one["state"] for one in asked(client, LEVELS.name)["buckets"]]
        assert states[0] == "open"
        assert states[1] == "closed"
        # Lines of its that are stored, and that nobody has counted yet, are awaited.
        send_minute(quiet, random.Random(1), START + 4 * MINUTE, 3)
        quiet.ingest()
        assert {one["state"] for one in asked(client, LEVELS.name)["buckets"]} == {"open"}


def test_all_tables_and_views_are_told_and_tables_can_be_asked(
    client: TestClient, world: CountedFeed
) -> None:
    told = client.get("/v1/figures").json()
    assert [one["name"] for one in told["tables"]] == [table.name for table in TABLES]
    assert [one["name"] for one in told["views"]] == [view.name for view in views.DESCRIBED]
    for one in told["tables"]:
        answer = client.get(f"/v1/figures/{one['name']}", params=SPAN | {"by": one["keys"][1:]})
        assert answer.status_code == (200 if one["feeds"] else 422), answer.text
    for one in told["views"]:
        assert client.get(f"/v1/figures/{one['name']}").status_code == 404


def test_views_have_the_columns_that_are_told(world: CountedFeed) -> None:
    with mysql.connection(world.conf.mysql) as opened, opened.cursor() as cursor:
        for view in views.DESCRIBED:
            cursor.execute(f"SHOW COLUMNS FROM {view.name}")
            columns = [row["Field"] for row in cursor.fetchall()]
            assert columns == [*view.keys, *view.figures]
        assert len(views.DESCRIBED) == len(views.VIEWS)


@pytest.mark.parametrize(
    ("table", "parameters", "status", "told"),
    [
        ("nothing", {}, 404, "/v1/figures"),
        ("levels_by_minute; DROP TABLE batches", {}, 404, "no table"),
        (LEVELS.name, {"by": "http_route"}, 422, "by: "),
        (LEVELS.name, {"by": "events"}, 422, "by: "),
        (LEVELS.name, {"severity": "high"}, 422, "severity"),
        (LEVELS.name, {"service_nam": "a"}, 422, "service_nam"),
        (LEVELS.name, {"service_name": ""}, 422, "service_name"),
        (LEVELS.name, {"service_name": "x" * 65}, 422, "service_name"),
        (LATENCY.name, {"le_ms": "7"}, 422, "le_ms"),
        (LATENCY.name, {"le_ms": "1 OR 1=1"}, 422, "le_ms"),
        (LEVELS.name, {"step": "30s"}, 422, "step"),
        (LEVELS.name, {"step": "0m"}, 422, "step"),
        (LEVELS.name, {"step": "1y"}, 422, "step"),
        (LEVELS.name, {"from": "2020-01-01", "step": "1m"}, 422, "step"),
        (LEVELS.name, {"from": "0001-01-01", "step": "900w"}, 422, "step"),
        (LEVELS.name, {"feed": "nobody"}, 422, "feed"),
        ("searches_by_minute", {}, 422, "feed"),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: TestClient, table: str, parameters: dict[str, str], status: int, told: str
) -> None:
    answer = client.get(f"/v1/figures/{table}", params=SPAN | parameters)
    assert answer.status_code == status, answer.text
    assert told in answer.json()["detail"]


def test_values_of_keys_are_values_and_no_sql(client: TestClient) -> None:
    for value in ("' OR 1=1 --", "%", "\\", "cart'", '"', "é😀"):
        assert asked(client, LEVELS.name, service_name=value)["rows"] == []
    found = asked(client, LEVELS.name, service_name=["cart", "mail"], by="service_name")
    assert {row["service_name"] for row in found["rows"]} == {"cart", "mail"}


def test_more_rows_than_an_answer_holds_are_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_ROWS", 30)
    answer = client.get(f"/v1/figures/{LEVELS.name}", params=SPAN | {"by": "service_name"})
    assert answer.status_code == 422
    assert "larger step" in answer.json()["detail"]
    assert len(asked(client, LEVELS.name)["rows"]) == 20


def test_the_server_ends_what_takes_too_long(world: CountedFeed) -> None:
    of = LEVELS.name
    statement = (
        f"SELECT COUNT(*) AS n FROM {of} a, {of} b, {of} c, {of} d"
        " WHERE a.events + b.events + c.events + d.events > %s"
    )
    with (
        pytest.raises(OutOfTimeError),
        mysql.connection(world.conf.mysql) as opened,
        opened.cursor() as cursor,
    ):
        ask(cursor, statement, [-1], 0.05)


def test_keys_of_hidden_fields_are_neither_shown_nor_asked_for(world: CountedFeed) -> None:
    api = world.conf.api.model_copy(update={"hidden_fields": ("service_name", "details")})
    with asking(world.conf.model_copy(update={"api": api})) as client:
        for parameters in ({"by": "service_name"}, {"service_name": "cart"}):
            answer = client.get(f"/v1/figures/{LEVELS.name}", params=SPAN | parameters)
            assert answer.status_code == 422
        tables = client.get("/v1/figures").json()["tables"]
        assert not any("service_name" in one["keys"] for one in tables)
        assert not any("payment_method" in one["keys"] for one in tables)


def test_an_answer_says_how_fresh_it_is(client: TestClient) -> None:
    content = asked(client, LEVELS.name)
    assert [one["feed"] for one in content["freshness"]] == [FEED.name]
    assert [one["feed"] for one in content["proof"]] == [FEED.name]
    assert content["took_ms"] > 0
    assert datetime.fromisoformat(content["since"]).tzinfo == UTC
