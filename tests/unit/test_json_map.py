"""Key maps of JSON events: what a feed declares, what it gives, what is refused."""

from typing import Any

import pytest
from presets import RECEIVED_AT, options, outcome

from millrace.parse.json_logs import mapped

TIME = "2026-03-29T10:00:00.000Z"
KEYS = {"timestamp": ["ts", "when"], "level": "data.sev", "message": "data.text"}

RECORDS: dict[str, tuple[Any, ...]] = {
    "a dotted path, an alternative": (
        KEYS,
        '{"when":"2026-03-29T10:00:00Z","data":{"sev":"E","text":"x"}}',
        {"timestamp": TIME, "level": "ERROR", "message": "x"},
    ),
    "the first alternative that is there": (
        KEYS,
        '{"when":"2026-03-29T11:00:00Z","ts":"2026-03-29T10:00:00Z"}',
        {"timestamp": TIME, "level": "INFO", "attributes": {"when": "2026-03-29T11:00:00Z"}},
    ),
    "an alternative that is absent": (
        KEYS,
        '{"ts":null,"when":"2026-03-29T10:00:00Z","data":{"sev":"-","text":""}}',
        {"timestamp": TIME, "level": "INFO"},
    ),
    "the flat key comes first": (
        {"message": "data.text"},
        '{"data":{"text":"nested","n":1},"data.text":"flat"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "flat",
            "attributes": {"data.n": "1"},
        },
    ),
    "what is not named keeps its path": (
        KEYS,
        '{"ts":"2026-03-29T10:00:00Z","data":{"text":"x","cart":{"n":1.50}},"pod":{"name":"c-1"}}',
        {
            "timestamp": TIME,
            "level": "INFO",
            "message": "x",
            "attributes": {"data.cart": '{"n":1.50}', "pod": '{"name":"c-1"}'},
        },
    ),
    "keys that would else be known are attributes": (
        {"message": "text"},
        '{"text":"x","level":"error","service":"pay","status":500,"trace_id":"t"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"level": "error", "service": "pay", "status": "500", "trace_id": "t"},
        },
    ),
    "a unit of the time": (
        {"timestamp": {"path": "t.at", "unit": "ms"}},
        '{"t":{"at":1774778400123.9}}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
    ),
    "nanoseconds as text": (
        {"timestamp": {"path": "t", "unit": "ns"}},
        '{"t":"1774778400123456789"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
    ),
    "small numbers of seconds are meant": (
        {"timestamp": {"path": "t", "unit": "s"}},
        '{"t":60}',
        {"timestamp": "1970-01-01T00:01:00.000Z", "level": "INFO"},
    ),
    "a time of any notation, local": (
        {"timestamp": "t"},
        '{"t":"29/Mar/2026:12:00:00"}',
        {"timestamp": TIME, "level": "INFO"},
        {"timezone": "Europe/Berlin"},
    ),
    "a unit of the response time": (
        {"response_time_ms": {"path": "took", "unit": "us"}},
        '{"took":12500}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "response_time_ms": 12.5},
    ),
    "a response time is of milliseconds": (
        {"response_time_ms": "took"},
        '{"took":"12.5"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "response_time_ms": 12.5},
    ),
    "a response time of the feed's unit": (
        {"response_time_ms": "took"},
        '{"took":0.031}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "response_time_ms": 31.0},
        {"response_time_unit": "s"},
    ),
    "a response time that names its unit": (
        {"response_time_ms": "took"},
        '{"took":"1.5s"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "response_time_ms": 1500.0},
    ),
    "a level of the feed's own, one that nobody knows": (
        {"level": "lvl"},
        '{"lvl":"gelb"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "WARN"},
        {"levels": {"gelb": "WARN"}},
    ),
    "an unknown level": (
        {"level": "lvl"},
        '{"lvl":"gelb"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "attributes": {"level": "gelb"}},
    ),
    "a request": (
        {
            "request": "req",
            "client_ip": "from",
            "status_code": "code",
            "bytes": "len",
            "user": "who",
            "service_name": "app",
        },
        '{"req":"GET /cart HTTP/1.1","from":"192.0.2.17:5000","code":"404","len":512.0,"who":7,'
        '"app":" cart "}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "WARN",
            "service_name": "cart",
            "method": "GET",
            "path": "/cart",
            "protocol": "HTTP/1.1",
            "client_ip": "192.0.2.17",
            "status_code": 404,
            "bytes": 512,
            "user": "7",
            "attributes": {"client.port": "5000"},
        },
    ),
    "a severity of syslog": (
        {"severity": "sev", "facility": "fac", "tags": "labels"},
        '{"sev":3,"fac":"16","labels":["a",null,17]}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "severity": 3,
            "facility": 16,
            "tags": ["a", "17"],
        },
    ),
    "a message that is an object": (
        {"message": "body"},
        '{"body":{"a":1.50}}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "message": '{"a":1.50}'},
    ),
    "a path and one within it": (
        {"message": "body", "user_id": "body.user"},
        '{"body":{"user":42}}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": '{"user":42}',
            "user_id": "42",
        },
    ),
}
LETTERS: dict[str, tuple[Any, ...]] = {
    "a time that cannot be read": (KEYS, '{"ts":"yesterday"}', "bad_timestamp", "yesterday"),
    "a time without its unit": (
        {"timestamp": {"path": "t", "unit": "ms"}},
        '{"t":"2026-03-29T10:00:00Z"}',
        "bad_timestamp",
        "2026-03-29",
    ),
    "a status that is none": ({"status_code": "s"}, '{"s":"ok"}', "bad_value", "status_code: ok"),
    "bytes that are none": ({"bytes": "b"}, '{"b":-5}', "bad_value", "bytes: -5"),
    "a severity above 7": ({"severity": "s"}, '{"s":8}', "bad_value", "severity: 8"),
    "a time that took none": (
        {"response_time_ms": "took"},
        '{"took":"long"}',
        "bad_value",
        "response_time_ms: long",
    ),
    "no JSON": (KEYS, '{"ts"', "bad_json", None),
    "no object": (KEYS, "17", "bad_json", None),
    "two events": (KEYS, "[{},{}]", "bad_envelope", "holds 2 events"),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "an unknown field": ({"colour": "c"}, "no field 'colour'"),
    "attributes": ({"attributes": "a"}, "no field 'attributes'"),
    "an unknown unit": ({"timestamp": {"path": "t", "unit": "min"}}, "not 'min'"),
    "a unit of what has none": ({"message": {"path": "m", "unit": "s"}}, "have a unit"),
    "a member of no meaning": ({"timestamp": {"path": "t", "zone": "UTC"}}, "not 'zone'"),
    "no path": ({"timestamp": {"unit": "s"}}, "a path with dots"),
    "an empty key": ({"message": ""}, "a path with dots"),
    "a number": ({"message": 17}, "a path with dots"),
    "no alternative": ({"message": []}, "a path with dots"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(name: str) -> None:
    keys, line, fields, *rest = RECORDS[name]
    said: dict[str, Any] = rest[0] if rest else {}
    assert outcome(mapped(keys, options(said)), line, RECEIVED_AT) == fields


@pytest.mark.parametrize("name", LETTERS)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    keys, line, reason, detail = LETTERS[name]
    found = outcome(mapped(keys, options({})), line)
    assert found.get("dead") == reason, found
    assert detail is None or detail in found["detail"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_map_that_cannot_be_is_refused_in_one_sentence(name: str) -> None:
    keys, sentence = REFUSED[name]
    with pytest.raises(ValueError, match="keys: ") as raised:
        mapped(keys, options({}))
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)
