"""A server that answers nothing: frozen, read-only, or well while single connections are dead."""

from collections.abc import Callable, Iterator

import pytest
from proxy import Proxy, proxy
from support.server_faults import Servers
from trial import Trial

from millrace.config import Server
from millrace.stack import mariadb

LINES = 16_000
BATCH = 4_000
MAX_OUTAGE_S = 20
SHORT_OUTAGE_S = 5
# Longer than clients wait that were told of MAX_OUTAGE_S, and longer than a stop waits.
END_TIMEOUT_S = 900
SPOILT_TIMEOUT_S = 600
TITLE = {"kafka": "broker", "mongo": "mongod", "mysql": "MariaDB"}
NAME = {"kafka": "Kafka", "mongo": "MongoDB", "mysql": "MySQL"}
FROZEN: tuple[tuple[Server, str], ...] = (
    ("mongo", "ingest"),
    ("mysql", "aggregate"),
    ("kafka", "ingest"),
)

NewTrial = Callable[..., Trial]


def failures(text: str) -> list[str]:
    return [line for line in text.splitlines() if " failed: " in line]


@pytest.mark.parametrize(("server", "job"), FROZEN)
def test_a_server_frozen_for_longer_than_the_limit_ends_the_job_with_one_line(
    trial: NewTrial, faulty: Servers, server: Server, job: str
) -> None:
    limits = {"max_lines_per_batch": BATCH, "max_outage_s": MAX_OUTAGE_S}
    case = trial(f"{TITLE[server]} frozen for longer than max_outage_s", job, **limits)
    case.feed.lines.send(LINES)
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    case.expect_unfinished()
    with faulty.paused(server):
        assert process.exit_code(END_TIMEOUT_S) == 1, process.told()
    words = failures(process.stderr())
    assert len(words) == 1, process.told()
    assert words[0].startswith(f"{job}-{case.feed.name} failed: ")
    assert NAME[server] in words[0]
    assert "start the job again when it is back" in words[0]
    case.complete()
    case.judge()


@pytest.mark.parametrize("server", ["mongo", "kafka"])
def test_a_stop_is_heard_while_a_server_is_frozen(
    trial: NewTrial, faulty: Servers, server: Server
) -> None:
    case = trial(f"{TITLE[server]} frozen, job stopped", "ingest")
    case.feed.lines.send(LINES)
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    case.expect_unfinished()
    with faulty.paused(server):
        process.ask_to_stop()
        assert process.exit_code(END_TIMEOUT_S) == 0, process.told()
    # Of a broker that is frozen the batch in hand may need nothing more.
    is_left = "at the next start" in process.stderr()
    assert is_left or (server == "kafka" and process.stderr().endswith("ended\n")), process.told()
    case.complete()
    case.judge()


@pytest.fixture
def before_mysql(faulty: Servers, trial: NewTrial) -> Iterator[Proxy]:
    with proxy(faulty.conf.mysql.port) as made:
        yield made


@pytest.mark.parametrize(
    ("where", "marker"),
    [("a task", b"INSERT INTO staging"), ("the transaction", b"INSERT INTO batches")],
)
def test_a_dead_connection_is_left_for_a_new_one(
    trial: NewTrial,
    before_mysql: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    marker: bytes,
) -> None:
    limits = {"max_lines_per_batch": BATCH, "max_outage_s": MAX_OUTAGE_S}
    case = trial(f"half-open connection to MariaDB of {where}", "aggregate", **limits)
    case.feed.lines.send(LINES)
    monkeypatch.setenv("MILLRACE__MYSQL__PORT", str(before_mysql.port))
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    case.expect_unfinished()
    before_mysql.spoil(marker)
    assert before_mysql.is_spoiled.wait(SPOILT_TIMEOUT_S), process.told()
    with case.recovery():
        assert process.exit_code(END_TIMEOUT_S) == 0, process.told()
    assert process.stderr().count("MySQL is unavailable, next try in") == 1
    case.judge()


def test_a_stop_is_heard_while_a_connection_is_dead(
    trial: NewTrial, before_mysql: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = trial("half-open connection to MariaDB, job stopped", "aggregate")
    case.feed.lines.send(LINES)
    monkeypatch.setenv("MILLRACE__MYSQL__PORT", str(before_mysql.port))
    before_mysql.spoil(b"INSERT INTO batches")
    process = case.start_until_caught_up()
    assert before_mysql.is_spoiled.wait(SPOILT_TIMEOUT_S), process.told()
    process.ask_to_stop()
    assert process.exit_code(END_TIMEOUT_S) == 0, process.told()
    assert "runs again at the next start" in process.stderr()
    case.complete()
    case.judge()


def test_a_blip_after_a_long_try_is_outlasted(
    trial: NewTrial, before_mysql: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"max_lines_per_batch": BATCH, "max_outage_s": SHORT_OUTAGE_S}
    case = trial("connection to MariaDB cut after a long try", "aggregate", **limits)
    case.feed.lines.send(LINES)
    monkeypatch.setenv("MILLRACE__MYSQL__PORT", str(before_mysql.port))
    # The statement takes longer than the limit, yet no client's timeout.
    before_mysql.spoil(b"INSERT INTO batches", cut_after_s=SHORT_OUTAGE_S + 1)
    process = case.start_until_caught_up()
    with case.recovery():
        assert process.exit_code(END_TIMEOUT_S) == 0, process.told()
    assert process.stderr().count("MySQL is unavailable, next try in") == 1
    case.judge()


def test_a_read_only_server_is_waited_for(
    trial: NewTrial, faulty: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = trial("MariaDB read-only for a while", "aggregate", max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    case.expect_unfinished()
    with monkeypatch.context() as patched:
        patched.setattr(mariadb, "OPTIONS", (*mariadb.OPTIONS, "--read-only"))
        faulty.kill("mysql")
        faulty.up()
    case.wait_until(lambda: "read-only" in process.stderr(), process, "a refusal to write")
    faulty.kill("mysql")
    with case.recovery():
        faulty.up()
        assert process.exit_code() == 0, process.told()
    case.judge()
