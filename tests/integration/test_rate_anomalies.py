"""``rate_anomalies`` on real servers: the planned incidents, however the lines came in."""

import json
from collections import Counter
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.detect.rates import RateRules, anomalies
from millrace.io import mysql
from millrace.io.mysql.rates import judge
from millrace.records.rates import ServiceMinute

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
MINUTES = 60
SERVICES = ("auth", "cart", "payment", "search")
INCIDENT = range(35, 38)  # of payment: 30 % errors
SILENCE = range(45, 47)  # of search
PIECE = 1000
COLUMNS = "window_start, service_name, metric, observed, expected, `lower`, `upper`, reason"


def line(time: datetime, service: str, level: str, response_time_ms: float) -> bytes:
    record = {
        "timestamp": time.isoformat(timespec="milliseconds"),
        "service_name": service,
        "level": level,
        "message": "Request served",
        "method": "GET",
        "path": "/api/v1/orders/7",
        "status_code": 500 if level == "ERROR" else 200,
        "response_time_ms": round(response_time_ms, 2),
    }
    return json.dumps(record).encode()


def hour(start: datetime) -> list[bytes]:
    """About sixty lines a minute and service, 2 % of them errors, but for the plan; in order."""
    rng = Random(1)
    lines = []
    for number in range(MINUTES):
        for service in SERVICES:
            count = 0 if service == "search" and number in SILENCE else rng.randint(50, 70)
            is_hit = service == "payment" and number in INCIDENT
            for place in range(count):
                is_error = place < 0.3 * count if is_hit else rng.random() < 0.02
                time = start + number * MINUTE + timedelta(seconds=rng.uniform(0, 59.9))
                level = "ERROR" if is_error else "INFO"
                lines.append((time, line(time, service, level, rng.lognormvariate(4, 1))))
    return [value for _, value in sorted(lines)]


@pytest.fixture(scope="module")
def start() -> datetime:
    """The first minute of an hour that ended two minutes ago."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return now - (MINUTES + 2) * MINUTE


def written(
    spark: SparkSession, folder: Path, conf_file: Path, name: str, lines: list[bytes], **stream: int
) -> Pipeline:
    feed = {"name": name, "topic": name, "format": "app", "service_name": "app"}
    pipe = pipeline(folder, conf_file, feed | {"max_lateness_s": 7200}, **stream)
    pipe.send(name, lines)
    pipe.run_within(spark, "aggregate")
    return pipe


@pytest.fixture(scope="module")
def at_once(
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    spark: SparkSession,
    start: datetime,
) -> Pipeline:
    return written(spark, tmp_path_factory.mktemp("once"), conf_file, "rates_once", hour(start))


def rows(pipe: Pipeline, feed: str) -> list[dict[str, Any]]:
    return pipe.select(
        f"SELECT {COLUMNS} FROM rate_anomalies WHERE feed = '{feed}' ORDER BY 1, 2, 3"
    )


def plan(start: datetime) -> list[tuple[datetime, str, str]]:
    naive = start.replace(tzinfo=None)
    hit = [(naive + number * MINUTE, "payment", "error_ratio") for number in INCIDENT]
    return hit + [(naive + number * MINUTE, "search", "volume") for number in SILENCE]


def keys(found: list[dict[str, Any]]) -> list[tuple[datetime, str, str]]:
    return [(row["window_start"], row["service_name"], row["metric"]) for row in found]


def test_the_rows_are_the_planned_incidents_and_no_others(
    at_once: Pipeline, start: datetime
) -> None:
    found = rows(at_once, "rates_once")
    assert keys(found) == plan(start)
    for row in found:
        is_ratio = row["metric"] == "error_ratio"
        assert row["observed"] > row["upper"] if is_ratio else row["observed"] < row["lower"]
        assert row["lower"] <= row["expected"] <= row["upper"]
        assert row["reason"].startswith(row["metric"])


def test_many_small_batches_leave_the_same_rows(
    at_once: Pipeline, spark: SparkSession, conf_file: Path, tmp_path: Path, start: datetime
) -> None:
    lines = hour(start)
    pipe = written(spark, tmp_path, conf_file, "rates_pieces", lines, max_lines_per_batch=PIECE)
    ledger = "SELECT COUNT(*) AS n FROM batches WHERE query = 'aggregate-rates_pieces'"
    assert pipe.select(ledger)[0]["n"] >= len(lines) // PIECE
    assert rows(pipe, "rates_pieces") == rows(at_once, "rates_once")


def test_figures_computed_again_leave_the_same_rows(at_once: Pipeline, spark: SparkSession) -> None:
    before = rows(at_once, "rates_once")
    at_once.forget("aggregate")
    at_once.run_within(spark, "aggregate")
    assert rows(at_once, "rates_once") == before
    for table in ("rate_anomalies", "service_minutes"):
        at_once.select(f"DELETE FROM {table} WHERE feed = 'rates_once'")
    at_once.run_within(spark, "archive")
    at_once.run_within(spark, "aggregate", "archive")
    assert rows(at_once, "rates_once") == before


def test_lines_that_come_later_put_a_verdict_right(
    at_once: Pipeline, spark: SparkSession, start: datetime
) -> None:
    before = keys(rows(at_once, "rates_once"))
    hit = start + INCIDENT[1] * MINUTE
    # So many good requests that the minute has few errors now, but far too many events.
    at_once.send("rates_once", [line(hit, "payment", "INFO", 50.0) for _ in range(600)])
    at_once.run_within(spark, "aggregate")
    moved = (hit.replace(tzinfo=None), "payment")
    expected = {*before, (*moved, "volume")} - {(*moved, "error_ratio")}
    assert set(keys(rows(at_once, "rates_once"))) == expected


Event = tuple[datetime, str, str]  # minute, service, level

EVENING = datetime(2026, 3, 28, 20, 0)
RULES = RateRules(history_minutes=30, warm_up_minutes=5, min_events=10, threshold=3)


def put(servers: Config, feed: str, stored: Counter[Event], batch: list[Event]) -> None:
    """Counts a batch in as the sink does: absolute figures, then the verdict."""
    stored.update(batch)
    with mysql.connection(servers.mysql) as opened, opened.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO levels_by_minute"
            " (feed, error_code, window_start, service_name, level, events)"
            " VALUES (%s, '-', %s, %s, %s, %s) ON DUPLICATE KEY UPDATE events = VALUES(events)",
            [(feed, *event, stored[event]) for event in {*batch}],
        )
        judge(cursor, feed, {minute for minute, _, _ in batch}, RULES)


def stored_rows(servers: Config, feed: str) -> list[tuple[Any, ...]]:
    with mysql.connection(servers.mysql) as opened, opened.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM rate_anomalies WHERE feed = %s", feed)
        return sorted(tuple(row.values()) for row in cursor.fetchall())


def rows_of_figures(stored: Counter[Event]) -> list[tuple[Any, ...]]:
    """The rows by definition: every minute before the newest busy one, judged from all figures."""
    events: Counter[datetime] = Counter()
    by_service: dict[tuple[datetime, str], Counter[str]] = {}
    for (minute, service, level), count in stored.items():
        events[minute] += count
        by_service.setdefault((minute, service), Counter())[level] += count
    first, busy = min(events), [m for m, count in events.items() if count >= RULES.min_events]
    span = range((max(busy, default=first) - first) // MINUTE)
    minutes = [ServiceMinute(*key, n.total(), n["ERROR"]) for key, n in by_service.items()]
    return sorted(map(astuple, anomalies(minutes, [first + n * MINUTE for n in span], RULES)))


@pytest.mark.parametrize("disorder_minutes", [0, 3, 90])
def test_after_every_batch_the_rows_are_those_of_the_figures_as_they_stand(
    servers: Config, disorder_minutes: int
) -> None:
    mysql.prepare(servers.mysql)
    feed, rng = f"mixed_{disorder_minutes}", Random(disorder_minutes)
    stored: Counter[Event] = Counter()
    lines: list[tuple[float, Event]] = []
    # Two services, one of them with gaps, then nothing at all for a while, then both again.
    for number in (*range(50), *range(75, 90)):
        for service, usual in (("shop", 40), ("cart", 12)):
            count = rng.choice((0, usual, usual, usual, usual, 3 * usual))
            share = rng.choice((0.02, 0.02, 0.02, 0.4))
            for _ in range(count):
                seen = number + rng.uniform(0, 1) + rng.uniform(0, disorder_minutes)
                level = "ERROR" if rng.random() < share else "INFO"
                lines.append((seen, (EVENING + number * MINUTE, service, level)))
    lines.append((rng.uniform(0, 20), (EVENING + timedelta(days=2), "shop", "INFO")))
    ordered = [event for _, event in sorted(lines)]
    most = 0
    while ordered:
        size = rng.choice((1, 30, 150))
        put(servers, feed, stored, ordered[:size])
        del ordered[:size]
        found = stored_rows(servers, feed)
        most = max(most, len(found))
        assert found == rows_of_figures(stored)
    assert most > 10


def test_a_few_lines_dated_ahead_do_not_end_a_minute(servers: Config) -> None:
    mysql.prepare(servers.mysql)
    feed, stored = "ahead", Counter[Event]()
    busy = [(EVENING + number * MINUTE, "shop", "INFO") for number in range(20) for _ in range(50)]
    put(servers, feed, stored, busy)
    last = EVENING + 20 * MINUTE
    put(servers, feed, stored, [(last, "shop", "INFO")] * 10)
    ahead = [(last + 4 * MINUTE, "shop", "INFO")] * (RULES.min_events - 1)
    put(servers, feed, stored, ahead)
    assert stored_rows(servers, feed) == []
    # One more line, and the minutes before are over: one with ten events, three without any.
    put(servers, feed, stored, ahead[:1])
    assert [(row[0], row[2], row[3]) for row in stored_rows(servers, feed)] == [
        (last, "volume", 10.0),
        *((last + number * MINUTE, "volume", 0.0) for number in (1, 2, 3)),
    ]
