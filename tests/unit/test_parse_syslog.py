"""What each line of ``syslog`` becomes: exactly these fields, or a letter for this reason."""

from datetime import UTC, datetime

import lines_syslog
import lines_syslog_bsd
import pytest
from lines_syslog_bsd import TURNS
from pyspark.sql import SparkSession
from rows import KAFKA, MAX_LINE_BYTES, Line, outcome, parsed

from millrace import parse

LAYOUTS = (("RFC 5424", lines_syslog), ("RFC 3164", lines_syslog_bsd))
RECORDS = {f"{rfc}: {name}": case for rfc, t in LAYOUTS for name, case in t.RECORDS.items()}
LETTERS = {f"{rfc}: {name}": case for rfc, t in LAYOUTS for name, case in t.LETTERS.items()}

Outcomes = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def outcomes(spark: SparkSession) -> Outcomes:
    """What became of each case's line, by the case's name; all went through in one job."""
    lines: dict[str, Line] = {name: case[0] for name, case in (RECORDS | LETTERS).items()}
    assert len(lines) == len(RECORDS) + len(LETTERS)
    rows = parsed(spark, "syslog", list(lines.values()))
    return {name: outcome(row) for name, row in zip(lines, rows, strict=True)}


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(outcomes: Outcomes, name: str) -> None:
    _, fields = RECORDS[name]
    assert outcomes[name] == fields


@pytest.mark.parametrize("name", LETTERS)
def test_dead_letter_says_why_and_what_was_found(outcomes: Outcomes, name: str) -> None:
    _, reason, detail = LETTERS[name]
    found = outcomes[name]
    assert found.get("dead") == reason
    assert found["detail"] is None if detail is None else detail in str(found["detail"])


@pytest.fixture(scope="module")
def times(spark: SparkSession) -> dict[str, str]:
    """The time of each line of TURNS, by the case's name."""
    rows = [
        (
            f"{sent} host app: done".encode(),
            "lines",
            0,
            offset,
            datetime.fromisoformat(received_at).replace(tzinfo=UTC),
        )
        for offset, (received_at, sent, _) in enumerate(TURNS.values())
    ]
    transform = parse.records("syslog", service_name="feed", max_line_bytes=MAX_LINE_BYTES)
    found = (
        spark.createDataFrame(rows, KAFKA)
        .transform(transform)
        .selectExpr("kafka.offset", "date_format(timestamp, \"yyyy-MM-dd'T'HH:mm:ss\") AS time")
        .collect()
    )
    by_offset = {row["offset"]: row["time"] for row in found}
    return {name: by_offset[offset] for offset, name in enumerate(TURNS)}


@pytest.mark.parametrize("name", TURNS)
def test_year_is_the_one_that_puts_the_time_nearest_to_its_receipt(
    times: dict[str, str], name: str
) -> None:
    *_, meant = TURNS[name]
    assert times[name] == meant
