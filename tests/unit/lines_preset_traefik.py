"""Lines of Traefik's access log in its common format."""

from typing import Any

WHEN = "[29/Mar/2026:12:00:00 +0200]"
GET = '"GET /cart?id=7 HTTP/2.0"'
TAIL = '48213 "shop@docker" "http://192.0.2.80:80" 12ms'
NO_ROUTER = '48213 "-" "-" 12ms'
USUAL = f'192.0.2.17 - jane {WHEN} {GET} 200 512 "https://example.com/" "curl/8.5" {TAIL}'
_FIELDS: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.000Z",
    "level": "INFO",
    "client_ip": "192.0.2.17",
    "user": "jane",
    "method": "GET",
    "path": "/cart?id=7",
    "protocol": "HTTP/2.0",
    "status_code": 200,
    "bytes": 512,
    "referrer": "https://example.com/",
    "user_agent": "curl/8.5",
    "response_time_ms": 12.0,
    "attributes": {
        "RequestCount": "48213",
        "RouterName": "shop@docker",
        "ServiceURL": "http://192.0.2.80:80",
    },
}


def record(**fields: Any) -> dict[str, Any]:
    """The fields of USUAL with others over them; None takes one away."""
    return {name: value for name, value in (_FIELDS | fields).items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "all fields": (USUAL, record()),
    "the feed's zone counts for nothing": (USUAL, record(), {"timezone": "America/New_York"}),
    "an IPv6 client": (USUAL.replace("192.0.2.17", "2001:db8::7"), record(client_ip="2001:db8::7")),
    "a user with a blank": (USUAL.replace("jane", "jane doe"), record(user="jane doe")),
    "no user": (USUAL.replace("jane", "-"), record(user=None)),
    "no router: not found": (
        f'192.0.2.17 - jane {WHEN} {GET} 404 19 "-" "-" {NO_ROUTER}',
        record(
            level="WARN",
            status_code=404,
            bytes=19,
            referrer=None,
            user_agent=None,
            attributes={"RequestCount": "48213"},
        ),
    ),
    "no answer of an origin": (
        f'192.0.2.17 - jane {WHEN} {GET} - - "-" "-" 7 "-" "-" 0ms',
        record(
            status_code=None,
            bytes=None,
            referrer=None,
            user_agent=None,
            response_time_ms=0.0,
            attributes={"RequestCount": "7"},
        ),
    ),
    "nothing but dashes": (
        '- - - [-] "- - -" - - "-" "-" - - - 0ms',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "response_time_ms": 0.0},
    ),
    "an error of the server": (
        USUAL.replace(" 200 ", " 502 "),
        record(level="ERROR", status_code=502),
    ),
    "empty referrer and agent": (
        USUAL.replace("https://example.com/", "").replace("curl/8.5", ""),
        record(referrer=None, user_agent=None),
    ),
    # Quotes are not escaped.
    "quotes in the target": (
        USUAL.replace("/cart?id=7", '/"cart"'),
        record(path='/"cart"'),
    ),
    "quotes in the referrer": (
        USUAL.replace("https://example.com/", 'https://example.com/?q="a"'),
        record(referrer='https://example.com/?q="a"'),
    ),
    "quotes in the agent, and what looks like a status": (
        USUAL.replace("curl/8.5", 'a "b" 200 5 "c'),
        record(user_agent='a "b" 200 5 "c'),
    ),
    "quotes at the end of the agent": (
        USUAL.replace("curl/8.5", 'a "b"'),
        record(user_agent='a "b"'),
    ),
    "a request that is none": (
        USUAL.replace(GET, '"PRI * -"'),
        record(method=None, path=None, protocol=None, request="PRI * -"),
    ),
}

LETTERS: dict[str, tuple[str, str, str | None]] = {
    "a day that is none": (USUAL.replace("29/Mar", "31/Feb"), "bad_timestamp", "31/Feb/2026"),
    "a status that is none": (USUAL.replace(" 200 ", " 2000 "), "no_match", None),
    "a duration without its unit": (USUAL.replace("12ms", "12"), "no_match", None),
    "a duration of more than ten billion milliseconds": (
        USUAL.replace("12ms", "10000000001ms"),
        "bad_value",
        "response_time_ms: 10000000001",
    ),
    "Combined": (USUAL.removesuffix(f" {TAIL}"), "no_match", "count, router, server and duration"),
    "no agent": (USUAL.replace('" "curl', "curl").replace("/cart", '/"'), "no_match", "referrer"),
    "JSON": ('{"ClientHost":"192.0.2.17"}', "no_match", None),
    "its own log": ("2026-03-29T10:00:00Z INF Configuration loaded", "no_match", None),
}
