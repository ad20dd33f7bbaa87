"""Records that anybody can send and that no job may stop at; the lines after them are stored."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.marked_lines import Line, forwarded
from support.server_faults import Servers
from topics import believe_producers, take_large_records
from trial import Trial

JOBS = ("ingest", "aggregate", "archive")
LINES = 2_000
KEPT_BYTES = 4 * 2**20  # max_record_bytes
LARGE_BYTES = 17_000_000  # more than a document of MongoDB holds
ADDRESSES = 2_700

NewTrial = Callable[..., Trial]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("job", JOBS)
def test_a_request_through_thousands_of_proxies(trial: NewTrial, job: str) -> None:
    case = trial(f"a line with {ADDRESSES:,} addresses", job)
    case.feed.lines.send(LINES)
    case.feed.lines.send_own(forwarded(ADDRESSES, case.feed.lines.start + timedelta(minutes=5)))
    case.feed.lines.send(LINES)
    case.complete()
    case.judge()


@pytest.mark.parametrize("job", JOBS)
def test_a_record_that_no_document_can_hold(trial: NewTrial, faulty: Servers, job: str) -> None:
    case = trial("a record of 17 MB", job)
    take_large_records(faulty.conf.kafka.bootstrap_servers, case.feed.name, 2 * LARGE_BYTES)
    case.feed.lines.send(LINES)
    large = Line(b"a" * LARGE_BYTES, _now(), is_record=False, kept_bytes=KEPT_BYTES)
    case.feed.lines.send_own(large)
    case.feed.lines.send(LINES)
    case.complete()
    case.judge()


@pytest.mark.parametrize("job", JOBS)
def test_records_with_times_that_cannot_be(trial: NewTrial, faulty: Servers, job: str) -> None:
    case = trial("Kafka's times in us, in s, and of 1970", job)
    believe_producers(faulty.conf.kafka.bootstrap_servers, case.feed.name)
    case.feed.lines.send(LINES)
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    # 0 would be the producer's own clock.
    for number, timestamp_ms in enumerate((now_ms * 1000, now_ms // 1000, 1)):
        line = forwarded(number, case.feed.lines.start + timedelta(minutes=5))
        dead = Line(line.raw, line.minute, is_record=False)
        case.feed.lines.send_own(dead, timestamp_ms=timestamp_ms)
    case.feed.lines.send(LINES)
    case.complete()
    case.judge()
