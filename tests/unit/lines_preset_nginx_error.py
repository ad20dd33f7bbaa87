"""Lines of nginx's error log."""

from typing import Any

HEAD = "2026/03/29 10:00:00 [error] 7#8: *17 "
CLIENT = ", client: 192.0.2.17, server: shop"
GET = ', request: "GET /cart HTTP/1.1"'
_GET = {"method": "GET", "path": "/cart", "protocol": "HTTP/1.1"}
LONG = "a" * 1_900


def record(
    message: str = "x", attributes: dict[str, str | None] | None = None, **fields: Any
) -> dict[str, Any]:
    """The fields of a line with HEAD and CLIENT, with others over them; None takes one away."""
    named: dict[str, str | None] = {
        "process.pid": "7",
        "thread.id": "8",
        "connection": "17",
        "server": "shop",
    } | (attributes or {})
    sent: dict[str, Any] = {
        "timestamp": "2026-03-29T10:00:00.000Z",
        "level": "ERROR",
        "message": message,
        "client_ip": "192.0.2.17",
        "attributes": {name: text for name, text in named.items() if text is not None},
    }
    return {name: value for name, value in (sent | fields).items() if value is not None}


def own(
    message: str = "x", level: str = "INFO", attributes: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """The fields of a line about the server itself."""
    named = {"process.pid": "1", "thread.id": "1"} | (attributes or {})
    nothing = {"connection": None, "server": None}
    return record(message, nothing | named, client_ip=None, level=level, **fields)


RECORDS: dict[str, tuple[Any, ...]] = {
    "all pairs of a request": (
        f"{HEAD}upstream timed out (110: Connection timed out) while reading{CLIENT}{GET}"
        ', subrequest: "/auth", upstream: "http://192.0.2.80:8080/cart"'
        ', host: "shop.example.com:8443", referrer: "https://shop.example.com/"',
        record(
            "upstream timed out (110: Connection timed out) while reading",
            {"upstream": "http://192.0.2.80:8080/cart", "subrequest": "/auth"},
            virtual_host="shop.example.com:8443",
            referrer="https://shop.example.com/",
            **_GET,
        ),
    ),
    "an upstream behind a socket, an IPv6 client": (
        f'{HEAD}x, client: 2001:db8::7, server: _{GET}, upstream: "http://unix:/run/a.sock:/cart"',
        record(
            attributes={"server": "_", "upstream": "http://unix:/run/a.sock:/cart"},
            client_ip="2001:db8::7",
            **_GET,
        ),
    ),
    "a server without a name": (
        f'{HEAD}x, client: 192.0.2.17, server: {GET}, host: "192.0.2.80"',
        record(attributes={"server": None}, virtual_host="192.0.2.80", **_GET),
    ),
    "a client alone": (
        f"{HEAD}SSL_do_handshake() failed, client: 192.0.2.17",
        record("SSL_do_handshake() failed", {"server": None}),
    ),
    "no request yet": (f"{HEAD}x{CLIENT}", record()),
    "a request that is none": (
        rf'{HEAD}x{CLIENT}, request: "\x16\x03"',
        record(request=r"\x16\x03"),
    ),
    # Values are as clients sent them.
    "quotes and names of pairs in the request and the referrer": (
        f'{HEAD}x{CLIENT}, request: "GET /"a", host: "evil" HTTP/1.1"'
        ', host: "shop.example.com", referrer: "a "b", c"',
        record(
            method="GET",
            path='/"a", host: "evil"',
            protocol="HTTP/1.1",
            virtual_host="shop.example.com",
            referrer='a "b", c',
        ),
    ),
    "no host but one that the client put into its request": (
        f'{HEAD}x{CLIENT}, request: "GET /, host: "evil" HTTP/1.0"',
        record(method="GET", path='/, host: "evil"', protocol="HTTP/1.0"),
    ),
    "a name of a pair in the text": (
        f'{HEAD}open() "/srv/a, client: b" failed{CLIENT}{GET}',
        record('open() "/srv/a, client: b" failed', **_GET),
    ),
    "a comma and colon in the text": (
        f'{HEAD}limiting requests, excess: 0.5 by zone "a"{CLIENT}{GET}',
        record('limiting requests, excess: 0.5 by zone "a"', **_GET),
    ),
    # Lines are cut at 2048 bytes.
    "cut within the request": (
        f'{HEAD}x{CLIENT}, request: "GET /{LONG}',
        record(request=f"GET /{LONG}"),
    ),
    "cut within a name": (f"{HEAD}x{CLIENT}{GET}, upst", record(**_GET)),
    # The stream module.
    "stream": (
        f'{HEAD}x, client: 192.0.2.17, server: 0.0.0.0:5432, upstream: "192.0.2.80:5432"'
        ", bytes from/to client:0/0, bytes from/to upstream:12/7",
        record(
            attributes={
                "server": "0.0.0.0:5432",
                "upstream": "192.0.2.80:5432",
                "bytes from/to client": "0/0",
                "bytes from/to upstream": "12/7",
            }
        ),
    ),
    "stream by UDP": (
        f"{HEAD}x, udp client: 192.0.2.17, server: 0.0.0.0:53",
        record(attributes={"server": "0.0.0.0:53"}),
    ),
    # The server itself, and levels.
    "a local time": (
        '2026/03/29 12:00:00 [notice] 1#1: using the "epoll" event method',
        own('using the "epoll" event method'),
        {"timezone": "Europe/Berlin"},
    ),
    "an hour that does not exist": (
        "2026/03/29 02:30:00 [notice] 1#1: x",
        own(attributes={"timestamp.local": "nonexistent"}, timestamp="2026-03-29T01:30:00.000Z"),
        {"timezone": "Europe/Berlin"},
    ),
    "emerg": ("2026/03/29 10:00:00 [emerg] 1#1: x", own(level="FATAL")),
    "alert": ("2026/03/29 10:00:00 [alert] 1#1: x", own(level="FATAL")),
    "crit": ("2026/03/29 10:00:00 [crit] 1#1: x", own(level="FATAL")),
    "warn": ("2026/03/29 10:00:00 [warn] 1#1: x", own(level="WARN")),
    "info": ("2026/03/29 10:00:00 [info] 1#1: x", own()),
    "debug": ("2026/03/29 10:00:00 [debug] 1#1: x", own(level="DEBUG")),
    "a level that is none": ("2026/03/29 10:00:00 [odd] 1#1: x", own(attributes={"level": "odd"})),
    "a level of the feed's own": (
        "2026/03/29 10:00:00 [notice] 1#1: x",
        own(level="DEBUG"),
        {"levels": {"notice": "DEBUG"}},
    ),
}

LETTERS: dict[str, tuple[str, str, str | None]] = {
    "a day that is none": (
        "2026/02/30 10:00:00 [notice] 1#1: x",
        "bad_timestamp",
        "timestamp: 2026/02/30 10:00:00",
    ),
    "no process": ("2026/03/29 10:00:00 [notice] x", "no_match", "pid#tid"),
    "written to a terminal": ('nginx: [emerg] no "events" section', "no_match", None),
    "an access line": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5',
        "no_match",
        None,
    ),
}
