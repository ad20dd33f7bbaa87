"""Minutes against their own last hour: what stands out, what does not, and when nothing is said."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from millrace.detect.rates import RateRules, anomalies
from millrace.records.rates import RateAnomaly, ServiceMinute

RULES = RateRules()
START = datetime(2026, 3, 29, 1, 0)
MINUTE = timedelta(minutes=1)
# What a service is used to: two errors in a hundred events, 100 ms.
USUAL = ServiceMinute(START, "shop", events=100, errors=2, timed=100, p95_ms=100.0)


def at(number: int) -> datetime:
    return START + number * MINUTE


def steady(count: int, **figures: Any) -> list[ServiceMinute]:
    """So many equal minutes from START on."""
    return [replace(USUAL, window_start=at(number), **figures) for number in range(count)]


def judged(minutes: list[ServiceMinute], *numbers: int) -> list[RateAnomaly]:
    return anomalies(minutes, [at(number) for number in numbers], RULES)


def found(minutes: list[ServiceMinute], *numbers: int) -> list[str]:
    return [anomaly.metric for anomaly in judged(minutes, *numbers)]


# The minute after forty usual ones, and what stands out in it.
BOUNDARIES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"errors": 0}, []),
    ({"errors": 10}, []),
    ({"errors": 11}, ["error_ratio"]),
    ({"p95_ms": 403.0}, []),
    ({"p95_ms": 404.0}, ["p95_ms"]),
    ({"p95_ms": 0.1}, []),
    ({"p95_ms": None, "timed": 0}, []),
    ({"events": 57}, []),
    ({"events": 56}, ["volume"]),
    ({"events": 156}, []),
    ({"events": 157}, ["volume"]),
    ({"events": 157, "errors": 60, "p95_ms": 9000.0}, ["error_ratio", "p95_ms", "volume"]),
    # Too few events or times for a share of them to mean anything.
    ({"events": 19, "errors": 19, "timed": 19, "p95_ms": 9000.0}, ["volume"]),
    ({"events": 20, "errors": 20, "timed": 19}, ["error_ratio", "volume"]),
    ({"timed": 20, "p95_ms": 9000.0}, ["p95_ms"]),
    ({"timed": 19, "p95_ms": 9000.0}, []),
]


@pytest.mark.parametrize(("figures", "expected"), BOUNDARIES)
def test_a_metric_stands_out_beyond_its_band_and_not_before(
    figures: dict[str, Any], expected: list[str]
) -> None:
    assert found([*steady(40), replace(USUAL, window_start=at(40), **figures)], 40) == expected


@pytest.mark.parametrize(
    ("usual", "figures", "expected"),
    [
        # One error among twenty events is 5 %, and nothing: with two in a hundred it happens often.
        ({"events": 20, "errors": 0}, {"errors": 1}, []),
        ({"events": 20, "errors": 0}, {"errors": 4}, []),
        ({"events": 20, "errors": 0}, {"errors": 6}, ["error_ratio"]),
        ({"events": 30, "errors": 1}, {"errors": 9}, ["error_ratio"]),
        # Of many events a percent more is surely more, but no incident.
        ({"events": 100_000, "errors": 2000}, {"errors": 4400}, []),
        ({"events": 100_000, "errors": 2000}, {"errors": 4600}, ["error_ratio"]),
        # A tenth of the volume is noise, however many events there are.
        ({"events": 100_000, "errors": 0}, {"events": 140_000}, []),
        ({"events": 100_000, "errors": 0}, {"events": 160_000}, ["volume"]),
        # Less than 5 ms more is nothing to someone who waits.
        ({"p95_ms": 0.2}, {"p95_ms": 5.1}, []),
        ({"p95_ms": 0.2}, {"p95_ms": 5.3}, ["p95_ms"]),
        # With more times a smaller rise is sure; buckets alone may add a fifth.
        ({"timed": 10_000}, {"p95_ms": 240.0}, []),
        ({"timed": 10_000}, {"p95_ms": 270.0}, ["p95_ms"]),
    ],
)
def test_the_band_is_as_wide_as_chance_makes_the_metric(
    usual: dict[str, Any], figures: dict[str, Any], expected: list[str]
) -> None:
    minute = replace(USUAL, window_start=at(40), **(usual | figures))
    assert found([*steady(40, **usual), minute], 40) == expected


def alternating(count: int, *figures: dict[str, Any]) -> list[ServiceMinute]:
    """Minutes that have the figures by turns."""
    return [replace(m, **figures[n % len(figures)]) for n, m in enumerate(steady(count))]


@pytest.mark.parametrize(
    ("history", "figures", "expected"),
    [
        (alternating(40, {"errors": 2}, {"errors": 10}), {"errors": 25}, []),
        (alternating(40, {"errors": 2}, {"errors": 10}), {"errors": 35}, ["error_ratio"]),
        (alternating(40, {"p95_ms": 50.0}, {"p95_ms": 200.0}), {"p95_ms": 2000.0}, []),
        (alternating(40, {"events": 60}, {"events": 140}), {"events": 200}, []),
        # Of few minutes it is not sure how loud the noise is.
        (alternating(12, {"events": 60}, {"events": 140}), {"events": 1000}, []),
        (alternating(60, {"events": 60}, {"events": 140}), {"events": 1000}, ["volume"]),
        # None, one or two errors in thirty are nothing but the steps of a steady ratio.
        (
            alternating(39, *({"events": 30, "errors": errors} for errors in range(3))),
            {"events": 30, "errors": 8},
            ["error_ratio"],
        ),
        # A percentile of few times is known so little that a good one of many proves nothing.
        (steady(40, timed=20), {"events": 100, "timed": 10_000, "p95_ms": 300.0}, []),
    ],
)
def test_noise_of_the_last_hour_widens_the_band(
    history: list[ServiceMinute], figures: dict[str, Any], expected: list[str]
) -> None:
    last = len(history)
    assert found([*history, replace(USUAL, window_start=at(last), **figures)], last) == expected


def test_a_row_says_what_was_seen_and_what_was_expected() -> None:
    minute = replace(USUAL, window_start=at(40), errors=31, p95_ms=1000.0)
    error_ratio, p95_ms = judged([*steady(40), minute], 40)
    assert error_ratio == RateAnomaly(
        at(40),
        "shop",
        "error_ratio",
        observed=0.31,
        expected=0.02,
        lower=0.0,
        upper=0.105528,
        reason="error_ratio 0.31 is 17.0 robust deviations above 0.02, "
        "the share in 40 usual minutes",
    )
    assert p95_ms.reason == (
        "p95_ms 1000 is 8.3 robust deviations above 100, the median of 40 minutes"
    )


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], []),
        (steady(9), []),
        (steady(10), ["error_ratio", "p95_ms", "volume"]),
        (steady(40, events=19), []),
        ([*steady(40, events=19)[:30], *steady(40)[30:]], ["error_ratio", "p95_ms", "volume"]),
        # Busy, but seldom timed: there is nothing to judge times by.
        ([*steady(40, timed=19)[:31], *steady(40)[31:]], ["error_ratio", "volume"]),
        (steady(40, timed=0, p95_ms=None), ["error_ratio", "volume"]),
    ],
)
def test_nothing_is_judged_before_ten_busy_minutes(
    history: list[ServiceMinute], expected: list[str]
) -> None:
    last = len(history)
    odd = replace(USUAL, window_start=at(last), events=1000, errors=500, timed=1000, p95_ms=9000.0)
    assert found([*history, odd], last) == expected


def test_what_lies_more_than_an_hour_back_is_forgotten() -> None:
    odd = replace(USUAL, errors=60)
    assert found([*steady(10), replace(odd, window_start=at(60))], 60) == ["error_ratio"]
    assert found([*steady(10), replace(odd, window_start=at(61))], 61) == []


def test_only_the_minutes_asked_for_are_judged_and_only_by_those_before() -> None:
    odd = [replace(m, errors=60) for m in steady(43)[40:]]
    minutes = [*steady(40), *odd, *[replace(m, errors=90) for m in steady(80)[43:]]]
    assert [a.window_start for a in judged(minutes, 41)] == [at(41)]
    assert judged(minutes, 41) == judged(minutes[:42], 41)


def test_a_service_that_falls_silent_stands_out_until_that_is_usual() -> None:
    rows = judged(steady(20), *range(60))
    assert {row.metric for row in rows} == {"volume"}
    assert [row.window_start for row in rows] == [at(number) for number in range(20, 40)]
    assert (rows[0].observed, rows[0].expected) == (0.0, 100.0)
    assert rows[0].reason == (
        "volume 0 is 18.8 robust deviations below 100, the median of 20 minutes"
    )


def test_the_volume_of_a_service_that_is_seldom_busy_is_not_judged() -> None:
    seldom = [m for number, m in enumerate(steady(60)) if number % 4 == 0]
    assert found([*seldom, replace(USUAL, window_start=at(60), events=400)], 60, 61) == []


def test_an_incident_is_seen_to_its_end_and_after_half_an_hour_becomes_usual() -> None:
    def incident(minutes: int) -> list[int]:
        odd = [replace(m, errors=30) for m in steady(60 + minutes)[60:]]
        rows = judged([*steady(60), *odd], *range(60, 60 + minutes))
        return [(row.window_start - START) // MINUTE for row in rows]

    assert incident(25) == list(range(60, 85))
    assert incident(60) == list(range(60, 90))
    after = [*steady(60), *[replace(m, errors=30) for m in steady(70)[60:]]]
    assert found([*after, replace(USUAL, window_start=at(70))], 70) == []


def test_rows_do_not_depend_on_the_order_of_what_is_given() -> None:
    minutes = hour(1, incident=True)
    mixed = Random(1).sample(minutes, len(minutes))
    starts = [at(number) for number in range(60)]
    rows = anomalies(minutes, starts, RULES)
    assert rows
    assert anomalies(mixed, starts[::-1], RULES) == rows
    one_by_one = [row for start in starts for row in anomalies(mixed, [start], RULES)]
    assert sorted(one_by_one, key=str) == sorted(rows, key=str)


def test_services_do_not_see_each_other() -> None:
    other = [replace(m, service_name="cart", errors=50) for m in steady(40)]
    odd = replace(USUAL, window_start=at(40), errors=50)
    rows = judged([*steady(40), *other, odd, replace(odd, service_name="cart")], 40)
    assert [(row.service_name, row.metric) for row in rows] == [("shop", "error_ratio")]


INCIDENT = range(35, 38)
SERVICES = 5


def hour(seed: int, *, incident: bool) -> list[ServiceMinute]:
    """An hour of services with 20 to 200 events a minute, 2 % errors and lognormal times.

    In an incident the first, with 60 events or more, has 30 % errors for three minutes.
    """
    rng = np.random.default_rng(seed)
    minutes = []
    for service in range(SERVICES):
        usual_events = rng.uniform(60 if service == 0 else 20, 200)
        for number in range(60):
            events = int(rng.poisson(usual_events))
            is_hit = incident and service == 0 and number in INCIDENT
            errors = int(rng.binomial(events, 0.3 if is_hit else 0.02))
            times_ms = np.sort(rng.lognormal(4, 1, events))
            # Read from buckets, a percentile is the upper bound of one.
            bucket = np.ceil(np.log10(times_ms[-(-95 * events // 100) - 1]) * 13)
            minutes.append(
                ServiceMinute(
                    at(number), f"s{service}", events, errors, events, float(10 ** (bucket / 13))
                )
            )
    return minutes


def test_an_incident_is_found_and_nothing_else_whatever_the_seed() -> None:
    starts = [at(number) for number in range(60)]
    plan = {(at(number), "s0", "error_ratio") for number in INCIDENT}
    hours = 300
    missed = false = 0
    for seed in range(hours):
        rows = anomalies(hour(seed, incident=True), starts, RULES)
        keys = {(row.window_start, row.service_name, row.metric) for row in rows}
        missed += len(plan - keys)
        false += len(keys - plan)
    # Of 900 minutes to be found, and of 225,000 metrics that are as ever.
    assert missed <= 3
    assert false <= 5


@pytest.mark.parametrize(
    "rules",
    [
        {"history_minutes": 0},
        {"warm_up_minutes": 0},
        {"history_minutes": 30, "warm_up_minutes": 31},
        {"min_events": 0},
        {"threshold": 0},
        {"threshold": float("nan")},
        {"thresholds": 5},
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RateRules(**rules)
