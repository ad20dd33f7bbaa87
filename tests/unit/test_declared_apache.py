"""What lines come to by formats that Apache's ``LogFormat`` declares, and which are refused."""

import re
from typing import Any

import pytest
from access_line import GET, GET_FIELDS, LINE, SHORT_LINE, WHEN, line_fields, timed_fields
from presets import RECEIVED_AT, options, outcome

from millrace.parse import combined
from millrace.parse.declared import apache

COMMON = '%h %l %u %t "%r" %>s %b'
COMBINED = f'{COMMON} "%{{Referer}}i" "%{{User-Agent}}i"'


def _common(**changes: Any) -> dict[str, Any]:
    """The fields of SHORT_LINE with ``changes``."""
    return line_fields(**({"referrer": None, "user_agent": None} | changes))


# What is declared, the line, its fields, and the options where they are not usual.
RECORDS: dict[str, tuple[Any, ...]] = {
    # The formats that Apache and its packages come with.
    "common": (COMMON, SHORT_LINE, _common()),
    "combined": (COMBINED, LINE, line_fields()),
    "combinedio, two counts of bytes": (
        f"{COMBINED} %I %O",
        f"{LINE} 310 5120",
        line_fields(attributes={"http.request.size": "310", "http.response.size": "5120"}),
    ),
    "Debian's vhost_combined": (
        COMBINED.replace("%h", "%v:%p %h", 1).replace("%b", "%O"),
        f"shop.example.com:443 {LINE}",
        line_fields(virtual_host="shop.example.com:443"),
    ),
    "referer": (
        "%{Referer}i -> %U",
        "https://example.com/a b -> /c d",
        {
            "timestamp": RECEIVED_AT.replace("Z", ".000Z"),
            "level": "INFO",
            "referrer": "https://example.com/a b",
            "path": "/c d",
        },
    ),
    # How the directive is written.
    "in quotes, as in a configuration": (
        r'"%h %l %u %t \"%r\" %>s %b"',
        SHORT_LINE,
        _common(),
    ),
    "tabs, a percent sign, and a unit after a value": (
        r"%a\t%t\t%Dus\t100%%",
        f"2001:db8::7\t{WHEN}\t1500us\t100%",
        timed_fields(client_ip="2001:db8::7", response_time_ms=1.5),
    ),
    "only for some statuses": (
        '%t %>s "%!200,304{Referer}i" "%400,501{User-Agent}i" "%<{X-A}i"',
        f'{WHEN} 200 "-" "-" "b"',
        timed_fields(status_code=200, attributes={"http.request.header.x-a": "b"}),
    ),
    # Times.
    "parts of a time": (
        '%h %l %u [%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] "%r" %>s %b',
        SHORT_LINE.replace("10:00:00 +0000", "12:00:00.123 +0200"),
        _common(timestamp="2026-03-29T10:00:00.123Z"),
    ),
    "a fraction beside the usual time": (
        "%t %{usec_frac}t %>s",
        f"{WHEN} 123999 200",
        timed_fields(status_code=200) | {"timestamp": "2026-03-29T10:00:00.123Z"},
    ),
    "parts of a time with nothing between": (
        "%{sec}t%{msec_frac}t %>s",
        "1774778400123 200",
        timed_fields(status_code=200) | {"timestamp": "2026-03-29T10:00:00.123Z"},
    ),
    "microseconds since 1970": (
        "%{usec}t %>s",
        "1774778400123456 200",
        timed_fields(status_code=200) | {"timestamp": "2026-03-29T10:00:00.123Z"},
    ),
    "the end of a request alone": (
        "%{end:%Y-%m-%dT%H:%M:%S}t%{end:%z}t %>s",
        "2026-03-29T12:00:00+0200 200",
        timed_fields(status_code=200),
    ),
    "beginning and end: the beginning": (
        "%{end:%F %T}t|%{begin:%F %T}t|%>s",
        "2026-03-29 10:00:07|2026-03-29 10:00:00|200",
        timed_fields(status_code=200),
    ),
    "half a day, in the feed's zone": (
        "%{%A, %e. %B %y %I:%M %p}t %>s",
        "Sunday,  1. March 26 12:30 PM 200",
        timed_fields(status_code=200) | {"timestamp": "2026-03-01T11:30:00.000Z"},
        {"timezone": "Europe/Berlin"},
    ),
    "a clock that is put forward": (
        "%{%F %T}t %>s",
        "2026-03-29 02:30:00 200",
        {
            "timestamp": "2026-03-29T01:30:00.000Z",
            "level": "INFO",
            "status_code": 200,
            "attributes": {"timestamp.local": "nonexistent"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "a zone by its name, no year": (
        "%{%b %d %T %Z}t %>s",
        "Mar 29 12:00:00 CEST 200",
        timed_fields(status_code=200),
    ),
    "a clock alone": (
        "%{%T}t %>s",
        "23:59:58 200",
        timed_fields(status_code=200) | {"timestamp": "2026-03-28T23:59:58.000Z"},
        {"received_at": "2026-03-29T00:00:03Z"},
    ),
    # Response times.
    "%D in microseconds, whatever the feed says": (
        f"{COMMON} %D",
        f"{SHORT_LINE} 250001",
        _common(response_time_ms=250.001),
        {"response_time_unit": "s"},
    ),
    "%T in seconds": (f"{COMMON} %T", f"{SHORT_LINE} 2", _common(response_time_ms=2000.0)),
    "%{ms}T and %T: the finest": (
        f"{COMMON} %T %{{ms}}T",
        f"{SHORT_LINE} 1 1204",
        _common(response_time_ms=1204.0),
    ),
    "%D is missing: the next": (
        f"{COMMON} %D %{{s}}T",
        f"{SHORT_LINE} - 3",
        _common(response_time_ms=3000.0),
    ),
    # Who asked.
    "user with blanks": (
        COMMON,
        SHORT_LINE.replace("- - [", "- Jane [D.] Doe ["),
        _common(user="Jane [D.] Doe"),
    ),
    "user of no name": (COMMON, SHORT_LINE.replace("- - [", 'id "" ['), _common(ident="id")),
    "address and name of the client": (
        "%t %h %a %{c}a %A %{remote}p %>s",
        f"{WHEN} host-7.example.com 192.0.2.80 198.51.100.2 198.51.100.9 50210 200",
        timed_fields(
            client_ip="192.0.2.80",
            status_code=200,
            attributes={
                "h": "host-7.example.com",
                "network.peer.address": "198.51.100.2",
                "server.address": "198.51.100.9",
                "client.port": "50210",
            },
        ),
    ),
    "forwarded addresses declared for the client": (
        COMMON.replace("%h", "%{X-Forwarded-For}i"),
        SHORT_LINE.replace("192.0.2.80", "203.0.113.5, 198.51.100.2"),
        _common(client_ip="203.0.113.5", forwarded_for="203.0.113.5, 198.51.100.2"),
    ),
    "a list where the client is declared": (
        COMMON,
        SHORT_LINE.replace("192.0.2.80", "203.0.113.5, 198.51.100.2"),
        _common(client_ip="203.0.113.5", forwarded_for="203.0.113.5, 198.51.100.2"),
    ),
    # What was asked for.
    "no request, a dash as sent": (
        COMMON,
        f'192.0.2.80 - - {WHEN} "-" 408 -',
        timed_fields(client_ip="192.0.2.80", request="-", status_code=408) | {"level": "WARN"},
    ),
    "escapes as written": (
        COMBINED,
        rf'192.0.2.80 - - {WHEN} "GET /\"a HTTP/1.1" 200 0 "-" "\"b\" \xc3\xa9 \\"',
        line_fields(path=r"/\"a", bytes=0, referrer=None, user_agent=r"\"b\" \xc3\xa9 \\"),
    ),
    "method, path, query and protocol apart": (
        "%t %m %U%q %H %s %>s %X %k",
        f"{WHEN} GET /search?q=tea HTTP/1.1 301 200 - 2",
        timed_fields(**GET_FIELDS, status_code=200, attributes={"s": "301", "X": "-", "k": "2"}),
    ),
    "path and query beside the request": (
        '%t "%r" %>s "%U" "%q"',
        f'{WHEN} {GET} 200 "/index.html" "?q=tea"',
        timed_fields(
            **GET_FIELDS,
            status_code=200,
            attributes={"url.path": "/index.html", "url.query": "q=tea"},
        ),
    ),
    # What else is known.
    "headers, variables and the like": (
        '%t %>s %v %V "%{Host}i" %{X-Request-Id}i %{UNIQUE_ID}e "%{Set-Cookie}o" "%{cart}C"'
        ' "%{cart}n" %{SSL_PROTOCOL}x %p %P %{tid}P %L %{c}L "%f" %R %S %^FB',
        f'{WHEN} 200 example.com www.example.com "shop.example.com" r-1 Zh2k "a=b; Path=/" "7"'
        ' "8" TLSv1.3 443 4242 99 l-1 c-1 "/srv/a b.html" proxy-server 5430 120',
        timed_fields(
            status_code=200,
            virtual_host="example.com",
            request_id="r-1",
            attributes={
                "V": "www.example.com",
                "http.request.header.host": "shop.example.com",
                "UNIQUE_ID": "Zh2k",
                "http.response.header.set-cookie": "a=b; Path=/",
                "cart": "7",
                "%{cart}n": "8",
                "tls.protocol.version": "TLSv1.3",
                "server.port": "443",
                "process.pid": "4242",
                "thread.id": "99",
                "L": "l-1",
                "cL": "c-1",
                "f": "/srv/a b.html",
                "R": "proxy-server",
                "S": "5430",
                "^FB": "120",
            },
        ),
    ),
}

LETTERS: dict[str, tuple[str, str, str, str | None]] = {
    "text after the declared end": (COMMON, f"{SHORT_LINE} 250", "no_match", None),
    "a declared value is missing": (COMBINED, SHORT_LINE, "no_match", None),
    "a host before the client": (COMMON, f"shop.example.com {SHORT_LINE}", "no_match", None),
    "a host before a list": (
        COMMON,
        f"shop.example.com 203.0.113.5, {SHORT_LINE}",
        "no_match",
        None,
    ),
    "a syslog head before the client": (
        COMMON,
        f"<133>Mar 29 10:00:00 web-1 httpd: {SHORT_LINE}",
        "no_match",
        None,
    ),
    "the head of a container's log before the client": (
        COMMON,
        f"2026-03-29T10:00:00.123456789Z stdout F {SHORT_LINE}",
        "no_match",
        None,
    ),
    "Compose's name before the client": (COMMON, f"web-1  | {SHORT_LINE}", "no_match", None),
    "a quote that is not closed": (COMMON, SHORT_LINE.replace('1.1"', r"1.1\""), "no_match", None),
    "status in words": (
        COMMON,
        SHORT_LINE.replace(" 200 ", " OK "),
        "bad_value",
        "status_code: OK",
    ),
    "bytes in words": (f"{COMMON} %D", f"{SHORT_LINE}k 7", "bad_value", "bytes: 4711k"),
    "a duration with its unit": (
        f"{COMMON} %D",
        f"{SHORT_LINE} 7us",
        "bad_value",
        "response_time_ms: 7us",
    ),
    "hour 24": (
        COMMON,
        SHORT_LINE.replace("2026:10", "2026:24"),
        "bad_timestamp",
        "timestamp: 29/Mar/2026:24:00:00 +0000",
    ),
    "a month of another language": (
        "%{%d. %B %Y}t %>s",
        "29. März 2026 200",
        "bad_timestamp",
        "timestamp: 29. März 2026",
    ),
    "hour 13 of half a day": (
        "%{%F %I %p}t %>s",
        "2026-03-29 13 PM 200",
        "bad_timestamp",
        "timestamp: 2026-03-29 13 PM",
    ),
    "a part of a time that is none": (
        "%{sec}t.%{msec_frac}t %>s",
        "now.123 200",
        "bad_timestamp",
        "timestamp: now",
    ),
}

REFUSED = {
    "no directive": ("combined", "there is none in 'combined'"),
    "unknown": ("%h %Z", "%Z is unknown: expected a directive of mod_log_config"),
    "unknown with a caret": ("%^XX", "%^XX is unknown"),
    "no letter": ("%h 100% sure", "not '% sure'"),
    "a percent sign at the end": ("%h %", "not '%'"),
    "a brace that is not closed": ("%h %{Referer", "the brace of '%{Referer' is not closed"),
    "a header without a name": ("%i", "%i needs a name in braces: expected %{NAME}i"),
    "an empty name": ("%{}i", "%{}i is unknown"),
    "an unknown unit": ("%{ns}T", "%{ns}T is unknown: expected %{s}T or %{ms}T or %{us}T"),
    "side by side": ("%h%u", "%h and %u stand side by side"),
    "statuses beside bytes": ("%>s%b", "%>s and %b stand side by side"),
    "twice": ("%h %u %h", "%h stands twice"),
    "a time of no known form": ("%{%Y week %V}t", "%V in %{%Y week %V}t is not read"),
}


def _outcome(declared: str, line: str, said: dict[str, Any]) -> dict[str, Any]:
    parse = apache.parser(declared, options(said))
    return outcome(parse, line, said.get("received_at", RECEIVED_AT))


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(name: str) -> None:
    declared, line, fields, *rest = RECORDS[name]
    assert _outcome(declared, line, rest[0] if rest else {}) == fields


@pytest.mark.parametrize("name", LETTERS)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    declared, line, reason, detail = LETTERS[name]
    found = _outcome(declared, line, {})
    assert found.get("dead") == reason, found
    assert detail is None or found["detail"] == detail


@pytest.mark.parametrize("name", REFUSED)
def test_declaration_by_which_no_line_can_be_read_is_refused(name: str) -> None:
    declared, said = REFUSED[name]
    with pytest.raises(ValueError, match=re.escape(said)):
        apache.parser(declared, options({}))


def test_declared_combined_is_the_preset() -> None:
    assert _outcome(COMBINED, LINE, {}) == outcome(combined.parse, LINE)


@pytest.mark.parametrize(
    "unit", ['"', " ", ", ", "\\", r"\"", '" "', " [", "1, ", ": 1 ", "1", "-"]
)
@pytest.mark.parametrize(
    "declared",
    [
        COMBINED,
        COMMON.replace("%h", "%{X-Forwarded-For}i"),
        "%a %{User-Agent}i %u %r %>s %{X-Forwarded-For}i %t",
        "%h %l %u [%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] %f %R",
    ],
)
def test_long_hostile_line_takes_no_time(unit: str, declared: str) -> None:
    """Where time is not linear in the length these take hours."""
    found = _outcome(declared, f"192.0.2.80 - {unit * (262_144 // len(unit))}\0", {})
    assert found["dead"] == "no_match"
