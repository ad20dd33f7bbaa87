"""What is kept of a value that is too long: its first bytes, its length, and its digest."""

import re
from hashlib import sha256
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from rows import kafka_rows

from millrace import parse
from millrace.parse.truncate import truncated
from millrace.records.formats import FORMATS, Format
from millrace.records.masks import MASKS, Mask

LIMIT = 1_000
VISA = b"4111 1111 1111 1111"
LAST_KEPT = 7


def kept(spark: SparkSession, lines: list[bytes | None], masks: tuple[Mask, ...] = ()) -> list[Row]:
    rows = kafka_rows(spark, lines).transform(truncated(LIMIT, masks)).collect()
    return sorted(rows, key=lambda row: row["offset"])


@pytest.mark.parametrize("end", [b"a", b"\n", b"\xff", b"\xe2\x82\xac"])
def test_a_longer_value_is_cut_and_told_by_length_and_digest(
    spark: SparkSession, end: bytes
) -> None:
    whole = [b"", b"x", b"y" * (LIMIT - len(end)) + end]
    cut = [b"y" * LIMIT + end, b"y" * (LIMIT - 1) + end * 2, end * 5_000]
    found = kept(spark, [None, *whole, *cut])
    values = [None if row["value"] is None else bytes(row["value"]) for row in found]
    assert values == [None, *whole, *(line[:LIMIT] for line in cut)]
    told = [(row["raw_bytes"], row["raw_sha256"]) for row in found]
    assert told[: len(whole) + 1] == [(None, None)] * (len(whole) + 1)
    assert told[len(whole) + 1 :] == [(len(line), sha256(line).hexdigest()) for line in cut]


# What stands at the cut, with how many of its bytes before it.
STRADDLING = [
    (VISA, 18),
    (b"4111%201111%201111%201111", 24),
    (b"jane.doe@example.com", 16),
    (b"j" * 64 + b"@" + b"d" * 63 + b"." + b"d" * 63 + b".example.com", 192),
    (b"2001:db8:1:2:3:4:5:6", 18),
    (b"?token=s3cr3t-t0k3n", 16),
    (b"?token=s3cr3t-t0k3n", 4),
]


@pytest.mark.parametrize(("secret", "before"), STRADDLING)
def test_a_secret_at_the_cut_leaves_nothing_behind(
    spark: SparkSession, secret: bytes, before: int
) -> None:
    line = b"seen 203.0.113.7 " + b"." * (LIMIT - 17 - before - 1) + b" " + secret + b" " * 99
    (row,) = kept(spark, [line], MASKS)
    value = bytes(row["value"])
    assert value.startswith(b"seen 203.0.113.0 ...")
    assert 0 < len(value) <= LIMIT
    assert secret[:LAST_KEPT] not in value
    assert (row["raw_bytes"], row["raw_sha256"]) == (len(line), None)


def test_what_masks_make_longer_is_cut_to_the_same_length(spark: SparkSession) -> None:
    line = b"&sid=x" * (LIMIT // 6)
    (row,) = kept(spark, [line], MASKS)
    assert bytes(row["value"]) == (b"&sid={token}" * LIMIT)[:LIMIT]
    assert (row["raw_bytes"], row["raw_sha256"]) == (len(line), None)


def reasons(
    spark: SparkSession, format: Format, lines: list[bytes], *limits: int, masks: Any = ()
) -> list[tuple[str | None, str | None]]:
    """The reason and detail of each line, parsed with ``max_line_bytes``, ``max_record_bytes``."""
    rows = kafka_rows(spark, lines).transform(parse.records(format, "feed", *limits, masks))
    found = rows.select(F.col("kafka.offset").alias("offset"), "reason", "detail").collect()
    return [(row["reason"], row["detail"]) for row in sorted(found, key=lambda r: r["offset"])]


@pytest.mark.parametrize("format", FORMATS)
def test_a_cut_line_is_too_long_with_its_true_length(spark: SparkSession, format: Format) -> None:
    lines = [b"x" * 101, b"x" * 5_000, b" " * 5_000, b"\xff" * 5_000]
    assert reasons(spark, format, lines, 100, 200) == [
        ("too_long", "101 bytes"),
        *[("too_long", "5000 bytes")] * 3,
    ]


def test_a_cut_line_that_masks_make_shorter_is_no_line(spark: SparkSession) -> None:
    sound = b'{"timestamp": 1737547200}'
    lines = [sound + b" " * 999 + b"?token=" + b"x" * 4_000, b"&sid=x" * 350]
    assert reasons(spark, "app", lines, 2_200, 2_200, masks=MASKS) == [
        ("too_long", f"{len(lines[0])} bytes"),
        ("too_long", "2100 bytes"),
    ]


def test_nothing_but_the_cut_reads_the_whole_value(spark: SparkSession) -> None:
    lines = kafka_rows(spark, [b"x"]).withColumns(
        {"key": F.col("value"), "headers": F.array(F.struct(F.lit("k").alias("key"), "value"))}
    )
    # Not known beforehand, as a scan's rows are not.
    rows = spark.createDataFrame(lines.rdd, lines.schema)
    refined = rows.transform(parse.records("app", "feed", LIMIT, LIMIT))
    plan = refined._jdf.queryExecution().executedPlan().toString()
    steps = [step for step in plan.splitlines() if "Project" in step]
    first = steps[-1]
    assert "key#" not in first
    assert "headers#" not in first
    assert sum("sha2(" in step for step in steps) == 1
    assert re.search(r"CASE WHEN [^,]*octet_length\(value#\d+\) > 1000\) END THEN sha2\(", first)
    counted = refined.groupBy("reason").count()._jdf.queryExecution().executedPlan().toString()
    assert "sha2(" not in counted
