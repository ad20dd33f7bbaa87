"""A job's log: for people, or an object a line that the suite can read as it reads any other."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.config import LogFormat
from millrace.errors import one_line
from millrace.parse.app import KNOWN_KEYS
from millrace.telemetry import logs

LOG = logging.getLogger("millrace.test")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    logs.END.handlers, logs.END.propagate = [], True


def said(capsys: pytest.CaptureFixture[str], log_format: LogFormat, message: str) -> str:
    logs.configure("millrace-ingest", is_json=log_format == "json")
    with logs.about("ingest-access", 7):
        LOG.warning(message)
    return capsys.readouterr().err


def as_object(line: str) -> dict[str, Any]:
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_text_is_a_line_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, "text", "late")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING late\n", line)
    told = datetime.fromisoformat(line.partition("Z")[0]).replace(tzinfo=UTC)
    # Whatever the machine's zone is.
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=5)


def test_what_is_said_of_batches_is_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("millrace-ingest")
    LOG.info(logs.BATCH, "ingest-access", 3, 5000, 1.25)
    LOG.info("ended")
    ((ended_at, lines, seconds),) = logs.batches(capsys.readouterr().err)
    assert abs(datetime.now(UTC) - ended_at) < timedelta(minutes=5)
    assert (lines, seconds) == (5000, 1.2)


def test_json_names_query_feed_and_batch(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_object(said(capsys, "json", "late"))
    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "level": "WARN",
        "service_name": "millrace-ingest",
        "message": "late",
        "logger": "millrace.test",
        "query": "ingest-access",
        "feed": "access",
        "batch_id": 7,
    }
    assert {"timestamp", "level", "service_name", "message"} <= set(KNOWN_KEYS)


def test_a_message_of_several_lines_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, "json", "one\ntwo")
    assert line.count("\n") == 1
    assert as_object(line)["message"] == "one\ntwo"


ORDERS = "\x1b]0;owned\x07 \x9b2J \u202e\x7f"
SHOWN = r"\x1b]0;owned\x07 \x9b2J \u202e\x7f"


def test_what_a_message_quotes_is_no_order_to_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said(capsys, "text", f"{ORDERS}\nWARNING forged").endswith(
        rf"WARNING {SHOWN}\nWARNING forged" + "\n"
    )
    line = said(capsys, "json", ORDERS)
    assert as_object(line)["message"] == ORDERS
    assert line.removesuffix("\n").isprintable()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_a_failure_quotes_is_no_order_to_a_terminal(
    capsys: pytest.CaptureFixture[str], log_format: LogFormat
) -> None:
    logs.configure("millrace-ingest", is_json=log_format == "json")
    try:
        raise ValueError(ORDERS)
    except ValueError as error:
        logs.END.error("ingest-access failed: %s", one_line(error), exc_info=error)
    said = capsys.readouterr().err
    assert all(line.isprintable() for line in said.split("\n"))
    if log_format == "text":
        assert said.startswith(f"ingest-access failed: ValueError: {SHOWN}\nTraceback")
        assert said.endswith(f"\nValueError: {SHOWN}\n")
    else:
        assert f"ValueError: {ORDERS}" in as_object(said)["exception"]


def test_outside_of_a_batch_nothing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "json", "within")
    LOG.info("outside")
    assert "query" not in as_object(capsys.readouterr().err)


def test_an_exception_is_told_in_the_same_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("millrace-ingest", is_json=True)
    try:
        raise ValueError("no such thing")
    except ValueError as error:
        logs.END.error("ingest-access failed", exc_info=error)
    found = as_object(capsys.readouterr().err)
    assert found["level"] == "ERROR"
    assert "ValueError: no such thing" in found["exception"]


def test_a_trace_is_no_longer_than_collectors_take(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("millrace-ingest", is_json=True)
    logs.END.error("ingest-access failed", exc_info=ValueError("x" * 300_000))
    assert len(capsys.readouterr().err) < 16_000


def test_why_a_job_ended_stands_alone_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("millrace-ingest")
    logs.END.error("ingest-access failed: %s", "the disk is full")
    assert capsys.readouterr().err == "ingest-access failed: the disk is full\n"
