r"""Shop events, each with the fields it must give or the reason why it must give none."""

from decimal import Decimal

WHEN = '"timestamp": "2025-01-22T10:00:00Z"'
TYPE = '"event_type": "purchase"'
AS_SENT = "2025-01-22T10:00:00.000Z"


def line(*members: str) -> str:
    return "{" + ", ".join((WHEN, TYPE, *members)) + "}"


def record(**others: object) -> dict[str, object]:
    return {
        "timestamp": AS_SENT,
        "service_name": "feed",
        "level": "INFO",
        "event_type": "purchase",
    } | others


RECORDS: dict[str, tuple[str, dict[str, object]]] = {
    "only what is required": (line(), record()),
    "purchase": (
        line(
            '"service": "checkout", "user_id": "u-1", "session_id": "s-1", "product_id": "p-1"',
            '"session_duration": 182, "device_type": "mobile", "message": "bought"',
            '"geo_location": {"country": "DE", "city": "Köln"}',
            '"details": {"amount": 19.99, "payment_method": "card", "order_id": "o-1"}',
        ),
        record(
            service_name="checkout",
            user_id="u-1",
            session_id="s-1",
            product_id="p-1",
            session_duration_s=182,
            device_type="mobile",
            message="bought",
            country="DE",
            city="Köln",
            details={"amount": Decimal("19.99"), "payment_method": "card", "order_id": "o-1"},
        ),
    ),
    "spaces and a line's end around": (f"  {line()} \r\n", record()),
    "lines within the object": (line().replace(", ", ",\r\n\t"), record()),
    "null in every field": (
        line(
            '"service": null, "level": null, "user_id": null, "session_id": null',
            '"product_id": null, "session_duration": null, "device_type": null, "message": null',
            '"error_code": null, "geo_location": null, "details": null',
        ),
        record(),
    ),
    "numbers where text is expected": (
        line('"user_id": 7, "service": 3, "error_code": 42, "geo_location": {"city": 5}'),
        record(user_id="7", service_name="3", error_code="42", city="5"),
    ),
    "integer over 2^63 where text is expected": (
        line(f'"user_id": 18446744073709551616, "session_id": {"1234567890" * 4}'),
        record(user_id="18446744073709551616", session_id="1234567890" * 4),
    ),
    "numbers as strings": (
        line(
            '"session_duration": "60", "details": {"amount": "12.50", "results_count": "3",'
            ' "items": [{"product_id": 9, "quantity": "2"}]}'
        ),
        record(
            session_duration_s=60,
            details={
                "amount": Decimal("12.5"),
                "results_count": 3,
                "items": [{"product_id": "9", "quantity": 2}],
            },
        ),
    ),
    "empty texts": (line('"message": "", "user_id": ""'), record(message="", user_id="")),
    "blank service": (line('"service": " "'), record()),
    "keys that are fields of the record but not of the event": (
        line('"service_name": "x", "country": "DE", "session_duration_s": 5, "amount": 5'),
        record(),
    ),
    "known keys in capitals are other keys": (
        line('"Message": "x", "details": {"Amount": 5}, "geo_location": {"CITY": "x"}'),
        record(),
    ),
    "unknown keys on every level": (
        line(
            '"x": {"y": [1, {"z": null}]}, "geo_location": {"country": "DE", "zip": {"a": 1}}',
            '"details": {"order_id": "o", "x": [[]], "items": [{"product_id": "p", "x": {}}]}',
        ),
        record(country="DE", details={"order_id": "o", "items": [{"product_id": "p"}]}),
    ),
    "repeated key has its last value": (
        line('"user_id": "a", "user_id": "b", "event_type": "search"'),
        record(user_id="b", event_type="search"),
    ),
    "repeated timestamp has its last value": (
        f'{{"timestamp": "never", {TYPE}, {WHEN}}}',
        record(),
    ),
    "last value null": (line('"message": "x", "message": null'), record()),
    "repeated keys in objects have their last value": (
        line(
            '"geo_location": {"city": "a", "city": "b"}',
            '"details": {"amount": "x", "amount": 2, "filters": {"a": 1, "a": 2}}',
        ),
        record(city="b", details={"amount": Decimal(2), "filters": {"a": "2"}}),
    ),
    "empty place": (line('"geo_location": {}'), record()),
    "place without a country": (
        line('"geo_location": {"country": null, "city": "Oslo"}'),
        record(city="Oslo"),
    ),
    "unicode escapes": (
        line(r'"message": "\u00fc \ud83d\ude00 \t\"\\\/", "geo_location": {"city": "\u00e9\""}'),
        record(message='ü 😀 \t"\\/', city='é"'),
    ),
    "JSON in a text stays text": (
        line(r'"message": "{\"a\":1}", "details": {"query": "[1]"}'),
        record(message='{"a":1}', details={"query": "[1]"}),
    ),
    "NUL in a text": (line(r'"message": "a\u0000b"'), record(message="a\0b")),
}
RECORDS |= {
    f"level of {event}": (line(f'"event_type": "{event}"'), record(event_type=event, level=level))
    for event, level in {
        "purchase": "INFO",
        "search": "INFO",
        "order_complete": "INFO",
        "order_failed": "WARN",
        "error": "ERROR",
    }.items()
}
RECORDS |= {
    f"level {sent} is passed over": (
        line('"event_type": "error"', f'"level": {sent}'),
        record(event_type="error", level="ERROR"),
    )
    for sent in ('"LOUD"', '""', "3")
}
RECORDS |= {
    f"level {sent} as sent": (
        line('"event_type": "error"', f'"level": "{sent}"'),
        record(event_type="error", level=level),
    )
    for sent, level in {
        "trace": "DEBUG",
        "DEBUG": "DEBUG",
        "Info": "INFO",
        "NOTICE": "INFO",
        "warning": "WARN",
        "WARN": "WARN",
        "Err": "ERROR",
        "FATAL": "FATAL",
        "critical": "FATAL",
    }.items()
}
RECORDS |= {
    f"timestamp {sent}": (f'{{"timestamp": {sent}, {TYPE}}}', record(timestamp=f"{time}Z"))
    for sent, time in {
        "0": "1970-01-01T00:00:00.000",
        "1737540000": "2025-01-22T10:00:00.000",
        "1737540000.25": "2025-01-22T10:00:00.250",
        "1.73754e9": "2025-01-22T10:00:00.000",
        "99999999999": "5138-11-16T09:46:39.000",
        "100000000000": "1973-03-03T09:46:40.000",
        "1737540000123": "2025-01-22T10:00:00.123",
        "99999999999999": "5138-11-16T09:46:39.999",
        "100000000000000": "1973-03-03T09:46:40.000",
        "1737540000123456": "2025-01-22T10:00:00.123",
        '"1737540000"': "2025-01-22T10:00:00.000",
        '"1737540000123456"': "2025-01-22T10:00:00.123",
        '"2025-01-22T10:00:00.123456789Z"': "2025-01-22T10:00:00.123",
        '"2025-01-22T10:00:00"': "2025-01-22T10:00:00.000",
        '"2025-01-22 10:00:00,5"': "2025-01-22T10:00:00.500",
        '"2025-01-22T15:30:00+05:30"': "2025-01-22T10:00:00.000",
        '"2025-01-22T01:00:00-0900"': "2025-01-22T10:00:00.000",
        '"2024-02-29T23:59:59z"': "2024-02-29T23:59:59.000",
    }.items()
}
RECORDS |= {
    f"session duration {sent}": (
        line(f'"session_duration": {sent}'),
        record(session_duration_s=seconds),
    )
    for sent, seconds in {
        "0": 0,
        "182.9": 182,
        "182.99999": 182,
        '"0.999"': 0,
        "1.5e3": 1_500,
        "1000000000": 10**9,
    }.items()
}

NOT_JSON = "not one JSON object"
LETTERS: dict[str, tuple[str | bytes | None, str, str | None]] = {
    "empty": ("", "empty", "no text"),
    "only a line's end": ("\r\n", "empty", "no text"),
    "null value": (None, "empty", "no text"),
    "not UTF-8": (line('"message": "?"').encode().replace(b"?", b"\xff"), "not_utf8", "not UTF-8"),
    "too long": ("{" + " " * 262_144, "too_long", "262145 bytes"),
    "text after": (f"{line()} x", "bad_json", NOT_JSON),
    "bracket after": (f"{line()}]", "bad_json", NOT_JSON),
    "two objects": (line() * 2, "bad_json", NOT_JSON),
    "two objects and a comma": (f"{line()}, {line()}", "bad_json", NOT_JSON),
    "array": (f"[{line()}]", "bad_json", NOT_JSON),
    "no objects in an array": ("[]", "bad_json", NOT_JSON),
    "number": ("5", "bad_json", NOT_JSON),
    "text": ('"event_type"', "bad_json", NOT_JSON),
    "null": ("null", "bad_json", NOT_JSON),
    "true": ("true", "bad_json", NOT_JSON),
    "single quotes": ("{'timestamp': 0}", "bad_json", NOT_JSON),
    "cut": (line()[:-1], "bad_json", NOT_JSON),
    "comma before the end": (f"{line()[:-1]},}}", "bad_json", NOT_JSON),
    "raw NUL in a text": (line('"message": "a\0b"'), "bad_json", NOT_JSON),
    "raw tab in a text": (line('"message": "a\tb"'), "bad_json", NOT_JSON),
    "NaN": (line('"session_duration": NaN'), "bad_json", NOT_JSON),
    "-Infinity under an unknown key": (line('"x": [-Infinity]'), "bad_json", NOT_JSON),
    "another format": ("<13>1 - - - - - - {}", "bad_json", NOT_JSON),
    "no keys": ("{}", "missing_field", "timestamp"),
    "no timestamp": (f"{{{TYPE}}}", "missing_field", "timestamp"),
    "null timestamp": (f'{{"timestamp": null, {TYPE}}}', "missing_field", "timestamp"),
    "no event type": (f"{{{WHEN}}}", "missing_field", "event_type"),
    "null event type": (line('"event_type": null'), "missing_field", "event_type"),
    # The order of the reasons.
    "no timestamp, unknown event type": ('{"event_type": "x"}', "missing_field", "timestamp"),
    "bad timestamp, no event type": ('{"timestamp": "x"}', "bad_timestamp", "timestamp: x"),
    "no event type, bad level": (f'{{{WHEN}, "level": "x"}}', "missing_field", "event_type"),
    "bad timestamp, bad level": (
        f'{{"timestamp": "x", {TYPE}, "level": "x"}}',
        "bad_timestamp",
        "timestamp: x",
    ),
}
LETTERS |= {
    f"timestamp {sent}": (f'{{"timestamp": {sent}, {TYPE}}}', "bad_timestamp", f"timestamp: {text}")
    for sent, text in {
        '""': "",
        '"yesterday"': "yesterday",
        '"now"': "now",
        '"10:00"': "10:00",
        '"2025-01"': "2025-01",
        '"2025-02-30T10:00:00Z"': "2025-02-30T10:00:00Z",
        '"2025-02-29"': "2025-02-29",
        '"2025-01-22T24:00:00Z"': "2025-01-22T24:00:00Z",
        '"2025-01-22T10:00:00+25:00"': "2025-01-22T10:00:00+25:00",
        '"1969-12-31T23:59:59Z"': "1969-12-31T23:59:59Z",
        '"NaN"': "NaN",
        "-1": "-1",
        "100000000000000000": "100000000000000000",
        "1e300": "1",
        "true": "true",
        "{}": "{}",
        "[]": "[]",
    }.items()
}
LETTERS |= {
    f"{field} {sent}": (line(f'"{field}": {sent}'), "bad_value", f"{field}: {shown}")
    for field, sent, shown in (
        ("event_type", '"refund"', "refund"),
        ("event_type", '"PURCHASE"', "PURCHASE"),
        ("event_type", '""', ""),
        ("event_type", "5", "5"),
        ("event_type", '["purchase"]', '["purchase"]'),
        ("session_duration", "-1", "-1"),
        ("session_duration", "-0.5", "-0.5"),
        ("session_duration", '"-0.00001"', "-0.00001"),
        ("session_duration", "1000000001", "1000000001"),
        ("session_duration", "1000000000.5", "1"),
        ("session_duration", '"1000000000.00001"', "1000000000.00001"),
        ("session_duration", "18446744073709551616", "18446744073709551616"),
        ("session_duration", "1e999", ""),
        ("session_duration", '"Infinity"', "Infinity"),
        ("session_duration", '"NaN"', "NaN"),
        ("session_duration", '"12d"', "12d"),
        ("session_duration", '"3 min"', "3 min"),
        ("session_duration", '""', ""),
        ("session_duration", "true", "true"),
        ("session_duration", "[1]", "[1]"),
        ("geo_location", '"DE"', "DE"),
        ("geo_location", "[]", "[]"),
        ("geo_location", '[{"country": "DE"}]', "[{"),
        ("geo_location", "5", "5"),
        ("details", '"x"', "x"),
        ("details", "[]", "[]"),
        ("details", '[{"amount": 1}]', "[{"),
        ("details", "false", "false"),
        ("details", '""', ""),
    )
}
