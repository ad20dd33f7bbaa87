"""The query API beside the servers on this machine: up, status, down, and how it is asked."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from support.places import SILENT, free_ports, settings_file

from millrace import config, stack
from millrace.config import Config, addresses
from millrace.errors import StackError
from millrace.stack.servers import folders

TOKEN = "a token that the environment gives"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of a configuration of MongoDB, MariaDB and the API, all of them up."""
    folder = tmp_path_factory.mktemp("api")
    *_, port, of_metrics = free_ports(6)  # the first four are those of the other servers
    file = settings_file(
        folder,
        servers=("mongo", "mysql", "api"),
        api={"port": port},
        metrics={"port": {"api": of_metrics}},
    )
    conf = config.load(file)
    conf.enrichment.country_database.parent.mkdir()
    conf.enrichment.country_database.touch()  # nothing here asks for countries
    try:
        stack.up(conf, SILENT)
        yield file
    finally:
        stack.down(conf, SILENT)


@pytest.fixture
def conf(file: Path) -> Config:
    """The configuration, with the passwords that the first start made."""
    return config.load(file)


def _row(conf: Config) -> stack.ServerStatus:
    (row,) = [row for row in stack.status(conf) if row.kind == "api"]
    return row


def _asked(conf: Config, path: str, token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request(f"{addresses.of_api(conf.api).text}{path}", headers=headers)
    try:
        with urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def _made_token(conf: Config) -> str:
    return (folders(conf).run / "api-token").read_text().strip()


def test_status_shows_it_with_its_address(conf: Config) -> None:
    row = _row(conf)
    assert (row.state, row.address) == ("running", f"http://127.0.0.1:{conf.api.port}")
    assert row.pid


def test_it_answers_who_has_the_token_that_its_owner_alone_can_read(conf: Config) -> None:
    assert _asked(conf, "/health") == 200
    assert _asked(conf, "/v1/logs") == 401
    assert _asked(conf, "/v1/logs", _made_token(conf)) == 200
    token = folders(conf).run / "api-token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    for log in folders(conf).logs.iterdir():
        assert _made_token(conf) not in log.read_text(errors="replace")


def test_its_metrics_are_at_their_own_port_and_need_no_token(conf: Config) -> None:
    assert _asked(conf, "/health") == 200
    port = conf.metrics.port.of("api")
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        told = answer.read().decode()
    assert 'millrace_api_requests_total{route="/health",status="200"}' in told
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
        assert answer.status == 200


def test_up_has_it_serve_the_configuration_as_it_is_now(conf: Config, file: Path) -> None:
    before = _row(conf).pid
    stack.up(conf, SILENT)
    after = _row(conf)
    assert after.state == "running"
    assert after.pid != before
    (words,) = [Path(f"/proc/{after.pid}/cmdline").read_text().split("\0")]
    assert str(file) in words


def test_it_takes_the_tokens_that_up_was_given(
    conf: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as exported:
        exported.setenv("MILLRACE__API__READ_TOKEN", TOKEN)
        given = config.load(file)
        stack.up(given, SILENT)
        assert _asked(given, "/v1/logs", TOKEN) == 200
        assert _asked(given, "/v1/logs", _made_token(given)) == 401
    stack.up(conf, SILENT)
    assert _asked(conf, "/v1/logs", _made_token(conf)) == 200


def test_status_shows_the_token_on_a_terminal_alone(conf: Config, file: Path) -> None:
    command = [str(Path(sys.executable).with_name("millrace")), "status", "--conf", str(file)]
    piped = subprocess.run([*command, "--secrets"], capture_output=True, text=True, check=False)
    assert piped.returncode == 2
    listed = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert _made_token(conf) not in piped.stdout + piped.stderr + listed.stdout
    assert [row["kind"] for row in json.loads(listed.stdout)][-1] == "api"
    shown = _on_a_terminal([*command, "--secrets"])
    address = addresses.of_api(conf.api).text
    assert f"{address}/console/?token={_made_token(conf)}" in shown


def _on_a_terminal(command: list[str]) -> str:
    """What a command prints where it has a terminal."""
    ours, its = os.openpty()
    with subprocess.Popen(command, stdout=its, stderr=its) as process:
        os.close(its)
        read = b""
        while part := _part(ours):
            read += part
    os.close(ours)
    assert process.returncode == 0
    return read.decode()


def _part(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""  # Linux's way to say that nobody writes there any more.


def test_one_that_cannot_start_is_told_with_its_own_last_line(
    conf: Config, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as exported:
        exported.setenv("MILLRACE__API__READ_TOKEN", "short")
        with pytest.raises(StackError, match=r"^API stopped while starting: .*READ_TOKEN") as told:
            stack.up(config.load(file), SILENT)
    assert "\n" not in str(told.value)
    assert {row.kind: row.state for row in stack.status(conf)}["mongo"] == "running"
    stack.up(conf, SILENT)


def test_a_configuration_without_it_starts_none_and_shows_none(conf: Config, file: Path) -> None:
    stack.down(conf, SILENT)
    others = conf.stack.model_copy(update={"servers": ("mongo", "mysql")})
    without = conf.model_copy(update={"stack": others})
    stack.up(without, SILENT)
    assert [row.kind for row in stack.status(without)] == ["kafka", "mongo", "mysql"]
    assert _row(conf).state == "stopped"
    stack.up(conf, SILENT)


def test_down_ends_it_whatever_the_configuration_lists(conf: Config) -> None:
    stack.up(conf, SILENT)
    pid = _row(conf).pid
    others = conf.stack.model_copy(update={"servers": ("mongo", "mysql")})
    stack.down(conf.model_copy(update={"stack": others}), SILENT)
    assert _row(conf).state == "stopped"
    assert not Path(f"/proc/{pid}/stat").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text()
    stack.up(conf, SILENT)
