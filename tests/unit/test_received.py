"""Kafka timestamps of every kind: what is stored as the receipt, and which lines are letters."""

import json
from datetime import UTC, datetime

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rows import MAX_LINE_BYTES, RECEIVED_AT

from millrace import parse, preview, refine
from millrace.config import CONF_DIRECTORY, Feed
from millrace.io import rules
from millrace.records import received
from millrace.records.formats import FORMATS, Format

EPOCH = datetime(1970, 1, 1)
NO_ID = "0" * 13
# The timestamp in milliseconds, the time that is stored, how ids begin; whether it is plausible.
TIMES: dict[str, tuple[int, datetime, str, bool]] = {
    "none, as Kafka writes it": (-1, EPOCH, NO_ID, False),
    "before 1970": (-86_400_000, EPOCH, NO_ID, False),
    "zero": (0, EPOCH, NO_ID, False),
    "seconds in place of milliseconds": (
        1_764_194_400,
        datetime(1970, 1, 21, 10, 3, 14, 400_000),
        "0001764194400",
        False,
    ),
    "the last before the first that can be": (
        946_684_799_999,
        datetime(1999, 12, 31, 23, 59, 59, 999_000),
        "0946684799999",
        False,
    ),
    "the first that can be": (946_684_800_000, datetime(2000, 1, 1), "0946684800000", True),
    "today's": (1_764_194_400_000, datetime(2025, 11, 26, 22), "1764194400000", True),
    "the last that can be": (
        4_102_444_799_999,
        datetime(2099, 12, 31, 23, 59, 59, 999_000),
        "4102444799999",
        True,
    ),
    "the first that cannot be": (4_102_444_800_000, datetime(2100, 1, 1), "4102444800000", False),
    "the last that an id holds": (
        9_999_999_999_999,
        datetime(2286, 11, 20, 17, 46, 39, 999_000),
        "9999999999999",
        False,
    ),
    "the first that an id does not hold": (10_000_000_000_000, EPOCH, NO_ID, False),
    "the end of the year 9999": (253_402_300_799_999, EPOCH, NO_ID, False),
    "the year 10000": (253_402_300_800_000, EPOCH, NO_ID, False),
    "microseconds in place of milliseconds": (1_764_194_400_000_000, EPOCH, NO_ID, False),
    "the last that Spark holds": (9_223_372_036_854_775, EPOCH, NO_ID, False),
}
LINES: dict[Format, str] = {
    "combined": '192.0.2.1 - - [26/Nov/2025:22:00:00 +0000] "GET / HTTP/1.1" 200 1',
    "app": '{"timestamp": "2025-11-26T22:00:00Z"}',
    "shop": '{"timestamp": "2025-11-26T22:00:00Z", "event_type": "search", "service": "shop"}',
    "syslog": "<13>1 - host app - - - x",
}


def stamped(spark: SparkSession, line: str, milliseconds: list[int]) -> DataFrame:
    """The line as a Kafka source's rows, one for each timestamp, which is the offset's as well."""
    rows = [(line.encode(), "lines", 0, place, ms) for place, ms in enumerate(milliseconds)]
    schema = "value binary, topic string, partition int, offset bigint, ms bigint"
    return spark.createDataFrame(rows, schema).withColumn("timestamp", F.timestamp_millis("ms"))


@pytest.mark.parametrize("format", FORMATS)
def test_a_line_whose_receipt_cannot_be_is_a_letter_that_can_be_stored(
    spark: SparkSession, format: Format
) -> None:
    lines = stamped(spark, LINES[format], [ms for ms, *_ in TIMES.values()])
    rows = (
        lines.transform(parse.records(format, "feed", MAX_LINE_BYTES))
        .select("_id", "received_at", "reason", "detail", "kafka.offset")
        .orderBy("offset")
        .collect()
    )
    for name, row in zip(TIMES, rows, strict=True):
        milliseconds, stored, begins, is_plausible = TIMES[name]
        assert (row["received_at"], row["_id"]) == (stored, f"{begins}-00000-{row['offset']:012d}")
        assert row["reason"] == (None if is_plausible else "bad_timestamp"), name
        said = (
            f"Kafka's timestamp: {milliseconds} ms; expected 2000-01-01 to 2100-01-01, not included"
        )
        assert row["detail"] == (None if is_plausible else said)


@pytest.mark.parametrize("name", TIMES)
def test_python_and_spark_judge_alike(name: str) -> None:
    milliseconds, stored, _, is_plausible = TIMES[name]
    assert received.received_at(milliseconds) == stored.replace(tzinfo=UTC)
    assert received.is_plausible(milliseconds) is is_plausible


def test_nanoseconds_count_as_none() -> None:
    assert received.received_at(1_764_194_400_000_000_000) == received.EPOCH


BAD_LINES = {"nothing": b"", "not UTF-8": b"\xff", "no JSON": b"x", "a line": b'{"timestamp": 1}'}


@pytest.mark.parametrize("name", BAD_LINES)
def test_the_reason_is_the_timestamp_whatever_the_line_says(spark: SparkSession, name: str) -> None:
    rows = [(BAD_LINES[name], "lines", 0, 0, EPOCH)]
    schema = "value binary, topic string, partition int, offset bigint, timestamp timestamp"
    lines = spark.createDataFrame(rows, schema)
    (row,) = lines.transform(parse.records("app", "feed", MAX_LINE_BYTES)).collect()
    assert row["reason"] == "bad_timestamp"
    assert row["detail"].startswith("Kafka's timestamp: 0 ms;")


def test_a_preview_says_so_as_well(spark: SparkSession) -> None:
    feed = Feed(name="feed", topic="lines", format="app", service_name="web")
    references = refine.References("", rules.load(CONF_DIRECTORY / "rules.yaml").records)
    line = '{"timestamp": "9999-01-01T00:00:00Z", "message": "x"}'
    moments = [EPOCH, RECEIVED_AT.replace(tzinfo=None)]
    milliseconds = [(time - EPOCH).total_seconds() * 1000 for time in moments]
    lines = stamped(spark, line, list(map(int, milliseconds)))
    shown = [
        json.loads(row["json"]) for row in preview.json_objects(lines, feed, references).collect()
    ]
    assert shown[0]["dead"] == "bad_timestamp"
    assert shown[1]["timestamp_claimed"] == "9999-01-01T00:00:00.000Z"
