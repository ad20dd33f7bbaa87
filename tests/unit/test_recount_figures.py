"""Stored figures held against recounted ones: what late lines explain, and what nothing does."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from millrace.io.mysql.snapshot import Key, Measures
from millrace.proof.figures import Compared, Recounted, by_window

START = datetime(2026, 3, 29, 1, 30)
KEYS = ("web", "GET", "/", "2xx")


def row(is_late: bool, requests: int, sum_us: int, min_us: int, max_us: int) -> dict[str, Any]:
    return {
        "window_start": START,
        "figure": "traffic_by_minute",
        **{f"k{n}": value for n, value in enumerate(KEYS, 1)},
        "line_count": requests,
        "total": 100 * requests,
        "valued": requests,
        "value_sum": sum_us,
        "value_min": min_us,
        "value_max": max_us,
        "revenue": None,
        "failed_amount": None,
        "is_late": is_late,
    }


def traffic(requests: int, sum_us: int, min_us: int, max_us: int) -> Measures:
    return {
        "requests": requests,
        "bytes": 100 * requests,
        "timed_requests": requests,
        "sum_response_us": sum_us,
        "min_response_us": min_us,
        "max_response_us": max_us,
    }


KEY: Key = ("traffic_by_minute", START, KEYS)
ON_TIME, LATE = row(False, 3, 60, 10, 30), row(True, 2, 100, 5, 95)
ALL = traffic(5, 160, 5, 95)


def recounted(*rows: dict[str, Any]) -> dict[Key, Recounted]:
    ((start, found),) = by_window(rows)
    assert start == START
    return found


def test_rows_with_and_without_late_lines_are_one_figure() -> None:
    for rows in ((ON_TIME, LATE), (LATE, ON_TIME)):
        assert recounted(*rows) == {KEY: Recounted(traffic(3, 60, 10, 30), ALL)}
    assert recounted(LATE) == {KEY: Recounted(None, traffic(2, 100, 5, 95))}


@pytest.mark.parametrize(
    ("stored", "differs"),
    [
        (ALL, False),
        (traffic(3, 60, 10, 30), False),  # none of the late lines
        (traffic(4, 65, 5, 30), False),  # one of them
        (traffic(2, 50, 10, 30), True),  # a line that was in time is missing
        (traffic(5, 150, 5, 95), True),  # no line is missing
        (traffic(6, 170, 5, 95), True),  # a line too many
        (traffic(4, 65, 4, 30), True),  # a least time that no line has
        (traffic(4, 65, 5, 96), True),
        (traffic(4, 65, 11, 30), True),
        (traffic(4, 59, 5, 30), True),
        (None, True),
    ],
)
def test_late_lines_explain_what_lies_between(stored: Measures | None, differs: bool) -> None:
    compared = Compared()
    rows = {KEY: stored} if stored else {}
    unequal = compared.of_window(START, rows, recounted(ON_TIME, LATE))
    missing = 5 - (stored["requests"] if stored else 0)
    assert unequal == ({KEY[0]: None if differs else missing} if stored != ALL else {})
    assert bool(compared.differing) is differs
    assert len(compared.samples) == differs
    assert not compared.late  # they are counted by the table that has every line


def test_without_late_lines_nothing_is_explained() -> None:
    compared = Compared()
    compared.of_window(START, {KEY: traffic(2, 50, 10, 30)}, recounted(ON_TIME))
    assert compared.differing == {("traffic_by_minute", START): 1}


def test_rows_of_late_lines_alone_may_be_missing_and_strange_rows_may_not() -> None:
    compared = Compared()
    compared.of_window(START, {}, recounted(LATE))
    assert not compared.differing
    compared.of_window(START, {KEY: ALL}, {})
    assert compared.differing == {("traffic_by_minute", START): 1}
    (sample,) = compared.samples
    assert (sample.stored, sample.recounted) == (ALL, None)


def events(is_late: bool, count: int) -> dict[str, Any]:
    return row(is_late, count, 0, 0, 0) | {"figure": "levels_by_minute", "k3": "-", "k4": None}


def test_late_lines_that_are_missing_are_counted_once_a_window() -> None:
    compared = Compared()
    found = recounted(events(False, 10), events(True, 4))
    stored = {("levels_by_minute", START, ("web", "GET", "-")): {"events": 11}}
    assert compared.of_window(START, stored, found) == {"levels_by_minute": 3}
    assert compared.late == {START: 3}
    assert not compared.differing


def test_each_table_of_a_window_is_judged_alone() -> None:
    strange: Key = ("traffic_by_minute", START, ("web", "GET", "/b", "2xx"))
    found = recounted(ON_TIME, LATE, events(False, 10), events(True, 4))
    stored = {
        KEY: traffic(3, 60, 10, 30),  # lacks late lines only, but its table has a strange row
        strange: traffic(1, 1, 1, 1),
        ("levels_by_minute", START, ("web", "GET", "-")): {"events": 14},
    }
    assert Compared().of_window(START, stored, found) == {"traffic_by_minute": None}
    assert Compared().of_window(START, dict(reversed(stored.items())), found) == {
        "traffic_by_minute": None
    }


def test_money_is_equal_whatever_its_scale() -> None:
    key: Key = ("shop_by_minute", START, ("purchase", "DE", "mobile", "card"))
    made = row(False, 1, 5, 5, 5) | {"figure": "shop_by_minute", "revenue": Decimal("9.5000")}
    made |= {f"k{n}": value for n, value in enumerate(key[2], 1)} | {"failed_amount": Decimal(0)}
    stored = {"events": 1, "revenue": Decimal("9.5"), "failed_amount": Decimal("0.0000")}
    compared = Compared()
    stored |= {"sum_session_s": 5, "sessions_timed": 1}
    compared.of_window(START, {key: stored}, recounted(made))
    assert not compared.differing


def test_minutes_of_an_earlier_version_are_held_by_what_both_name_alike() -> None:
    """Before, each path that a scanner tried had a row; now they are one, and as many requests."""
    scanned = {
        ("traffic_by_minute", START, ("web", method, route, "4xx")): traffic(1, 10, 10, 10)
        for method, route in (("GET", "/wp-login.php"), ("BREW", "/coffee"))
    }
    other = KEYS[0], "GET", "{other}", "4xx"
    now = recounted(
        {**row(False, 2, 20, 10, 10), **{f"k{n}": value for n, value in enumerate(other, 1)}}
    )
    later = Compared(alike_from=START.replace(minute=31))
    later.of_window(START, scanned, now)
    assert not later.differing
    by_this_version = Compared(alike_from=START)
    by_this_version.of_window(START, scanned, now)
    assert by_this_version.differing


def test_a_line_that_is_missing_shows_in_such_a_minute_too() -> None:
    stored = {("traffic_by_minute", START, ("web", "GET", "/a", "4xx")): traffic(1, 10, 10, 10)}
    compared = Compared(alike_from=datetime.max)
    compared.of_window(START, stored, recounted(row(False, 2, 20, 10, 10)))
    assert compared.differing == {("traffic_by_minute", START): 2}
