"""A driver killed at each named point of its way, and started again."""

import signal
from collections.abc import Callable

import pytest
from trial import Trial

from millrace.io.failpoints import POINTS

LINES = 6_000
BATCH = 2_000
JOBS = ("ingest", "aggregate", "archive")
# Where the point is, and in which batch the driver comes to its end.
CASES = (
    ("after_read", 1, "ingest"),
    ("after_read", 2, "aggregate"),
    ("after_read", 1, "archive"),
    ("before_mongo_write", 2, "ingest"),
    ("after_mongo_records", 2, "ingest"),
    ("before_ledger", 1, "ingest"),
    ("before_mysql_staging", 1, "aggregate"),
    ("before_mysql_transaction", 2, "aggregate"),
    ("before_mysql_commit", 2, "aggregate"),
    ("after_mysql_commit", 2, "aggregate"),
    ("before_delta_write", 1, "archive"),
    ("after_delta_write", 2, "archive"),
    ("before_checkpoint_commit", 2, "ingest"),
    ("before_checkpoint_commit", 1, "aggregate"),
    ("before_checkpoint_commit", 1, "archive"),
)
BETWEEN = "between_mongo_chunks"
# For a task to have written some of its lines, they must be more than one piece of work.
MANY_LINES = 20_000
MANY_A_BATCH = 14_000
LINES_A_PIECE = 2_500


def test_every_crash_point_is_tried() -> None:
    # Those of the warehouse are in tests/integration/test_warehouse_killed.py.
    elsewhere = {point for point in POINTS if "warehouse" in point}
    assert {point for point, _, _ in CASES} | {BETWEEN} | elsewhere == set(POINTS)


@pytest.mark.parametrize(("point", "batch", "job"), CASES)
def test_a_driver_killed_there_loses_and_doubles_nothing(
    trial: Callable[..., Trial], point: str, batch: int, job: str
) -> None:
    case = trial(f"driver killed {point}, batch {batch}", job, max_lines_per_batch=BATCH)
    case.feed.lines.send(LINES)
    killed = case.start_until_caught_up(crash_at=f"{point}:{batch}")
    case.expect_end(killed, -signal.SIGKILL)
    case.expect_unfinished()
    case.complete()
    case.judge()


def test_a_driver_killed_with_half_a_batch_written_loses_and_doubles_nothing(
    trial: Callable[..., Trial],
) -> None:
    case = trial(f"driver killed {BETWEEN}", "ingest", max_lines_per_batch=MANY_A_BATCH)
    case.feed.lines.send(MANY_LINES)
    pieces = f"spark.sql.execution.arrow.maxRecordsPerBatch={LINES_A_PIECE}"
    killed = case.start("--until-caught-up", "--", "--conf", pieces, crash_at=BETWEEN)
    case.expect_end(killed, -signal.SIGKILL)
    landed = case.landed()
    assert landed is not None
    assert 0 < landed < MANY_A_BATCH, f"{landed} lines were written before the end"
    case.complete()
    case.judge()
