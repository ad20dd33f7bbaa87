"""What the archive's sink promises beside the contract of all sinks."""

import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from delta.tables import DeltaTable
from pyspark.sql import SparkSession
from support.lines import kafka_rows, offsets, store, values

from millrace.config import Config, Feed
from millrace.io import delta
from millrace.io.delta import DeltaSink
from millrace.io.delta import log as delta_log
from millrace.io.delta.unread import Unread, unread
from millrace.proof.archive_gaps import gaps
from millrace.records.ledger import Batch, OffsetRange

TOPIC = "lines"
LINES = 400
HALF, QUARTER = LINES // 2, LINES // 4


class Archive:
    """The archive of a feed that nothing was written of yet."""

    def __init__(self, spark: SparkSession, folder: str) -> None:
        name = f"d{uuid4().hex[:8]}"
        self.feed = Feed(name=name, topic=TOPIC, format="combined", service_name="web")
        self.spark, self.folder = spark, folder
        self._lines = values("combined", LINES)

    def write(self, batch_id: int, start: int, end: int, taken_from: int | None = None) -> None:
        """Writes these lines as that batch of one checkpoint, which may have begun before them."""
        rows = kafka_rows(self.spark, self._lines[start:end], topic=TOPIC, first_offset=start)
        begin = start if taken_from is None else taken_from
        batch = Batch(self.feed.name, "a", batch_id, offsets(TOPIC, begin, end))
        store(DeltaSink(self.spark, self.folder, self.feed), rows, batch)

    def content(self) -> list[str]:
        return sorted(map(str, delta.lines(self.spark, self.folder, self.feed).collect()))

    def compact(self) -> tuple[int, int]:
        return delta.compact(self.spark, self.folder, self.feed, keep_hours=168)


@pytest.fixture
def archive(spark: SparkSession, conf: Config) -> Archive:
    return Archive(spark, conf.storage.archive)


@pytest.mark.slow
def test_an_archive_whose_checkpoint_was_put_back_takes_the_lines_that_are_new(
    archive: Archive,
) -> None:
    archive.write(5, 0, HALF)
    archive.write(3, HALF, LINES)
    archive.write(3, HALF, LINES)
    assert len(archive.content()) == LINES


def test_an_archive_is_made_where_its_folder_is_named_from_here(
    spark: SparkSession, tmp_path: Path
) -> None:
    # As conf/local.yaml names it: a path that begins with a dot.
    archive = Archive(spark, f"./{os.path.relpath(tmp_path)}/.archive")
    for _ in range(2):
        delta.prepare(spark, archive.folder, archive.feed)
    assert delta.lines(spark, archive.folder, archive.feed).schema == delta.SCHEMA
    assert not delta.exists(spark, archive.folder, archive.feed)


def test_a_compacted_archive_holds_the_same_in_fewer_files(archive: Archive) -> None:
    for batch_id in range(4):
        archive.write(batch_id, batch_id * QUARTER, (batch_id + 1) * QUARTER)
    before = archive.content()
    small, large = archive.compact()
    assert (small >= 4, large) == (True, 1)
    assert archive.content() == before
    assert len(before) == LINES
    assert archive.compact() == (0, 0)


@pytest.mark.slow
def test_a_batch_written_again_after_a_compaction_changes_nothing(archive: Archive) -> None:
    for batch_id in range(2):
        archive.write(batch_id, batch_id * HALF, (batch_id + 1) * HALF)
    before = archive.content()
    assert archive.compact() != (0, 0)
    archive.write(1, HALF, LINES)
    assert archive.content() == before


def test_what_is_unread_is_all_that_a_ledger_lacks(archive: Archive) -> None:
    archive.write(0, 0, QUARTER)
    archive.write(1, QUARTER, HALF)
    archive.write(2, HALF, LINES)
    whole, first, middle = (offsets(TOPIC, *one) for one in ((0, LINES), (0, 10), (50, HALF)))
    newest = delta_log.newest(archive.spark, archive.folder, archive.feed)
    assert newest
    cases: list[tuple[tuple[OffsetRange, ...], Unread]] = [
        ((), Unread([*whole], LINES)),
        (whole, Unread([], 0)),
        (first, Unread([*offsets(TOPIC, 10, LINES)], LINES - 10)),
        (
            (*first, *middle),
            Unread([*offsets(TOPIC, 10, 50), *offsets(TOPIC, HALF, LINES)], LINES - HALF + 40),
        ),
        # Of another topic of that name.
        ((replace(whole[0], topic_id="older"),), Unread([*whole], LINES)),
        # Of a partition that is not there yet.
        ((replace(whole[0], partition=3),), Unread([*whole], LINES)),
    ]
    for taken, expected in cases:
        found = unread(archive.spark, archive.folder, archive.feed, newest[1], taken)
        assert found == expected, taken


def test_lines_that_are_gone_are_told_from_offsets_that_never_were_lines(archive: Archive) -> None:
    archive.write(0, 0, QUARTER)
    archive.write(1, HALF, LINES, taken_from=QUARTER)  # the offsets before it were no lines
    spark, folder, feed = archive.spark, archive.folder, archive.feed
    newest = delta_log.newest(spark, folder, feed)
    assert newest
    taken = offsets(TOPIC, 0, QUARTER)
    found = unread(spark, folder, feed, newest[1], taken)
    assert found == Unread([*offsets(TOPIC, QUARTER, LINES)], HALF)
    assert gaps(spark, folder, feed, found) == []
    DeltaTable.forPath(spark, delta.location(folder, feed)).delete(f"offset < {HALF + 10}")
    newest = delta_log.newest(spark, folder, feed)
    assert newest
    found = unread(spark, folder, feed, newest[1], offsets(TOPIC, 0, HALF))
    assert found == Unread([*offsets(TOPIC, HALF, LINES)], HALF - 10)
    assert gaps(spark, folder, feed, found) == [*offsets(TOPIC, HALF, HALF + 10)]
