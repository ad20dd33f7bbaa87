"""A topic that changes under a job, and a checkpoint whose disk is full."""

from collections.abc import Callable

import pytest
from small_disk import NoSmallDiskError, SmallDisk, small_disk
from support.job_process import JobProcess
from support.server_faults import Servers
from topics import add_partitions, make_again
from trial import Trial

JOBS = ("ingest", "aggregate", "archive")
LINES = 6_000
BATCH = 2_000
FEW = 2_000
PARTITIONS = 2
MORE_PARTITIONS = 4

NewTrial = Callable[..., Trial]


@pytest.mark.parametrize("job", JOBS)
def test_a_job_ends_when_its_checkpoints_disk_is_full_and_goes_on_when_it_is_not(
    trial: NewTrial, job: str
) -> None:
    case = trial("checkpoint's disk full", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(2 * LINES)
    try:
        with small_disk(case.feed.checkpoints) as disk:
            _fill_up_in_mid_run(case, disk)
            disk.free()
            case.expect_unfinished()
            case.complete(within=disk.within)
    except NoSmallDiskError as reason:
        pytest.skip(f"no tmpfs can be mounted: {reason}")
    case.judge()


def _fill_up_in_mid_run(case: Trial, disk: SmallDisk) -> None:
    process = case.start_until_caught_up(within=disk.within)
    case.wait_for_lines(process)

    def has_ended_on_a_full_disk() -> bool:
        disk.fill()  # Again and again: what Spark removes would be free for it.
        return process.has_ended

    case.wait_until(has_ended_on_a_full_disk, process, "the job's end")
    assert process.exit_code() == 1, process.told()


@pytest.mark.parametrize("job", JOBS)
def test_partitions_added_while_a_job_runs_are_read(
    trial: NewTrial, faulty: Servers, job: str
) -> None:
    case = trial("partitions added, 2 to 4", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    process = case.start()
    case.wait_for_all(process)
    add_partitions(faulty.conf.kafka.bootstrap_servers, case.feed.name, MORE_PARTITIONS)
    case.feed.lines.send(LINES, partitions=range(MORE_PARTITIONS))
    case.feed.lines.send(FEW, partitions=range(PARTITIONS, MORE_PARTITIONS))
    case.wait_for_all(process)
    process.ask_to_stop()
    case.expect_end(process, 0)
    case.judge()


@pytest.mark.parametrize(("job", "is_empty"), [("ingest", False), ("archive", True)])
def test_a_running_job_refuses_a_topic_made_again(
    trial: NewTrial, faulty: Servers, job: str, is_empty: bool
) -> None:
    size = "empty" if is_empty else "larger"
    case = trial(f"topic made again, {size}, while the job runs", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(FEW)
    process = case.start()
    case.wait_for_all(process)
    make_again(faulty.conf.kafka.bootstrap_servers, case.feed.name, PARTITIONS)
    if not is_empty:
        case.feed.lines.send(LINES)
    _expect_refusal(case, process)
    if is_empty:
        case.feed.lines.send(LINES)
    case.feed.forget(job)
    case.complete()
    case.judge()


def test_jobs_refuse_a_topic_made_again_between_two_runs(trial: NewTrial, faulty: Servers) -> None:
    fault = "topic made again between two runs"
    archive = trial(fault, "archive", max_lines_per_batch=BATCH)
    figures = trial(f"{fault}, figures from the archive", "aggregate", beside=archive)
    both = (archive, figures)
    archive.feed.lines.send(LINES)
    for case in both:
        case.complete()
    of_the_old_topic = figures.landed()
    make_again(faulty.conf.kafka.bootstrap_servers, archive.feed.name, PARTITIONS)
    archive.feed.lines.send(FEW)
    for case in both:
        _expect_refusal(case, case.start_until_caught_up())
        case.feed.forget(case.job)
        case.complete()
    # The new topic's lines fall in the old one's minutes: only the archive has all of both.
    assert figures.landed() == of_the_old_topic
    figures.complete("--from", "archive")
    for case in both:
        case.judge()


def _expect_refusal(case: Trial, process: JobProcess) -> None:
    case.expect_end(process, 1)
    sentence = f"topic '{case.feed.name}' was deleted and recreated"
    assert sentence in process.stderr(), process.told()
