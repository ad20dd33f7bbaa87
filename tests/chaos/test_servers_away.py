"""A server that is killed, or answers nothing for a while, in the middle of a job's work."""

import time
from collections.abc import Callable

import pytest
from support.server_faults import Servers
from trial import Trial

from millrace.config import Server

LINES = 16_000
BATCH = 4_000
KILLED_S = 3
PAUSED_S = 35  # longer than any client of the job waits for an answer
MAX_OUTAGE_S = 5
TITLE = {"kafka": "broker", "mongo": "mongod", "mysql": "MariaDB"}
SINKS: tuple[tuple[Server, str], ...] = (("mongo", "ingest"), ("mysql", "aggregate"))
SOURCES: tuple[tuple[Server, str], ...] = (
    ("kafka", "ingest"),
    ("kafka", "aggregate"),
    ("kafka", "archive"),
)

NewTrial = Callable[..., Trial]


@pytest.mark.parametrize(("server", "job"), SINKS + SOURCES)
def test_a_job_outlasts_a_killed_server(
    trial: NewTrial, faulty: Servers, server: Server, job: str
) -> None:
    case = trial(f"{TITLE[server]} killed and started again", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    case.expect_unfinished()
    faulty.kill(server)
    time.sleep(KILLED_S)
    with case.recovery():
        faulty.up()
        code = process.exit_code()
    if server == "kafka" and code == 1:
        case.complete()  # Without its source a job may end, as long as it can go on.
    else:
        assert code == 0, process.told()
    case.judge()


@pytest.mark.parametrize(("server", "job"), SINKS)
def test_a_job_ends_with_one_line_where_the_outage_is_longer_than_its_limit(
    trial: NewTrial, faulty: Servers, server: Server, job: str
) -> None:
    limits = {"max_lines_per_batch": BATCH, "max_outage_s": MAX_OUTAGE_S}
    case = trial(f"{TITLE[server]} away longer than max_outage_s", job, **limits)
    case.feed.lines.send(LINES)
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    faulty.kill(server)
    case.expect_end(process, 1)
    faulty.up()
    case.expect_unfinished()
    case.complete()
    words = [line for line in process.stderr().splitlines() if " failed: " in line]
    assert len(words) == 1, process.told()
    assert words[0].startswith(f"{job}-{case.feed.name} failed: ")
    assert f"longer than stream.max_outage_s {MAX_OUTAGE_S}. Nothing is lost" in words[0]
    assert "start the job again when it is back" in words[0]
    assert "Traceback" not in process.stderr()
    case.judge()


@pytest.mark.parametrize(("server", "job"), [*SINKS, ("kafka", "ingest")])
def test_a_job_outlasts_a_server_that_answers_nothing(
    trial: NewTrial, faulty: Servers, server: Server, job: str
) -> None:
    case = trial(f"{TITLE[server]} paused for {PAUSED_S} s", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    process = case.start_until_caught_up()
    case.wait_for_lines(process)
    case.expect_unfinished()
    with faulty.paused(server):
        time.sleep(PAUSED_S)
    with case.recovery():
        code = process.exit_code()
    assert code == 0, process.told()
    case.judge()
