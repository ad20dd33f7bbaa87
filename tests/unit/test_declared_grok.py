"""Formats declared by grok patterns: the language, what names mean, and what is refused."""

import random
import time
from typing import Any

import pytest
from presets import RECEIVED_AT, options, outcome

from millrace.parse.declared import grok
from millrace.records.fields import COMMON, GENERAL
from millrace.records.types import checker, parsed

TIME = "2026-03-29T10:00:00.000Z"
NONE = {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO"}
COMMON_LINE = '192.0.2.17 - jane [29/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 512'
LOG4J = (
    r"%{TIMESTAMP_ISO8601:timestamp} \[%{DATA:thread}\] %{LOGLEVEL:level} +%{JAVACLASS:logger}"
    " - %{GREEDYDATA:message}"
)
# What this line shows: pattern, line, fields and, where they differ, options.
RECORDS: dict[str, tuple[Any, ...]] = {
    "a log4j line, its local time in summer": (
        LOG4J,
        "2026-03-29 12:00:00,123 [http-8080] WARN  com.example.Cart - stock low: 3 left",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "WARN"},
            "message": "stock low: 3 left",
            "attributes": {"thread.name": "http-8080", "otel.scope.name": "com.example.Cart"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "fields by their own names, with types": (
        "%{IPORHOST:client_ip} %{WORD:method} %{URIPATHPARAM:path} %{NUMBER:status_code:int}"
        " %{NUMBER:response_time_ms:float} %{HTTPDATE:timestamp}",
        "2001:db8::17 GET /cart?id=7 503 12.5 29/Mar/2026:10:00:00 +0000",
        {
            **{"timestamp": TIME, "level": "ERROR", "client_ip": "2001:db8::17", "method": "GET"},
            **{"path": "/cart?id=7", "status_code": 503, "response_time_ms": 12.5},
        },
    ),
    "names in brackets are dotted paths": (
        "%{TIMESTAMP_ISO8601:[@timestamp]} %{LOGLEVEL:[log][level]} %{DATA:[message]}"
        " status=%{INT:[http][response][status_code]:int} (?<[order][id]>[0-9]+)",
        "2026-03-29T10:00:00Z ERROR pay failed status=502 17",
        {
            **{"timestamp": TIME, "level": "ERROR", "message": "pay failed", "status_code": 502},
            "attributes": {"order.id": "17"},
        },
    ),
    "groups in either notation; others keep nothing": (
        r"(?<order_id>[A-Z]{2}-\d{4}) (?P<state>\w+) (a|b)+",
        "DE-0042 shipped ab",
        {**NONE, "attributes": {"order_id": "DE-0042", "state": "shipped"}},
    ),
    "what is absent": (
        "%{NOTSPACE:user} '%{DATA:x}' (?:%{INT:y}|-) (?:%{INT:z:int}|none)",
        "- '' - none",
        NONE,
    ),
    "what follows the match is extra, trimmed": (
        "%{WORD:a}",
        "one  two three ",
        {**NONE, "attributes": {"a": "one", "extra": "two three"}},
    ),
    "what stands before the match is passed over": (
        "id=%{INT:id}$",
        "x y id=17",
        {**NONE, "attributes": {"id": "17"}},
    ),
    "alternatives stay within their pattern": (
        "on %{DATE:day} at",
        "on 29.03.2026 at",
        {**NONE, "attributes": {"day": "29.03.2026"}},
    ),
    "a repeated reference keeps the last": (
        "(?:%{INT:n} )+",
        "1 2 3 ",
        {**NONE, "attributes": {"n": "3"}},
    ),
    "the shortest text, then a number with its sign": (
        "%{DATA:a}%{NUMBER:n} x",
        "temp-12.5 x",
        {**NONE, "attributes": {"a": "temp", "n": "-12.5"}},
    ),
    "text that is not ASCII": (
        "%{WORD:a} %{NOTSPACE:b} %{GREEDYDATA:message}",
        "größe 日本→ naïve ✓",
        {**NONE, "message": "naïve ✓", "attributes": {"a": "größe", "b": "日本→"}},
    ),
    "what follows text that is not ASCII": (
        "ü%{INT:a} ",
        "äü17 ö ",
        {**NONE, "attributes": {"a": "17", "extra": "ö"}},
    ),
    "a pattern that is not ASCII of a line that is": (
        "(?:ä|[ö-ü]|\u2192)?%{INT:a}[^\u2013]\\x{78}",
        "17xx",
        {**NONE, "attributes": {"a": "17"}},
    ),
    "half of a surrogate pair": (
        "%{INT:a}%{GREEDYDATA:message}",
        "17 \ud800 x",
        {**NONE, "message": " ? x", "attributes": {"a": "17"}},
    ),
    "a dot takes no newline": (
        "%{INT:a} %{GREEDYDATA:message}",
        "17 one\n\ttwo\n",
        {**NONE, "message": "one", "attributes": {"a": "17", "extra": "two"}},
    ),
    "but with Ruby's (?m)": (
        "(?m)%{INT:a} %{GREEDYDATA:message}",
        "17 one\n\ttwo",
        {**NONE, "message": "one\n\ttwo", "attributes": {"a": "17"}},
    ),
    "for a group alone": (
        "(?m-i:%{INT:a} .*)%{WORD:b}$",
        "17 one\ntwo three",
        {**NONE, "attributes": {"a": "17", "b": "three"}},
    ),
    "the ends of a line are those of each": (
        "^b=%{INT:b}$",
        "a=1\nb=2\nc=3",
        {**NONE, "attributes": {"b": "2", "extra": "c=3"}},
    ),
    "quoted text, a class with parentheses, and escapes": (
        r"\Q(a|b).\E[()\]%{]\(%{INT:x}\)",
        "(a|b).((17)",
        {**NONE, "attributes": {"x": "17"}},
    ),
    "one's own pattern, in another": (
        "%{ORDER:order}",
        "order DE-0042 (open)",
        {**NONE, "attributes": {"order": "DE-0042 (open", "country": "DE", "extra": ")"}},
        {},
        {"ORDER": r"%{CODE} \(%{WORD}", "CODE": "(?<country>[A-Z]{2})-[0-9]+"},
    ),
    "one's own pattern wins": (
        "%{WORD:w}",
        "a-b c",
        {**NONE, "attributes": {"w": "a-b", "extra": "c"}},
        {},
        {"WORD": "[a-z-]+"},
    ),
    "and has no more to it than it says": (
        "%{IPV4:a}",
        "1192.0.2.1234",
        {**NONE, "attributes": {"a": "192.0.2.123", "extra": "4"}},
        {},
        {"IPV4": "192[.]0[.]2[.][0-9]{3}"},
    ),
    "the first of several that matches": (
        ["a=%{INT:a}$", "b=%{INT:b}", "%{GREEDYDATA:message}"],
        "b=17",
        {**NONE, "attributes": {"b": "17"}},
    ),
    "the last of several": (
        ["a=%{INT:a}$", "b=%{INT:b}", "%{GREEDYDATA:message}"],
        "c=17",
        {**NONE, "message": "c=17"},
    ),
    "a number from its first digit on, and no other after it": (
        "%{IPV4:a}",
        "1192.0.2.1 192.0.2.17x",
        {**NONE, "attributes": {"a": "192.0.2.17", "extra": "x"}},
    ),
    "a time alone, which is of today": (
        "%{TIME:time} %{GREEDYDATA:msg}",
        "10:00:00.5 x",
        {"timestamp": "2026-03-29T10:00:00.500Z", "level": "INFO", "message": "x"},
    ),
    "an unknown level is kept": (
        "%{WORD:loglevel}",
        "LOUD",
        {**NONE, "attributes": {"level": "LOUD"}},
    ),
    "the feed's own name of a level": (
        "%{WORD:loglevel}",
        "LOUD",
        {**NONE, "level": "ERROR"},
        {"levels": {"loud": "ERROR"}},
    ),
    "a type fits": (
        "%{DATA:a:int} %{DATA:b:float} %{DATA:c:boolean} %{DATA:d:string} %{DATA:e:long}$",
        "-7.0 .5e-3 TRUE x 9223372036854775807",
        {
            **NONE,
            "attributes": {
                **{"a": "-7.0", "b": ".5e-3", "c": "TRUE", "d": "x", "e": "9223372036854775807"}
            },
        },
    ),
}
# Name, text as captured, the fields that come of it, and options.
NAMES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    *((name, "x", {"client_ip": "x"}, {}) for name in ("clientip", "client_ip", "remote_addr")),
    *((name, "x", {"client_ip": "x"}, {}) for name in ("source.address", "source.ip", "client.ip")),
    ("clientip", "192.0.2.1:80", {"client_ip": "192.0.2.1", "attributes.client.port": "80"}, {}),
    ("[source][address]", "2001:db8::1", {"client_ip": "2001:db8::1"}, {}),
    *((name, "x", {"ident": "x"}, {}) for name in ("ident", "apache.access.user.identity")),
    *((name, "x", {"user": "x"}, {}) for name in ("auth", "user.name", "user")),
    *(
        (name, "29/Mar/2026:12:00:00 +0200", {"timestamp": TIME}, {})
        for name in ("timestamp", "timestamp8601", "time", "logdate", "@timestamp")
    ),
    ("timestamp", "1774778400", {"timestamp": TIME}, {}),
    ("timestamp", "29/Mar/2026:12:00:00", {"timestamp": TIME}, {"timezone": "Europe/Berlin"}),
    *((name, "GET", {"method": "GET"}, {}) for name in ("verb", "http.request.method", "method")),
    *((name, "/a", {"path": "/a"}, {}) for name in ("request", "url.original", "path")),
    ("request", "GET /a HTTP/2.0", {"method": "GET", "path": "/a", "protocol": "HTTP/2.0"}, {}),
    ("request", "GET /a", {"request": "GET /a"}, {}),
    ("rawrequest", "x", {"request": "x"}, {}),
    *((name, "1.1", {"protocol": "HTTP/1.1"}, {}) for name in ("httpversion", "http.version")),
    ("httpversion", "HTTP/1.1", {"protocol": "HTTP/1.1"}, {}),
    ("protocol", "TCP", {"protocol": "TCP"}, {}),
    *(
        (name, "404", {"status_code": 404, "level": "WARN"}, {})
        for name in ("response", "http.response.status_code", "status_code")
    ),
    ("response", "200.0", {"status_code": 200}, {}),
    ("response", "2e2", {"status_code": 200}, {}),
    ("bytes", "123456789012", {"bytes": 123_456_789_012}, {}),
    ("http.response.body.bytes", "+7", {"bytes": 7}, {}),
    *((name, '"x"', {"referrer": "x"}, {}) for name in ("referrer", "http.request.referrer")),
    *((name, '"x"', {"user_agent": "x"}, {}) for name in ("agent", "user_agent.original")),
    ("agent", '"-"', {}, {}),
    ("agent", 'x"', {"user_agent": 'x"'}, {}),
    *(
        (name, "warn", {"level": "WARN"}, {})
        for name in ("loglevel", "level", "severity", "log.level")
    ),
    ("severity", "3", {"severity": 3, "level": "ERROR"}, {}),
    ("severity", "8", {"attributes.level": "8"}, {}),
    ("severity", "3", {"severity": 3, "level": "INFO"}, {"levels": {"3": "INFO"}}),
    ("log.syslog.severity.code", "7", {"severity": 7, "level": "DEBUG"}, {}),
    *((name, "x", {"message": "x"}, {}) for name in ("message", "msg")),
    *((name, "x", {"hostname": "x"}, {}) for name in ("logsource", "host", "host.hostname")),
    *((name, "x", {"app_name": "x"}, {}) for name in ("program", "process.name")),
    *((name, "7", {"proc_id": "7"}, {}) for name in ("pid", "process.pid")),
    *((name, "3", {"facility": 3}, {}) for name in ("facility", "log.syslog.facility.code")),
    ("facility", "local0", {"attributes.facility": "local0"}, {}),
    ("priority", "6", {"attributes.priority": "6"}, {}),
    ("log.syslog.priority", "6", {"attributes.log.syslog.priority": "6"}, {}),
    ("syslog_pri", "134", {"facility": 16, "severity": 6, "level": "INFO"}, {}),
    *((n, "x", {"attributes.thread.name": "x"}, {}) for n in ("thread", "process.thread.name")),
    ("tid", "7", {"attributes.thread.id": "7"}, {}),
    *(
        (name, "x", {"attributes.otel.scope.name": "x"}, {})
        for name in ("class", "logger", "log.logger")
    ),
    ("service.name", "x", {"service_name": "x"}, {}),
    ("app", "x", {"service_name": "x"}, {}),
    ("req_id", "x", {"request_id": "x"}, {}),
    ("error.code", "x", {"error_code": "x"}, {}),
    ("user.id", "x", {"user_id": "x"}, {}),
    ("url.domain", "x", {"virtual_host": "x"}, {}),
    ("extra", "x", {"extra": "x"}, {}),
    ("trace.id", "A" * 32, {"attributes.trace_id": "a" * 32}, {}),
    ("span.id", "x", {"attributes.span_id": "x"}, {}),
    *((name, "1.5", {"response_time_ms": 1.5}, {}) for name in ("response_time_ms", "took_ms")),
    *((name, "0.5", {"response_time_ms": 500.0}, {}) for name in ("request_time", "duration_s")),
    ("duration_us", "1500", {"response_time_ms": 1.5}, {}),
    ("event.duration", "1500000", {"response_time_ms": 1.5}, {}),
    ("duration_ms", "1.5s", {"response_time_ms": 1500.0}, {}),
    ("duration_ms", "-1", {}, {}),
    ("duration", "17", {"attributes.duration": "17"}, {}),
    ("duration", "17ms", {"response_time_ms": 17.0}, {}),
    ("duration", "0.5", {"response_time_ms": 500.0}, {"response_time_unit": "s"}),
    ("response_time", "17", {"attributes.response_time": "17"}, {}),
    ("response_time", "17", {"response_time_ms": 0.017}, {"response_time_unit": "us"}),
    ("latency", "17ms", {"attributes.latency": "17ms"}, {"response_time_unit": "ms"}),
    ("tags", "x", {"attributes.tags": "x"}, {}),
    ("attributes", "x", {"attributes.attributes": "x"}, {}),
    ("structured_data", "x", {"attributes.structured_data": "x"}, {}),
    ("parser", "x", {"attributes.parser": "x"}, {}),
    ("[http][request][id]", "x", {"request_id": "x"}, {}),
    ("x-y.z", "x", {"attributes.x-y.z": "x"}, {}),
]
LETTERS: dict[str, tuple[str, str, str, str]] = {
    "no part of the line matches": ("^%{INT:a} ", "x 17 ", "no_match", "no pattern"),
    "a time that is none": ("%{DATA:time}$", "soon", "bad_timestamp", "timestamp: soon"),
    "a day that is none": ("%{TIMESTAMP_ISO8601:time}", "2026-02-30 10:00", "bad_timestamp", ""),
    "a status of five digits": ("%{INT:response:int}", "99999", "bad_value", "status_code: 99999"),
    "a status that is a word": ("%{WORD:status_code}", "ok", "bad_value", "status_code: ok"),
    "bytes below zero": ("%{INT:bytes}", "-7", "bad_value", "bytes: -7"),
    "no whole number": ("%{NUMBER:n:int}", "1.5", "bad_value", "attributes.n: 1.5"),
    "no number": ("%{WORD:n:float}", "x", "bad_value", "attributes.n: x"),
    "no boolean": ("%{WORD:n:bool}", "maybe", "bad_value", "attributes.n: maybe"),
    "no response time": ("%{WORD:duration_ms}", "x", "bad_value", "response_time_ms: x"),
    "no priority": ("<%{INT:syslog_pri}>", "<192>", "bad_value", "pri: 192"),
}
FAULTS: dict[str, tuple[Any, dict[str, str], str]] = {
    "no pattern": ([], {}, "there is no pattern"),
    "an empty pattern": ("", {}, "the pattern is empty"),
    "an unknown name": ("%{TIMESTAMP:t}", {}, "there is no pattern TIMESTAMP; near it are "),
    "one that is like no other": ("%{XQZ:t}", {}, "there is no pattern XQZ"),
    "a name in other letters": ("%{word:t}", {}, "there is no pattern word; near it are WORD"),
    "an unknown name in one's own": ("%{A:x}", {"A": "%{B}"}, "there is no pattern B (in A)"),
    "a pattern that contains itself": (
        "%{A:x}",
        {"A": "a%{B}", "B": "%{C}", "C": "%{B}"},
        "the pattern B contains itself: B > C > B",
    ),
    "the same field twice": ("%{INT:a} %{INT:a}", {}, "attributes.a is captured twice, as a"),
    "the same field by two names": (
        "%{COMBINEDAPACHELOG} %{INT:response}",
        {},
        "status_code is captured twice, as status_code and response",
    ),
    "the same field from a pattern used twice": (
        "%{SYSLOGPROG} %{SYSLOGPROG}",
        {},
        "app_name is captured twice",
    ),
    "nothing captured": ("%{INT} (a|b)", {}, "it captures nothing: no field has a name"),
    "an unknown type": ("%{INT:a:short}", {}, "a:short: there is no type short, only int, "),
    "a name that is none": ("%{INT:a b}", {}, "'a b' names no field"),
    "brackets within brackets": ("(?<[a[b]]>x)", {}, "'[a[b]]' names no field"),
    "a reference that is none": ("%{INT:a:int:x}", {}, "%{INT:a:int:x} is neither %{NAME} nor"),
    "a reference that does not end": ("a %{INT:b", {}, "%{INT:b is neither"),
    "a name of one's own that is none": ("%{INT:a}", {"A B": "x"}, "'A B' names no pattern"),
    "look-ahead": ("%{INT:a}(?=x)", {}, "RE2 has no look-ahead, (?=...)"),
    "negative look-ahead": ("%{INT:a}(?!x)", {}, "RE2 has no negative look-ahead, (?!...)"),
    "look-behind": ("(?<=x)%{INT:a}", {}, "RE2 has no look-behind, (?<=...)"),
    "negative look-behind": ("(?<!x)%{INT:a}", {}, "RE2 has no negative look-behind, (?<!...)"),
    "an atomic group": ("(?>x)%{INT:a}", {}, "RE2 has no atomic groups, (?>...); write (?:...)"),
    "a possessive repetition": ("x++%{INT:a}", {}, "RE2 has no possessive repetition, ++; write +"),
    "a back-reference": (r"%{INT:a}(x)\1", {}, r"RE2 has no back-references, as \1"),
    "a named back-reference": (r"%{INT:a}\k<a>", {}, r"RE2 has no back-references, as \k"),
    "hexadecimal digits": (r"%{INT:a}\h", {}, r"RE2 has no \h; write [0-9A-Fa-f]"),
    "the end but for a newline": (r"%{INT:a}\Z", {}, r"RE2 has no \Z; write \z"),
    "an escape of another language": (r"%{INT:a}\K", {}, r"RE2 has no \K"),
    "a comment": ("%{INT:a}(?#x)", {}, "RE2 has no comments, (?#...)"),
    "free spacing": ("(?x)%{INT:a}", {}, "RE2 has no free spacing, (?x)"),
    "too many times": ("%{INT:a}x{1001}", {}, "{1001} repeats too often: 1000 times at most"),
    "too many times by a product": ("%{INT:a}(x{100}){100}", {}, "{100} repeats too often"),
    "a repetition of nothing": ("*%{INT:a}", {}, "* repeats nothing"),
    "a repetition of a repetition": ("%{INT:a}x**", {}, "** repeats a repetition"),
    "a group that is not closed": ("(%{INT:a}", {}, "a ( is not closed"),
    "a group that is not opened": ("%{INT:a})", {}, "a ) closes nothing"),
    "a class that is not closed": ("%{INT:a}[x", {}, "a [ is not closed"),
    "a range that is none": ("%{INT:a}[z-a]", {}, "there is no class or range z-a"),
    "a backslash at the end": ("%{INT:a}\\", {}, "it ends in a single backslash"),
    "a fault in one's own pattern": (
        "%{A:a}",
        {"A": "x%{B}", "B": "(?=x)"},
        "B: RE2 has no look-ahead, (?=...)",
    ),
    "a fault in one of several": (["%{INT:a}", "%{INT:a"], {}, "pattern 2: %{INT:a is neither"),
    "too long": ("%{INT:a}" + "x" * 65_536, {}, "it is longer than 64 KiB"),
    "too long by what references stand for": (
        "%{A0:a}",
        {f"A{n}": f"%{{A{n + 1}}}" * 2 for n in range(20)} | {"A20": "x"},
        "it is longer than 64 KiB",
    ),
    "too deep": (
        "%{A0:a}",
        {f"A{n}": f"%{{A{n + 1}}}" for n in range(40)} | {"A40": "x"},
        "patterns are nested more than 30 deep, as A30",
    ),
    "too many fields": (
        "".join(f"%{{INT:f{n}}} " for n in range(201)),
        {},
        "it captures more than 200 fields",
    ),
    "too large when compiled": (
        r"%{INT:a}" + r"(?:\pL{1000}\d)" * 20,
        {},
        "compiled it takes more than 16 MiB",
    ),
}


def parser(pattern: Any, said: dict[str, Any] | None = None, own: Any = None) -> Any:
    return grok.parser(pattern, options(said or {}), own or {})


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(name: str) -> None:
    pattern, line, fields, *rest = RECORDS[name]
    assert outcome(parser(pattern, *rest), line, RECEIVED_AT) == fields


@pytest.mark.parametrize(("name", "text", "expected", "said"), NAMES)
def test_name_goes_to_its_field(
    name: str, text: str, expected: dict[str, Any], said: dict[str, Any]
) -> None:
    found = outcome(parser(f"<%{{DATA:{name}}}>$", said), f"<{text}>")
    flat = {f"attributes.{key}": value for key, value in found.pop("attributes", {}).items()}
    assert found | flat == NONE | expected


@pytest.mark.parametrize("name", LETTERS)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    pattern, line, reason, detail = LETTERS[name]
    found = outcome(parser(pattern), line)
    assert found.get("dead") == reason, found
    assert detail in found["detail"]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_told_in_a_sentence(name: str) -> None:
    pattern, own, sentence = FAULTS[name]
    with pytest.raises(ValueError, match=r"\w") as told:
        parser(pattern, own=own)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 400


def test_unused_patterns_may_be_at_fault() -> None:
    """A file of another program's patterns may have some that RE2 does not take."""
    assert parser("%{A:a}", own={"A": "x", "B": "(?=x)", "C": "%{NONE}"})


def test_every_plain_field_has_its_name() -> None:
    texts = {"timestamp": "1774778400", "level": "WARN"}
    for field in (*COMMON, *GENERAL):
        if field.type in ("string", "int", "bigint", "double", "timestamp"):
            text = texts.get(field.name, "7")
            found = outcome(parser(f"%{{NOTSPACE:{field.name}}}"), text)
            if field.name not in ("timestamp_claimed", "parser", "request"):
                assert found.get(field.name) not in (None, "dead"), field.name


def test_errors_of_expressions_are_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="look-ahead"):
        parser("(?=x)%{INT:a}")
    assert capfd.readouterr() == ("", "")


def test_any_line_becomes_fields_of_their_types_or_a_letter() -> None:
    checks = {field.name: checker(parsed(field.type)) for field in (*COMMON, *GENERAL)}
    draw = random.Random(0)
    parsers = [
        parser("%{COMBINEDAPACHELOG}|%{WORD:x}"),
        parser(LOG4J),
        parser(
            "%{IPORHOST:client_ip}%{DATA:time} %{DATA:response:int} %{DATA:bytes} %{DATA:took_ms}$"
        ),
    ]
    lines = [f'{COMMON_LINE} "-" "ü"', RECORDS["a log4j line, its local time in summer"][1]]
    for _ in range(3_000):
        characters = list(draw.choice(lines))
        for _ in range(draw.randrange(1, 6)):
            characters[draw.randrange(len(characters))] = draw.choice(
                ("", "-", '"', " ", "\n", "9", "ß", "\0", "[", "\ud800", "12")
            )
        for parse in parsers:
            found = outcome(parse, "".join(characters) or "x")
            for name, value in found.items():
                if name not in ("timestamp", "dead", "detail"):
                    checks[name](value)


def test_the_longest_line_takes_little_time() -> None:
    parse = parser(["%{DATA:a} %{DATA:b} %{DATA:c}\x01", f"{LOG4J}\x01", "%{GREEDYDATA:message}"])
    for unit in ("a ", "1:", "\\", '"', "2026-03-29 10:00:00 ", "ü "):
        began = time.perf_counter()
        assert len(outcome(parse, unit * (262_144 // len(unit)))["message"]) > 250_000
        assert time.perf_counter() - began < 10
