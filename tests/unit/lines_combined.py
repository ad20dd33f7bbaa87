r"""Access log lines, each with the fields it must give or the reason why it must give none.

Backslashes stand as servers write them: ``\"`` is two characters of the line.
"""

WHEN = "[22/Jan/2019:03:56:14 +0330]"
CLIENT = f"203.0.113.9 - - {WHEN}"
GET = '"GET /index.html HTTP/1.1"'
COMMON = f"{CLIENT} {GET} 200 5316"
REFERRER = '"https://example.com/start"'
COMBINED = f'{COMMON} {REFERRER} "Mozilla/5.0"'
ESCAPES = r"\"" * 100_000
LONG_PATH = "/" + "a" * 65_536

_FIELDS: dict[str, object] = {
    "timestamp": "2019-01-22T00:26:14.000Z",
    "service_name": "feed",
    "level": "INFO",
    "client_ip": "203.0.113.9",
    "method": "GET",
    "path": "/index.html",
    "protocol": "HTTP/1.1",
    "status_code": 200,
    "bytes": 5316,
}
_AGENT = {"referrer": "https://example.com/start", "user_agent": "Mozilla/5.0"}


def _common(**changes: object) -> dict[str, object]:
    """The fields of COMMON with ``changes``; None takes a field away."""
    return {name: value for name, value in (_FIELDS | changes).items() if value is not None}


def _combined(**changes: object) -> dict[str, object]:
    return _common(**(_AGENT | changes))


def _noise(request: str) -> dict[str, object]:
    """The fields of a line whose request is not METHOD target PROTOCOL."""
    changes = {"status_code": 400, "bytes": 226, "level": "WARN", "request": request}
    return _common(method=None, path=None, protocol=None, **changes)


RECORDS: dict[str, tuple[str, dict[str, object]]] = {
    # The layouts.
    "Common": (COMMON, _common()),
    "Common with a number after": (f"{COMMON} 42", _common(extra="42")),
    "Common with a quoted field after": (f'{COMMON} "a b" c', _common(extra='"a b" c')),
    "Combined": (COMBINED, _combined()),
    "Combined with a carriage return and line feed": (f"{COMBINED}\r\n", _combined()),
    "Combined with a line feed": (f"{COMBINED}\n", _combined()),
    "vhost_combined": (
        f"www.example.com:443 {COMBINED}",
        _combined(virtual_host="www.example.com:443"),
    ),
    "vhost_combined of an IPv6 literal": (
        f'[2001:db8::1]:8080 2001:db8::7 - - {WHEN} {GET} 200 5316 {REFERRER} "Mozilla/5.0"',
        _combined(virtual_host="[2001:db8::1]:8080", client_ip="2001:db8::7"),
    ),
    "whole response time": (f"{COMBINED} 42", _combined(response_time_ms=42.0)),
    "decimal response time": (f"{COMBINED} 0.25", _combined(response_time_ms=0.25)),
    "three decimals, as nginx writes seconds": (f"{COMBINED} 0.125", _combined(extra="0.125")),
    "dash for response time": (f"{COMBINED} -", _combined()),
    # With others after it a number may be bytes, a count, or a time in another unit.
    "two numbers after Combined": (f"{COMBINED} 616 6347", _combined(extra="616 6347")),
    "number with fields after it": (
        f'{COMBINED} 42 0.041 "a b" -',
        _combined(extra='42 0.041 "a b" -'),
    ),
    "number with a quoted address after it": (
        f'{COMBINED} 42 "192.0.2.1"',
        _combined(extra='42 "192.0.2.1"'),
    ),
    "Traefik's fields": (
        f'{COMBINED} 48213 "shop@docker" "http://10.0.0.7:80" 12ms',
        _combined(response_time_ms=12.0, extra='48213 "shop@docker" "http://10.0.0.7:80" 12ms'),
    ),
    "one forwarded address": (f'{COMBINED} "192.0.2.1"', _combined(forwarded_for="192.0.2.1")),
    "several forwarded addresses": (
        f'{COMBINED} "192.0.2.1, 198.51.100.7,10.0.0.1"',
        _combined(forwarded_for="192.0.2.1, 198.51.100.7,10.0.0.1"),
    ),
    "as many forwarded addresses as a header holds": (
        f'{COMBINED} "{", ".join(["1"] * 2700)}"',
        _combined(forwarded_for=", ".join(["1"] * 2700)),
    ),
    "forwarded IPv6 address": (
        f'{COMBINED} "2001:db8::7, unknown"',
        _combined(forwarded_for="2001:db8::7, unknown"),
    ),
    "dash for forwarded address": (f'{COMBINED} "-"', _combined()),
    "fields after forwarded address": (
        rf'{COMBINED} "192.0.2.1" rt=0.1 "a \"b\""',
        _combined(forwarded_for="192.0.2.1", extra=r'rt=0.1 "a \"b\""'),
    ),
    "fields after dash for forwarded address": (f'{COMBINED} "-" "x"', _combined(extra='"x"')),
    "quoted field that is no address is extra": (f'{COMBINED} "gzip"', _combined(extra='"gzip"')),
    "words after Combined": (f"{COMBINED} TLSv1.3 -", _combined(extra="TLSv1.3 -")),
    "vhost_combined with response time": (
        f"example.com:80 {COMBINED} 42",
        _combined(virtual_host="example.com:80", response_time_ms=42.0),
    ),
    # Escapes, kept as written.
    "escaped quote in user agent": (
        rf'{COMMON} {REFERRER} "a \"quoted\" word"',
        _combined(user_agent=r"a \"quoted\" word"),
    ),
    "user agent ending in a backslash": (
        rf'{COMMON} {REFERRER} "C:\\" 42',
        _combined(user_agent=r"C:\\", response_time_ms=42.0),
    ),
    "user agent of one escaped quote": (
        rf'{COMMON} {REFERRER} "\""',
        _combined(user_agent=r"\""),
    ),
    "tab and hex escapes in user agent": (
        rf'{COMMON} {REFERRER} "a\tb\x22c\xc3\xa9"',
        _combined(user_agent=r"a\tb\x22c\xc3\xa9"),
    ),
    "escaped quote in referrer": (
        rf'{COMMON} "https://example.com/?q=\"x\"\\" "Mozilla/5.0"',
        _combined(referrer=r"https://example.com/?q=\"x\"\\"),
    ),
    "escaped quotes in target": (
        rf'{CLIENT} "GET /?q=\"a\" HTTP/1.1" 200 5316 {REFERRER} "Mozilla/5.0"',
        _combined(path=r"/?q=\"a\""),
    ),
    "100,000 escapes": (f'{COMMON} {REFERRER} "{ESCAPES}"', _combined(user_agent=ESCAPES)),
    # Who asked.
    "IPv6 client": (
        f"2001:db8::7 - - {WHEN} {GET} 200 5316",
        _common(client_ip="2001:db8::7"),
    ),
    "host name as client": (
        f"host-7.example.com - - {WHEN} {GET} 200 5316",
        _common(client_ip="host-7.example.com"),
    ),
    "ident and user": (
        f"203.0.113.9 daemon frank {WHEN} {GET} 200 5316",
        _common(ident="daemon", user="frank"),
    ),
    "user with spaces": (
        f"203.0.113.9 - Frank N. Stein {WHEN} {GET} 200 5316",
        _common(user="Frank N. Stein"),
    ),
    "vhost_combined with spaces in user": (
        f"example.com:80 203.0.113.9 - Frank Stein {WHEN} {GET} 200 5316",
        _common(virtual_host="example.com:80", user="Frank Stein"),
    ),
    "escaped quote in user": (
        rf"203.0.113.9 - fr\"nk {WHEN} {GET} 200 5316",
        _common(user=r"fr\"nk"),
    ),
    "bracket in user": (
        f"203.0.113.9 - frank [admin] {WHEN} {GET} 200 5316",
        _common(user="frank [admin]"),
    ),
    "empty user as Apache writes it": (
        f'203.0.113.9 - "" {WHEN} {GET} 401 381',
        _common(user=None, status_code=401, bytes=381, level="WARN"),
    ),
    "request in a terminal's colours": (
        f'{CLIENT} "\x1b[31m\x1b[1mGET /index.html HTTP/1.1\x1b[0m" 200 5316',
        _common(),
    ),
    "request that only begins in colours": (
        f'{CLIENT} "\x1b[31mGET /index.html HTTP/1.1" 400 226',
        _noise("\x1b[31mGET /index.html HTTP/1.1"),
    ),
    # What a proxy or a second server put before the client.
    "forwarded addresses before the client": (
        f"203.0.113.9, 198.51.100.7 - - {WHEN} {GET} 200 5316",
        _common(forwarded_for="203.0.113.9, 198.51.100.7"),
    ),
    "forwarded addresses without a blank": (
        f"203.0.113.9,198.51.100.7,2001:db8::7 - frank {WHEN} {GET} 200 5316",
        _common(forwarded_for="203.0.113.9,198.51.100.7,2001:db8::7", user="frank"),
    ),
    "host and forwarded addresses": (
        f"www.example.com 203.0.113.9, unknown - - {WHEN} {GET} 200 5316",
        _common(virtual_host="www.example.com", forwarded_for="203.0.113.9, unknown"),
    ),
    "host without a port": (
        f"www.example.com {COMBINED}",
        _combined(virtual_host="www.example.com"),
    ),
    "host and port before a client's name": (
        f"www.example.com:80 host-7.example.org - - {WHEN} {GET} 200 5316",
        _common(virtual_host="www.example.com:80", client_ip="host-7.example.org"),
    ),
    "socket as client": (f"unix: - - {WHEN} {GET} 200 5316", _common(client_ip="unix:")),
    "unknown client": (f"unknown - - {WHEN} {GET} 200 5316", _common(client_ip="unknown")),
    "byte order mark": (f"\ufeff{COMBINED}", _combined()),
    "dash for client": (f"- - - {WHEN} {GET} 200 5316", _common(client_ip=None)),
    # What was asked.
    "dash for everything that may be one": (
        f'203.0.113.9 - - {WHEN} "-" - - "-" "-"',
        _common(method=None, path=None, protocol=None, request="-", status_code=None, bytes=None),
    ),
    "empty referrer and user agent": (f'{COMMON} "" ""', _combined(referrer="", user_agent="")),
    "TLS bytes": (
        rf'{CLIENT} "\x16\x03\x01\x02" 400 226',
        _noise(r"\x16\x03\x01\x02"),
    ),
    "dash for request": (f'{CLIENT} "-" 400 226', _noise("-")),
    "empty request": (f'{CLIENT} "" 400 226', _noise("")),
    "no protocol": (f'{CLIENT} "GET /" 400 226', _noise("GET /")),
    "no target": (f'{CLIENT} "GET HTTP/1.1" 400 226', _noise("GET HTTP/1.1")),
    "two spaces before the target": (
        f'{CLIENT} "GET  / HTTP/1.1" 400 226',
        _noise("GET  / HTTP/1.1"),
    ),
    "scanner noise": (f'{CLIENT} "SSH-2.0-Go" 400 226', _noise("SSH-2.0-Go")),
    "absolute-form target": (
        f'{CLIENT} "GET http://example.com/a?b HTTP/1.1" 200 5316',
        _common(path="http://example.com/a?b"),
    ),
    "asterisk target": (
        f'{CLIENT} "OPTIONS * HTTP/1.0" 200 5316',
        _common(method="OPTIONS", path="*", protocol="HTTP/1.0"),
    ),
    "spaces in target": (
        f'{CLIENT} "GET /a b?c d HTTP/1.1" 200 5316',
        _common(path="/a b?c d"),
    ),
    "query string and HTTP/2": (
        f'{CLIENT} "POST /a?b=1&c=%20#d HTTP/2" 200 5316',
        _common(method="POST", path="/a?b=1&c=%20#d", protocol="HTTP/2"),
    ),
    "target of 64 KiB": (
        f'{CLIENT} "GET {LONG_PATH} HTTP/1.1" 200 5316',
        _common(path=LONG_PATH),
    ),
    "text that is not ASCII": (
        f'{CLIENT} "GET /für/日本 HTTP/1.1" 200 5316 "-" "Ünïcode 😀"',
        _common(path="/für/日本", user_agent="Ünïcode 😀"),
    ),
    # How it went, and when.
    "server error": (
        f"{CLIENT} {GET} 503 -",
        _common(status_code=503, bytes=None, level="ERROR"),
    ),
    "more bytes than an int holds": (f"{CLIENT} {GET} 200 5000000000", _common(bytes=5 * 10**9)),
    "zone west of Greenwich": (
        f"203.0.113.9 - - [31/Dec/2019:23:59:59 -0800] {GET} 200 5316",
        _common(timestamp="2020-01-01T07:59:59.000Z"),
    ),
    "milliseconds in the time": (
        f"203.0.113.9 - - [22/Jan/2019:03:56:14.123 +0330] {GET} 200 5316",
        _common(timestamp="2019-01-22T00:26:14.123Z"),
    ),
    "ISO 8601 in the brackets": (
        f"203.0.113.9 - - [2019-01-22T03:56:14.5+03:30] {GET} 200 5316",
        _common(timestamp="2019-01-22T00:26:14.500Z"),
    ),
    "leap day in UTC": (
        f"203.0.113.9 - - [29/Feb/2020:00:00:00 +0000] {GET} 200 5316",
        _common(timestamp="2020-02-29T00:00:00.000Z"),
    ),
}

LETTERS: dict[str, tuple[str | bytes | None, str, str | None]] = {
    "empty": ("", "empty", "no text"),
    "only a line's end": ("\r\n", "empty", "no text"),
    "blank": ("   ", "empty", "no text"),
    "null value": (None, "empty", "no text"),
    "too long": (b"a" * 262_145, "too_long", "262145 bytes"),
    "not UTF-8": (COMMON.encode().replace(b"html", b"\xff\xfe"), "not_utf8", "not UTF-8"),
    "garbage": ("connection reset by peer", "no_match", "quoted request"),
    "another format": ('{"timestamp": 0}', "no_match", "[time]"),
    "cut in the client": (COMMON[:8], "no_match", "quoted request"),
    "cut in the time": (COMMON[:30], "no_match", "quoted request"),
    "cut in the request": (COMMON[:60], "no_match", "not closed"),
    "cut before the status": (f"{CLIENT} {GET}", "no_match", "status and bytes"),
    "cut after the status": (f"{CLIENT} {GET} 200", "no_match", "status and bytes"),
    "cut in the referrer": (f'{COMMON} "https://', "no_match", "not closed"),
    "cut in the user agent": (COMBINED[:-2], "no_match", "not closed"),
    "cut after a backslash": (f'{COMMON} {REFERRER} "Mozilla\\', "no_match", "not closed"),
    "unescaped quotes in user agent": (f'{COMMON} "-" "a "b" c"', "no_match", "closing quote"),
    "no client": (f"- - {WHEN} {GET} 200 5316", "no_match", "client, ident and user"),
    # What a shipper put before the line is nobody's client.
    "CRI's head": (f"2026-03-29T10:00:00.1Z stdout F {COMMON}", "no_match", "client"),
    "syslog's head": (f"<133>Mar 29 10:00:00 web01 nginx: {COMMON}", "no_match", "client"),
    "a container's name": (f"web-1  | {COMMON}", "no_match", "client"),
    "Logstash's plain codec": (f"2026-03-29T10:00:00.1Z web01 {COMMON}", "no_match", "client"),
    "a name before an address and no user": (
        f"web01 203.0.113.9 - {WHEN} {GET} 200 5316",
        "no_match",
        "client",
    ),
    "a list with a word in it": (
        f"203.0.113.9, shop - - {WHEN} {GET} 200 5316",
        "no_match",
        "addresses",
    ),
    "no time": (f"203.0.113.9 - - {GET} 200 5316", "no_match", "[time]"),
    "text between time and request": (
        f"{CLIENT} www.example.com {GET} 200 5316",
        "no_match",
        "",
    ),
    "status in words": (f"{CLIENT} {GET} OK 5316", "bad_value", "status_code: OK"),
    "status of four digits": (f"{CLIENT} {GET} 2000 5316", "bad_value", "status_code: 2000"),
    "negative status": (f"{CLIENT} {GET} -20 5316", "bad_value", "status_code: -20"),
    "signed status": (f"{CLIENT} {GET} +20 5316", "bad_value", "status_code: +20"),
    "bytes in words": (f"{CLIENT} {GET} 200 5k", "bad_value", "bytes: 5k"),
    "negative bytes": (f"{CLIENT} {GET} 200 -1", "bad_value", "bytes: -1"),
    "bytes beyond 64 bits": (f"{CLIENT} {GET} 200 9{'0' * 20}", "bad_value", f"bytes: 9{'0' * 20}"),
}
LETTERS |= {
    name: (f"203.0.113.9 - - [{time}] {GET} 200 5316", "bad_timestamp", f"timestamp: {time}")
    for name, time in {
        "unknown month": "22/Foo/2019:03:56:14 +0330",
        "month in lower case": "22/jan/2019:03:56:14 +0330",
        "30 February": "30/Feb/2019:03:56:14 +0330",
        "29 February of a common year": "29/Feb/2019:03:56:14 +0000",
        "hour 24": "22/Jan/2019:24:00:00 +0000",
        "second 61": "22/Jan/2019:03:56:61 +0330",
        "zone beyond a day": "22/Jan/2019:03:56:14 +9999",
        "zone by name": "22/Jan/2019:03:56:14 Japan",
        "other order": "03:56:14 22-Jan-2019",
        "empty time": "",
    }.items()
}

# What the parser does not keep to yet, by the name of the case.
