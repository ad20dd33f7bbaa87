"""The plain addresses: each parameter, one request, one answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.conftest import FEEDS
from starlette.testclient import TestClient
from support.stored import store

from millrace.config import Config
from millrace.io import mongo, mysql
from millrace.records.tables import ANOMALIES, COUNTRIES, LEVELS, TRAFFIC

WEB, _ = FEEDS
START = datetime(2026, 4, 1, 9, tzinfo=UTC)
SPAN = {"from_timestamp": "2026-04-01T09:00:00Z", "to_timestamp": "2026-04-01T10:00:00Z"}


def line(number: int) -> bytes:
    at = START + timedelta(seconds=number)
    status = (200, 404, 500)[number % 3]
    request = f'"GET /n/{number} HTTP/1.1" {status} 10 "-" "curl/8"'
    return f"203.0.113.9 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] {request}".encode()


ROWS: dict[str, list[dict[str, Any]]] = {
    LEVELS.name: [
        {"service_name": "web", "level": "INFO", "error_code": "-", "events": 7},
        {"service_name": "web", "level": "ERROR", "error_code": "-", "events": 2},
        {"service_name": "cart", "level": "INFO", "error_code": "-", "events": 1},
    ],
    ANOMALIES.name: [{"service_name": "web", "severity": "high", "events": 3, "max_score": 90}],
    COUNTRIES.name: [
        {"service_name": "web", "country": "DE", "requests": 3, "bytes": 1},
        {"service_name": "web", "country": "FR", "requests": 1, "bytes": 1},
    ],
    TRAFFIC.name: [
        {
            "service_name": "web",
            "method": method,
            "http_route": "/n/{id}",
            "status_class": "2xx",
            "requests": 2,
            "bytes": 1,
            "timed_requests": timed,
            "sum_response_us": total,
            "min_response_us": least,
            "max_response_us": greatest,
        }
        for method, timed, total, least, greatest in (
            ("GET", 2, 30_000, 10_000, 20_000),
            ("POST", 1, 90_000, 90_000, 90_000),
            ("PUT", 0, None, None, None),
        )
    ],
}


@pytest.fixture(scope="module", autouse=True)
def stored(api_conf: Config) -> None:
    """Thirty lines, and figures of a minute."""
    mongo.database(api_conf.mongo)[WEB.name].drop()
    store(api_conf, WEB, [line(number) for number in range(30)], START)
    with mysql.connection(api_conf.mysql) as opened, opened.cursor() as cursor:
        for table, rows in ROWS.items():
            for row in rows:
                own = {"window_start": START.replace(tzinfo=None), "feed": WEB.name} | row
                names = ", ".join(own)
                places = ", ".join(["%s"] * len(own))
                cursor.execute(f"REPLACE INTO {table} ({names}) VALUES ({places})", [*own.values()])


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, range(29, -1, -1)),
        ({"service_name": "web"}, range(29, -1, -1)),
        ({"service_name": "we"}, []),
        ({"service_name": 'a" OR "b'}, []),
        ({"level": "ERROR"}, range(29, -1, -3)),
        ({"status_code": "404"}, range(28, -1, -3)),
        ({"anomaly": "false", "level": "INFO"}, range(27, -1, -3)),
        ({"from_timestamp": "2026-04-01T09:00:20Z"}, range(29, 19, -1)),
        ({"to_timestamp": "2026-04-01T09:00:03Z"}, [2, 1, 0]),
        ({"from_timestamp": "1775034020"}, range(29, 19, -1)),
        ({"size": "4"}, [29, 28, 27, 26]),
        ({"size": "4", "page": "3"}, [21, 20, 19, 18]),
        ({"size": "20", "page": "2"}, range(9, -1, -1)),
        ({"size": "20", "page": "3"}, []),
    ],
)
def test_logs(client: TestClient, asked: dict[str, str], numbers: Any) -> None:
    content = client.get("/logs", params=SPAN | asked).json()
    assert [one["path"] for one in content["logs"]] == [f"/n/{n}" for n in numbers]
    assert content["page"] == int(asked.get("page", 1))
    assert content["size"] == int(asked.get("size", 50))
    assert content["total"] >= len(content["logs"])


@pytest.mark.parametrize(
    "asked",
    [
        {"level": "LOUD"},
        {"status_code": "x"},
        {"anomaly": "maybe"},
        {"from_timestamp": "then"},
        {"page": "0"},
        {"size": "0"},
        {"size": "5000"},
        {"page": "101", "size": "100"},
    ],
)
def test_what_is_no_value_is_told(client: TestClient, asked: dict[str, str]) -> None:
    answer = client.get("/logs", params=SPAN | asked)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_anomalies_are_those_with_a_score(client: TestClient) -> None:
    scored = client.get("/logs/anomalies", params=SPAN).json()["logs"]
    of_logs = client.get("/logs", params=SPAN | {"anomaly": "true"}).json()["logs"]
    others = client.get("/logs", params=SPAN | {"anomaly": "false"}).json()["logs"]
    assert scored == of_logs
    assert all(one["anomaly"]["score"] > 0 for one in scored)
    assert len(scored) + len(others) == 30


def test_stats(client: TestClient) -> None:
    assert client.get("/logs/stats", params=SPAN).json() == {
        "total": 10,
        "by_level": {"INFO": 8, "ERROR": 2},
        "by_service": {"web": 9, "cart": 1},
        "anomalies": {"high": 3},
    }


def test_countries(client: TestClient) -> None:
    assert client.get("/country", params=SPAN).json() == [
        {"country": "DE", "count": 3, "percent": 75.0},
        {"country": "FR", "count": 1, "percent": 25.0},
    ]


def test_response_times_by_route(client: TestClient) -> None:
    assert client.get("/api", params=SPAN).json() == [
        {"api": "/n/{id}", "min": 10.0, "max": 90.0, "avg": 40.0}
    ]


def test_outside_of_the_time_there_is_nothing(client: TestClient) -> None:
    long_ago = {"from_timestamp": "2020-01-01", "to_timestamp": "2020-01-02"}
    assert client.get("/country", params=long_ago).json() == []
    assert client.get("/api", params=long_ago).json() == []
    assert client.get("/logs/stats", params=long_ago).json()["total"] == 0


def test_the_root_says_where_to_read_on(client: TestClient) -> None:
    root = client.get("/").json()
    assert client.get(root["docs"]).status_code == 200
    assert client.get(root["openapi"]).status_code == 200
