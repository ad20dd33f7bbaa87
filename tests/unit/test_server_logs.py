"""What the suite's servers log is made lines of the format `app`, and parses as such."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from rows import micros, outcomes, spec

from millrace.config import Addition
from millrace.simulate.server_logs import as_app
from millrace.stack.lifecycle import OURS

ROOT = Path(__file__).parents[2]

# What a server says; then the time, the level and the message that it means.
LINES: dict[str, tuple[str, datetime, str, str]] = {
    "Kafka": (
        "[2026-11-25 18:15:27,576] WARN [Controller id=1] Activated. (org.apache.kafka.Quorum)",
        datetime(2026, 11, 25, 18, 15, 27, 576000),
        "WARN",
        "[Controller id=1] Activated.",
    ),
    "Kafka, of no logger": (
        "[2026-11-25 18:15:27,576] ERROR Disk is full",
        datetime(2026, 11, 25, 18, 15, 27, 576000),
        "ERROR",
        "Disk is full",
    ),
    "mongod": (
        '{"t":{"$date":"2026-11-25T19:05:14.186+01:00"},"s":"I", "c":"CONTROL", "id":23285,'
        ' "ctx":"-","msg":"Started","attr":{"port":27017}}',
        datetime(2026, 11, 25, 18, 5, 14, 186000),
        "INFO",
        "Started",
    ),
    "mongod, debug": (
        '{"t":{"$date":"2026-11-25T18:05:14.186Z"},"s":"D2","c":"QUERY","ctx":"-","msg":"Plan"}',
        datetime(2026, 11, 25, 18, 5, 14, 186000),
        "DEBUG",
        "Plan",
    ),
    "MariaDB": (
        "2026-11-25 18:05:16 0 [Note] InnoDB: Compressed tables use zlib 1.3.1",
        datetime(2026, 11, 25, 18, 5, 16),
        "INFO",
        "InnoDB: Compressed tables use zlib 1.3.1",
    ),
    "MariaDB, in the morning": (
        "2026-11-25  8:05:16 12 [Warning] Aborted connection 12",
        datetime(2026, 11, 25, 8, 5, 16),
        "WARN",
        "Aborted connection 12",
    ),
    "MySQL": (
        "2026-11-25T18:05:16.123456Z 0 [System] [MY-010116] [Server] mysqld starting",
        datetime(2026, 11, 25, 18, 5, 16, 123456),
        "INFO",
        "[MY-010116] [Server] mysqld starting",
    ),
    "a job": (
        '{"timestamp": "2026-11-25T18:09:48.260Z", "level": "INFO",'
        ' "service_name": "millrace-ingest", "message": "a new checkpoint", "query": "ingest-app"}',
        datetime(2026, 11, 25, 18, 9, 48, 260000),
        "INFO",
        "a new checkpoint",
    ),
}


def objects(*lines: str) -> list[dict[str, Any]]:
    made = as_app((line.encode() for line in lines), "kafka")
    return [json.loads(line) for line in made]


def test_lines_of_each_server_are_records_of_the_format_app() -> None:
    given = as_app((line.encode() for line, *_ in LINES.values()), "servers")
    found = outcomes(spec("app"), list(given), datetime(2026, 11, 26))
    expected = [(micros(time), level, message) for _, time, level, message in LINES.values()]
    names = ("timestamp", "level", "message")
    assert [isinstance(each, dict) and tuple(map(each.get, names)) for each in found] == expected


def test_what_else_a_server_tells_is_kept() -> None:
    kafka, mongod = objects(LINES["Kafka"][0], LINES["mongod"][0])
    assert kafka["logger"] == "org.apache.kafka.Quorum"
    assert mongod["attr"] == {"port": 27017}
    assert mongod["c"] == "CONTROL"


def test_a_service_that_names_itself_keeps_its_name() -> None:
    kafka, job = objects(LINES["Kafka"][0], LINES["a job"][0])
    assert (kafka["service_name"], job["service_name"]) == ("kafka", "millrace-ingest")


def test_a_stack_trace_has_the_time_and_level_of_what_it_explains() -> None:
    error = "[2026-11-25 18:15:27,576] ERROR Failed (kafka.Log)"
    first, frame, cause = objects(error, "\tat kafka.Log.append(Log.scala:1)", "Caused by: none")
    assert frame["timestamp"] == cause["timestamp"] == first["timestamp"]
    assert frame["level"] == "ERROR"
    assert frame["message"] == "\tat kafka.Log.append(Log.scala:1)"


def test_empty_lines_are_nobodys() -> None:
    assert objects("", "  ", "\r") == []


@pytest.mark.parametrize("line", ["{", '{"t": 1}', "[not a date] WARN x"])
def test_a_line_of_no_server_before_the_first_has_no_time(line: str) -> None:
    assert objects(line) == [{"service_name": "kafka", "message": line}]


def test_the_configuration_of_own_logs_is_the_local_one_but_for_feed_ports_and_services() -> None:
    local = yaml.safe_load((ROOT / "conf" / "local.yaml").read_text())
    own = yaml.safe_load((ROOT / "conf" / "own-logs.yaml").read_text())
    for differs in ("feeds", "metrics"):
        assert local.pop(differs) != own.pop(differs)
    # One of each is enough beside the servers that both are of.
    local.pop("api")
    for addition in get_args(Addition):
        local.pop(addition)
        local["stack"].pop(addition)
    for service in OURS:
        local["stack"]["servers"].remove(service)
    assert own == local
