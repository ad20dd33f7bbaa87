"""The embedded servers, started in a folder and on ports of their own."""

import os
import re
import signal
import socket
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from rich.console import Console
from support.places import settings

from millrace import stack
from millrace.config import Config, ConfigurationError
from millrace.errors import SetupError, StackError
from millrace.io import mongo, mysql
from millrace.setup.java import check_java

SILENT = Console(file=StringIO())


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """The configuration of a stack that is up while the module's tests run."""
    conf = settings(tmp_path_factory.mktemp("stack"))
    try:
        yield stack.up(conf, SILENT)
    finally:
        stack.down(conf, SILENT)


def _pids(conf: Config) -> dict[str, int | None]:
    return {row.kind: row.pid for row in stack.status(conf)}


def test_status_shows_each_server_with_its_version(conf: Config) -> None:
    rows = stack.status(conf)
    assert [(row.kind, row.state) for row in rows] == [
        ("kafka", "running"),
        ("mongo", "running"),
        ("mysql", "running"),
    ]
    assert all(re.match(r"\d+\.\d+\.\d+", row.version or "") for row in rows)


def test_second_up_leaves_running_servers_alone(conf: Config) -> None:
    before = _pids(conf)
    stack.up(conf, SILENT)
    assert _pids(conf) == before


def test_servers_take_writes_at_the_configured_addresses(conf: Config) -> None:
    admin = AdminClient({"bootstrap.servers": conf.kafka.bootstrap_servers})
    admin.create_topics([NewTopic("access")])["access"].result(timeout=20)
    mongo.database(conf.mongo).numbers.insert_one({"n": 1})
    by_name = conf.mysql.model_copy(update={"host": "localhost"})
    with mysql.connection(by_name) as connection:
        connection.cursor().execute("CREATE TABLE numbers (n INT)")


def test_servers_have_sessions_of_their_own(conf: Config) -> None:
    assert all(os.getsid(pid) == pid for pid in _pids(conf).values() if pid)


def test_country_database_is_installed(conf: Config) -> None:
    assert stat.S_ISREG(conf.enrichment.country_database.stat().st_mode)
    assert conf.enrichment.country_database.with_name("NRO_LICENSE").exists()


def test_killed_servers_start_again_with_their_data(conf: Config) -> None:
    before = _pids(conf)
    for pid in before.values():
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    stack.up(conf, SILENT)
    after = stack.status(conf)
    assert [row.state for row in after] == ["running"] * 3
    assert all(row.pid != before[row.kind] for row in after)
    assert mongo.database(conf.mongo).numbers.count_documents({}) == 1


def test_data_of_a_running_server_is_not_removed(conf: Config) -> None:
    with pytest.raises(StackError, match="kafka is running: stop it first"):
        stack.remove_data(conf)
    assert (conf.stack.directory / "data" / "mongo").exists()


def test_down_ends_what_up_started(conf: Config) -> None:
    pids = _pids(conf)
    stack.down(conf, SILENT)
    assert [row.state for row in stack.status(conf)] == ["stopped"] * 3
    assert not any(_is_alive(pid) for pid in pids.values() if pid)


def test_removed_data_are_gone_and_those_that_are_linked_too(conf: Config, tmp_path: Path) -> None:
    data = conf.stack.directory / "data"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (data / "linked").symlink_to(elsewhere)  # as PostgreSQL's are, where root starts it
    stack.remove_data(conf)
    assert not data.exists()
    assert not elsewhere.exists()
    stack.up(conf, SILENT)
    stack.down(conf, SILENT)


def test_down_spares_a_later_process_with_a_stored_pid(tmp_path: Path) -> None:
    conf = settings(tmp_path, servers=("mongo",))
    run = conf.stack.directory / "run"
    run.mkdir(parents=True)
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    (run / "mongo.pid").write_text(
        f'{{"pid": {os.getpid()}, "port": 1, "started_ticks": 1, "boot_id": "{boot_id}"}}'
    )
    stack.down(conf, SILENT)  # would end this very process
    assert not (run / "mongo.pid").exists()


def test_taken_port_is_named_with_its_key(tmp_path: Path) -> None:
    conf = settings(tmp_path, servers=("mongo",))
    port = int(conf.mongo.uri.split(":")[2].split("/")[0])
    expected = rf"port {port} .*mongo\.uri"
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(SetupError, match=expected) as raised,
    ):
        stack.up(conf, SILENT)
    assert "\n" not in str(raised.value)


def test_server_elsewhere_is_not_started(tmp_path: Path) -> None:
    conf = settings(tmp_path, servers=())
    rows = stack.status(conf)
    assert [row.state for row in rows] == ["unreachable"] * 3  # external, and nothing answers
    with socket.create_server(("127.0.0.1", conf.mysql.port)):
        assert stack.status(conf)[2].state == "external"


@pytest.mark.parametrize(
    ("key", "value"),
    [("kafka.security_protocol", "SSL"), ("mongo.tls", "true"), ("mysql.tls", "true")],
)
def test_what_embedded_servers_cannot_do_is_named_with_its_key(
    key: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MILLRACE__{key.replace('.', '__').upper()}", value)
    with pytest.raises(ConfigurationError, match=rf"^{key}: .* remove this key$"):
        stack.up(settings(tmp_path), SILENT)


@pytest.mark.parametrize(
    ("banner", "expected"),
    [
        ('java version "1.8.0_402"', "not 8: .*openjdk-17-jre-headless"),
        ('openjdk version "11.0.22" 2024-01-16', "not 11: .*openjdk-17-jre-headless"),
    ],
)
def test_old_java_is_refused(
    banner: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{banner}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SetupError, match=expected):
        check_java()


def test_missing_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SetupError, match="openjdk-17-jre-headless"):
        check_java()


def _is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended may stay on as a zombie until it is reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
