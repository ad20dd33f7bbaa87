"""Formats declared by a regular expression with named groups."""

from typing import Any

import pytest
from presets import options, outcome

from millrace.parse.declared import regex

NONE = {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO"}
RECORDS: dict[str, tuple[Any, ...]] = {
    "an access line": (
        r'(?P<client_ip>\S+) \S+ (?P<user>\S+) \[(?P<timestamp>[^\]]+)\] "(?P<request>[^"]*)"'
        r" (?P<status_code>\d{3}) (?P<bytes>\d+|-) (?P<request_time>[0-9.]+)",
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 512 0.012',
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "status_code": 200},
            **{"client_ip": "192.0.2.17", "method": "GET", "path": "/a", "protocol": "HTTP/1.1"},
            **{"bytes": 512, "response_time_ms": 12.0},
        },
    ),
    "a local time, names of either notation, dotted and in brackets": (
        r"(?<time>[^|]+)\|(?<log.level>\w+)\|(?P<[order][id]>\w+)\|(?<message>.*)",
        "2026-03-29 12:00:00,123|warn|A-17|stock low".replace("A-", "A"),
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "WARN", "message": "stock low"},
            "attributes": {"order.id": "A17"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "groups without a name keep nothing": (
        "(a|b)+ (?P<n>[0-9]+)( x)?",
        "ab 17",
        {**NONE, "attributes": {"n": "17"}},
    ),
    "a group that matches nothing is absent": (
        "(?P<a>x)?(?P<b>y*)(?P<c>-)",
        "-",
        NONE,
    ),
    "what is around is said": (
        ".*id=(?P<id>[0-9]+).*",
        "x id=17 y",
        {**NONE, "attributes": {"id": "17"}},
    ),
    "the ends may be said too": ("^(?P<n>[0-9]+)$", "17", {**NONE, "attributes": {"n": "17"}}),
    "several lines": (
        "(?s)(?P<n>[0-9]+) (?P<message>.*)",
        "17 one\ntwo",
        {**NONE, "message": "one\ntwo", "attributes": {"n": "17"}},
    ),
    "lines within, by RE2's (?m)": (
        r"(?m)(?P<a>\w+)$\n^(?P<b>\w+)",
        "one\ntwo",
        {**NONE, "attributes": {"a": "one", "b": "two"}},
    ),
    "text that is not ASCII": (
        r"(?P<a>\pL+) (?P<b>.)(?P<c>[^ü]+)",
        "größe ✓ x",
        {**NONE, "attributes": {"a": "größe", "b": "✓", "c": " x"}},
    ),
    "a byte of a character": (
        r"(?P<a>\C)\C(?P<n>[0-9])",
        "ü7",
        {**NONE, "attributes": {"a": "\ufffd", "n": "7"}},
    ),
    "a reference of grok's is text": (
        r"%\{INT:a\} (?P<n>[0-9]+)",
        "%{INT:a} 17",
        {**NONE, "attributes": {"n": "17"}},
    ),
}
LETTERS: dict[str, tuple[str, str, str, str]] = {
    "only a part of the line matches": ("(?P<n>[0-9]+)", "17 x", "no_match", "the whole line"),
    "text before it": ("(?P<n>[0-9]+)", "x17", "no_match", ""),
    "a newline, which no dot takes": ("(?P<n>.*)", "a\nb", "no_match", ""),
    "a time that is none": ("(?P<timestamp>.*)", "soon", "bad_timestamp", "timestamp: soon"),
    "a status that is none": ("(?P<status_code>.*)", "2xx", "bad_value", "status_code: 2xx"),
}
FAULTS: dict[str, tuple[str, str]] = {
    "an empty expression": ("", "the expression is empty"),
    "no name": ("(a) b", "it captures nothing: no field has a name"),
    "the same field twice": (
        "(?P<msg>a)|(?P<message>b)",
        "message is captured twice, as msg and message",
    ),
    "a name that is none": ("(?P<a b>x)", "'a b' names no field"),
    "a name that does not end": ("(?<a", "the name of a group does not end"),
    "look-behind": ("(?<=x)(?P<a>y)", "RE2 has no look-behind"),
    "Python's back-reference": ("(?P<a>y)(?P=a)", "RE2 has no references to groups, as (?P=name)"),
    "a group that is not closed": ("(?P<a>y", "a ( is not closed"),
    "too long": ("(?P<a>y)" + "x" * 65_536, "the expression is longer than 64 KiB"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(name: str) -> None:
    pattern, line, fields, *rest = RECORDS[name]
    assert outcome(regex.parser(pattern, options(rest[0] if rest else {})), line) == fields


@pytest.mark.parametrize("name", LETTERS)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    pattern, line, reason, detail = LETTERS[name]
    found = outcome(regex.parser(pattern, options({})), line)
    assert found.get("dead") == reason, found
    assert detail in found["detail"]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_told_in_a_sentence(name: str) -> None:
    pattern, sentence = FAULTS[name]
    with pytest.raises(ValueError, match=r"\w") as told:
        regex.parser(pattern, options({}))
    assert sentence in str(told.value)
    assert len(str(told.value)) < 400
