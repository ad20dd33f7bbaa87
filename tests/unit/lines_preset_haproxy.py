"""Lines of HAProxy."""

from typing import Any

ACCEPTED = "192.0.2.17:51234 [29/Mar/2026:10:00:00.123]"
STARTS = f"{ACCEPTED} shop cart/srv1 2/0/4/61/70 200 3120 - - ---- 5/4/3/1/0 6/7"
GET = '"GET / HTTP/1.1"'
HTTP = f"{STARTS} {GET}"
TCP = f"{ACCEPTED} db db/pg1 1/0/3120 4096 -- 5/4/3/1/0 6/7"
LONG = "a" * 1_000
_FIELDS: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.123Z",
    "level": "INFO",
    "client_ip": "192.0.2.17",
}
_HTTP: dict[str, Any] = {
    "method": "GET",
    "path": "/",
    "protocol": "HTTP/1.1",
    "status_code": 200,
    "bytes": 3120,
    "response_time_ms": 70.0,
}
_COUNTS = {
    "actconn": "5",
    "feconn": "4",
    "beconn": "3",
    "srv_conn": "1",
    "retries": "0",
    "srv_queue": "6",
    "backend_queue": "7",
}
_OF_HTTP = {
    "client.port": "51234",
    "frontend_name": "shop",
    "backend_name": "cart",
    "server_name": "srv1",
    "TR": "2",
    "Tw": "0",
    "Tc": "4",
    "Tr": "61",
    "termination_state": "----",
} | _COUNTS
_OF_TCP = {
    "client.port": "51234",
    "frontend_name": "db",
    "backend_name": "db",
    "server_name": "pg1",
    "Tw": "1",
    "Tc": "0",
    "termination_state": "--",
} | _COUNTS


def _changed(
    usual: dict[str, Any], changes: dict[str, Any], named: dict[str, Any], others: dict[str, Any]
) -> dict[str, Any]:
    attributes = {name: text for name, text in (named | others).items() if text is not None}
    sent = _FIELDS | usual | {"attributes": attributes} | changes
    return {name: value for name, value in sent.items() if value is not None}


def http(attributes: dict[str, str | None] | None = None, **fields: Any) -> dict[str, Any]:
    """The fields of HTTP with others over them; None takes one away."""
    return _changed(_HTTP, fields, _OF_HTTP, attributes or {})


def tcp(attributes: dict[str, str | None] | None = None, **fields: Any) -> dict[str, Any]:
    """The fields of TCP with others over them; None takes one away."""
    usual = {"bytes": 4096, "response_time_ms": 3120.0}
    return _changed(usual, fields, _OF_TCP, attributes or {})


def own(message: str, attributes: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """The fields of a message without client."""
    sent = {"message": message, "client_ip": None, "attributes": attributes} | fields
    return _changed({}, sent, {}, {})


RECORDS: dict[str, tuple[Any, ...]] = {
    # Heads.
    "HTTP": (HTTP, http()),
    "behind a head of BSD's": (
        f"Mar 29 10:00:01 lb-1 haproxy[977]: {HTTP}",
        http({"host.name": "lb-1", "process.pid": "977"}),
    ),
    "behind a head with a priority and without a host": (
        f"<134>Mar 29 10:00:01 haproxy[977]: {HTTP}",
        http({"process.pid": "977"}),
    ),
    "behind a head with an ISO time": (
        f"2026-03-29T10:00:01.5+00:00 lb-1 haproxy[977]: {HTTP}",
        http({"host.name": "lb-1", "process.pid": "977"}),
    ),
    "behind a head of RFC 5424": (
        f"<134>1 2026-03-29T10:00:01.5Z lb-1 haproxy 977 - - {HTTP}",
        http({"host.name": "lb-1", "process.pid": "977"}),
    ),
    # Columns.
    "a local accept time": (
        HTTP.replace("10:00:00", "12:00:00"),
        http(),
        {"timezone": "Europe/Berlin"},
    ),
    "an hour that comes twice": (
        HTTP.replace("29/Mar/2026:10", "25/Oct/2026:02"),
        http({"timestamp.local": "ambiguous"}, timestamp="2026-10-25T00:00:00.123Z"),
        {"timezone": "Europe/Berlin"},
    ),
    "TLS": (HTTP.replace("shop", "shop~"), http({"url.scheme": "https"})),
    "an IPv6 client": (HTTP.replace("192.0.2.17", "2001:db8::7"), http(client_ip="2001:db8::7")),
    "a client of a UNIX socket, no backend": (
        HTTP.replace("192.0.2.17:51234", "unix:1").replace("cart/srv1", "-/-"),
        http({"client.port": "1", "backend_name": None, "server_name": None}, client_ip="unix"),
    ),
    "plus signs: written before the end, sent anew": (
        HTTP.replace("/70", "/+70").replace("3120", "+3120").replace("1/0 ", "1/+1 "),
        http({"retries": "1"}),
    ),
    "cookies": (
        HTTP.replace("- - ----", "SRV=a SRV=b --NI"),
        http(
            {
                "captured_request_cookie": "SRV=a",
                "captured_response_cookie": "SRV=b",
                "termination_state": "--NI",
            }
        ),
    ),
    "a bad request: what was not reached has no time": (
        f'{ACCEPTED} shop shop/<NOSRV> -1/-1/-1/-1/10003 408 187 - - cR-- 5/4/3/1/0 6/7 "<BADREQ>"',
        http(
            {
                "backend_name": "shop",
                "server_name": "<NOSRV>",
                "TR": None,
                "Tw": None,
                "Tc": None,
                "Tr": None,
                "termination_state": "cR--",
            },
            level="WARN",
            method=None,
            path=None,
            protocol=None,
            request="<BADREQ>",
            status_code=408,
            bytes=187,
            response_time_ms=10_003.0,
        ),
    ),
    "no status and no time": (
        HTTP.replace("/70 200", "/-1 -1"),
        http(status_code=None, response_time_ms=None),
    ),
    "an error of the server": (
        HTTP.replace("200", "503"),
        http(level="ERROR", status_code=503),
    ),
    # Headers and what stands after them.
    "headers of both sides, which hold blanks": (
        f"{STARTS} {{shop.example.com|curl 8.5}} {{nginx}} {GET}",
        http(
            {
                "captured_request_headers": "shop.example.com|curl 8.5",
                "captured_response_headers": "nginx",
            }
        ),
    ),
    "headers of one side, which may be either": (
        f"{STARTS} {{curl 8.5|}} {GET}",
        http({"captured_headers": "curl 8.5|"}),
    ),
    "empty headers": (f"{STARTS} {{}} {{}} {GET}", http()),
    "bytes of the request by their numbers": (
        f'{STARTS} "GET /a#22b#23#C3#A9#0A#FF HTTP/1.1"',
        http(path='/a"b#é#0A#FF'),
    ),
    "a request that was cut": (
        f'{STARTS} {{}} "GET /{LONG}',
        http(method=None, path=None, protocol=None, request=f"GET /{LONG}"),
    ),
    "headers that were cut": (
        f"{STARTS} {{shop.exam",
        http(method=None, path=None, protocol=None, extra="{shop.exam"),
    ),
    "a further column": (f"{HTTP} id-17", http(extra="id-17")),
    "httpslog": (
        f"{HTTP} 0/0000/0/0/1 shop.example.com/TLSv1.3/TLS_AES_128_GCM_SHA256",
        http(
            {
                "fc_err": "0",
                "ssl_fc_err": "0000",
                "ssl_c_err": "0",
                "ssl_c_ca_err": "0",
                "ssl_fc_is_resumed": "1",
                "ssl_fc_sni": "shop.example.com",
                "tls.protocol.version": "TLSv1.3",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
            }
        ),
    ),
    "httpslog without TLS": (
        f"{HTTP} 0/0/0/0/0 -/-/-",
        http(
            {
                "fc_err": "0",
                "ssl_fc_err": "0",
                "ssl_c_err": "0",
                "ssl_c_ca_err": "0",
                "ssl_fc_is_resumed": "0",
            }
        ),
    ),
    "httplog clf: milliseconds in a column of their own": (
        '192.0.2.17 - - [29/Mar/2026:12:00:00 +0200] "GET / HTTP/1.1" 200 3120 "" "" 51234 123'
        ' "shop~" "cart" "srv1" 2 0 4 61 +70 "----" 5 4 3 1 +0 6 7 "-" "-"'
        ' "https://example.com/" "curl/8.5"',
        http({"url.scheme": "https", "captured_headers": "https://example.com/|curl/8.5"}),
    ),
    # TCP, errors, messages.
    "TCP": (TCP, tcp()),
    "TCP with TLS, written before the end": (
        TCP.replace("db db", "db~ db").replace("3120 4096", "+3120 +4096"),
        tcp({"tls": "true"}),
    ),
    "TCP without a server": (
        f"{ACCEPTED} db db/<NOSRV> -1/-1/7 0 SC 5/4/3/1/0 6/7",
        tcp(
            {"server_name": "<NOSRV>", "Tw": None, "Tc": None, "termination_state": "SC"},
            bytes=0,
            response_time_ms=7.0,
        ),
    ),
    "an error of a connection": (
        f"{ACCEPTED} shop~/http: SSL handshake failure (error:0A000418:SSL routines::x)",
        own(
            "SSL handshake failure (error:0A000418:SSL routines::x)",
            {"client.port": "51234", "tls": "true", "frontend_name": "shop", "bind_name": "http"},
            client_ip="192.0.2.17",
        ),
    ),
    "a connection without option httplog or tcplog": (
        "Mar 29 10:00:01 lb-1 haproxy[977]: Connect from 192.0.2.17:51234 to 192.0.2.80:80"
        " (shop/HTTP)",
        own(
            "Connect from 192.0.2.17:51234 to 192.0.2.80:80 (shop/HTTP)",
            {
                "client.port": "51234",
                "server.address": "192.0.2.80",
                "server.port": "80",
                "frontend_name": "shop",
                "host.name": "lb-1",
                "process.pid": "977",
            },
            timestamp="2026-03-29T10:00:01.000Z",
            client_ip="192.0.2.17",
        ),
    ),
    "a message of its own: time and level are the head's": (
        "<129>Mar 29 10:00:01 lb-1 haproxy[977]: Server cart/srv1 is DOWN, reason: Layer4 timeout",
        own(
            "Server cart/srv1 is DOWN, reason: Layer4 timeout",
            {"host.name": "lb-1", "process.pid": "977"},
            timestamp="2026-03-29T10:00:01.000Z",
            level="FATAL",
        ),
    ),
    "a message of its own, bare": (
        "Proxy shop started.",
        own("Proxy shop started.", timestamp="2026-03-29T10:00:05.000Z"),
    ),
    "a message of its own to a terminal": (
        "[WARNING] 087/100000 (977) : Reexecuting Master process",
        own(
            "Reexecuting Master process",
            {"process.pid": "977"},
            timestamp="2026-03-29T10:00:05.000Z",
            level="WARN",
        ),
    ),
}

LETTERS: dict[str, tuple[str, str, str | None]] = {
    "a day that is none": (HTTP.replace("29/Mar", "31/Feb"), "bad_timestamp", "31/Feb/2026"),
    "another program's line": ("Mar 29 10:00:01 lb-1 sshd[977]: Accepted", "no_match", None),
    "Combined": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8.5"',
        "no_match",
        None,
    ),
    "httplog clf that was cut": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "" "" 51234',
        "no_match",
        "columns",
    ),
    "text": ("hello", "no_match", None),
}
