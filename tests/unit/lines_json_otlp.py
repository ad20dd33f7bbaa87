"""Lines of the preset json: OpenTelemetry's log records."""

_PAY = '{"key":"service.name","value":{"stringValue":"pay"}}'


def _otlp(
    records: str, scope: str = '"scope":{"name":"com.example.Pay"},', resource: str = _PAY
) -> str:
    """An export of these log records of one scope of one resource."""
    return (
        f'{{"resourceLogs":[{{"resource":{{"attributes":[{resource}]}},'
        f'"scopeLogs":[{{{scope}"logRecords":[{records}]}}]}}]}}'
    )


RECORDS = {
    "OTLP: ns as text, ids in capitals": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789",'
            '"observedTimeUnixNano":"1774778401000000000","severityNumber":17,'
            '"severityText":"ERROR","body":{"stringValue":"pay failed"},'
            '"attributes":[{"key":"order","value":{"stringValue":"DE-0042"}},'
            '{"key":"n","value":{"intValue":"12"}},{"key":"ok",'
            '"value":{"boolValue":false}}],'
            '"traceId":"5C1D2E3F4A5B6C7D8E9F0A1B2C3D4E5F","spanId":"1A2B3C4D5E6F7081",'
            '"flags":1}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "service_name": "pay",
            "message": "pay failed",
            "attributes": {
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
                "trace_flags": "01",
                "order": "DE-0042",
                "n": "12",
                "ok": "false",
                "otel.scope.name": "com.example.Pay",
            },
        },
    ),
    "OTLP: ns as a number, only observed; a map as body": (
        _otlp(
            '{"observedTimeUnixNano":1774778400123000000,"severityText":"Warning",'
            '"body":{"kvlistValue":{"values":[{"key":"message",'
            '"value":{"stringValue":"slow"}},{"key":"sku",'
            '"value":{"stringValue":"A-17"}},{"key":"level",'
            '"value":{"stringValue":"debug"}}]}}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "pay",
            "message": "slow",
            "attributes": {"otel.scope.name": "com.example.Pay", "sku": "A-17"},
        },
    ),
    "OTLP: zero means not given; a list as body": (
        _otlp(
            '{"timeUnixNano":"0","observedTimeUnixNano":"0","severityNumber":0,'
            '"body":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"b"}]}}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "service_name": "pay",
            "message": '[1,"b"]',
            "attributes": {"otel.scope.name": "com.example.Pay"},
        },
    ),
    "OTLP: values of every kind": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":9,'
            '"attributes":[{"key":"d","value":{"doubleValue":1.50}},{"key":"nan",'
            '"value":{"doubleValue":"NaN"}},{"key":"b","value":{"bytesValue":"AQI="}},'
            '{"key":"l","value":{"arrayValue":{"values":[{"boolValue":true},'
            '{"kvlistValue":{"values":[{"key":"x","value":{"intValue":-1}}]}}]}}},'
            '{"key":"e","value":{}}]}',
            scope="",
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "attributes": {"d": "1.50", "nan": "NaN", "b": "AQI=", "l": '[true,{"x":-1}]'},
        },
    ),
    "OTLP: the record's attribute before the resource's": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":5,'
            '"body":{"stringValue":"x"},"attributes":[{"key":"tier",'
            '"value":{"stringValue":"record"}}],"eventName":"cart.added"}',
            resource='{"key":"tier","value":{"stringValue":"resource"}}',
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "x",
            "attributes": {
                "tier": "record",
                "otel.scope.name": "com.example.Pay",
                "event.name": "cart.added",
            },
        },
    ),
    "OTLP: a request by the names of its conventions": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":13,'
            '"attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},'
            '{"key":"url.path","value":{"stringValue":"/cart"}},{"key":"url.query",'
            '"value":{"stringValue":"id=7"}},{"key":"http.response.status_code",'
            '"value":{"intValue":"404"}},{"key":"client.address",'
            '"value":{"stringValue":"192.0.2.17"}},{"key":"user_agent.original",'
            '"value":{"stringValue":"curl/8.5"}},{"key":"level",'
            '"value":{"stringValue":"mine"}}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "pay",
            "method": "GET",
            "path": "/cart?id=7",
            "client_ip": "192.0.2.17",
            "user_agent": "curl/8.5",
            "status_code": 404,
            "attributes": {"level": "mine", "otel.scope.name": "com.example.Pay"},
        },
    ),
    "OTLP: an exception": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":21,'
            '"body":{"stringValue":"x"},"attributes":[{"key":"exception.type",'
            '"value":{"stringValue":"PayError"}},{"key":"exception.stacktrace",'
            r'"value":{"stringValue":"x.PayError: declined\n\tat a.B.c(D.java:1)"}},'
            '{"key":"code.filepath","value":{"stringValue":"a.py"}},'
            '{"key":"code.lineno","value":{"intValue":"17"}}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "service_name": "pay",
            "message": "x",
            "attributes": {
                "exception.type": "PayError",
                "exception.stacktrace": "x.PayError: declined\n\tat a.B.c(D.java:1)",
                "exception.message": "declined",
                "code.file.path": "a.py",
                "code.line.number": "17",
                "otel.scope.name": "com.example.Pay",
            },
        },
    ),
    "OTLP: the scope's own": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":1,'
            r'"body":{"stringValue":"{\"msg\":\"stays text\"}"}}',
            scope=(
                '"scope":{"name":"shop.pay","version":"1.2","attributes":[{"key":"lib",'
                '"value":{"stringValue":"a"}}]},"schemaUrl":"https://example.com/1",'
            ),
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "service_name": "pay",
            "message": '{"msg":"stays text"}',
            "attributes": {"otel.scope.name": "shop.pay", "otel.scope.version": "1.2", "lib": "a"},
        },
    ),
    "OTLP: no body, no resource": (
        (
            '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1774778400'
            '123456789","traceId":"00000000000000000000000000000000","spanId":""}]}]}]}'
        ),
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
    ),
    "OTLP: a level of words of its own": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityText":"odd","body":{"intValue":"17"}}',
            resource="",
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "17",
            "attributes": {"level": "odd", "otel.scope.name": "com.example.Pay"},
        },
    ),
    "OTLP: Kubernetes' resource": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":9,"body":{"stringValue":"x"}}',
            resource=(
                '{"key":"k8s.pod.name","value":{"stringValue":"cart-1"}},'
                '{"key":"k8s.namespace.name","value":{"stringValue":"shop"}},'
                '{"key":"service.version","value":{"stringValue":"1.4.0"}}'
            ),
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "x",
            "attributes": {
                "k8s.pod.name": "cart-1",
                "k8s.namespace.name": "shop",
                "service.version": "1.4.0",
                "otel.scope.name": "com.example.Pay",
            },
        },
    ),
    "OTLP: a body of bytes": (
        _otlp(
            '{"timeUnixNano":1774778400123456789,"severityNumber":24,"body":{"bytesValue":"AQI="}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "service_name": "pay",
            "message": "AQI=",
            "attributes": {"otel.scope.name": "com.example.Pay"},
        },
    ),
    "OTLP: as plain protobuf is written, ids in base64 and severities by their names": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityNumber":"SEVERITY_NUMBER_WARN2",'
            '"body":{"stringValue":"slow"},"traceId":"AQIDBAUGBwgJCgsMDQ4PEA==",'
            '"spanId":"AQIDBAUGB/8="}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "pay",
            "message": "slow",
            "attributes": {
                "otel.scope.name": "com.example.Pay",
                "trace_id": "0102030405060708090a0b0c0d0e0f10",
                "span_id": "01020304050607ff",
            },
        },
    ),
    "OTLP: ids in base64 of zeros alone": (
        _otlp(
            '{"timeUnixNano":"1774778400123456789","severityText":"INFO",'
            '"severityNumber":"SEVERITY_NUMBER_UNSPECIFIED","body":{"stringValue":"idle"},'
            '"traceId":"AAAAAAAAAAAAAAAAAAAAAA==","spanId":"AAAAAAAAAAA="}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "idle",
            "attributes": {"otel.scope.name": "com.example.Pay"},
        },
    ),
}

LETTERS = {
    "OTLP's time that is none": (_otlp('{"timeUnixNano":"x"}'), "bad_timestamp", "timeUnixNano: x"),
    "no log record of OTLP": ('{"resourceLogs":[]}', "bad_envelope", "holds 0 events"),
    "two log records of OTLP": (_otlp("{},{}"), "bad_envelope", "holds 2 events"),
    "OTLP that is none": ('{"resourceLogs":[17]}', "bad_envelope", "resourceLogs"),
}
