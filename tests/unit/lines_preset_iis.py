r"""Lines of W3C logs of IIS, with the columns that it has if nobody chooses others.

Backslashes stand as servers write them: users are ``DOMAIN\name``.
"""

from typing import Any

WHEN = "2026-03-29 10:00:00"
USUAL = rf"{WHEN} 192.0.2.80 GET /cart id=7 443 SHOP\jane 192.0.2.17 curl/8.5 - 200 0 0 46"
_ATTRIBUTES = {
    "server.address": "192.0.2.80",
    "server.port": "443",
    "sc-substatus": "0",
    "sc-win32-status": "0",
}
_FIELDS: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.000Z",
    "level": "INFO",
    "client_ip": "192.0.2.17",
    "user": r"SHOP\jane",
    "method": "GET",
    "path": "/cart?id=7",
    "status_code": 200,
    "user_agent": "curl/8.5",
    "response_time_ms": 46.0,
}


def record(attributes: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """The fields of USUAL with others over them; None takes one away."""
    sent = _FIELDS | {"attributes": _ATTRIBUTES | (attributes or {})} | fields
    return {name: value for name, value in sent.items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "15 columns": (USUAL, record()),
    "times are UTC whatever the feed's zone": (USUAL, record(), {"timezone": "Europe/Berlin"}),
    "blanks of an agent are plus signs": (
        USUAL.replace("curl/8.5", "Mozilla/5.0+(X11;+Linux)"),
        record(user_agent="Mozilla/5.0 (X11; Linux)"),
    ),
    "plus signs of other columns are their own": (
        USUAL.replace("id=7", "id=a+b").replace("curl/8.5 -", "curl/8.5 https://example.com/?a+b"),
        record(path="/cart?id=a+b", referrer="https://example.com/?a+b"),
    ),
    "no query": (USUAL.replace("id=7", "-"), record(path="/cart")),
    "no path": (USUAL.replace("/cart", "-"), record({"url.query": "id=7"}, path=None)),
    "nothing but a status": (
        f"{WHEN} 192.0.2.80 - - - 443 - - - - 400 0 0 -",
        record(
            level="WARN",
            client_ip=None,
            user=None,
            method=None,
            path=None,
            status_code=400,
            user_agent=None,
            response_time_ms=None,
        ),
    ),
    "an error of the server": (
        USUAL.replace("200 0 0", "500 19 5"),
        record(
            {"sc-substatus": "19", "sc-win32-status": "5"},
            level="ERROR",
            status_code=500,
        ),
    ),
    "an IPv6 client with its zone": (
        USUAL.replace("192.0.2.17", "fe80::7%4"),
        record(client_ip="fe80::7%4"),
    ),
    "14 columns of IIS 7": (USUAL.replace("curl/8.5 -", "curl/8.5"), record()),
    "14 columns of IIS 6": (
        USUAL.replace(" 192.0.2.80", " W3SVC1 192.0.2.80").replace(" - 200 0 0 46", " 200 0 0"),
        record({"s-sitename": "W3SVC1"}, response_time_ms=None),
    ),
    "a blank at the end": (f"{USUAL} ", record()),
    "no date: the day nearest to the receipt": (
        USUAL.replace(WHEN, "- 23:59:59"),
        record(timestamp="2026-03-28T23:59:59.000Z"),
    ),
    "no time": (USUAL.replace(WHEN, "- -"), record(timestamp="2026-03-29T10:00:05.000Z")),
}

LETTERS: dict[str, tuple[str, str, str | None]] = {
    "the line of columns": ("#Fields: date time s-ip cs-method", "no_match", "header"),
    "another line of the header": ("#Software: Internet Information", "no_match", "header"),
    "a day that is none": (USUAL.replace("03-29", "02-30"), "bad_timestamp", "2026-02-30"),
    "a status that is none": (USUAL.replace(" 200 ", " OK "), "bad_value", "status_code: OK"),
    "a duration that is none": (f"{USUAL}s", "bad_value", "response_time_ms: 46s"),
    "other columns of the same number": (
        f"{WHEN} 192.0.2.80 GET /cart - 443 - 192.0.2.17 curl/8.5 - 404 0 2",
        "no_match",
        "no status",
    ),
    "16 columns": (f"{USUAL} 5", "no_match", "16 columns, not 15 or 14"),
    "text": ("hello", "no_match", None),
}
