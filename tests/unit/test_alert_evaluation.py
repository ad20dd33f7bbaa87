"""When a rule fires: the same, in whatever steps its minutes come, and over restarts."""

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from millrace.alerts.evaluation import MINUTE, Minute, Minutes, State, Transition, evaluate, values
from millrace.alerts.measures import METRICS
from millrace.alerts.rules import Rule
from millrace.alerts.standing import News, Standing, advance
from millrace.records.alerts import MetricName
from millrace.windows.buckets import BOUNDS_MS

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
STANDING = TypeAdapter(Standing)
BOUNDS = [f"{bound:.4f}" for bound in BOUNDS_MS[40:60]]


def rule(**given: Any) -> Rule:
    usual = {"name": "a rule", "metric": "requests", "threshold": 10}
    return Rule.model_validate(usual | given)


def minutes(*counts: int | None, counted: int | None = None) -> Minutes:
    """Minutes with so many requests; those of None have no line."""
    rows = {
        START + number * MINUTE: Minute(max(1, count), {"requests": count} if count else {})
        for number, count in enumerate(counts)
        if count is not None
    }
    until = START + len(counts) * MINUTE
    settled = until if counted is None else START + counted * MINUTE
    return Minutes(rows, until, settled)


def changes(own: Rule, given: Minutes, state: State | None = None) -> list[str]:
    """What changed, as ``firing 3``: in the minute of that number, from 1 on."""
    _, found = evaluate(own, METRICS[own.metric], given, state or State(START))
    return [f"{one.kind} {(one.at - START) // MINUTE}" for one in found]


@pytest.mark.parametrize(
    ("given", "counts", "expected"),
    [
        ({}, (10, 11, 10), ["firing 2", "resolved 3"]),
        ({"comparison": "<"}, (10, 9, 10), ["firing 2", "resolved 3"]),
        (
            {"comparison": "outside", "threshold": None, "lower": 5, "upper": 10},
            (5, 10, 11, 4, 5),
            ["firing 3", "resolved 5"],
        ),
        ({"for_minutes": 3}, (11, 11, 10, 11, 11, 11, 11, 1), ["firing 6", "resolved 8"]),
        ({"window_minutes": 2}, (6, 6, 4, 6), ["firing 2", "resolved 3"]),
        ({"window_minutes": 2, "for_minutes": 2}, (6, 6, 6, 1), ["firing 3", "resolved 4"]),
        ({"no_data": "ok"}, (11, None, 11), ["firing 1", "resolved 2", "firing 3"]),
        ({"no_data": "keep"}, (11, None, 11, None, 1), ["firing 1", "resolved 5"]),
        ({"no_data": "keep", "for_minutes": 2}, (11, None, 11), ["firing 3"]),
        ({"no_data": "alert"}, (1, None, None, 1), ["firing 2", "resolved 4"]),
        ({"no_data": "alert", "for_minutes": 2}, (1, None, None, 1), ["firing 3", "resolved 4"]),
        # Minutes with lines, but without requests, have data: there were none.
        ({"comparison": "<", "threshold": 1}, (1, 0, 1), ["firing 2", "resolved 3"]),
    ],
)
def test_a_rule_fires_when_it_was_a_breach_for_long_enough(
    given: dict[str, Any], counts: tuple[int | None, ...], expected: list[str]
) -> None:
    assert changes(rule(**given), minutes(*counts)) == expected


def test_what_is_not_settled_has_no_data() -> None:
    own = rule(no_data="alert", comparison="<")
    assert changes(own, minutes(50, 50, 50, counted=2)) == ["firing 3"]
    assert changes(rule(no_data="ok"), minutes(50, 50, 50, counted=2)) == ["firing 1", "resolved 3"]


@pytest.mark.parametrize(
    ("metric", "sums", "value"),
    [
        ("error_ratio", {"errors": 1, "events": 8}, 0.125),
        ("error_ratio", {"events": 8}, 0),
        ("error_ratio", {}, None),
        ("server_error_ratio", {"errors": 3, "requests": 4}, 0.75),
        ("p95_ms", {"100.0000": 95, "119.3777": 5}, 100),
        ("p95_ms", {"9.0000": 94, "100.0000": 6}, 100),
        ("p95_ms", {}, None),
        ("volume", {}, 0),
        ("dead_letter_ratio", {"events": 3, "dead_letters": 1}, 0.25),
        ("dead_letter_ratio", {"dead_letters": 1}, 1),
        ("revenue", {"revenue": Decimal("0.10") + Decimal("0.20")}, 0.3),
    ],
)
def test_a_metric_is_what_its_formula_says(
    metric: MetricName, sums: dict[str, Any], value: float | None
) -> None:
    assert METRICS[metric].value(sums) == value


RULES = st.builds(
    rule,
    metric=st.just("requests"),
    comparison=st.sampled_from((">", "<")),
    threshold=st.integers(0, 30),
    window_minutes=st.integers(1, 5),
    for_minutes=st.integers(1, 4),
    no_data=st.sampled_from(("ok", "alert", "keep")),
)
LATENCY_RULES = st.builds(
    rule,
    metric=st.just("p95_ms"),
    threshold=st.sampled_from([float(bound) for bound in BOUNDS]),
    window_minutes=st.integers(1, 5),
    for_minutes=st.integers(1, 3),
    no_data=st.sampled_from(("ok", "alert", "keep")),
)
COUNTS = st.lists(st.none() | st.integers(0, 20), min_size=1, max_size=60)
SPREADS = st.lists(
    st.none() | st.dictionaries(st.sampled_from(BOUNDS), st.integers(1, 9), max_size=4),
    min_size=1,
    max_size=40,
)


def spread(parts: list[dict[str, int] | None]) -> Minutes:
    """Minutes whose requests took so long."""
    rows = {
        START + n * MINUTE: Minute(sum(own.values()), own)
        for n, own in enumerate(parts)
        if own is not None
    }
    until = START + len(parts) * MINUTE
    return Minutes(rows, until, until)


def restarted(standing: Standing) -> Standing:
    """The standing as it comes back after what held it has ended."""
    return STANDING.validate_python(STANDING.dump_python(standing, mode="json"))


def live(own: Rule, given: Minutes, steps: list[tuple[int, int]]) -> tuple[Standing, list[News]]:
    """The rule evaluated as its minutes come: after so many, of which so many are final."""
    standing, told = Standing.at(START), []
    for number, final in steps:
        until = START + number * MINUTE
        own_minutes = Minutes(given.by_start, until, until)
        final_until = START + min(number, final) * MINUTE
        standing, news = advance(
            own, METRICS[own.metric], own_minutes, final_until, restarted(standing)
        )
        told += news
    return standing, told


def steps(draw: st.DrawFn, count: int) -> list[tuple[int, int]]:
    """Steps up to all minutes, each with how many are final by then, in any order that may be."""
    ends = sorted(draw(st.lists(st.integers(0, count), max_size=8)))
    finals = sorted(draw(st.lists(st.integers(0, count), min_size=len(ends), max_size=len(ends))))
    return [*zip(ends, finals, strict=True), (count, draw(st.integers(0, count)))]


@given(st.data(), RULES | LATENCY_RULES)
def test_a_preview_is_what_comes_of_it_live_in_any_steps_with_restarts(
    data: st.DataObject, own: Rule
) -> None:
    is_spread = own.metric == "p95_ms"
    given = spread(data.draw(SPREADS)) if is_spread else minutes(*data.draw(COUNTS))
    count = (given.until - START) // MINUTE
    state, transitions = evaluate(own, METRICS[own.metric], given, State(START))
    standing, news = live(own, given, data.draw(st.composite(steps)(count)))
    assert standing.latest == state
    assert [one.transition for one in news] == transitions
    assert not any(one.is_withdrawn or one.is_correction for one in news)


@given(st.data(), RULES)
def test_what_was_told_of_open_minutes_is_put_right_once_they_are_final(
    data: st.DataObject, own: Rule
) -> None:
    """Whatever figures were in between, what stands in the end is what the last ones come to."""
    counts = data.draw(COUNTS)
    count, standing = len(counts), Standing.at(START)
    held: dict[tuple[str, datetime], Transition] = {}
    final = 0
    for number, reached in data.draw(st.composite(steps)(count)) + [(count, count)]:
        final = max(final, min(reached, number))
        # Those that are final stay as they are, others have any figures for now.
        open_ones = data.draw(COUNTS) if number < count else counts[final:]
        given = minutes(*[*counts[:final], *open_ones, *counts][:number])
        standing, news = advance(
            own, METRICS[own.metric], given, START + final * MINUTE, restarted(standing)
        )
        for one in news:
            key = (one.transition.kind, one.transition.at)
            if one.is_withdrawn:
                del held[key]
            else:
                assert key not in held, "told twice"
                held[key] = one.transition
    state, transitions = evaluate(own, METRICS[own.metric], minutes(*counts), State(START))
    assert standing.final == standing.latest == state
    told = sorted(held, key=lambda key: key[1])
    assert told == [(one.kind, one.at) for one in transitions]


def test_values_are_those_that_are_evaluated() -> None:
    own, given = rule(window_minutes=2), minutes(1, 2, None, None, 5, counted=5)
    assert values(own, METRICS["requests"], given, START) == [1, 3, 2, None, 5]


def test_a_state_has_nothing_that_a_database_does_not_hold() -> None:
    standing = live(rule(), minutes(11, 11), [(2, 1)])[0]
    kinds = {type(value) for value in asdict(standing.latest).values()}
    assert kinds <= {datetime, str, int, float, type(None)}
