"""Kafka timestamps of every kind: what is stored as the receipt, and which lines are letters."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from rows import RECEIVED_AT, micros, spec

from millrace.io import receipt
from millrace.records import received
from millrace.records.formats import OWN_LAYOUTS, Layout
from millrace.tools import preview
from millrace.transform.chain import Letter, compiled

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
LINES: dict[Layout, str] = {
    "combined": '192.0.2.1 - - [26/Nov/2025:22:00:00 +0000] "GET / HTTP/1.1" 200 1',
    "app": '{"timestamp": "2025-11-26T22:00:00Z"}',
    "shop": '{"timestamp": "2025-11-26T22:00:00Z", "event_type": "search", "service": "shop"}',
    "syslog": "<13>1 - host app - - - x",
}


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_a_line_whose_receipt_cannot_be_is_a_letter_that_can_be_stored(
    format: Layout, country_database: str
) -> None:
    chain = compiled(spec(format, country_database))
    for name, (milliseconds, stored, begins, is_plausible) in TIMES.items():
        assert received.received_at(milliseconds) == stored.replace(tzinfo=UTC)
        assert received.stored_us(milliseconds) == micros(stored)
        assert received.is_plausible(milliseconds) is is_plausible
        assert received.record_id(milliseconds, 3, 77) == f"{begins}-00003-000000000077"
        found = chain.outcome(LINES[format].encode(), None, milliseconds)
        said = (
            f"Kafka's timestamp: {milliseconds} ms; expected 2000-01-01 to 2100-01-01, not included"
        )
        if is_plausible:
            assert isinstance(found, dict), name
        else:
            assert found == Letter("bad_timestamp", said, LINES[format].encode(), None)


def test_no_timestamp_at_all_is_told_as_none() -> None:
    found = compiled(spec("app")).outcome(b"x", None, None)
    assert isinstance(found, Letter)
    assert found.detail.startswith("Kafka's timestamp: none ms;")


def test_spark_judges_alike(spark: SparkSession) -> None:
    times = [ms for ms, *_ in TIMES.values()]
    rows = spark.createDataFrame([(ms,) for ms in times], "ms bigint").withColumn(
        "timestamp", F.timestamp_millis("ms")
    )
    time = F.col("timestamp")
    columns = (F.unix_millis(receipt.stored(time)), receipt.plausible(time))
    found = {row[0]: (row[1], row[2]) for row in rows.select("ms", *columns).collect()}
    assert found == {
        ms: (received.stored_us(ms) // 1_000, received.is_plausible(ms)) for ms in times
    }


def test_nanoseconds_count_as_none() -> None:
    assert received.received_at(1_764_194_400_000_000_000) == received.EPOCH


BAD_LINES = {"nothing": b"", "not UTF-8": b"\xff", "no JSON": b"x", "a line": b'{"timestamp": 1}'}


@pytest.mark.parametrize("name", BAD_LINES)
def test_the_reason_is_the_timestamp_whatever_the_line_says(name: str) -> None:
    found = compiled(spec("app")).outcome(BAD_LINES[name], None, 0)
    assert isinstance(found, Letter)
    assert found.reason == "bad_timestamp"
    assert found.detail.startswith("Kafka's timestamp: 0 ms;")


def test_a_preview_says_so_as_well() -> None:
    line = b'{"timestamp": "9999-01-01T00:00:00Z", "message": "x"}'
    assert preview.outcomes(spec("app"), line, 0)[0]["dead"] == "bad_timestamp"
    (shown,) = preview.outcomes(spec("app"), line, micros(RECEIVED_AT) // 1_000)
    assert shown["timestamp_claimed"] == "9999-01-01T00:00:00.000Z"
