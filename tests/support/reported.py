"""A report of made-up values: what lines say in it is hostile."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from millrace.report.values import FeedStanding, Part, Report, StepTrust, TableTrust

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEPS = 24
STEP = timedelta(minutes=5)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</style></script><script>alert(1)</script>",
    "\u202egnp.exe\u202c",
    "\x1b]0;owned\x07 \x00 \x9b31m",
    "&lt;b&gt; \" ' ` ${x} {{7*7}}",
    "\ud800 lone",
    "=cmd|' /C calc'!A0",
    "x" * 5_000,
    "سلام עולם 你好 😀",
)
_TABLES = (
    "levels_by_minute",
    "traffic_by_minute",
    "latency_by_minute",
    "countries_by_minute",
    "anomalies_by_minute",
    "shop_by_minute",
    "searches_by_minute",
    "templates_by_minute",
    "lateness_by_minute",
)


def report(**changed: Any) -> Report:
    """Two hours in steps of five minutes, of which the last two are open."""
    draw = Random(5)
    usual: dict[str, Any] = {
        "since": START,
        "until": START + STEPS * STEP,
        "step": STEP,
        "as_of": START + STEPS * STEP + timedelta(seconds=17),
        "zone": "Europe/Berlin",
        "version": "9.9",
        "feeds": [
            FeedStanding("web", START + STEPS * STEP, 0, True, START, START + 20 * STEP),
            FeedStanding("app", START, 1234, False, START, START + 20 * STEP, {"missing": 3}),
            FeedStanding("shop", None, None),
        ],
        "trust": {name: TableTrust(_trust()) for name in _TABLES},
        "parts": _parts(draw),
    }
    return Report(**usual | changed)


def _trust() -> list[StepTrust]:
    made = [StepTrust("closed", "equal", 0) for _ in range(STEPS)]
    made[3] = StepTrust("closed", "late", 7)
    made[5] = StepTrust("revised", "equal", 0)
    made[8] = StepTrust("closed", "differs", 0)
    made[-2:] = [StepTrust("open", "unknown", 0)] * 2
    return made


def _parts(draw: Random) -> dict[str, Part]:
    steps = range(STEPS)
    requests = [draw.randint(800, 1200) + 40 * n for n in steps]
    at = [START + n * STEP for n in steps]
    return {
        "lines": Part([{"bucket": n, "events": Decimal(2 * requests[n])} for n in steps]),
        "levels": Part([{"level": "INFO", "events": 50_000}, {"level": "ERROR", "events": 700}]),
        "services": Part(
            [
                {"feed": "app", "service_name": said, "level": "ERROR", "events": 9}
                for said in HOSTILE
            ]
        ),
        "lateness": Part([{"bucket": 3, "late_lines": 7}]),
        "traffic": Part(
            [{"bucket": n, "status_class": "2xx", "requests": requests[n]} for n in steps]
            + [{"bucket": n, "status_class": "5xx", "requests": n * n} for n in steps]
        ),
        "latency": Part(
            [
                {"bucket": n, "p50_ms": 12 + n, "p95_ms": Decimal("95.5"), "p99_ms": 380 + 20 * n}
                for n in steps
                if n != 10
            ]
        ),
        "latency_all": Part([{"p50_ms": Decimal("24.1"), "p95_ms": 95.5, "p99_ms": 812}]),
        "routes_by_errors": Part([_route(said) | {"errors": 12} for said in HOSTILE]),
        "routes_by_time": Part([_route("/checkout/{id}") | _TIMES], is_cut=True),
        "countries": Part(
            [{"country": "DE", "requests": 9_000, "bytes": 10**9, "all_requests": 12_000}]
        ),
        "severities": Part(
            [{"severity": "high", "service_name": HOSTILE[0], "events": 5, "max_score": 90}]
        ),
        "records": Part([_record(said, time) for said, time in zip(HOSTILE, at, strict=False)]),
        "minutes": Part(
            [
                {
                    "window_start": at[4],
                    "feed": "web",
                    "service_name": HOSTILE[1],
                    "metric": "error_ratio",
                    "observed": 0.41,
                    "expected": 0.01,
                    "lower": 0.0,
                    "upper": 0.05,
                    "reason": "error ratio 0.41 is above 0.05",
                }
            ]
        ),
        "templates": Part(
            [{"feed": "app", "template_id": "a1", "events": 5, "of": 9, "text": HOSTILE[0]}]
        ),
        "changes": Part(
            [
                {
                    "feed": "app",
                    "template_id": "a1",
                    "text": said,
                    "change": "new",
                    "window_start": at[2],
                }
                for said in HOSTILE
            ]
        ),
        "letters": Part([{"feed": "app", "reason": "bad_json", "status": "new", "n": 41}]),
        "newest_letters": Part(
            [
                {
                    "feed": "app",
                    "reason": "bad_json",
                    "detail": said,
                    "raw": said,
                    "received_at": START,
                }
                for said in HOSTILE
            ],
            is_cut=True,
        ),
        "shop": Part(
            [
                {
                    "bucket": n,
                    "events": 10,
                    "revenue": Decimal("1234.5600") + n,
                    "failed_amount": Decimal("0.0100"),
                }
                for n in steps
            ]
        ),
        "shop_all": Part(
            [{"revenue": Decimal("12345678901234567890.1250"), "failed_amount": Decimal("0.2400")}]
        ),
        "shop_events": Part(
            [{"event_type": "purchase", "events": 9, "revenue": Decimal(5), "failed_amount": None}]
        ),
        "searches": Part([{"query": said, "empty_searches": 3, "searches": 4} for said in HOSTILE]),
    }


_TIMES = {
    "sum_response_us": 8_200_000_000,
    "timed_requests": 70_000,
    "max_response_us": 9_000_000,
    "p95_ms": Decimal("310.2"),
}


def _route(route: str) -> dict[str, Any]:
    return {"http_route": route, "method": "GET", "service_name": "web", "requests": 70_000}


def _record(said: str, at: datetime) -> dict[str, Any]:
    reason = {"rule": said, "observed": said, "threshold": 500, "points": 30}
    return {
        "feed": "web",
        "service_name": said,
        "timestamp": at,
        "score": 70,
        "reasons": [reason],
        "text": said,
    }
