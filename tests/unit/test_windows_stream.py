"""Figures in a stream: which windows are open, and which may be written."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from rows import at, streamed

from millrace.records.completeness import first_complete_window
from millrace.records.ledger import Available, OffsetRange
from millrace.transform.touched import TouchedWindows


def app_line(seconds: float) -> str:
    return f'{{"timestamp": "{at(seconds).isoformat()}Z"}}'


def minute(figure: str, seconds: float) -> tuple[str, datetime]:
    return f"{figure}_by_minute", at(seconds)


def test_a_stream_drops_windows_and_lines_behind_its_watermark(
    spark: SparkSession, tmp_path: Path
) -> None:
    batches = [
        (60, [app_line(10), app_line(20), app_line(70)]),
        (1800, [app_line(1800)]),  # Its window ends at 1860: final are those that end by 1200.
        (1800, [app_line(1210)]),
        (1800, [app_line(30), app_line(1220)]),
    ]
    counts, progress = streamed(spark, tmp_path, batches)
    assert counts == {
        minute("levels", 0): 2,
        minute("levels", 60): 1,
        minute("levels", 1200): 2,
        minute("levels", 1800): 1,
        minute("lateness", 1800): 1,
    }
    # The third batch lets the first two minutes go; the fourth adds the one with a late line.
    assert [operator["numRowsTotal"] for operator in progress][:4] == [2, 3, 2, 3]
    assert sum(operator["numRowsDroppedByWatermark"] for operator in progress) == 1


def test_windows_of_lines_that_come_too_late_are_told(spark: SparkSession, tmp_path: Path) -> None:
    touched = TouchedWindows(spark)
    by_batch: list[set[datetime]] = []

    def each_batch() -> None:
        by_batch.append(touched.starts())
        touched.clear()

    batches = [
        (60, [app_line(10), app_line(20), app_line(70)]),
        (1800, [app_line(1800)]),
        (1800, [app_line(1210)]),
        (1830, [app_line(30), app_line(1260)]),
    ]
    _, progress = streamed(spark, tmp_path, batches, each_batch, touched)
    assert sum(operator["numRowsDroppedByWatermark"] for operator in progress) == 1
    assert [found for found in by_batch if found] == [
        {at(0), at(60)},
        {at(1800)},
        {at(1200)},
        {at(0), at(1260), at(1800)},  # A late line was received in the last of these.
    ]


def test_old_lines_received_today_are_counted_and_move_no_watermark(
    spark: SparkSession, tmp_path: Path
) -> None:
    year = -365 * 86_400
    batches = [
        (0, [app_line(year + 600)]),
        (0, [app_line(year + 1200)]),
        (60, [app_line(year + 900)]),  # Out of order, yet within the lateness of the newest.
    ]
    counts, progress = streamed(spark, tmp_path, batches)
    assert counts == {
        minute("levels", year + 600): 1,
        minute("levels", year + 900): 1,
        minute("levels", year + 1200): 1,
        minute("lateness", 0): 2,
        minute("lateness", 60): 1,
    }
    assert sum(operator["numRowsDroppedByWatermark"] for operator in progress) == 0


def test_a_line_whose_receipt_cannot_be_moves_no_watermark(
    spark: SparkSession, tmp_path: Path
) -> None:
    epoch_s = (datetime(1970, 1, 1) - at(0)).total_seconds()
    batches = [
        (epoch_s, ['{"timestamp": "9999-01-01T00:00:00Z"}', app_line(0)]),
        (0, [app_line(10)]),
        (0, [app_line(20)]),
    ]
    counts, progress = streamed(spark, tmp_path, batches)
    assert counts == {minute("levels", 0): 2}
    assert sum(operator["numRowsDroppedByWatermark"] for operator in progress) == 0


def offsets(partition: int, first: int, until: int = 100, topic_id: str = "t1") -> OffsetRange:
    return OffsetRange("access", topic_id, partition, first, until)


def available(partition: int, first: int, received_s: float = 0, topic_id: str = "t1") -> Available:
    received = at(received_s).replace(tzinfo=UTC)
    return Available(offsets(partition, first, topic_id=topic_id), received)


@pytest.mark.parametrize(
    ("source", "stored", "first_window_s"),
    [
        pytest.param([available(0, 50)], [], None, id="nothing stored"),
        pytest.param([available(0, 0)], [offsets(0, 0)], None, id="all still there"),
        pytest.param([available(0, 0)], [offsets(0, 7)], None, id="more than all still there"),
        pytest.param([available(0, 50)], [offsets(0, 0)], 300, id="the first offsets are gone"),
        pytest.param([available(0, 50, 0.001)], [offsets(0, 0)], 360, id="rounded up to a window"),
        pytest.param(
            [available(0, 50, 60), available(1, 0)],
            [offsets(0, 0), offsets(1, 0)],
            360,
            id="one partition's first offsets are gone",
        ),
        pytest.param(
            [available(0, 50), available(1, 50, 120)],
            [offsets(0, 0)],
            420,
            id="the last partition to begin rules",
        ),
        pytest.param([available(0, 0, 0, "t2")], [offsets(0, 0)], 300, id="the topic is a new one"),
        pytest.param([available(0, 0)], [offsets(1, 0)], 300, id="the partition is gone"),
    ],
)
def test_windows_that_cannot_be_whole_are_not_written(
    source: list[Available], stored: list[OffsetRange], first_window_s: int | None
) -> None:
    found = first_complete_window(source, stored, max_future_skew_s=300)
    whole = None if first_window_s is None else at(first_window_s).replace(tzinfo=UTC)
    assert found == whole
