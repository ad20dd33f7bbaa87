r"""Lines of logfmt, as loggers of Go, Heroku's router and Lograge write it.

Backslashes stand as the loggers write them: ``\"`` is two characters of the line.
"""

from typing import Any

RECEIVED = "2026-03-29T10:00:05.000Z"
HEROKU = (
    'method=GET path="/cart?id=7" host=shop.example.com request_id=r-17 fwd="192.0.2.17"'
    " dyno=web.1 connect=1ms service=18ms status=404 bytes=512 protocol=https tls_version=tls1.3"
)
_OF_HEROKU: dict[str, Any] = {
    "timestamp": RECEIVED,
    "level": "WARN",
    "client_ip": "192.0.2.17",
    "virtual_host": "shop.example.com",
    "method": "GET",
    "path": "/cart?id=7",
    "request_id": "r-17",
    "response_time_ms": 18.0,
    "status_code": 404,
    "bytes": 512,
    "attributes": {
        "dyno": "web.1",
        "connect": "1ms",
        "url.scheme": "https",
        "tls.protocol.version": "tls1.3",
    },
}


def record(
    message: str | None = "x", attributes: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """The fields of a line without time and level, with others over them."""
    sent = {"timestamp": RECEIVED, "level": "INFO", "message": message, "attributes": attributes}
    return {name: value for name, value in (sent | fields).items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    # The layouts of loggers.
    "slog: an offset, a level between two, a group's key, a duration that stays text": (
        'time=2026-03-29T12:00:00.123+02:00 level=INFO+2 msg="order placed"'
        " source=/app/order.go:88 req.id=o-17 took=1.5s",
        record(
            "order placed",
            {
                "code.file.path": "/app/order.go",
                "code.line.number": "88",
                "req.id": "o-17",
                "took": "1.5s",
            },
            timestamp="2026-03-29T10:00:00.123Z",
        ),
    ),
    "logrus": (
        'time="2026-03-29T10:00:00Z" level=warning msg="stock low" func=main.check'
        ' file="stock.go:12" left=3',
        record(
            "stock low",
            {
                "code.function.name": "main.check",
                "code.file.path": "stock.go",
                "code.line.number": "12",
                "left": "3",
            },
            timestamp="2026-03-29T10:00:00.000Z",
            level="WARN",
        ),
    ),
    "go-kit: nanoseconds are cut, an error in place of a message": (
        "ts=2026-03-29T10:00:00.123999999Z caller=api/cart.go:42 level=error"
        ' err="no such cart" user=jane',
        record(
            None,
            {
                "code.file.path": "api/cart.go",
                "code.line.number": "42",
                "exception.message": "no such cart",
            },
            timestamp="2026-03-29T10:00:00.123Z",
            level="ERROR",
            user="jane",
        ),
    ),
    "a caller splits at its last colon, one without a line keeps its name": (
        "msg=x caller=C:/src/cart.go:42",
        record(attributes={"code.file.path": "C:/src/cart.go", "code.line.number": "42"}),
    ),
    "a source without a line keeps its name": (
        "msg=x source=billing",
        record(attributes={"source": "billing"}),
    ),
    "a priority of syslog, date and time apart": (
        '<189>date=2026-03-29 time=12:00:00 tz="+0200" devname="fw-1" level="notice" msg=x',
        record(attributes={"devname": "fw-1"}, timestamp="2026-03-29T10:00:00.000Z"),
    ),
    "colours": ("\x1b[36mlevel\x1b[0m=\x1b[31merror\x1b[0m msg=x", record(level="ERROR")),
    # Heroku.
    "Heroku's router": (f"at=info {HEROKU}", _OF_HEROKU),
    "Heroku's router: a list of addresses": (
        f"at=info {HEROKU}".replace('"192.0.2.17"', '"192.0.2.17, 198.51.100.4"'),
        _OF_HEROKU | {"forwarded_for": "192.0.2.17, 198.51.100.4"},
    ),
    "Heroku's router: an error without dyno and times": (
        'at=error code=H10 desc="App crashed" method=GET path="/" host=shop.example.com'
        ' request_id=r-19 fwd="192.0.2.17" dyno= connect= service= status=503 bytes=',
        record(
            "App crashed",
            level="ERROR",
            error_code="H10",
            client_ip="192.0.2.17",
            virtual_host="shop.example.com",
            method="GET",
            path="/",
            request_id="r-19",
            status_code=503,
        ),
    ),
    # Lograge.
    "Lograge: milliseconds without a unit": (
        "method=GET path=/orders format=html controller=OrdersController action=show"
        " status=200 duration=12.34 view=8.10 db=3.21",
        record(
            None,
            {
                "format": "html",
                "controller": "OrdersController",
                "action": "show",
                "view": "8.10",
                "db": "3.21",
            },
            method="GET",
            path="/orders",
            status_code=200,
            response_time_ms=12.34,
        ),
    ),
    "Lograge: a time with blanks, an error in single quotes": (
        "time=2026-03-29 12:00:00 +0200 method=POST path=/orders controller=A action=b"
        " status=500 error='KeyError: it's no \"key\" x=y' duration=0.50",
        record(
            None,
            {
                "controller": "A",
                "action": "b",
                "exception.message": 'KeyError: it\'s no "key" x=y',
            },
            timestamp="2026-03-29T10:00:00.000Z",
            level="ERROR",
            method="POST",
            path="/orders",
            status_code=500,
            response_time_ms=0.5,
        ),
    ),
    # Requests.
    "a request": (
        "ts=1774778400.123 lvl=info method=POST uri=/pay status=201 remote_addr=192.0.2.17:51234"
        ' duration=12.3ms bytes=17 user_agent="curl/8.5" referer=- service=pay'
        " traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        record(
            None,
            {
                "client.port": "51234",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "trace_flags": "01",
            },
            timestamp="2026-03-29T10:00:00.123Z",
            service_name="pay",
            client_ip="192.0.2.17",
            method="POST",
            path="/pay",
            status_code=201,
            bytes=17,
            user_agent="curl/8.5",
            response_time_ms=12.3,
        ),
    ),
    "the names of nginx's variables": (
        "msec=1774778400.123 time_iso8601=2026-03-29T10:00:00+00:00 remote_addr=192.0.2.17"
        ' remote_user=jane request="GET /cart HTTP/2.0" status=200 body_bytes_sent=512'
        " request_time=0.012",
        record(
            None,
            {"time_iso8601": "2026-03-29T10:00:00+00:00"},
            timestamp="2026-03-29T10:00:00.123Z",
            client_ip="192.0.2.17",
            user="jane",
            method="GET",
            path="/cart",
            protocol="HTTP/2.0",
            status_code=200,
            bytes=512,
            response_time_ms=12.0,
        ),
    ),
    "status, method and bytes of no request": (
        "msg=x status=ok method=Cart.Check bytes=1.5MB trace=on protocol=tcp request=r-17",
        record(
            attributes={
                "status": "ok",
                "method": "Cart.Check",
                "bytes": "1.5MB",
                "trace": "on",
                "protocol": "tcp",
                "request": "r-17",
            }
        ),
    ),
    # Durations.
    "a duration of several units": (
        "msg=x duration=1m2.5s",
        record(response_time_ms=62_500.0),
    ),
    "a duration in microseconds": ("msg=x latency=250µs", record(response_time_ms=0.25)),
    "a duration without a unit": ("msg=x duration=7", record(attributes={"duration": "7"})),
    "a duration in the unit of the feed": (
        "msg=x duration=0.25",
        record(response_time_ms=250.0),
        {"response_time_unit": "s"},
    ),
    "a duration in the unit of its key": (
        "msg=x duration_ns=1500000",
        record(response_time_ms=1.5),
    ),
    "a small number as Go writes it": ("msg=x duration_s=1.5e-05", record(response_time_ms=0.015)),
    # Times.
    "a time without a zone": (
        'time="2026-03-29 12:00:00,123" msg=x',
        record(timestamp="2026-03-29T10:00:00.123Z"),
        {"timezone": "Europe/Berlin"},
    ),
    "a time of day": (
        "time=23:59:58.5 msg=x",
        record(timestamp="2026-03-29T23:59:58.500Z"),
        {"received_at": "2026-03-30T00:00:01Z"},
    ),
    "what is no time gives way to a key that is": (
        "time=12ms t=17 ts=2026-03-29T10:00:00Z msg=x",
        record(attributes={"time": "12ms", "t": "17"}, timestamp="2026-03-29T10:00:00.000Z"),
    ),
    "a date alone": ("date=2026-03-29 msg=x", record(attributes={"date": "2026-03-29"})),
    # Levels.
    "a level of the feed's own": (
        "level=loud msg=x",
        record(level="ERROR"),
        {"levels": {"loud": "ERROR"}},
    ),
    "an unknown level is kept": ("level=loud msg=x", record(attributes={"level": "loud"})),
    # Keys and values.
    "the best of keys that say the same": (
        "msg=one message=two lvl=warn level=error",
        record("two", {"msg": "one", "lvl": "warn"}, level="ERROR"),
    ),
    "escapes": (
        r'msg="a \"b\" \\ c\td\ne \u00e9 \ud83d\ude00 \ud83d \x41 \q" path="/caf\u00e9"',
        record('a "b" \\ c\td\ne é 😀 ? A \\q', path="/café"),
    ),
    "absent values, a key alone, equals signs in a value, a repeated key": (
        'msg=x empty= quoted="" dash=- none=null nil=<nil> flag eq=a=b=c last=1 last=2',
        record(attributes={"flag": "true", "eq": "a=b=c", "last": "2"}),
    ),
    "a backslash in a bare value is none of an escape": (
        r'msg="a\tb" file=C:\new',
        record("a\tb", {"file": r"C:\new"}),
    ),
    "lists and structs as Go prints them": (
        "msg=x pod={Name:cart Namespace:shop} ids=[1 2] by=map[a:1 b:2] open=[1 2 k=v",
        record(
            attributes={
                "pod": "{Name:cart Namespace:shop}",
                "ids": "[1 2]",
                "by": "map[a:1 b:2]",
                "open": "[1",
                "2": "true",
                "k": "v",
            }
        ),
    ),
    "newlines within quotes and between pairs": (
        'msg="a\nb"\nlevel=error',
        record("a\nb", level="ERROR"),
    ),
    "cut within quotes": ('level=info msg="the line was cu', record("the line was cu")),
    "cut after a backslash": ('level=info msg="cu\\', record("cu")),
}

_DETAIL = "not pairs"
LETTERS: dict[str, tuple[str, str, str | None]] = {
    "no pair": ("the quick brown fox", "no_match", _DETAIL),
    "text before the first pair": ("hello level=info msg=x", "no_match", _DETAIL),
    "quotes within quotes": ('msg="he said "yes"" level=info', "no_match", _DETAIL),
    "text in quotes without a key": ('level=info "no key" a=b', "no_match", _DETAIL),
    "a value without a key": ("a=b =c", "no_match", _DETAIL),
    "JSON": ('{"msg":"x=y"}', "no_match", _DETAIL),
    "an access line": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET /?a=b HTTP/1.1" 200 5',
        "no_match",
        _DETAIL,
    ),
    "a time that is none": ("time=yesterday msg=x", "bad_timestamp", "timestamp: yesterday"),
    "a status that is none": ("msg=x http_status=2xx", "bad_value", "status_code: 2xx"),
    "a duration that is none": ("msg=x duration_ms=fast", "bad_value", "response_time_ms: fast"),
}
