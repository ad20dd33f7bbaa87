"""What simulated syslog lines promise beyond what every format does, and how they are restamped."""

import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from rfc_syslog import RFC_3164, RFC_5424, is_line, time_of

from millrace.simulate.lines import generate
from millrace.simulate.restamp import restamp
from millrace.simulate.syslog import Syslog

# The ninth becomes the tenth in the middle of it.
END = datetime(2025, 3, 10, 0, 30, tzinfo=UTC)
START = END - timedelta(hours=1)
SEVERITIES = {
    "debug": (7, 0.0, 0.03),
    "info": (6, 0.65, 0.85),
    "notice": (5, 0.1, 0.25),
    "warning": (4, 0.02, 0.1),
    "error": (3, 0.01, 0.05),
    "critical": (2, 0.0, 0.02),
}
Matches = list[re.Match[str]]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return [
        line.value.decode() for line in generate("syslog", 20_000, seed=1, start=START, end=END)
    ]


@pytest.fixture(scope="module")
def rfc_5424(lines: list[str]) -> Matches:
    return [found for line in lines if (found := RFC_5424.fullmatch(line))]


@pytest.fixture(scope="module")
def rfc_3164(lines: list[str]) -> Matches:
    return [found for line in lines if (found := RFC_3164.fullmatch(line))]


def share(found: Matches, holds: str, group: str) -> float:
    return sum(bool(re.search(holds, each[group] or "")) for each in found) / len(found)


def test_every_line_is_of_one_grammar_six_in_ten_of_rfc_5424(
    lines: list[str], rfc_5424: Matches, rfc_3164: Matches
) -> None:
    assert len(rfc_5424) + len(rfc_3164) == len(lines)
    assert len(rfc_5424) / len(lines) == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize(
    ("group", "holds", "least", "most"),
    [
        ("data", r"^\[", 0.05, 0.4),
        ("data", r"\\\"", 0.01, 0.3),
        ("data", r"\\\]", 0.01, 0.3),
        ("data", r"\\\\", 0.01, 0.3),
        ("data", r"\]\[", 0.01, 0.3),
        ("hostname", "^-$", 0.001, 0.05),
        ("app_name", "^-$", 0.001, 0.05),
        ("proc_id", "^-$", 0.05, 0.4),
        ("msg_id", "^-$", 0.5, 0.9),
        ("message", "^\ufeff", 0.1, 0.6),
        ("message", "[^\x00-\x7f\ufeff]", 0.005, 0.2),
        ("fraction", r"^\d{3}$", 0.2, 0.8),
        ("fraction", r"^\d{6}$", 0.2, 0.8),
        ("time", "Z$", 0.3, 0.8),
        ("time", r"\+01:00$", 0.05, 0.4),
        ("time", r"\+05:30$", 0.05, 0.4),
        ("time", "-05:00$", 0.05, 0.4),
    ],
)
def test_rfc_5424_lines_have_every_variant(
    rfc_5424: Matches, group: str, holds: str, least: float, most: float
) -> None:
    assert least < share(rfc_5424, holds, group) < most


def test_rfc_3164_lines_have_a_priority_mostly_and_are_in_utc(rfc_3164: Matches) -> None:
    assert 0.7 < share(rfc_3164, ".", "pri") < 0.95
    assert 0.001 < 1 - share(rfc_3164, ".", "tag") < 0.05
    for found in rfc_3164:
        time = time_of(found[0], END.year)
        assert time is not None
        assert START <= time <= END


def test_rfc_3164_pads_days_below_ten_with_a_space(rfc_3164: Matches) -> None:
    assert {found["time"][:7] for found in rfc_3164} == {"Mar  9 ", "Mar 10 "}


@pytest.mark.parametrize("name", SEVERITIES)
def test_severities_are_as_in_real_life(rfc_5424: Matches, name: str) -> None:
    severity, least, most = SEVERITIES[name]
    counts = Counter(int(found["pri"]) % 8 for found in rfc_5424)
    assert counts.keys() == {number for number, _, _ in SEVERITIES.values()}
    assert least < counts[severity] / len(rfc_5424) < most


def test_several_hosts_and_programs_write_texts_that_vary(
    rfc_5424: Matches, rfc_3164: Matches
) -> None:
    programs = {found["app_name"] for found in rfc_5424}
    named = {"sshd", "CRON", "kernel", "systemd", "nginx", "postfix/smtpd", "dockerd", "sudo"}
    assert named <= programs
    assert programs - {"-"} == {found["tag"] for found in rfc_3164} - {None}
    assert not any(found["pid"] for found in rfc_3164 if found["tag"] == "kernel")
    assert all(found["proc_id"] == "1" for found in rfc_5424 if found["app_name"] == "systemd")
    hosts = {found["hostname"] for found in rfc_5424 + rfc_3164}
    assert len(hosts) > 8
    messages = {found["message"] for found in rfc_5424 + rfc_3164}
    assert len(messages) > 2000
    assert not any(re.search(r"\{[a-z]+\}", message) for message in messages)


def test_a_line_cut_to_its_last_cut_or_shorter_is_none() -> None:
    source = Syslog(Random(1))
    for line in source.lines([int(START.timestamp()) * 1000] * 500):
        last_cut = source.last_cut(line)
        assert last_cut // 2 > 0
        assert line[last_cut - 1 : last_cut].strip()
        assert not any(is_line(line[:length].decode()) for length in range(last_cut + 1))


def test_a_time_in_another_year_is_written_with_its_year() -> None:
    faulty = generate("syslog", 5000, seed=1, start=START, end=END, faults_percent=20)
    future = [line.value.decode() for line in faulty if line.fault == "future"]
    assert len(future) == 200
    assert all(RFC_5424.fullmatch(line) for line in future)


UNTIL = datetime(2025, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
# When the file was last changed, its lines, and what they become.
RESTAMPED = {
    "RFC 5424 keeps fraction and zone, and nothing but its own time moves": (
        "2022-01-01",
        [
            b'<34>1 2020-01-01T05:29:50.003456+05:30 h a - - [x t="2020-01-01"] \xef\xbb\xbfm \xff',
            b"<34>1 2020-01-01T00:00:00.000Z h a - - - [01/Jan/2020:00:00:00 +0000]",
        ],
        [
            b'<34>1 2025-03-01T17:29:50.253456+05:30 h a - - [x t="2020-01-01"] \xef\xbb\xbfm \xff',
            b"<34>1 2025-03-01T12:00:00.250Z h a - - - [01/Jan/2020:00:00:00 +0000]",
        ],
    ),
    "RFC 3164 keeps its notation, with days padded, over a turn of the year": (
        "2022-01-31",
        [
            b"<13>Dec 31 23:59:59 h sshd[1]: [22/Jan/2019:03:56:14 +0330] \xff",
            b"Jan  9 00:00:00 h a: Jan  9 00:00:00",
            b"Jan 10 00:00:00 h a: m",
        ],
        [
            b"<13>Feb 20 11:59:59 h sshd[1]: [22/Jan/2019:03:56:14 +0330] \xff",
            b"Feb 28 12:00:00 h a: Jan  9 00:00:00",
            b"Mar  1 12:00:00 h a: m",
        ],
    ),
    "a year's lines stay in order whenever the file was last changed": (
        "2025-08-01",
        [b"Nov  1 00:00:00 h a: m", b"Feb  1 00:00:00 h a: m", b"May  1 00:00:00 h a: m"],
        [b"Sep  1 12:00:00 h a: m", b"Dec  2 12:00:00 h a: m", b"Mar  1 12:00:00 h a: m"],
    ),
    "a year that is written tells those that are not, and seconds are the unit of all": (
        "2025-03-01",
        [
            b"Dec 30 00:00:00 h a: m",
            b"<13>1 2022-01-01T00:00:00.900Z h a - - - m",
            b"Dec 31 00:00:00 h a: m",
        ],
        [
            b"Feb 27 11:59:59 h a: m",
            b"<13>1 2025-03-01T11:59:59.900Z h a - - - m",
            b"Feb 28 11:59:59 h a: m",
        ],
    ),
    "a day that is padded with a zero stays so": (
        "2025-01-01",
        [b"Jan 01 00:00:00 h a: m", b"Jan 09 00:00:00 h a: m"],
        [b"Feb 21 12:00:00 h a: m", b"Mar 01 12:00:00 h a: m"],
    ),
    "rsyslog's ISO times move, with a priority or without": (
        "2025-01-01",
        [b"<13>2020-01-01T00:00:00.000000+00:00 h a: m", b"2020-01-01T00:59:50+01:00 h a: m"],
        [b"<13>2025-03-01T12:00:00.000000+00:00 h a: m", b"2025-03-01T12:59:50+01:00 h a: m"],
    ),
    "a leap day lies in a leap year": (
        "2026-01-01",
        [b"Feb 29 00:00:00 h a: m", b"Mar  1 00:00:00 h a: m"],
        [b"Feb 28 12:00:00 h a: m", b"Mar  1 12:00:00 h a: m"],
    ),
    "lines without a time, or with one that is not in the calendar, pass unchanged": (
        "2025-01-01",
        [
            b"<13>1 - h a - - - m",
            b"Feb 30 00:00:00 h",
            b"May 1 24:00:00 h",
            b"May 1 00:00:00 2020 h",
        ],
        [
            b"<13>1 - h a - - - m",
            b"Feb 30 00:00:00 h",
            b"May 1 24:00:00 h",
            b"May 1 00:00:00 2020 h",
        ],
    ),
}


@pytest.mark.parametrize("case", RESTAMPED)
def test_restamp_moves_syslog_times_and_nothing_else(case: str, tmp_path: Path) -> None:
    changed, given, expected = RESTAMPED[case]
    path = tmp_path / "lines"
    path.write_bytes(b"".join(line + b"\n" for line in given))
    changed_s = datetime.fromisoformat(changed).replace(tzinfo=UTC).timestamp()
    os.utime(path, (changed_s, changed_s))
    assert list(restamp(path, UNTIL)) == expected
