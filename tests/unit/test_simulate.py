"""What simulated lines promise to those who test with them."""

import gzip
import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import rfc_syslog
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from millrace.config import Kafka
from millrace.io.log_files import read
from millrace.records.formats import OWN_LAYOUTS, Layout
from millrace.simulate.faults import DEAD_FAULTS, FAULTS
from millrace.simulate.lines import Line, generate
from millrace.simulate.restamp import restamp

START = datetime(2025, 1, 22, 23, 30, tzinfo=UTC)
END = START + timedelta(hours=1)
COMBINED = re.compile(
    r"(?P<ip>[0-9a-f.:]+) - - \[(?P<time>[^]]+)\] "
    r'"(?:GET|POST|PUT|DELETE) /usr(?:/admin(?:/developer)?|/register|/login)? HTTP/1\.0" '
    r'(?:200|303|304|403|404|500|502) (?P<bytes>\d+) "(?:-|https://[^"]+)" "(?P<agent>[^"]+)" '
    r"(?P<response_ms>\d+)"
)
COMMON_START = re.compile(r'\S+ \S+ \S+ \[[^]]+\] "[^"]*" \d+ ')


# The coarsest unit in which a format writes times.
UNITS = dict.fromkeys(OWN_LAYOUTS, timedelta(milliseconds=1))
UNITS["combined"] = UNITS["syslog"] = timedelta(seconds=1)


def lines_of(format: Layout, count: int = 5000, seed: int = 1, faults: float = 0.0) -> list[Line]:
    return list(generate(format, count, seed=seed, start=START, end=END, faults_percent=faults))


def time_of(value: bytes) -> datetime:
    if time := rfc_syslog.time_of(value.decode(), START.year):
        return time
    if not value.startswith(b"{"):
        return datetime.strptime(value.decode().split("[")[1][:26], "%d/%b/%Y:%H:%M:%S %z")
    stamp = json.loads(value)["timestamp"]
    if isinstance(stamp, int):
        return datetime.fromtimestamp(stamp / 1000, UTC)
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))


def is_record(value: bytes) -> bool:
    try:
        text = value.decode("utf-8")
        if COMMON_START.match(text) or rfc_syslog.is_line(text):
            return True
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_same_arguments_give_the_same_bytes_and_another_seed_others(format: Layout) -> None:
    first = lines_of(format, seed=7, faults=5)
    assert lines_of(format, seed=7, faults=5) == first
    assert lines_of(format, seed=8, faults=5) != first


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_faults_leave_the_other_lines_as_they_were(format: Layout) -> None:
    for sound, faulty in zip(lines_of(format), lines_of(format, faults=20), strict=True):
        assert faulty.fault is not None or faulty == sound


@pytest.mark.parametrize("format", OWN_LAYOUTS)
@pytest.mark.parametrize("count", [0, 1, 4096, 9000])
def test_times_run_in_order_from_start_to_end(format: Layout, count: int) -> None:
    times = [time_of(line.value) for line in lines_of(format, count)]
    assert len(times) == count
    units = [(time - START) // UNITS[format] for time in times]
    assert units == sorted(units)
    assert all(START <= time <= END for time in times)
    if count > 1:
        assert times[0] - START < timedelta(seconds=2)
        assert END - times[-1] < timedelta(seconds=2)


def test_combined_lines_have_the_shape_of_the_format() -> None:
    found = [COMBINED.fullmatch(line.value.decode()) for line in lines_of("combined")]
    assert all(found)
    fields = [match.groupdict() for match in found if match]
    sizes = [int(each["bytes"]) for each in fields]
    assert 4990 < sum(sizes) / len(sizes) < 5010
    assert all(1 <= int(each["response_ms"]) <= 5000 for each in fields)
    assert len({each["agent"] for each in fields}) >= 20
    assert 0.02 < sum(":" in each["ip"] for each in fields) / len(fields) < 0.3
    zones = Counter(each["time"][-5:] for each in fields)
    assert zones["+0000"] > len(fields) / 2
    assert len(zones) > 3


def test_app_lines_have_the_shares_and_fields_of_their_levels() -> None:
    records = [json.loads(line.value) for line in lines_of("app", 20_000)]
    shares = Counter(record["level"] for record in records)
    for level, share in {"INFO": 0.60, "WARN": 0.25, "ERROR": 0.12, "DEBUG": 0.03}.items():
        assert shares[level] / len(records) == pytest.approx(share, abs=0.01)
    hundreds = {"INFO": {2, 3}, "WARN": {4}, "ERROR": {5}, "DEBUG": {2}}
    for record in records:
        assert ("error_code" in record) == (record["level"] == "ERROR")
        assert record["status_code"] // 100 in hundreds[record["level"]]
        assert isinstance(record["response_time_ms"], float)
        assert len(record["tags"]) <= 3
    assert len({record["service_name"] for record in records}) == 5
    assert len({re.sub(r"/\d+", "", record["path"]) for record in records}) == 9
    assert len({record["request_id"] for record in records}) == len(records)
    assert 0.05 < sum(isinstance(each["timestamp"], int) for each in records) / 20_000 < 0.2
    assert any("region" in record for record in records)


@pytest.mark.parametrize("format", OWN_LAYOUTS)
@pytest.mark.parametrize(("percent", "expected"), [(0, 0), (0.1, 10), (2.5, 250), (100, 10_000)])
def test_faults_are_the_stated_share_in_equal_kinds(
    format: Layout, percent: float, expected: int
) -> None:
    kinds = Counter(line.fault for line in lines_of(format, 10_000, faults=percent) if line.fault)
    assert sum(kinds.values()) == expected
    assert all(kinds[fault] == expected // len(FAULTS) for fault in FAULTS)


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_each_fault_does_what_its_name_says(format: Layout) -> None:
    places = [START + (END - START) * i / 5000 for i in range(5000)]
    for place, (value, fault) in zip(places, lines_of(format, faults=50), strict=True):
        assert is_record(value) == (fault not in DEAD_FAULTS), value
        assert b"\n" not in value
        assert value
        if fault == "not_utf8":
            with pytest.raises(UnicodeDecodeError):
                value.decode("utf-8")
        if fault == "future":
            assert time_of(value).year == 2037
        if fault == "late":
            assert abs(place - time_of(value) - timedelta(hours=2)) < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"count": -1}, "count must be"),
        ({"faults_percent": 101}, "percentage of faults"),
        ({"end": START - timedelta(seconds=1)}, "before start"),
        ({"start": datetime(2025, 1, 1)}, "time zone"),
        ({"format": "csv"}, "combined, app"),
    ],
)
def test_wrong_arguments_are_refused_before_the_first_line(
    wrong: dict[str, Any], reason: str
) -> None:
    arguments: dict[str, Any] = {"format": "app", "count": 1, "seed": 1, "start": START, "end": END}
    with pytest.raises(ValueError, match=reason):
        generate(**{**arguments, **wrong})


UNTIL = datetime(2025, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
RESTAMPED = {
    "the zone is kept, only the first bracket is touched, and bytes may be anything": (
        [
            b'a - - [22/Jan/2019:03:56:14 +0330] "GET /[22/Jan/2019:03:56:14 +0330] \xff" 200 1 \r',
            b"a - - [22/Jan/2019:00:26:13 +0000] [no] -",
            b"a - - [21/Jan/2019:23:26:04 -0100] -",
        ],
        [
            b'a - - [01/Mar/2025:15:30:00 +0330] "GET /[22/Jan/2019:03:56:14 +0330] \xff" 200 1 \r',
            b"a - - [01/Mar/2025:11:59:59 +0000] [no] -",
            b"a - - [01/Mar/2025:10:59:50 -0100] -",
        ],
    ),
    "JSON keeps its notation, to the ms": (
        [
            b'{"timestamp": "2020-01-01T00:00:00.000Z", "m": "\xe9 [22/Jan/2019:03:56:14 +0330]"}',
            b'{"a":{"timestamp":1},"timestamp" : 1577836799000 , "b":"\\"timestamp\\":1,"}',
            b'{"timestamp":"2020-01-01 01:59:50.123456+02:00"}',
        ],
        [
            b'{"timestamp": "2025-03-01T12:00:00.250Z", "m": "\xe9 [22/Jan/2019:03:56:14 +0330]"}',
            b'{"a":{"timestamp":1},"timestamp" : 1740830399250 , "b":"\\"timestamp\\":1,"}',
            b'{"timestamp":"2025-03-01 13:59:50.373456+02:00"}',
        ],
    ),
    "all move by whole seconds where one time has no more": (
        [b'{"timestamp":"2020-01-01T00:00:00Z"}', b'{"timestamp":"2020-01-01T00:00:00.9"}'],
        [b'{"timestamp":"2025-03-01T11:59:59Z"}', b'{"timestamp":"2025-03-01T11:59:59.9"}'],
    ),
    "lines without a time pass unchanged": (
        [b"", b"\xff\xfe", b'{"ts":1}', b'{"timestamp":null}', b"- [31/Feb/2019:00:00:00 +0000]"],
        [b"", b"\xff\xfe", b'{"ts":1}', b'{"timestamp":null}', b"- [31/Feb/2019:00:00:00 +0000]"],
    ),
}


@pytest.mark.parametrize("gzipped", [False, True])
@pytest.mark.parametrize("case", RESTAMPED)
def test_restamp_moves_times_and_nothing_else(case: str, gzipped: bool, tmp_path: Path) -> None:
    given, expected = RESTAMPED[case]
    path = tmp_path / "lines"
    content = b"".join(line + b"\n" for line in given)
    path.write_bytes(gzip.compress(content) if gzipped else content)
    assert list(restamp(path, UNTIL)) == expected


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_restamp_keeps_the_distances_of_every_generated_line(
    format: Layout, tmp_path: Path
) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"\n".join(line.value for line in lines_of(format)))
    before = [time_of(line) for line in read(path)]
    after = [time_of(line) for line in restamp(path, UNTIL)]
    assert len({new - old for old, new in zip(before, after, strict=True)}) == 1
    assert UNTIL - UNITS[format] < max(after) <= UNTIL


def test_a_damaged_gzip_file_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(b"line\n" * 1000)[:-12])
    with pytest.raises(OSError, match="damaged"):
        list(read(path))


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """millrace.simulate.send with properties of its own, so that only its own rules are tested."""
    kafka = ModuleType("millrace.io.kafka")
    kafka.client_properties = lambda kafka: {  # type: ignore[attr-defined]
        "bootstrap.servers": kafka.bootstrap_servers
    }
    monkeypatch.setitem(sys.modules, "millrace.io.kafka", kafka)
    monkeypatch.delitem(sys.modules, "millrace.simulate.send", raising=False)
    yield importlib.import_module("millrace.simulate.send")
    del sys.modules["millrace.simulate.send"]


@pytest.fixture
def broker() -> Iterator[Kafka]:
    """The broker that librdkafka brings along for tests, with one topic."""
    host = Producer({"bootstrap.servers": "-", "test.mock.num.brokers": 1, "log_level": 0})
    (address,) = host.list_topics("lines", timeout=10).brokers.values()
    yield Kafka(bootstrap_servers=f"{address.host}:{address.port}")
    host.flush(0)


def received(broker: Kafka, count: int) -> list[bytes]:
    consumer = Consumer(
        {"bootstrap.servers": broker.bootstrap_servers, "group.id": "test", "log_level": 0}
    )
    consumer.assign([TopicPartition("lines", part, OFFSET_BEGINNING) for part in range(4)])
    messages = consumer.consume(count, timeout=20)
    consumer.close()
    assert all(message.error() is None and message.key() is None for message in messages)
    return [message.value() or b"" for message in messages]


def test_every_line_sent_arrives_and_is_counted(sender: ModuleType, broker: Kafka) -> None:
    lines = [line.value for line in lines_of("app", 3000, faults=10)]
    progress: list[int] = []
    assert sender.send(broker, "lines", lines, on_progress=progress.append) == 3000
    assert progress == sorted(progress)
    assert progress[-1] == 3000
    assert Counter(received(broker, 3000)) == Counter(lines)


def test_lines_are_sent_no_faster_than_the_rate(sender: ModuleType, broker: Kafka) -> None:
    begun = datetime.now(UTC)
    assert sender.send(broker, "lines", [b"line"] * 100, rate=200) == 100
    assert datetime.now(UTC) - begun >= timedelta(seconds=0.45)


def test_a_line_too_large_is_counted_and_the_others_arrive(
    sender: ModuleType, broker: Kafka
) -> None:
    with pytest.raises(sender.SendError, match="1 lines were not acknowledged, 2 were") as raised:
        sender.send(broker, "lines", [b"a", b"x" * 2_000_000, b"b"])
    assert raised.value.acknowledged == 2
    assert "\n" not in str(raised.value)


def test_a_missing_topic_and_a_missing_broker_are_told_apart(
    sender: ModuleType, broker: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(sender.SendError, match="there is no topic 'other' at 127"):
        sender.send(broker, "other", [b"line"])
    monkeypatch.setattr(sender, "_METADATA_TIMEOUT_S", 1.0)
    with pytest.raises(sender.SendError, match=r"cannot reach Kafka at 127\.0\.0\.1:1: .*refused"):
        sender.send(Kafka(bootstrap_servers="127.0.0.1:1"), "lines", [b"line"])
