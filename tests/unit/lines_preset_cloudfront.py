"""Lines of CloudFront's standard logs."""

from typing import Any

_USUAL: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.000Z",
    "level": "INFO",
    "path": "/cart?id=7",
    "status_code": 200,
    "response_time_ms": 46.0,
    "bytes": 1390,
    "client_ip": "192.0.2.17",
    "method": "GET",
    "referrer": "https://shop.example.com/a b",
    "user_agent": "Mozilla/5.0 (X11; Linux)",
    "request_id": "q1w2==",
    "virtual_host": "shop.example.com",
    "protocol": "HTTP/2.0",
}
_ATTRIBUTES: dict[str, str | None] = {
    "x-edge-location": "FRA56-P1",
    "cs(Host)": "d111.example.net",
    "x-edge-result-type": "Hit",
    "url.scheme": "https",
    "http.request.size": "350",
    "tls.protocol.version": "TLSv1.3",
    "tls.cipher": "TLS_AES_128_GCM_SHA256",
    "x-edge-response-result-type": "Hit",
    "client.port": "51234",
    "time-to-first-byte": "0.045",
    "x-edge-detailed-result-type": "Hit",
    "http.response.header.content-type": "text/html",
    "http.response.header.content-length": "512",
}


def record(attributes: dict[str, str | None], **fields: Any) -> dict[str, Any]:
    """The usual fields and attributes with others over them; None takes one away."""
    named = {name: text for name, text in (_ATTRIBUTES | attributes).items() if text is not None}
    sent = _USUAL | fields | {"attributes": named}
    return {name: value for name, value in sent.items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "33 columns": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        record({}),
    ),
    "an error from the edge": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t503\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tError\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tError\tHTTP/2.0\t-\t-\t51234\t0.045\tError\t"
            "text/html\t512\t-\t-"
        ),
        record(
            {
                "x-edge-result-type": "Error",
                "x-edge-response-result-type": "Error",
                "x-edge-detailed-result-type": "Error",
            },
            level="ERROR",
            status_code=503,
        ),
    ),
    "no query, referrer, agent or type": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\t-\t-\t-\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\t"
            "TLSv1.3\t-\tHit\tHTTP/1.1\t-\t-\t51234\t0.045\tHit\t-\t-\t-\t-"
        ),
        record(
            {
                "tls.cipher": None,
                "http.response.header.content-type": None,
                "http.response.header.content-length": None,
            },
            path="/cart",
            protocol="HTTP/1.1",
            referrer=None,
            user_agent=None,
        ),
    ),
    "the client left before there was a status": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t000\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        record(
            {
                "sc-status": "000",
            },
            status_code=None,
        ),
    ),
    "an agent encoded once is decoded once": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\t-\t100%2525%20sure\tid=7\t-\tHit\tq1w2==\tshop.example.com\t"
            "https\t350\t0.046\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t"
            "51234\t0.045\tHit\ttext/html\t512\t-\t-"
        ),
        record({}, user_agent="100%25 sure", referrer=None),
    ),
    "an agent that is no UTF-8 once decoded": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tcaf%E9\tid=7\t-\tHit\tq1w2==\t"
            "shop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\t"
            "HTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t512\t-\t-"
        ),
        record({}, user_agent="caf\ufffd"),
    ),
    "forwarded addresses and a cookie": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\tcart=17;%20lang=de\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t"
            "203.0.113.9,%20198.51.100.4\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t"
            "-\t-\t51234\t0.045\tHit\ttext/html\t512\t-\t-"
        ),
        record(
            {
                "http.request.header.cookie": "cart=17;%20lang=de",
            },
            forwarded_for="203.0.113.9, 198.51.100.4",
        ),
    ),
    "an IPv6 client": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t2001:db8::17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        record({}, client_ip="2001:db8::17"),
    ),
    "a range of a video": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/v/a%20b.mp4\t206\thttps://shop.example.com/a%20b\t"
            "Mozilla/5.0%20(X11;%20Linux)\t-\t-\tHit\tq1w2==\tshop.example.com\thttps\t"
            "350\t0.046\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t"
            "0.045\tHit\tvideo/mp4\t1024\t0\t1023"
        ),
        record(
            {
                "http.response.header.content-type": "video/mp4",
                "http.response.header.content-length": "1024",
                "sc-range-start": "0",
                "sc-range-end": "1023",
            },
            path="/v/a%20b.mp4",
            status_code=206,
        ),
    ),
    "26 columns, as before 2019": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.2\t"
            "ECDHE-RSA-AES128-SHA256\tHit\tHTTP/1.1\tProcessed\t4"
        ),
        record(
            {
                "tls.protocol.version": "TLSv1.2",
                "tls.cipher": "ECDHE-RSA-AES128-SHA256",
                "fle-status": "Processed",
                "fle-encrypted-fields": "4",
                "client.port": None,
                "time-to-first-byte": None,
                "x-edge-detailed-result-type": None,
                "http.response.header.content-type": None,
                "http.response.header.content-length": None,
            },
            protocol="HTTP/1.1",
        ),
    ),
    "UTC whatever the feed's zone": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        record({}),
        {"timezone": "Europe/Berlin"},
    ),
    "more columns than are known": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-\tx\ty"
        ),
        record({}),
    ),
    "whole seconds": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t2\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        record({}, response_time_ms=2000.0),
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "a header": ("#Fields: date time x-edge-location", "no_match", "header"),
    "the version's header": ("#Version: 1.0", "no_match", "header"),
    "a line that was cut": (
        "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t/cart\t",
        "no_match",
        "columns",
    ),
    "a real-time log, which begins with seconds": (
        (
            "1774778400.123\t2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\t"
            "d111.example.net\t/cart\t200\thttps://shop.example.com/a%20b\t"
            "Mozilla/5.0%20(X11;%20Linux)\tid=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t"
            "350\t0.046\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t"
            "0.045\tHit\ttext/html\t512\t-\t-"
        ),
        "no_match",
        None,
    ),
    "no such day": (
        (
            "2026-02-30\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        "bad_timestamp",
        "2026-02-30",
    ),
    "bytes that are no number": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\tmany\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\t0.046\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        "bad_value",
        "bytes: many",
    ),
    "a time taken that is none": (
        (
            "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.17\tGET\td111.example.net\t"
            "/cart\t200\thttps://shop.example.com/a%20b\tMozilla/5.0%20(X11;%20Linux)\t"
            "id=7\t-\tHit\tq1w2==\tshop.example.com\thttps\t350\tsoon\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t"
            "512\t-\t-"
        ),
        "bad_value",
        "soon",
    ),
}
