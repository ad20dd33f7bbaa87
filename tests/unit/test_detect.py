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


def test_lines_that_all_go_on_have_one_too() -> None:
    assert report([b"  at last", b"\tand so on"]).declaration == "^%{GREEDYDATA:message}"


def test_no_line_has_no_format() -> None:
    found = report([b"", b"  "])
    assert (found.formats, found.declaration, found.hints) == ((), None, [])


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
    time = datetime(2026, 3, 29, 10, tzinfo=UTC)
    example = {"line": line, "expect": {"status_code": status, "timestamp": time}}
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


def test_postgresql_is_not_said_to_be_python() -> None:
    prefix = "2026-03-29 10:00:{:02}.123 CEST [4242]"
    lines = [f"{prefix} app@shop LOG:  duration: 1.2 ms".format(n).encode() for n in range(50)]
    lines += [f"{prefix.format(n)} app@shop DETAIL:  key twice".encode() for n in range(5)]
    assert report(lines).formats == ("postgres",)


def test_of_formats_that_take_nearly_as_much_the_stricter_is_said() -> None:
    lines = [b"2026-03-29 10:00:00 4242 [Note] ready"] * 98 + [b"INFO: x"] * 2
    assert report(lines).formats[0] == "mysql_error"


# A line of a logger -> the format that it is said to have.
LOGGERS = {
    "[2026-03-29 12:00:00 +0200] [4242] [DEBUG] 1 workers": "python",
    "INFO:     Application startup complete.": "python",
    "[2026-03-29 10:00:00,123] WARNING in pay: slow": "python",
    "2026-03-29 10:00:00 [ERROR] shop.pay: failed": "python",
    "2026-03-29 10:00:00,123 INFO  [c.e.Pay] (main) paid": "log4j",
    "[2026-03-29 10:00:00,123] INFO started (kafka.server.Broker)": "log4j",
    "2026-03-29 10:00:00,123 [main] INFO c.e.Pay - paid": "log4j",
}


@pytest.mark.parametrize("line", LOGGERS)
def test_loggers_of_python_and_java_are_told_apart(line: str) -> None:
    assert report([line.encode()] * 10).formats == (LOGGERS[line],)


# What stands behind a head of syslog -> the format that is said.
WRAPPED = {
    'time=2026-03-29T10:00:00Z level=info msg="paid"': "logfmt",
    "2026-03-29 10:00:00.123 UTC [4242] app@shop LOG:  ready": "postgres",
    "[Sun Mar 29 10:00:00.123456 2026] [core:notice] [pid 7] AH00094: started": "apache_error",
    "accepted a connection": "syslog",
}


@pytest.mark.parametrize("text", WRAPPED)
def test_behind_a_head_of_syslog_is_the_format_within(text: str) -> None:
    found = report([f"<134>1 2026-03-29T10:00:00Z web-1 app 7 - - {text}".encode()] * 10)
    is_bare = WRAPPED[text] == "syslog"
    assert (found.formats, found.envelope) == ((WRAPPED[text],), None if is_bare else "syslog")


def test_an_envelope_is_not_named_where_no_format_takes_what_is_within() -> None:
    found = report([b"<134>1 2026-03-29T10:00:00Z web-1 - x"] * 10)
    assert found.formats or found.envelope is None


# A line that no format takes -> a part of the pattern to begin with, and the text that it finds.
DECLARED = {
    "2026-03-29T10:00:00.123+0200\tINFO\tpay/main.go:19\tpaid": (
        "LOGLEVEL",
        "pay/main.go:19\tpaid",
    ),
    "2026/03/29 10:00:00.123456 main.go:29: paid": (r"\d{4}/\d{2}/\d{2}", "main.go:29: paid"),
    "4242:M 29 Mar 2026 10:00:00.123 * Ready": ("[A-Z][a-z]{2}", "Ready"),
}


@pytest.mark.parametrize("line", DECLARED)
def test_times_of_other_loggers_have_a_pattern_to_begin_with(line: str) -> None:
    part, message = DECLARED[line]
    found = report([line.encode()] * 10)
    assert found.declaration is not None
    assert part in found.declaration
    assert found.records[0][1]["message"] == message
    assert found.records[0][1]["timestamp"] < NOW.timestamp() * 1_000_000 + 1_000_000


ACCESS = '192.0.2.7 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8.5"'
TRACE = ["ERROR:shop.pay:failed", "Traceback (most recent call last):", '  File "a.py", line 7']
# Lines -> words of the only hint that they have; None where they have none.
HINTS: dict[str, tuple[list[str], str | None]] = {
    "a trace, line by line": (TRACE, "join"),
    "records of several lines": (["# Query_time: 0.5", "SELECT 1;", "SET x=1;"], "join"),
    "a number without a unit": ([f"{ACCESS} 265"], "response_time_unit"),
    "times among other fields": ([f'{ACCESS} "-" 0.012 0.011 .'], "nginx:"),
    "seconds alone": ([f"{ACCESS} 0.012"], None),
    "nothing after the agent": ([ACCESS], None),
    "a request of unknown keys": (['{"http_uri":"/","ua":"curl/8.5","duration":"1"}'], "apache:"),
    "escapes that are not JSON's": (['{"ua":"a"}', r'{"ua":"\x22"}'], "escape=json"),
    "JSON": (['{"time":"2026-03-29T10:00:00Z","level":"info","msg":"paid"}'], None),
}


@pytest.mark.parametrize("name", HINTS)
def test_hints_say_what_could_be_sent_or_read_better(name: str) -> None:
    lines, words = HINTS[name]
    hints = report([line.encode() for line in lines] * 10).hints
    assert len(hints) == (words is not None), hints
    assert words is None or words in hints[0]
