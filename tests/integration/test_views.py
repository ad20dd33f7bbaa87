"""What the views in MySQL make of rows of figures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from millrace.config import Config
from millrace.io import mysql

MIDNIGHT = datetime(2025, 1, 22)


def hour(number: int, minute: int = 0) -> datetime:
    return MIDNIGHT + timedelta(hours=number, minutes=minute)


@pytest.fixture(scope="module")
def tables(servers: Config) -> Config:
    """The servers, with the tables and views made twice, as every start of a job does."""
    mysql.prepare(servers.mysql)
    mysql.prepare(servers.mysql)
    return servers


def store(conf: Config, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    values = list(rows)
    places = ", ".join(["%s"] * len(values[0]))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.executemany(statement, values)


def select(conf: Config, statement: str, feed: str) -> set[tuple[Any, ...]]:
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(statement, (feed,))
        return {tuple(row.values()) for row in cursor.fetchall()}


def store_templates(conf: Config, feed: str, rows: Iterable[tuple[datetime, str]]) -> None:
    columns = "window_start, feed, service_name, template_id, events"
    messages = [(start, feed, "web", template, 1) for start, template in rows]
    store(conf, "templates_by_minute", columns, messages)


def test_templates_add_up_by_the_hour(tables: Config) -> None:
    minutes = [hour(5), hour(5, 59), hour(6), hour(29, 30)]
    store_templates(tables, "hourly", [(start, "a") for start in minutes])
    store_templates(tables, "hourly", [(hour(5, 1), "-")])
    found = select(
        tables,
        "SELECT window_start, service_name, template_id, events FROM templates_by_hour"
        " WHERE feed = %s",
        "hourly",
    )
    assert found == {
        (hour(5), "web", "a", 2),
        (hour(5), "web", "-", 1),
        (hour(6), "web", "a", 1),
        (hour(29), "web", "a", 1),
    }


NEW, VANISHED = "new", "vanished"
# The hours in which each template has messages, and the changes that come of it.
CHANGES: dict[str, tuple[dict[str, list[int]], set[tuple[int, str, str]]]] = {
    "stays": ({"a": [1, 2, 3, 4]}, {(1, "a", NEW)}),
    "one_hour": ({"a": [1], "b": [1]}, {(1, "a", NEW), (1, "b", NEW)}),
    "new_later": ({"a": [1, 2, 3], "b": [2, 3]}, {(1, "a", NEW), (2, "b", NEW)}),
    "vanishes": (
        {"a": [1, 2, 3, 4], "b": [1, 2]},
        {(1, "a", NEW), (1, "b", NEW), (3, "b", VANISHED)},
    ),
    "may_still_come_this_hour": ({"a": [1, 2], "b": [1]}, {(1, "a", NEW), (1, "b", NEW)}),
    "comes_back": (
        {"a": [1, 2, 3, 4, 5, 6], "b": [1, 4, 5, 6]},
        {(1, "a", NEW), (1, "b", NEW), (2, "b", VANISHED)},
    ),
    "feed_is_silent": ({"a": [1, 9, 10]}, {(1, "a", NEW)}),
    "vanishes_in_a_silence": (
        {"a": [1, 9, 10], "b": [1]},
        {(1, "a", NEW), (1, "b", NEW), (9, "b", VANISHED)},
    ),
    "only_unmatched_are_left": ({"a": [1], "-": [2, 3]}, {(1, "a", NEW), (2, "a", VANISHED)}),
}


@pytest.mark.parametrize("feed", CHANGES)
def test_templates_are_new_once_and_vanish_when_the_feed_goes_on_without_them(
    tables: Config, feed: str
) -> None:
    hours, changes = CHANGES[feed]
    messages = [
        (hour(n, minute), t) for t, seen in hours.items() for n in seen for minute in (0, 7)
    ]
    store_templates(tables, feed, messages)
    found = select(
        tables,
        "SELECT window_start, template_id, `change` FROM template_changes_by_hour WHERE feed = %s",
        feed,
    )
    assert found == {(hour(n), template, change) for n, template, change in changes}


def test_a_percentile_is_the_first_bound_that_so_many_requests_are_within(tables: Config) -> None:
    columns = "window_start, feed, service_name, method, http_route, le_ms, requests"
    requests = {"1.0000": 50, "2.0300": 44, "10.0000": 1, "100.0000": 4, "1000.0000": 1}
    rows = [(MIDNIGHT, "views", "web", "GET", "/", le_ms, n) for le_ms, n in requests.items()]
    store(tables, "latency_by_minute", columns, rows)
    found = select(
        tables,
        "SELECT requests, p50, p95, p99 FROM latency_percentiles_by_minute WHERE feed = %s",
        "views",
    )
    assert [tuple(map(float, row)) for row in found] == [(100, 1, 10, 100)]
