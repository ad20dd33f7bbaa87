"""Lines of S3's server access logs."""

from typing import Any

_USUAL: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.000Z",
    "protocol": "HTTP/1.1",
    "client_ip": "192.0.2.17",
    "request_id": "7B1C9D2E",
    "level": "INFO",
    "path": "/shop-bucket/a.png",
    "status_code": 200,
}
_ATTRIBUTES: dict[str, str | None] = {
    "bucket_owner": "0f1e2d3c4b5a",
    "aws.s3.bucket": "shop-bucket",
    "aws.s3.key": "a.png",
    "object_size": "4096",
}


def record(attributes: dict[str, str | None], **fields: Any) -> dict[str, Any]:
    """The usual fields and attributes with others over them; None takes one away."""
    named = {name: text for name, text in (_ATTRIBUTES | attributes).items() if text is not None}
    sent = _USUAL | fields | {"attributes": named}
    return {name: value for name, value in sent.items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "27 columns": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.OBJECT img/a%2520b.png "GET /shop-bucket/img/a%20b.png HTTP/1.1" 404 '
            'NoSuchKey 272 - 17 - "-" "curl/8.5" - qL0tZ3k= SigV4 TLS_AES_128_GCM_SHA256 '
            "AuthHeader shop-bucket.s3.example.com TLSv1.3 - - eu-west-1"
        ),
        record(
            {
                "aws.s3.key": "img/a%2520b.png",
                "operation": "REST.GET.OBJECT",
                "host_id": "qL0tZ3k=",
                "signature_version": "SigV4",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
                "authentication_type": "AuthHeader",
                "tls.protocol.version": "TLSv1.3",
                "cloud.region": "eu-west-1",
                "object_size": None,
            },
            level="WARN",
            method="GET",
            path="/shop-bucket/img/a%20b.png",
            response_time_ms=17.0,
            status_code=404,
            error_code="NoSuchKey",
            bytes=272,
            user_agent="curl/8.5",
            virtual_host="shop-bucket.s3.example.com",
        ),
    ),
    "18 columns, as in the first years": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.OBJECT a.png "GET /shop-bucket/a.png HTTP/1.1" 200 - 2048 4096 41 12 '
            '"https://shop.example.com/" "Mozilla/5.0 (X11; Linux x86_64)" -'
        ),
        record(
            {
                "operation": "REST.GET.OBJECT",
                "turnaround_time": "12",
            },
            method="GET",
            response_time_ms=41.0,
            bytes=2048,
            referrer="https://shop.example.com/",
            user_agent="Mozilla/5.0 (X11; Linux x86_64)",
        ),
    ),
    "who asked, a version, an access point": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 "
            'arn:aws:iam::123456789012:user/pay 7B1C9D2E REST.PUT.OBJECT in/17.csv "PUT '
            '/shop-bucket/in/17.csv HTTP/1.1" 200 - - 4096 41 12 "-" "shop/1.0" v3HL4k '
            "qL0tZ3k= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader shop-bucket.s3.example.com "
            "TLSv1.3 arn:aws:s3:eu-west-1:123456789012:accesspoint/in Yes"
        ),
        record(
            {
                "aws.s3.key": "in/17.csv",
                "operation": "REST.PUT.OBJECT",
                "turnaround_time": "12",
                "version_id": "v3HL4k",
                "host_id": "qL0tZ3k=",
                "signature_version": "SigV4",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
                "authentication_type": "AuthHeader",
                "tls.protocol.version": "TLSv1.3",
                "access_point_arn": "arn:aws:s3:eu-west-1:123456789012:accesspoint/in",
                "acl_required": "Yes",
            },
            method="PUT",
            path="/shop-bucket/in/17.csv",
            response_time_ms=41.0,
            user="arn:aws:iam::123456789012:user/pay",
            user_agent="shop/1.0",
            virtual_host="shop-bucket.s3.example.com",
        ),
    ),
    "a quote within the agent": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.OBJECT a.png "GET /shop-bucket/a.png HTTP/1.1" 200 - 2048 4096 41 12 '
            '"-" "shop "beta" 1.0" - qL0tZ3k='
        ),
        record(
            {
                "operation": "REST.GET.OBJECT",
                "turnaround_time": "12",
                "host_id": "qL0tZ3k=",
            },
            method="GET",
            response_time_ms=41.0,
            bytes=2048,
            user_agent='shop "beta" 1.0',
        ),
    ),
    "a quote within the referrer": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.OBJECT a.png "GET /shop-bucket/a.png HTTP/1.1" 200 - 2048 4096 41 12 '
            '"https://shop.example.com/?q="x"" "curl/8.5" - qL0tZ3k='
        ),
        record(
            {
                "operation": "REST.GET.OBJECT",
                "turnaround_time": "12",
                "host_id": "qL0tZ3k=",
            },
            method="GET",
            response_time_ms=41.0,
            bytes=2048,
            referrer='https://shop.example.com/?q="x"',
            user_agent="curl/8.5",
        ),
    ),
    "no request: the bucket's own rule deleted": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] - AmazonS3 7B1C9D2E "
            "S3.EXPIRE.OBJECT old/1.csv - - - - 4096 - - - - - qL0tZ3k= - - - - -"
        ),
        record(
            {
                "aws.s3.key": "old/1.csv",
                "operation": "S3.EXPIRE.OBJECT",
                "host_id": "qL0tZ3k=",
            },
            user="AmazonS3",
            protocol=None,
            client_ip=None,
            path=None,
            status_code=None,
        ),
    ),
    "no request, in quotes": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.BUCKET - "-" 403 AccessDenied 243 - 5 - "-" "-" -'
        ),
        record(
            {
                "operation": "REST.GET.BUCKET",
                "aws.s3.key": None,
                "object_size": None,
            },
            level="WARN",
            response_time_ms=5.0,
            status_code=403,
            error_code="AccessDenied",
            bytes=243,
            protocol=None,
            path=None,
        ),
    ),
    "a server's error": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.OBJECT a.png "GET /shop-bucket/a.png HTTP/1.1" 503 SlowDown 300 - 3 '
            '- "-" "curl/8.5" -'
        ),
        record(
            {
                "operation": "REST.GET.OBJECT",
                "object_size": None,
            },
            level="ERROR",
            method="GET",
            response_time_ms=3.0,
            status_code=503,
            error_code="SlowDown",
            bytes=300,
            user_agent="curl/8.5",
        ),
    ),
    "nothing is sent": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD /shop-bucket/a.png HTTP/1.1" 200 - - 4096 3 2 '
            '"-" "curl/8.5" -'
        ),
        record(
            {
                "operation": "REST.HEAD.OBJECT",
                "turnaround_time": "2",
            },
            method="HEAD",
            response_time_ms=3.0,
            user_agent="curl/8.5",
        ),
    ),
    "a zone in the time": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0200] 192.0.2.17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD /shop-bucket/a.png HTTP/1.1" 200 - - 4096 3 2 '
            '"-" "curl/8.5" -'
        ),
        record(
            {
                "operation": "REST.HEAD.OBJECT",
                "turnaround_time": "2",
            },
            timestamp="2026-03-29T08:00:00.000Z",
            method="HEAD",
            response_time_ms=3.0,
            user_agent="curl/8.5",
        ),
    ),
    "an IPv6 client": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 2001:db8::17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD /shop-bucket/a.png HTTP/1.1" 200 - - 4096 3 2 '
            '"-" "curl/8.5" -'
        ),
        record(
            {
                "operation": "REST.HEAD.OBJECT",
                "turnaround_time": "2",
            },
            method="HEAD",
            response_time_ms=3.0,
            client_ip="2001:db8::17",
            user_agent="curl/8.5",
        ),
    ),
    "a column that nobody knows": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD /shop-bucket/a.png HTTP/1.1" 200 - - 4096 3 2 '
            '"-" "curl/8.5" - - - - - - - - - eu-west-1 more'
        ),
        record(
            {
                "operation": "REST.HEAD.OBJECT",
                "turnaround_time": "2",
                "cloud.region": "eu-west-1",
            },
            method="HEAD",
            response_time_ms=3.0,
            user_agent="curl/8.5",
        ),
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "another line": (
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12',
        "no_match",
        None,
    ),
    "a line that was cut": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.GET.OBJECT a.png "GET /shop-bucket/a.png HT'
        ),
        "no_match",
        None,
    ),
    "no such day": (
        (
            "0f1e2d3c4b5a shop-bucket [31/Feb/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD / HTTP/1.1" 200 - - 1 3 2 "-" "-" -'
        ),
        "bad_timestamp",
        "31/Feb",
    ),
    "a status that is none": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD / HTTP/1.1" OK - - 1 3 2 "-" "-" -'
        ),
        "bad_value",
        "status_code: OK",
    ),
    "a time taken that is none": (
        (
            "0f1e2d3c4b5a shop-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 7B1C9D2E "
            'REST.HEAD.OBJECT a.png "HEAD / HTTP/1.1" 200 - - 1 3s 2 "-" "-" -'
        ),
        "bad_value",
        "3s",
    ),
}
