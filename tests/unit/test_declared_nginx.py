"""What lines come to by formats that nginx's ``log_format`` declares, and which are refused."""

import re
from typing import Any

import pytest
from access_line import GET, GET_FIELDS, LINE, WHEN, line_fields, timed_fields
from presets import RECEIVED_AT, options, outcome

from millrace.parse import combined
from millrace.parse.declared import nginx

COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
    ' "$http_referer" "$http_user_agent"'
)
JSON_LIKE = (
    '{"at":"$time_iso8601","from":"$remote_addr","what":"$request","code":$status,'
    '"upstream":$upstream_response_time,"agent":"$http_user_agent"}'
)
INGRESS = (
    f"{COMBINED} $request_length $request_time [$proxy_upstream_name]"
    " [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length"
    " $upstream_response_time $upstream_status $req_id"
)


# What is declared, the line, its fields, and the options and ``escape`` where they are not usual.
RECORDS: dict[str, tuple[Any, ...]] = {
    # The directives that nginx and its packages come with.
    "combined": (COMBINED, LINE, line_fields()),
    "main, where the client stays the peer": (
        f'{COMBINED} "$http_x_forwarded_for"',
        f'{LINE} "203.0.113.5, 198.51.100.2"',
        line_fields(forwarded_for="203.0.113.5, 198.51.100.2"),
    ),
    "ingress-nginx, whose first number is a length": (
        INGRESS,
        f"{LINE} 905 0.052 [shop-cart-80] [] 198.51.100.2:80, 198.51.100.3:80 0, 4711"
        " 0.001, 0.049 502, 200 8f1c",
        line_fields(
            response_time_ms=52.0,
            request_id="8f1c",
            attributes={
                "http.request.size": "905",
                "proxy_upstream_name": "shop-cart-80",
                "upstream_addr": "198.51.100.2:80, 198.51.100.3:80",
                "upstream_response_length": "0, 4711",
                "upstream_response_time": "0.001, 0.049",
                "upstream_status": "502, 200",
            },
        ),
    ),
    # How the directive is written.
    "pieces in quotes, as in a configuration": (
        "'$remote_addr [$time_local] '\n    '\"$request\" \\'$status\\'';",
        f"192.0.2.80 {WHEN} {GET} '404'",
        timed_fields(client_ip="192.0.2.80", **GET_FIELDS, status_code=404) | {"level": "WARN"},
    ),
    "one text in double quotes that escapes those within": (
        r'"$remote_addr \"$request\" $status"',
        f"192.0.2.80 {GET} 200",
        {
            "timestamp": RECEIVED_AT.replace("Z", ".000Z"),
            "level": "INFO",
            "client_ip": "192.0.2.80",
            **GET_FIELDS,
            "status_code": 200,
        },
    ),
    "tabs, and names in braces": (
        r"${time_iso8601}\t${remote_addr}\t${status}ms\t$http_user_agent",
        "2026-03-29T12:00:00+02:00\t192.0.2.80\t503ms\tFirefox/140 (X11; Linux)",
        timed_fields(client_ip="192.0.2.80", status_code=503, user_agent="Firefox/140 (X11; Linux)")
        | {"level": "ERROR"},
    ),
    "literals that mean something in patterns": (
        "(.*)+ $status|[$remote_addr] ^$time_iso8601",
        "(.*)+ 200|[2001:db8::7] ^2026-03-29T10:00:00+00:00",
        timed_fields(status_code=200, client_ip="2001:db8::7"),
    ),
    # Times.
    "msec, the finest of three": (
        "$time_local $msec $time_iso8601 $status",
        "29/Mar/2026:10:00:00 +0000 1774778400.987 2026-03-29T10:00:00+00:00 200",
        {"timestamp": "2026-03-29T10:00:00.987Z", "level": "INFO", "status_code": 200},
    ),
    "no time in the directive": (
        "$remote_addr $status",
        "192.0.2.80 200",
        {
            "timestamp": "2026-03-29T11:00:00.000Z",
            "level": "INFO",
            "client_ip": "192.0.2.80",
            "status_code": 200,
        },
        {"received_at": "2026-03-29T11:00:00Z"},
    ),
    "a time without a zone is the feed's": (
        "[$time_local] $status",
        "[29/Mar/2026:02:30:00] 200",
        {
            "timestamp": "2026-03-29T01:30:00.000Z",
            "level": "INFO",
            "status_code": 200,
            "attributes": {"timestamp.local": "nonexistent"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "request_time in seconds, whatever the feed says": (
        f"{COMBINED} $request_time",
        f"{LINE} 1.001",
        line_fields(response_time_ms=1001.0),
        {"response_time_unit": "us"},
    ),
    "without request_time the servers' times are added up": (
        f"{COMBINED} $upstream_response_time",
        f"{LINE} 0.010, - : 0.102",
        line_fields(
            response_time_ms=112.0, attributes={"upstream_response_time": "0.010, - : 0.102"}
        ),
    ),
    "no server was asked": (
        f'{COMBINED} "$upstream_response_time" "$upstream_cache_status"',
        f'{LINE} "-" "HIT"',
        line_fields(attributes={"upstream_cache_status": "HIT"}),
    ),
    # Who asked.
    "user with blanks and brackets": (
        COMBINED,
        LINE.replace("- - [", "- Jane [29/Mar D. ["),
        line_fields(user="Jane [29/Mar D."),
    ),
    "IPv6 client with its port": (
        "$remote_addr:$remote_port [$time_local] $status",
        f"2001:db8::7:50210 {WHEN} 200",
        timed_fields(client_ip="2001:db8::7", status_code=200, attributes={"client.port": "50210"}),
    ),
    "a list where the client is declared": (
        COMBINED,
        LINE.replace("192.0.2.80", "203.0.113.5, unknown, 2001:db8::7"),
        line_fields(client_ip="203.0.113.5", forwarded_for="203.0.113.5, unknown, 2001:db8::7"),
    ),
    "forwarded addresses declared for the client": (
        COMBINED.replace("$remote_addr", "$http_x_forwarded_for"),
        LINE.replace("192.0.2.80", "203.0.113.5:443,198.51.100.2"),
        line_fields(
            client_ip="203.0.113.5",
            forwarded_for="203.0.113.5:443,198.51.100.2",
            attributes={"client.port": "443"},
        ),
    ),
    "forwarded by no address is no client": (
        '"$http_x_forwarded_for" [$time_local] $status',
        f'"the cat" {WHEN} 200',
        timed_fields(forwarded_for="the cat", status_code=200),
    ),
    "the balancer's word for the client, where nothing else says": (
        "$proxy_protocol_addr [$time_local] $status",
        f"203.0.113.5 {WHEN} 200",
        timed_fields(client_ip="203.0.113.5", status_code=200),
    ),
    "socket as client": (
        COMBINED,
        LINE.replace("192.0.2.80", "unix:"),
        line_fields(client_ip="unix:"),
    ),
    # What was asked for.
    "nothing was sent": (
        COMBINED,
        f'192.0.2.80 - - {WHEN} "" 000 0 "-" "-"',
        timed_fields(client_ip="192.0.2.80", status_code=0, bytes=0),
    ),
    "bytes of TLS, kept as written": (
        COMBINED,
        rf'192.0.2.80 - - {WHEN} "\x16\x03\x01" 400 150 "-" "\x22a\x22 \xC3\xA9"',
        timed_fields(client_ip="192.0.2.80", status_code=400, bytes=150, request=r"\x16\x03\x01")
        | {"level": "WARN", "user_agent": r"\x22a\x22 \xC3\xA9"},
    ),
    "path and query in three variables": (
        "[$time_local] $request_method $scheme://$host$uri$is_args$args $status $server_protocol",
        f"{WHEN} GET https://shop.example.com/a b/c?x=1 200 HTTP/2.0",
        timed_fields(
            method="GET",
            path="/a b/c?x=1",
            protocol="HTTP/2.0",
            virtual_host="shop.example.com",
            status_code=200,
            attributes={"url.scheme": "https"},
        ),
    ),
    "a rewritten path beside the request": (
        "[$time_local] $request $status $uri $args",
        f"{WHEN} GET /search?q=tea HTTP/1.1 200 /index.html q=tea",
        timed_fields(
            **GET_FIELDS,
            status_code=200,
            attributes={"url.path": "/index.html", "url.query": "q=tea"},
        ),
    ),
    "host by the first variable that has one": (
        "[$time_local] $status $server_name $http_host $host",
        f"{WHEN} 200 example.com shop.example.com:8080 -",
        timed_fields(
            status_code=200,
            virtual_host="shop.example.com:8080",
            attributes={"server_name": "example.com"},
        ),
    ),
    # What else is known.
    "headers, cookies and variables of one's own": (
        "[$time_local] $status $http_x_request_id $request_id $http_traceparent"
        ' "$http_accept_language" "$sent_http_content_type" "$cookie_cart" "$geoip2_city"'
        " $ssl_protocol/$ssl_cipher $geoip_country_code $pid",
        f"{WHEN} 200 - 9f2c 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        ' "de, en" "text/html; charset=utf-8" "-" "New York"'
        " TLSv1.3/TLS_AES_128_GCM_SHA256 US 4242",
        timed_fields(
            status_code=200,
            request_id="9f2c",
            country="US",
            attributes={
                "trace_id": "0af7651916cd43dd8448eb211c80319c",
                "span_id": "b7ad6b7169203331",
                "trace_flags": "01",
                "http.request.header.accept-language": "de, en",
                "http.response.header.content-type": "text/html; charset=utf-8",
                "geoip2_city": "New York",
                "tls.protocol.version": "TLSv1.3",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
                "process.pid": "4242",
            },
        ),
    ),
    "bytes with and without headers": (
        "[$time_local] $status $bytes_sent $body_bytes_sent $request_length $content_length",
        f"{WHEN} 200 800 512 310 0",
        timed_fields(
            status_code=200,
            bytes=512,
            attributes={
                "http.response.size": "800",
                "http.request.size": "310",
                "http.request.body.size": "0",
            },
        ),
    ),
    "bytes with headers alone": (
        "[$time_local] $status $bytes_sent",
        f"{WHEN} 200 800",
        timed_fields(status_code=200, bytes=800),
    ),
    "of the stream module": (
        "$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time",
        f"192.0.2.80 {WHEN} UDP 502 0 96 0.004",
        timed_fields(
            client_ip="192.0.2.80",
            status_code=502,
            bytes=0,
            attributes={"protocol": "UDP", "bytes_received": "96", "session_time": "0.004"},
        )
        | {"level": "ERROR"},
    ),
    "unquoted agent with numbers like those after it": (
        "$http_user_agent $status $request_time",
        "Firefox/140 (200 0.1) 404 0.123",
        {
            "timestamp": RECEIVED_AT.replace("Z", ".000Z"),
            "level": "WARN",
            "user_agent": "Firefox/140 (200 0.1)",
            "status_code": 404,
            "response_time_ms": 123.0,
        },
    ),
    # Other ways to escape.
    "JSON's escapes are undone": (
        JSON_LIKE,
        r'{"at":"2026-03-29T10:00:00+00:00","from":"192.0.2.80","what":"GET /\"a\" HTTP/1.1",'
        r'"code":200,"upstream":0.004,"agent":"a\\b \"c\"\t\u001F é \uD800"}',
        timed_fields(
            client_ip="192.0.2.80",
            method="GET",
            path='/"a"',
            protocol="HTTP/1.1",
            status_code=200,
            response_time_ms=4.0,
            user_agent='a\\b "c"\t\x1f é \\uD800',
            attributes={"upstream_response_time": "0.004"},
        ),
        {"escape": "json"},
    ),
    "no JSON, since a variable is missing": (
        JSON_LIKE,
        '{"at":"2026-03-29T10:00:00+00:00","from":"192.0.2.80","what":"","code":400,'
        '"upstream":,"agent":""}',
        timed_fields(client_ip="192.0.2.80", status_code=400) | {"level": "WARN"},
        {"escape": "json"},
    ),
    "nothing is escaped: quotes in path and agent": (
        COMBINED,
        LINE.replace("tea", '"t"').replace("Firefox/140", 'the "fox" says'),
        line_fields(path='/search?q="t"', user_agent='the "fox" says'),
        {"escape": "none"},
    ),
    "nothing is escaped: the last split that fits": (
        '"$http_user_agent" $status "$http_referer"',
        '"a" 200 "b" 404 "c"',
        {
            "timestamp": RECEIVED_AT.replace("Z", ".000Z"),
            "level": "WARN",
            "user_agent": 'a" 200 "b',
            "status_code": 404,
            "referrer": "c",
        },
        {"escape": "none"},
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "text after the declared end": (COMBINED, f"{LINE} 0.250", "no_match", None),
    "a declared value is missing": (f"{COMBINED} $request_time", LINE, "no_match", None),
    "other literals": (COMBINED, LINE.replace(" - - ", " - "), "no_match", None),
    "a word before the client": (COMBINED, f"web-1 {LINE}", "no_match", None),
    "no address in an unquoted list": (
        COMBINED.replace("$remote_addr", "$http_x_forwarded_for"),
        LINE.replace("192.0.2.80", "cat"),
        "no_match",
        None,
    ),
    "nothing is escaped, and no split fits": (
        COMBINED,
        LINE.replace(" 4711 ", " many "),
        "bad_value",
        "bytes: many",
        {"escape": "none"},
    ),
    "status in words": (COMBINED, LINE.replace(" 200 ", " OK "), "bad_value", "status_code: OK"),
    "bytes beyond count": (
        COMBINED,
        LINE.replace("4711", "9" * 16),
        "bad_value",
        "bytes: 9999999999999999",
    ),
    "a request of a year": (
        f"{COMBINED} $request_time",
        f"{LINE} 31536000.000",
        "bad_value",
        "response_time_ms: 31536000.000",
    ),
    "30 February": (
        COMBINED,
        LINE.replace("29/Mar", "30/Feb"),
        "bad_timestamp",
        "timestamp: 30/Feb/2026:10:00:00 +0000",
    ),
    "no time in the brackets": (
        COMBINED,
        LINE.replace("29/Mar/2026:10:00:00 +0000", "later"),
        "bad_timestamp",
        "timestamp: later",
    ),
}

REFUSED = {
    "no variable": ("-", "there is none in '-'"),
    "nothing": ("", "there is none in ''"),
    "side by side": ("$remote_addr$status", "$remote_addr and $status stand side by side"),
    "a path beside its query": ("$uri$args", "$uri and $args stand side by side"),
    "twice": ("$status $remote_addr $status", "$status stands twice"),
    "raw bytes": ("$binary_remote_addr $status", "$binary_remote_addr is raw bytes"),
    "no name": ("$status costs $ 5", "not '$ 5'"),
    "a brace that is not closed": ("$status ${remote_addr", "not '${remote_addr'"),
    "a brace with a blank": ("${remote addr}", "not '${remote addr}'"),
}


def _outcome(declared: str, line: str, said: dict[str, Any]) -> dict[str, Any]:
    parse = nginx.parser(declared, options(said), said.get("escape", "default"))
    return outcome(parse, line, said.get("received_at", RECEIVED_AT))


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(name: str) -> None:
    declared, line, fields, *rest = RECORDS[name]
    assert _outcome(declared, line, rest[0] if rest else {}) == fields


@pytest.mark.parametrize("name", LETTERS)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    declared, line, reason, detail, *rest = LETTERS[name]
    found = _outcome(declared, line, rest[0] if rest else {})
    assert found.get("dead") == reason, found
    assert detail is None or found["detail"] == detail


@pytest.mark.parametrize("name", REFUSED)
def test_declaration_by_which_no_line_can_be_read_is_refused(name: str) -> None:
    declared, said = REFUSED[name]
    with pytest.raises(ValueError, match=re.escape(said)):
        nginx.parser(declared, options({}))


def test_declared_combined_is_the_preset() -> None:
    assert _outcome(COMBINED, LINE, {}) == outcome(combined.parse, LINE)


@pytest.mark.parametrize("escape", ["default", "json", "none"])
@pytest.mark.parametrize(
    "unit", ['"', " ", ", ", " : ", "\\", '" "', " [", "1, ", ": 1 ", '"}', "-"]
)
@pytest.mark.parametrize("declared", [COMBINED, INGRESS, JSON_LIKE, "$http_cookie $remote_addr "])
def test_long_hostile_line_takes_no_time(escape: str, unit: str, declared: str) -> None:
    """Where time is not linear in the length these take hours."""
    found = _outcome(
        declared, f"192.0.2.80 - {unit * (262_144 // len(unit))}\0", {"escape": escape}
    )
    assert found["dead"] == "no_match"
