"""A process that waits without end is ended; one that works for long is not."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import pytest
from pyspark.sql import SparkSession
from support.pipeline import wait_until

from millrace.runtime import watchdog
from millrace.runtime.watchdog import Stopping, watched
from millrace.telemetry.activity import ACTIVITY

LIMIT_S = 0.5
NO_SPARK = cast(SparkSession, None)
ENDS_S = 30
# So many rows take a core minutes.
MANY = 10**12


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_POLL_S", 0.01)
    monkeypatch.setattr(watchdog, "_SPARK_POLL_S", 0.2)
    monkeypatch.setattr(watchdog, "_CLIENTS_FIRST_S", 0.0)
    monkeypatch.setattr(watchdog, "_STOP_SILENCE_S", LIMIT_S)


@pytest.fixture
def stopping() -> Stopping:
    return Stopping()


@pytest.fixture
def codes(stopping: Stopping) -> Iterator[list[int]]:
    """The exit codes that a process under the watchdog has ended with."""
    ended: list[int] = []
    with watched(NO_SPARK, stopping, LIMIT_S, ended.append):
        yield ended


def test_a_batch_that_is_silent_ends_the_process_with_one_line(
    codes: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    with ACTIVITY.batch("ingest-web"):
        wait_until(lambda: codes != [], "its end", timeout_s=ENDS_S)
    assert codes == [1]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("ingest-web failed: its batch made no progress for ")


def test_neither_work_nor_rest_ends_the_process(codes: list[int]) -> None:
    with ACTIVITY.batch("ingest-web"):
        for _ in range(200):
            ACTIVITY.note()
            time.sleep(LIMIT_S / 50)
    time.sleep(3 * LIMIT_S)
    assert codes == []


@pytest.mark.parametrize(("is_asked", "code"), [(True, 0), (False, 1)])
def test_a_stop_that_meets_silence_ends_the_process(
    codes: list[int],
    stopping: Stopping,
    caplog: pytest.LogCaptureFixture,
    is_asked: bool,
    code: int,
) -> None:
    with ACTIVITY.batch("ingest-web"):
        stopping.ask() if is_asked else stopping.set()
        wait_until(lambda: codes != [], "its end", timeout_s=ENDS_S)
    assert codes == [code]
    assert "(ingest-web) runs again at the next start" in caplog.text


@pytest.mark.slow
def test_rows_that_flow_within_a_task_are_work(spark: SparkSession, stopping: Stopping) -> None:
    def run() -> None:
        with suppress(Exception):  # It is cancelled.
            spark.range(MANY).selectExpr("sum(hash(id))").collect()

    job = threading.Thread(target=run, daemon=True)
    ended: list[int] = []
    with watched(spark, stopping, LIMIT_S, ended.append):
        job.start()
        signs: set[float] = set()
        try:
            wait_until(
                lambda: signs.add(ACTIVITY.last) or len(signs) > 4,  # type: ignore[func-returns-value]
                "signs of work beyond the begin of a stage",
                timeout_s=180,
            )
        finally:
            spark.sparkContext.cancelAllJobs()
