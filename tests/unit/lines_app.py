r"""JSON application logs, each with the fields it must give or the reason why it must give none."""

WHEN = '"timestamp": "2025-01-22T10:00:00Z"'
DEEP = "[" * 2_000 + "]" * 2_000


def _line(*members: str) -> str:
    return "{" + ", ".join((WHEN, *members)) + "}"


def _record(**fields: object) -> dict[str, object]:
    return {
        "timestamp": "2025-01-22T10:00:00.000Z",
        "service_name": "feed",
        "level": "INFO",
    } | fields


def _with(**attributes: str) -> dict[str, object]:
    return _record(attributes=attributes)


RECORDS: dict[str, tuple[str, dict[str, object]]] = {
    "every field": (
        _line(
            '"service_name": "checkout", "level": "ERROR", "message": "card declined"',
            '"request_id": "r-1", "status_code": 502, "user_id": "u-1", "path": "/pay?x=1"',
            '"method": "POST", "response_time_ms": 12.5, "error_code": "E42"',
            '"tags": ["a", "b"], "region": "eu"',
        ),
        _record(
            service_name="checkout",
            level="ERROR",
            message="card declined",
            request_id="r-1",
            status_code=502,
            user_id="u-1",
            path="/pay?x=1",
            method="POST",
            response_time_ms=12.5,
            error_code="E42",
            tags=["a", "b"],
            attributes={"region": "eu"},
        ),
    ),
    "only a timestamp": (_line(), _record()),
    "spaces and a line's end around": (f"  {_line()} \r\n", _record()),
    "server error without level": (
        _line('"status_code": 500'),
        _record(status_code=500, level="ERROR"),
    ),
    "client error without level": (
        _line('"status_code": 404'),
        _record(status_code=404, level="WARN"),
    ),
    "numbers as strings": (
        _line('"status_code": "200", "response_time_ms": "1.5"'),
        _record(status_code=200, response_time_ms=1.5),
    ),
    "numbers where text is expected": (
        _line('"user_id": 7, "message": 1, "service_name": 3'),
        _record(user_id="7", message="1", service_name="3"),
    ),
    "whole response time": (_line('"response_time_ms": 0'), _record(response_time_ms=0.0)),
    "object as message": (_line('"message": {"a": [1]}'), _record(message='{"a":[1]}')),
    "empty message": (_line('"message": ""'), _record(message="")),
    "blank service name": (_line('"service_name": " "'), _record()),
    "null in every field": (
        _line(
            '"service_name": null, "level": null, "message": null, "request_id": null',
            '"status_code": null, "user_id": null, "path": null, "method": null',
            '"response_time_ms": null, "error_code": null, "tags": null',
        ),
        _record(),
    ),
    "tags as a scalar": (_line('"tags": "a b"'), _record(tags=["a b"])),
    "tags as a number": (_line('"tags": 5'), _record(tags=["5"])),
    "tags as an object": (_line('"tags": {"a": 1}'), _record(tags=['{"a":1}'])),
    "tags of other types": (
        _line('"tags": ["a", 1, true, {"x": 1}]'),
        _record(tags=["a", "1", "true", '{"x":1}']),
    ),
    "no tags in a list": (_line('"tags": []'), _record(tags=[])),
    "scalar tag that starts like a list": (_line('"tags": "[1] web"'), _record(tags=["[1] web"])),
    "attributes of every type": (
        _line('"s": "x", "i": 1, "d": 1.5, "t": true, "n": null, "e": ""'),
        _with(s="x", i="1", d="1.5", t="true", n="null", e=""),
    ),
    "nested attributes as JSON text": (
        _line(r'"o": {"a": [1, {"b": null}], "c": "\u00e9\n\""}, "l": [1, "x"]'),
        _with(o=r'{"a":[1,{"b":null}],"c":"é\n\""}', l='[1,"x"]'),
    ),
    "long number in attributes": (
        _line(f'"i": {"1234567890" * 4}'),
        _with(i="1234567890" * 4),
    ),
    "decimal with more digits than a double": (
        _line('"amount": 12345678901234567890.12'),
        _with(amount="12345678901234567890.12"),
    ),
    "known key in capitals is another key": (_line('"Message": "x"'), _with(Message="x")),
    "repeated key has its last value": (
        _line('"message": "a", "message": "b", "x": 1, "x": 2'),
        _record(message="b", attributes={"x": "2"}),
    ),
    "repeated timestamp has its last value": (
        '{"timestamp": "never", "timestamp": "2025-01-22T10:00:00Z"}',
        _record(),
    ),
    "keys with NUL, dot, dollar and nothing": (
        _line(r'"a\u0000b": 1, "a.b": 2, "$c": 3, "": 4'),
        _record(attributes={r"a\u0000b": "1", "a.b": "2", "$c": "3", "": "4"}),
    ),
    "unicode escapes": (
        _line(r'"message": "\u00fc \ud83d\ude00 \t\"\\\/"'),
        _record(message='ü 😀 \t"\\/'),
    ),
    "text that is not ASCII": (_line('"message": "日本 😀"'), _record(message="日本 😀")),
    "what ends a JSON array within a text": (
        _line('"message": "}]", "x": "{\\"seal\\":\\"1\\"}]"'),
        _record(message="}]", attributes={"x": '{"seal":"1"}]'}),
    ),
}
RECORDS |= {
    f"level {sent}": (_line(f'"level": "{sent}"'), _record(level=level))
    for sent, level in {
        "DEBUG": "DEBUG",
        "INFO": "INFO",
        "WARN": "WARN",
        "ERROR": "ERROR",
        "FATAL": "FATAL",
        "warning": "WARN",
        " Error ": "ERROR",
        "trace": "DEBUG",
        "notice": "INFO",
        "err": "ERROR",
        "CRITICAL": "FATAL",
        "Information": "INFO",
        "Verbose": "DEBUG",
        "SEVERE": "ERROR",
        "panic": "FATAL",
        "[WARN]": "WARN",
        "INFO+2": "INFO",
        "DEBUG-4": "DEBUG",
        r"\u001b[32minfo\u001b[39m": "INFO",
        "": "INFO",
        "35": "INFO",
    }.items()
}
RECORDS |= {
    f"level as the number {sent}": (_line(f'"level": {sent}'), _record(level=level))
    for sent, level in {
        "10": "DEBUG",
        "20": "DEBUG",
        "30": "INFO",
        "40": "WARN",
        "50": "ERROR",
    }.items()
}
RECORDS |= {
    f"level {sent} is kept": (_line(f'"level": {sent}'), _with(level=kept))
    for sent, kept in {'"LOUD"': "LOUD", "7": "7", "1000": "1000", '"30 dB"': "30 dB"}.items()
}
RECORDS |= {
    f"status {sent} is whole": (_line(f'"status_code": {sent}'), _record(status_code=200))
    for sent in ("200.0", "2.0e2", '"200.0"', '" 200 "')
}
RECORDS |= {
    f"number {sent} as sent": (_line(f'"n": {sent}'), _with(n=sent))
    for sent in ("1.10", "12500000.50", "0.00005", "1E5", "-0.0", "1e400", "200.0")
}
RECORDS |= {
    f"timestamp {sent}": (f'{{"timestamp": {sent}}}', _record(timestamp=f"2025-01-22T{time}Z"))
    for sent, time in {
        "1737540000123": "10:00:00.123",
        '"1737540000123"': "10:00:00.123",
        '"2025-01-22T10:00:00.5Z"': "10:00:00.500",
        '"2025-01-22T10:00:00.123456789Z"': "10:00:00.123",
        '"2025-01-22T10:00:00,123Z"': "10:00:00.123",
        '"2025-01-22T10:00:00"': "10:00:00.000",
        '"2025-01-22 10:00:00,123"': "10:00:00.123",
        '"2025-01-22T15:30:00+05:30"': "10:00:00.000",
        '"2025-01-22T01:00:00-0900"': "10:00:00.000",
        '"2025-01-23T00:00:00+14:00"': "10:00:00.000",
        '"2025-01-22T10:00:00z"': "10:00:00.000",
    }.items()
}

NOT_JSON = "not one JSON object"
LETTERS: dict[str, tuple[str | bytes | None, str, str | None]] = {
    "empty": ("", "empty", "no text"),
    "null value": (None, "empty", "no text"),
    "not UTF-8": (b'{"timestamp": 0, "message": "\xff"}', "not_utf8", "not UTF-8"),
    "too long": ("{" + " " * 262_144, "too_long", "262145 bytes"),
    "text after": (f"{_line()} x", "bad_json", NOT_JSON),
    "bracket after": (f"{_line()}]", "bad_json", NOT_JSON),
    "comma after": (f"{_line()},", "bad_json", NOT_JSON),
    "two objects": (_line() * 2, "bad_json", NOT_JSON),
    "two objects and a comma": (f"{_line()}, {_line()}", "bad_json", NOT_JSON),
    "array": (f"[{_line()}]", "bad_json", NOT_JSON),
    "number": ("5", "bad_json", NOT_JSON),
    "text": ('"timestamp"', "bad_json", NOT_JSON),
    "null": ("null", "bad_json", NOT_JSON),
    "single quotes": ("{'timestamp': 0}", "bad_json", NOT_JSON),
    "key without quotes": ("{timestamp: 0}", "bad_json", NOT_JSON),
    "cut": (_line()[:-1], "bad_json", NOT_JSON),
    "cut in a text": (_line('"m": "a')[:-1], "bad_json", NOT_JSON),
    "comma before the end": (f"{_line()[:-1]},}}", "bad_json", NOT_JSON),
    "comment": (f"/* */{_line()}", "bad_json", NOT_JSON),
    "unknown escape": (_line(r'"m": "\x16"'), "bad_json", NOT_JSON),
    "raw tab in a text": (_line('"m": "a\tb"'), "bad_json", NOT_JSON),
    "leading zero": (_line('"x": 01'), "bad_json", NOT_JSON),
    "NaN in a known field is no JSON": (_line('"response_time_ms": NaN'), "bad_json", NOT_JSON),
    "NaN in attributes is no JSON": (_line('"x": NaN'), "bad_json", NOT_JSON),
    "nested beyond reason": (_line(f'"x": {DEEP}'), "bad_json", NOT_JSON),
    "another format": ('::1 - - [x] "GET / HTTP/1.1" 200 5', "bad_json", NOT_JSON),
    "no timestamp": ('{"message": "x"}', "missing_field", "timestamp"),
    "null timestamp": ('{"timestamp": null}', "missing_field", "timestamp"),
    "no keys": ("{}", "missing_field", "timestamp"),
}
LETTERS |= {
    f"timestamp {sent}": (f'{{"timestamp": {sent}}}', "bad_timestamp", f"timestamp: {shown}")
    for sent, shown in {
        '""': "",
        '"yesterday"': "yesterday",
        '"2025-02-30T10:00:00Z"': "2025-02-30T10:00:00Z",
        '"2025-01-22T10:00:61Z"': "2025-01-22T10:00:61Z",
        '"2025-01-22T10:00:00+25:00"': "2025-01-22T10:00:00+25:00",
        "-1": "-1",
        "100000000000000000": "100000000000000000",
        "true": "true",
        "{}": "{}",
    }.items()
}
LETTERS |= {
    f"{field} {sent}": (_line(f'"{field}": {sent}'), "bad_value", f"{field}: ")
    for field, sent in (
        ("status_code", '"OK"'),
        ("status_code", "2147483648"),
        ("status_code", "-1"),
        ("status_code", "true"),
        ("status_code", "200.5"),
        ("response_time_ms", '"Infinity"'),
        ("response_time_ms", "1e999"),
        ("response_time_ms", "-0.5"),
        ("response_time_ms", '"fast"'),
        ("response_time_ms", '"12d"'),
        ("response_time_ms", "[1]"),
    )
}

# What the parser does not keep to yet, by the name of the case.
DEFECTS: dict[str, str] = {}
