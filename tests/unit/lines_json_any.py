"""Lines of the preset json: what is read of any logger."""

RECORDS = {
    "Datadog's ids as sent": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":"INFO","message":"x",'
            '"dd":{"trace_id":"5834190218","span_id":"17","service":"pay",'
            '"env":"prod","version":"1.4.0"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "x",
            "attributes": {
                "trace_id": "5834190218",
                "span_id": "17",
                "deployment.environment.name": "prod",
                "service.version": "1.4.0",
            },
        },
    ),
    "a W3C traceparent": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":"INFO","message":"x",'
            '"traceparent":"00-5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f-1a2b3c4d5e6f7081-01"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
                "trace_flags": "01",
            },
        },
    ),
    "our own names": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":"INFO",'
            '"service_name":" pay ","message":"x","request_id":"r-18",'
            '"status_code":404,"user_id":42,"path":"/cart","method":"GET",'
            '"response_time_ms":12.5,"error_code":"E17","tags":"eu",'
            '"client_ip":"192.0.2.17:5000","bytes":512}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "x",
            "request_id": "r-18",
            "user_id": "42",
            "path": "/cart",
            "method": "GET",
            "response_time_ms": 12.5,
            "error_code": "E17",
            "tags": ["eu"],
            "client_ip": "192.0.2.17",
            "bytes": 512,
            "status_code": 404,
            "attributes": {"client.port": "5000"},
        },
    ),
    "status_code with a point, numbers as sent": (
        (
            '{"timestamp":1774778400.000000,"status_code":200.0,"message":"x",'
            '"price":12500000.50,"ratio":0.00005,"version":1.10}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "status_code": 200,
            "attributes": {"price": "12500000.50", "ratio": "0.00005", "version": "1.10"},
        },
    ),
    "status_code with an exponent": (
        '{"timestamp":"2026-03-29T10:00:00Z","status_code":2.0e2,"message":"x"}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "status_code": 200,
        },
    ),
    "a status that is none, a duration without a unit": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":"info","message":"done",'
            '"status":"ok","duration":17}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "done",
            "attributes": {"duration": "17", "status": "ok"},
        },
    ),
    "a status of three digits without a request": (
        '{"timestamp":"2026-03-29T10:00:00Z","message":"done","status":200}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "done",
            "attributes": {"status": "200"},
        },
    ),
    "a status beside a path": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","message":"done","status":"503",'
            '"path":"/cart","duration_ms":"12.5"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "done",
            "path": "/cart",
            "response_time_ms": 12.5,
            "status_code": 503,
        },
    ),
    "an alias that is no status": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","message":"done","http_status":"2xx",'
            '"latency_ms":"fast","ip":"unknown"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "done",
            "attributes": {"latency_ms": "fast", "ip": "unknown", "http_status": "2xx"},
        },
    ),
    "an unknown level is kept": (
        '{"timestamp":"2026-03-29T10:00:00Z","lvl":"verystrange","message":"x"}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"level": "verystrange"},
        },
    ),
    "of two levels the one that is known": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":200,"level_name":"INFO",'
            '"channel":"app","message":"x","context":{"sku":"A-17"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"channel": "app", "context": '{"sku":"A-17"}', "level": "200"},
        },
    ),
    "no level: by status": (
        ('{"timestamp":"2026-03-29T10:00:00Z","level":null,"message":"x","status_code":503}'),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "x",
            "status_code": 503,
        },
    ),
    "brackets and blanks around a level": (
        '{"timestamp":"2026-03-29T10:00:00Z","level":"[WARN] ","message":"x"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN", "message": "x"},
    ),
    "a level of the feed's own": (
        '{"timestamp":"2026-03-29T10:00:00Z","level":"gelb","message":"x"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN", "message": "x"},
        {"levels": {"gelb": "WARN"}},
    ),
    "a number of the feed's own": (
        '{"timestamp":"2026-03-29T10:00:00Z","level":3,"message":"x"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "ERROR", "message": "x"},
        {"levels": {"3": "ERROR"}},
    ),
    "severities of syslog": (
        '{"timestamp":"2026-03-29T10:00:00Z","severity":3,"message":"x"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "ERROR", "message": "x"},
    ),
    "an exponent in the time, as Java prints it": (
        '{"timestamp":1.774778400123E9,"message":"x"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "message": "x"},
    ),
    "Go's own print of a time": (
        ('{"time":"2026-03-29 10:00:00.123456789 +0000 UTC m=+0.0123","level":"info","msg":"x"}'),
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "message": "x"},
    ),
    "the best time that can be read": (
        '{"time":"12ms","ts":1774778400.123,"level":"info","msg":"x"}',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"time": "12ms"},
        },
    ),
    "a date alone is no time": (
        '{"date":"2026-03-29","message":"booked"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "booked",
            "attributes": {"date": "2026-03-29"},
        },
    ),
    "a small number is a duration": (
        '{"time":0.25,"message":"done"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "done",
            "attributes": {"time": "0.25"},
        },
    ),
    "nothing but an object": ("{}", {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO"}),
    "absent values": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","message":"-","user":"","path":null,'
            '"note":"-","empty":"","none":null,"zero":0}'
        ),
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "attributes": {"zero": "0"}},
    ),
    "an hour that Berlin does not have": (
        '{"timestamp":"2026-03-29 02:30:00","message":"x"}',
        {
            "timestamp": "2026-03-29T01:30:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"timestamp.local": "nonexistent"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "an hour that Berlin has twice": (
        '{"timestamp":"2025-10-26 02:30:00","message":"x"}',
        {
            "timestamp": "2025-10-26T00:30:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"timestamp.local": "ambiguous"},
        },
        {"timezone": "Europe/Berlin", "received_at": "2025-10-26T02:00:05Z"},
    ),
    "a list of one": (
        '[{"timestamp":"2026-03-29T10:00:00Z","message":"a"}]',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "message": "a"},
    ),
    "a NUL in a key": (
        r'{"timestamp":"2026-03-29T10:00:00Z","a\u0000b":"x","message":"n"}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "n",
            "attributes": {"a\\u0000b": "x"},
        },
    ),
    "half of a character": (
        r'{"timestamp":"2026-03-29T10:00:00Z","message":"a\ud800b"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "message": "a?b"},
    ),
    "Docker's own, without an envelope": (
        (
            r'{"log":"started\n","stream":"stderr",'
            '"time":"2026-03-29T10:00:00.123456789Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "started",
            "attributes": {"log.iostream": "stderr"},
        },
    ),
    "an error that is a switch": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","error":false,"trace":"on",'
            '"stack":"blue","request":"r-18","protocol":"tcp","message":"x"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {
                "error": "false",
                "trace": "on",
                "stack": "blue",
                "request": "r-18",
                "protocol": "tcp",
            },
        },
    ),
}
