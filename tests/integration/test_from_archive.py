"""Jobs that run from the archive: what they read is what they say they read, and they can stop."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from pyspark.sql import DataFrame, SparkSession
from support.lines import kafka_rows, offsets, store, values

from millrace.config import Config, Feed, UnreachableError
from millrace.errors import JobError
from millrace.io import mysql
from millrace.io.delta import DeltaSink
from millrace.io.mysql.ledger import record
from millrace.io.sink import MicroBatch, OutputMode
from millrace.observe.observer import Observer
from millrace.records.ledger import Batch
from millrace.records.write_result import WriteResult
from millrace.runtime import backfill, job, recompute_guard
from millrace.runtime.context import DONE, JobContext
from millrace.runtime.flow import Flow, Run
from millrace.runtime.watchdog import Stopping

HALF = 300
Write = Callable[[DataFrame, Batch], None]


class Written:
    """A sink that is a function."""

    name = "function"
    output_mode: OutputMode = "append"

    def __init__(self, function: Write) -> None:
        self._function = function

    def prepare(self) -> None:
        pass

    def write(self, batch: MicroBatch) -> WriteResult:
        self._function(batch.rows, batch)
        return WriteResult()


class Archive:
    """Feeds whose lines are archived half by half, as `archive` does it."""

    def __init__(self, spark: SparkSession, conf: Config, folder: Path, *names: str) -> None:
        feeds = tuple(
            Feed(name=f"{name}_{uuid4().hex[:6]}", topic="lines", format="app", service_name="app")
            for name in names
        )
        storage = conf.storage.model_copy(update={"archive": str(folder / "archive")})
        self.conf = conf.model_copy(update={"feeds": feeds, "storage": storage})
        self.spark, self.feeds = spark, feeds
        self.stopping = Stopping()

    def append(self, feed: Feed, half: int) -> None:
        start = half * HALF
        lines = values("app", HALF, faults=0, seed=half)
        rows = kafka_rows(self.spark, lines, topic="lines", first_offset=start)
        batch = Batch(f"archive-{feed.name}", "a", half, offsets("lines", start, start + HALF))
        store(DeltaSink(self.spark, self.conf.storage.archive, feed), rows, batch)

    def run(self, function: Callable[[Run], Write]) -> int:
        """Runs a job whose function, for each feed, gives what writes its lines."""

        def made(run: Run) -> Flow:
            return Flow(run.source, [], Written(function(run)))

        observer = Observer("ingest", self.conf)
        context = JobContext("ingest", made, self.spark, self.conf, self.stopping, observer)
        return backfill.run(context)


@pytest.fixture
def archive(spark: SparkSession, conf: Config, tmp_path: Path) -> Archive:
    """Two feeds, half of their lines archived."""
    made = Archive(spark, conf, tmp_path, "first", "second")
    for feed in made.feeds:
        made.append(feed, 0)
    return made


@pytest.mark.slow
def test_an_archive_that_grows_meanwhile_is_read_as_it_was_at_the_start(archive: Archive) -> None:
    read: dict[str, list[int]] = {}

    def function(run: Run) -> Write:
        # By now the run has begun, and `archive` goes on.
        for feed in archive.feeds if not read else ():
            archive.append(feed, 1)

        def write(rows: DataFrame, batch: Batch) -> None:
            read[run.feed.name] = [batch.lines, rows.count()]

        return write

    assert archive.run(function) == DONE
    assert read == {feed.name: [HALF, HALF] for feed in archive.feeds}
    assert archive.run(function) == DONE
    assert read == {feed.name: [2 * HALF] * 2 for feed in archive.feeds}


@pytest.mark.slow
def test_an_archive_that_grows_meanwhile_guards_figures_by_what_is_read(
    archive: Archive, servers: Config
) -> None:
    feed = archive.feeds[0]
    archive.conf = archive.conf.model_copy(update={"mysql": servers.mysql})
    mysql.prepare(servers.mysql)
    query = f"aggregate-{feed.name}"
    with mysql.connection(servers.mysql) as opened, opened.cursor() as cursor:
        counted = Batch(query, "a", 0, offsets("lines", 0, 2 * HALF))
        record(cursor, counted, rows_written=0)

    def function(run: Run) -> Write:
        archive.append(run.feed, 1)
        stored = recompute_guard.stored_figures(replace(run, query=query))
        raise AssertionError(f"the figures hold lines that are not read: {stored}")

    with pytest.raises(JobError, match=f"ends at offset {HALF}, but the stored figures include"):
        archive.run(function)


@pytest.fixture
def signalled(archive: Archive) -> Iterator[Callable[[], None]]:
    """Sends this process SIGTERM, which is handled as a job does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    job._listen(archive.stopping)

    def send() -> None:
        if not archive.stopping.is_set():  # Asked twice means at once.
            os.kill(os.getpid(), signal.SIGTERM)
        assert archive.stopping.wait(30)

    yield send
    for number, handler in before.items():
        signal.signal(number, handler)


def test_sigterm_lets_the_running_batch_end_and_begins_no_other_feed(
    archive: Archive, signalled: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = archive.feeds
    begun, written = [], []

    def function(run: Run) -> Write:
        begun.append(run.feed)

        def write(rows: DataFrame, batch: Batch) -> None:
            signalled()
            written.append(rows.count())

        return write

    with caplog.at_level(logging.INFO):
        assert archive.run(function) == DONE
    assert (begun, written) == ([first], [HALF])
    told = [record.getMessage() for record in caplog.records if second.name in record.getMessage()]
    assert told == [f"ingest: stopped before the archive of these feeds was read: {second.name}"]


def test_sigterm_while_a_server_is_away_ends_with_0_and_names_the_feed(
    archive: Archive, signalled: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[str] = []

    def function(run: Run) -> Write:
        def write(rows: DataFrame, batch: Batch) -> None:
            tries.append(run.feed.name)
            signalled()
            raise UnreachableError("no answer")

        return write

    with caplog.at_level(logging.INFO):
        assert archive.run(function) == DONE
    assert tries == [archive.feeds[0].name]
    assert ", ".join(feed.name for feed in archive.feeds) in caplog.text
