"""Kafka deletes lines before a job has read them: told with the right number, then accepted."""

from collections.abc import Callable

import pytest
from support.job_process import JobProcess
from support.server_faults import Servers
from topics import delete_records
from trial import Trial

JOBS = ("ingest", "archive")
LINES, MANY = 6_000, 120_000
BATCH = 2_000
DELETED = 700  # of the first partition, whose share of a batch is 1,000

NewTrial = Callable[..., Trial]


def _delete(case: Trial, servers: Servers, until: dict[int, int]) -> None:
    delete_records(servers.conf.kafka.bootstrap_servers, case.feed.name, until)


def _expect_told_then_accept(case: Trial, process: JobProcess, until: dict[int, int]) -> None:
    case.expect_end(process, 1)
    case.lose(until, process)
    # Told again at each start, until somebody accepts it.
    case.expect_end(case.start_until_caught_up(), 1)
    case.complete("--accept-loss")


@pytest.mark.parametrize("job", JOBS)
def test_lines_deleted_between_two_runs_and_once_more(
    trial: NewTrial, faulty: Servers, job: str
) -> None:
    case = trial("lines of one partition deleted unread, twice", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    case.complete()
    taken = LINES // 2
    for until in ({0: taken + DELETED}, {0: taken + DELETED, 1: 2 * taken + 1}):
        case.feed.lines.send(LINES)
        _delete(case, faulty, until)
        _expect_told_then_accept(case, case.start_until_caught_up(), until)
    case.judge()


@pytest.mark.parametrize("job", JOBS)
def test_lines_deleted_in_mid_run(trial: NewTrial, faulty: Servers, job: str) -> None:
    case = trial("lines deleted in mid-run", job, max_lines_per_batch=BATCH)
    # So many that some are unread still when they are deleted.
    case.feed.lines.send(MANY)
    process = case.start()
    case.wait_for_lines(process)
    until = {0: MANY // 2 - 10}
    _delete(case, faulty, until)
    case.expect_unfinished()
    _expect_told_then_accept(case, process, until)
    case.judge()


@pytest.mark.parametrize("job", JOBS)
def test_lines_deleted_of_a_batch_that_was_planned_and_not_written(
    trial: NewTrial, faulty: Servers, job: str
) -> None:
    case = trial("lines of the newest batch deleted, unwritten", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    case.expect_end(case.start_until_caught_up(crash_at="after_read"), -9)
    until = {0: DELETED}
    _delete(case, faulty, until)
    _expect_told_then_accept(case, case.start_until_caught_up(), until)
    case.judge()


@pytest.mark.parametrize("job", JOBS)
def test_lines_deleted_of_a_batch_that_was_written_are_no_loss(
    trial: NewTrial, faulty: Servers, job: str
) -> None:
    case = trial("lines of the newest batch deleted, written", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    case.expect_end(case.start_until_caught_up(crash_at="before_checkpoint_commit"), -9)
    _delete(case, faulty, {0: DELETED})
    case.complete()
    case.judge()


def test_figures_of_deleted_lines_come_from_the_archive(trial: NewTrial, faulty: Servers) -> None:
    fault = "lines deleted unread, the archive has them"
    figures = trial(fault, "aggregate", max_lines_per_batch=BATCH)
    archive = trial(fault, "archive", beside=figures)
    figures.feed.lines.send(LINES)
    figures.complete()
    figures.feed.lines.send(LINES)
    archive.complete()
    _delete(figures, faulty, {0: LINES // 2 + DELETED})
    process = figures.start_until_caught_up()
    figures.expect_end(process, 1)
    assert f"The archive has {DELETED} of them" in process.stderr(), process.told()
    figures.complete("--from", "archive")
    figures.expect_end(figures.start_until_caught_up(), 0)
    for case in (figures, archive):
        case.judge()
