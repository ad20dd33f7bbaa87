"""What a job answers at its port: alive, ready or not, and its metrics."""

import socket
import urllib.error
import urllib.request

import pytest
from support.places import free_port

from millrace.config import ConfigurationError
from millrace.observe import server
from millrace.telemetry import metrics
from millrace.telemetry.health import Health

HOST = "127.0.0.1"


@pytest.fixture
def health() -> Health:
    return Health(max_silence_s=60)


@pytest.fixture
def address(health: Health) -> str:
    port = free_port()
    server.serve(HOST, port, health)
    return f"http://{HOST}:{port}"


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_job_is_alive_before_it_is_ready(address: str) -> None:
    assert answer(f"{address}/healthz")[0] == 200
    assert answer(f"{address}/readyz") == (503, "no query has started yet\n")


def test_a_job_is_ready_once_each_query_made_progress(address: str, health: Health) -> None:
    health.expect(["ingest-access", "ingest-app"])
    health.progressed("ingest-app")
    assert answer(f"{address}/readyz") == (503, "ingest-access: no progress yet\n")
    health.progressed("ingest-access")
    assert answer(f"{address}/readyz")[0] == 200


def test_a_query_that_was_silent_too_long_is_named() -> None:
    health = Health(max_silence_s=0)
    health.expect(["ingest-access"])
    health.progressed("ingest-access")
    assert health.complaints() == ["ingest-access: no progress for 0 s"]


def test_metrics_are_in_the_format_of_prometheus(address: str) -> None:
    metrics.LINES.labels("ingest-health", "health", "record").inc(3)
    status, text = answer(f"{address}/metrics")
    assert status == 200
    assert "# TYPE millrace_lines_total counter" in text
    labels = '{feed="health",outcome="record",query="ingest-health"}'
    assert f"millrace_lines_total{labels} 3.0" in text
    assert "_created" not in text


def test_other_paths_are_not_found(address: str) -> None:
    assert answer(f"{address}/")[0] == 404


def test_a_port_that_was_asked_a_moment_ago_can_be_had_again(health: Health) -> None:
    with socket.socket() as listening:
        # As a server that answered and has ended leaves it: its end of a connection lingers.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, 0))
        port: int = listening.getsockname()[1]
        listening.listen()
        with socket.create_connection((HOST, port)) as asking:
            answering, _ = listening.accept()
            answering.close()
            assert asking.recv(1) == b""
    server.serve(HOST, port, health)
    assert answer(f"http://{HOST}:{port}/healthz")[0] == 200


def test_a_taken_port_is_refused_by_its_key(address: str, health: Health) -> None:
    port = int(address.rpartition(":")[2])
    with pytest.raises(ConfigurationError, match=rf"metrics\.port: {HOST}:{port} cannot be used"):
        server.serve(HOST, port, health)
