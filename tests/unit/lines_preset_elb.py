"""Lines of AWS's load balancers: classic, application and network."""

from typing import Any

_USUAL: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.123Z",
    "level": "INFO",
    "client_ip": "192.0.2.17",
    "method": "GET",
    "virtual_host": "shop.example.com",
}
_ATTRIBUTES: dict[str, str | None] = {
    "client.port": "51234",
}


def record(attributes: dict[str, str | None], **fields: Any) -> dict[str, Any]:
    """The usual fields and attributes with others over them; None takes one away."""
    named = {name: text for name, text in (_ATTRIBUTES | attributes).items() if text is not None}
    sent = _USUAL | fields | {"attributes": named}
    return {name: value for name, value in sent.items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "classic: times in seconds are summed, a URL is taken apart": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 "
            '0.000071 0.002005 0.000044 200 200 12 512 "GET '
            'http://shop.example.com:80/cart?id=7 HTTP/1.1" "curl/8.5" - -'
        ),
        record(
            {
                "url.scheme": "http",
                "server.port": "80",
                "http.request.body.size": "12",
                "elb": "shop-web",
                "backend:port": "198.51.100.80:80",
                "request_processing_time": "0.000071",
                "backend_processing_time": "0.002005",
                "response_processing_time": "0.000044",
                "backend_status_code": "200",
            },
            status_code=200,
            bytes=512,
            user_agent="curl/8.5",
            response_time_ms=2.12,
            path="/cart?id=7",
            protocol="HTTP/1.1",
        ),
    ),
    "classic: TLS": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 "
            '0.000086 0.001048 0.001337 404 404 0 57 "GET https://shop.example.com:443/ '
            'HTTP/1.1" "curl/8.5" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2'
        ),
        record(
            {
                "url.scheme": "https",
                "server.port": "443",
                "http.request.body.size": "0",
                "elb": "shop-web",
                "backend:port": "198.51.100.80:80",
                "request_processing_time": "0.000086",
                "backend_processing_time": "0.001048",
                "response_processing_time": "0.001337",
                "backend_status_code": "404",
                "tls.cipher": "ECDHE-RSA-AES128-GCM-SHA256",
                "tls.protocol.version": "TLSv1.2",
            },
            level="WARN",
            status_code=404,
            bytes=57,
            user_agent="curl/8.5",
            response_time_ms=2.471,
            path="/",
            protocol="HTTP/1.1",
        ),
    ),
    "classic: TCP has neither request nor status": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 "
            '0.001069 0.000028 0.000041 - - 82 305 "- - - " "-" - -'
        ),
        record(
            {
                "http.request.body.size": "82",
                "elb": "shop-web",
                "backend:port": "198.51.100.80:80",
                "request_processing_time": "0.001069",
                "backend_processing_time": "0.000028",
                "response_processing_time": "0.000041",
            },
            bytes=305,
            response_time_ms=1.138,
            method=None,
            virtual_host=None,
        ),
    ),
    "classic: no backend took it": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 - -1 -1 -1 503 0 0 0 "
            '"GET http://shop.example.com:80/ HTTP/1.1" "-" - -'
        ),
        record(
            {
                "url.scheme": "http",
                "server.port": "80",
                "http.request.body.size": "0",
                "elb": "shop-web",
                "backend_status_code": "0",
            },
            level="ERROR",
            status_code=503,
            bytes=0,
            path="/",
            protocol="HTTP/1.1",
        ),
    ),
    "classic: ends with the request, as in the first years": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 0.5 "
            '1.001 0.25 200 200 0 512 "POST http://shop.example.com:80/pay HTTP/1.1"'
        ),
        record(
            {
                "url.scheme": "http",
                "server.port": "80",
                "http.request.body.size": "0",
                "elb": "shop-web",
                "backend:port": "198.51.100.80:80",
                "request_processing_time": "0.5",
                "backend_processing_time": "1.001",
                "response_processing_time": "0.25",
                "backend_status_code": "200",
            },
            status_code=200,
            bytes=512,
            response_time_ms=1751.0,
            method="POST",
            path="/pay",
            protocol="HTTP/1.1",
        ),
    ),
    "classic: an IPv6 client, its port after the last colon": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 2001:db8::7:51234 198.51.100.80:80 0.1 "
            '0.1 0.1 200 200 0 512 "GET http://[2001:db8::1]:80/ HTTP/1.1" "curl/8.5" - -'
        ),
        record(
            {
                "url.scheme": "http",
                "server.port": "80",
                "http.request.body.size": "0",
                "elb": "shop-web",
                "backend:port": "198.51.100.80:80",
                "request_processing_time": "0.1",
                "backend_processing_time": "0.1",
                "response_processing_time": "0.1",
                "backend_status_code": "200",
            },
            client_ip="2001:db8::7",
            status_code=200,
            bytes=512,
            user_agent="curl/8.5",
            response_time_ms=300.0,
            path="/",
            protocol="HTTP/1.1",
            virtual_host="[2001:db8::1]",
        ),
    ),
    "application: 33 columns": (
        (
            "https 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 "
            '198.51.100.80:8080 0.001 0.045 0.000 200 200 840 512 "GET '
            'https://shop.example.com:443/cart?id=7 HTTP/2.0" "Mozilla/5.0 (X11; Linux '
            'x86_64)" TLS_AES_128_GCM_SHA256 TLSv1.3 '
            "arn:aws:elasticloadbalancing:eu-west-1:17:targetgroup/cart/7f "
            '"Root=1-69c7a1b2-0123456789abcdef01234567" "shop.example.com" '
            '"arn:aws:acm:eu-west-1:123456789012:certificate/1" 1 '
            '2026-03-29T10:00:00.077000Z "forward" "-" "-" "198.51.100.80:8080" "200" "-" '
            '"-" TID_17 "shop.example.com" "/cart" "TransformSuccess"'
        ),
        record(
            {
                "url.scheme": "https",
                "server.port": "443",
                "http.request.size": "840",
                "trace_id": "69c7a1b20123456789abcdef01234567",
                "type": "https",
                "elb": "app/shop/7e2a",
                "target:port": "198.51.100.80:8080",
                "request_processing_time": "0.001",
                "target_processing_time": "0.045",
                "response_processing_time": "0.000",
                "target_status_code": "200",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
                "tls.protocol.version": "TLSv1.3",
                "target_group_arn": "arn:aws:elasticloadbalancing:eu-west-1:17:targetgroup/cart/7f",
                "chosen_cert_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
                "matched_rule_priority": "1",
                "request_creation_time": "2026-03-29T10:00:00.077000Z",
                "actions_executed": "forward",
                "target:port_list": "198.51.100.80:8080",
                "target_status_code_list": "200",
                "conn_trace_id": "TID_17",
                "transformed_host": "shop.example.com",
                "transformed_uri": "/cart",
                "request_transform_status": "TransformSuccess",
            },
            status_code=200,
            bytes=512,
            user_agent="Mozilla/5.0 (X11; Linux x86_64)",
            response_time_ms=46.0,
            path="/cart?id=7",
            protocol="HTTP/2.0",
        ),
    ),
    "application: 34 columns, the last without a name here": (
        (
            "https 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 "
            '198.51.100.80:8080 0.001 0.045 0.000 200 200 840 512 "GET '
            'https://shop.example.com:443/ HTTP/2.0" "curl/8.5" TLS_AES_128_GCM_SHA256 '
            "TLSv1.3 arn:aws:elasticloadbalancing:eu-west-1:17:targetgroup/cart/7f "
            '"Root=1-69c7a1b2-0123456789abcdef01234567" "shop.example.com" '
            '"arn:aws:acm:eu-west-1:123456789012:certificate/1" 1 '
            '2026-03-29T10:00:00.077000Z "forward" "-" "-" "198.51.100.80:8080" "200" "-" '
            '"-" TID_17 "-" "-" "-" 198.51.100.3'
        ),
        record(
            {
                "url.scheme": "https",
                "server.port": "443",
                "http.request.size": "840",
                "trace_id": "69c7a1b20123456789abcdef01234567",
                "type": "https",
                "elb": "app/shop/7e2a",
                "target:port": "198.51.100.80:8080",
                "request_processing_time": "0.001",
                "target_processing_time": "0.045",
                "response_processing_time": "0.000",
                "target_status_code": "200",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
                "tls.protocol.version": "TLSv1.3",
                "target_group_arn": "arn:aws:elasticloadbalancing:eu-west-1:17:targetgroup/cart/7f",
                "chosen_cert_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
                "matched_rule_priority": "1",
                "request_creation_time": "2026-03-29T10:00:00.077000Z",
                "actions_executed": "forward",
                "target:port_list": "198.51.100.80:8080",
                "target_status_code_list": "200",
                "conn_trace_id": "TID_17",
            },
            status_code=200,
            bytes=512,
            user_agent="curl/8.5",
            response_time_ms=46.0,
            path="/",
            protocol="HTTP/2.0",
        ),
    ),
    "application: no target answered, 29 columns": (
        (
            "http 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 - -1 -1 -1 "
            '502 - 34 366 "GET http://shop.example.com:80/cart HTTP/1.1" "-" - - - '
            '"Root=1-69c7a1b2-0123456789abcdef01234567" "-" "-" 0 '
            '2026-03-29T10:00:00.077000Z "forward" "-" "-" "-" "-" "-" "-"'
        ),
        record(
            {
                "url.scheme": "http",
                "server.port": "80",
                "http.request.size": "34",
                "trace_id": "69c7a1b20123456789abcdef01234567",
                "type": "http",
                "elb": "app/shop/7e2a",
                "matched_rule_priority": "0",
                "request_creation_time": "2026-03-29T10:00:00.077000Z",
                "actions_executed": "forward",
            },
            level="ERROR",
            status_code=502,
            bytes=366,
            path="/cart",
            protocol="HTTP/1.1",
        ),
    ),
    "application: a trace id that a balancer before it began": (
        (
            "https 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 "
            '198.51.100.80:8080 0.001 0.045 0.000 200 200 840 512 "GET '
            'https://shop.example.com:443/ HTTP/2.0" "curl/8.5" - - - '
            '"Self=1-69c7a1b3-89abcdef0123456701234567;Root=1-69c7a1b2-0123456789abcdef01234567" '
            '"pay.example.com" "-"'
        ),
        record(
            {
                "url.scheme": "https",
                "server.port": "443",
                "http.request.size": "840",
                "trace_id": "69c7a1b20123456789abcdef01234567",
                "domain_name": "pay.example.com",
                "type": "https",
                "elb": "app/shop/7e2a",
                "target:port": "198.51.100.80:8080",
                "request_processing_time": "0.001",
                "target_processing_time": "0.045",
                "response_processing_time": "0.000",
                "target_status_code": "200",
            },
            status_code=200,
            bytes=512,
            user_agent="curl/8.5",
            response_time_ms=46.0,
            path="/",
            protocol="HTTP/2.0",
        ),
    ),
    "application: a quote within the agent, and a reason of an error": (
        (
            "h2 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 "
            '198.51.100.80:8080 0.000 0.002 0.000 463 - 840 0 "GET '
            'https://shop.example.com:443/ HTTP/2.0" "shop"app/1 (x)" - - - "-" "-" "-" 2 '
            '2026-03-29T10:00:00.077000Z "forward" "-" "LambdaInvalidResponse" "-" "-" "-" '
            '"-"'
        ),
        record(
            {
                "url.scheme": "https",
                "server.port": "443",
                "http.request.size": "840",
                "type": "h2",
                "elb": "app/shop/7e2a",
                "target:port": "198.51.100.80:8080",
                "request_processing_time": "0.000",
                "target_processing_time": "0.002",
                "response_processing_time": "0.000",
                "matched_rule_priority": "2",
                "request_creation_time": "2026-03-29T10:00:00.077000Z",
                "actions_executed": "forward",
            },
            level="WARN",
            status_code=463,
            bytes=0,
            user_agent='shop"app/1 (x)',
            response_time_ms=2.0,
            path="/",
            protocol="HTTP/2.0",
            error_code="LambdaInvalidResponse",
        ),
    ),
    "application: a request that is none": (
        (
            "http 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 "
            '198.51.100.80:8080 -1 -1 -1 400 - 0 272 "- http://shop.example.com:80- -" "-" '
            '- - - "-" "-" "-" - 2026-03-29T10:00:00.077000Z "-" "-" "-" "-" "-" "-" "-"'
        ),
        record(
            {
                "http.request.size": "0",
                "type": "http",
                "elb": "app/shop/7e2a",
                "target:port": "198.51.100.80:8080",
                "request_creation_time": "2026-03-29T10:00:00.077000Z",
            },
            level="WARN",
            status_code=400,
            bytes=272,
            request="- http://shop.example.com:80- -",
            method=None,
            virtual_host=None,
        ),
    ),
    "network: milliseconds, UTC without Z, whatever the feed's zone": (
        (
            "tls 2.0 2026-03-29T10:00:00 net/shop/9b1d 4f0e 192.0.2.17:51234 "
            "198.51.100.80:443 7 3 120 260 - "
            "arn:aws:acm:eu-west-1:123456789012:certificate/1 - TLS_AES_128_GCM_SHA256 "
            'tlsv13 - shop.example.com h2 h2 "h2","http/1.1" 2026-03-29T09:59:59'
        ),
        record(
            {
                "type": "tls",
                "elb": "net/shop/9b1d",
                "listener": "4f0e",
                "destination:port": "198.51.100.80:443",
                "connection_time": "7",
                "tls_handshake_time": "3",
                "received_bytes": "120",
                "chosen_cert_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
                "tls.protocol.version": "tlsv13",
                "alpn_fe_protocol": "h2",
                "alpn_be_protocol": "h2",
                "alpn_client_preference_list": '"h2","http/1.1"',
                "tls_connection_creation_time": "2026-03-29T09:59:59",
            },
            timestamp="2026-03-29T10:00:00.000Z",
            bytes=260,
            method=None,
        ),
        {"timezone": "Europe/Berlin"},
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "another line": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12',
        "no_match",
        None,
    ),
    "a word and nothing else": ("hello", "no_match", "hello"),
    "an application balancer's line that was cut": (
        (
            "https 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.17:51234 "
            "198.51.100.80:8080 0.001 0.045"
        ),
        "no_match",
        "7 columns, expected at least 18",
    ),
    "no time": (
        (
            "2026-03-32T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 0.1 "
            '0.1 0.1 200 200 0 1 "GET http://shop.example.com:80/ HTTP/1.1" "-" - -'
        ),
        "bad_timestamp",
        "2026-03-32",
    ),
    "a status that is none": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 0.1 "
            '0.1 0.1 2xx 200 0 1 "GET http://shop.example.com:80/ HTTP/1.1" "-" - -'
        ),
        "bad_value",
        "status_code: 2xx",
    ),
    "a time taken that is none": (
        (
            "2026-03-29T10:00:00.123456Z shop-web 192.0.2.17:51234 198.51.100.80:80 0.1 "
            'fast 0.1 200 200 0 1 "GET http://shop.example.com:80/ HTTP/1.1" "-" - -'
        ),
        "bad_value",
        "fast",
    ),
}
