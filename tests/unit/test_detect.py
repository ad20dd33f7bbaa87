"""``millrace formats``: which format a sample is said to have, and what is printed to paste."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from support.commandline import millrace

from millrace import config
from millrace.config.feeds import Feed
from millrace.simulate.lines import SOURCES, generate
from millrace.tools import detect

NOW = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
CONF = config.DEFAULT_FILE
# The format that each generator's lines are said to have, and their envelope.
SAID = {
    "combined": ("combined", None),
    "app": ("json", None),
    "shop": ("shop", None),
    "syslog": ("syslog", None),
    "pino": ("json", None),
    "zap": ("json", None),
    "otlp": ("json", None),
    "logfmt": ("logfmt", None),
    "nginx": ("combined", None),
    "cri": ("combined", "cri"),
    "filebeat": ("combined", "filebeat"),
    "haproxy": ("haproxy", None),
}


def sample(format: str, count: int = 200, faults: float = 0.0) -> list[bytes]:
    start = NOW - timedelta(minutes=5)
    lines = generate(format, count, seed=1, start=start, end=NOW, faults_percent=faults)
    return [line.value for line in lines]


def report(lines: list[bytes]) -> detect.Report:
    spec = detect.plain_spec(config.load(CONF))
    return detect.detect(lines, spec, [], int(NOW.timestamp() * 1_000))


@pytest.mark.parametrize("format", SOURCES)
def test_generated_lines_are_told_by_their_format(format: str) -> None:
    found = report(sample(format))
    assert (found.formats[0], found.envelope) == SAID[format]
    assert found.share == 1.0
    assert found.declaration is None


def test_what_does_not_fit_is_named() -> None:
    found = report(sample("combined", faults=20))
    assert found.formats == ("combined",)
    assert 0.8 < found.share < 0.95
    assert {reason for reason, _, _ in found.refused} == {"no_match", "not_utf8"}


def test_two_formats_in_one_sample_are_tried_in_turn() -> None:
    found = report(sample("combined", 150) + sample("pino", 50))
    assert set(found.formats) == {"combined", "json"}
    assert found.share == 1.0


def test_response_times_in_seconds_are_guessed() -> None:
    assert report(sample("nginx")).unit == "s"
    assert report(sample("combined")).unit is None


def test_lines_whose_times_name_no_zone_ask_for_one() -> None:
    assert report([b"2026/03/29 10:00:00 [error] 7#7: *1 open() failed"]).is_local
    assert not report(sample("combined")).is_local


def test_lines_that_no_format_takes_have_a_pattern_to_begin_with() -> None:
    lines = [f"2026-03-29 10:00:{n:02} install package-{n}".encode() for n in range(30)]
    found = report(lines)
    assert found.formats == ()
    assert found.declaration is not None
    assert "TIMESTAMP_ISO8601:timestamp" in found.declaration
    assert found.is_local
    assert found.records[0][1]["message"] == "install package-0"


def test_compose_is_recognised() -> None:
    (hint,) = report([b"web-1  | started", b"web-1  | ready"]).hints
    assert "--no-log-prefix" in hint


def printed_feed(out: str) -> Feed:
    """The feed that a command printed to paste, as the configuration takes it."""
    (feed,) = yaml.safe_load(out[out.index("feeds:") :])["feeds"]
    return Feed(**feed)


def test_the_command_prints_a_feed_that_can_be_pasted(tmp_path: Path) -> None:
    file = tmp_path / "Web access-2026.log"
    file.write_bytes(b"\n".join(sample("nginx")))
    ended = millrace("formats", "detect", str(file), conf=CONF)
    assert ended.code == 0, ended.said
    feed = printed_feed(ended.out)
    assert (feed.format, feed.response_time_unit) == ("combined", "s")


def test_the_command_ends_with_1_where_nothing_fits(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(b"one\ntwo\n")
    ended = millrace("formats", "detect", str(file), conf=CONF)
    assert ended.code == 1
    assert "grok: '^%{GREEDYDATA:message}'" in ended.out
    empty = tmp_path / "empty.log"
    empty.touch()
    assert millrace("formats", "detect", str(empty), conf=CONF).code == 1
    assert millrace("formats", "detect", str(tmp_path / "none"), conf=CONF).code == 2


def test_a_line_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_bytes(b"\x1b]0;owned\x07 [red]text[/]\n" * 3)
    ended = millrace("formats", "detect", str(file), conf=CONF)
    assert "\x1b" not in ended.out
    assert "[red]text[/]" in ended.out


def test_the_formats_there_are_are_listed() -> None:
    ended = millrace("formats", "list", conf=CONF)
    assert ended.code == 0
    for name in ("combined", "json", "haproxy", "rails"):
        assert f" {name} " in ended.out


def declared(folder: Path, status: int) -> Path:
    """A configuration with a format whose example expects this status."""
    line = '192.0.2.7 [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5'
    example = {"line": line, "expect": {"status_code": status, "method": "GET"}}
    web = {
        "nginx": '$remote_addr [$time_local] "$request" $status $body_bytes_sent',
        "examples": [example, {"line": "x", "expect": None}],
    }
    content = yaml.safe_load(CONF.read_text()) | {"formats": {"web": web}}
    file = folder / "conf.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def test_examples_are_tried(tmp_path: Path) -> None:
    ended = millrace("formats", "test", conf=declared(tmp_path, 200))
    assert ended.code == 0, ended.said
    assert "2 of 2 examples are as expected" in ended.err


def test_an_example_that_comes_to_something_else_is_named(tmp_path: Path) -> None:
    ended = millrace("formats", "test", conf=declared(tmp_path, 404))
    assert ended.code == 1
    assert "formats.web: status_code: expected 404, not 200" in ended.err
