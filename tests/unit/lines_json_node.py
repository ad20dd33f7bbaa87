"""Lines of the preset json: loggers of Node.js."""

RECORDS = {
    "pino: the default": (
        ('{"level":30,"time":1774778400123,"pid":7,"hostname":"cart-1","msg":"listening on 8080"}'),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "listening on 8080",
            "attributes": {"process.pid": "7", "host.name": "cart-1"},
        },
    ),
    "pino: a name is the service": (
        (
            '{"level":20,"time":1774778400123,"pid":7,"hostname":"cart-1",'
            '"name":"cart","msg":"cache warm","keys":1200}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "service_name": "cart",
            "message": "cache warm",
            "attributes": {"keys": "1200", "process.pid": "7", "host.name": "cart-1"},
        },
    ),
    "pino: no message was given": (
        ('{"level":30,"time":1774778400123,"pid":7,"hostname":"cart-1","sku":"B-204","left":0}'),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "attributes": {"sku": "B-204", "left": "0", "process.pid": "7", "host.name": "cart-1"},
        },
    ),
    "pino: an error with its own members": (
        (
            '{"level":50,"time":1774778400123,"pid":7,"hostname":"cart-1",'
            '"err":{"type":"DatabaseError","message":"relation missing",'
            r'"stack":"DatabaseError: relation missing\n    at query '
            '(/app/db.js:31:11)","code":"42P01","severity":"ERROR"},'
            '"msg":"relation missing"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "error_code": "42P01",
            "message": "relation missing",
            "attributes": {
                "process.pid": "7",
                "host.name": "cart-1",
                "exception.type": "DatabaseError",
                "exception.message": "relation missing",
                "exception.stacktrace": (
                    "DatabaseError: relation missing\n    at query (/app/db.js:31:11)"
                ),
                "err.severity": "ERROR",
            },
        },
    ),
    "pino: a request and its response, level as sent": (
        (
            '{"level":30,"time":1774778400123,"pid":7,"hostname":"cart-1",'
            '"req":{"id":18,"method":"POST","url":"/cart/items?dry=1",'
            '"query":{"dry":"1"},"headers":{"host":"shop.example.com",'
            '"user-agent":"curl/8.5","referer":"https://shop.example.com/",'
            '"x-forwarded-for":"203.0.113.9","accept":"*/*"},'
            '"remoteAddress":"::ffff:192.0.2.17","remotePort":51234},'
            '"res":{"statusCode":503,"headers":{"content-type":"application/json"}},'
            '"responseTime":12.5,"msg":"request completed"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "response_time_ms": 12.5,
            "message": "request completed",
            "request_id": "18",
            "method": "POST",
            "path": "/cart/items?dry=1",
            "virtual_host": "shop.example.com",
            "user_agent": "curl/8.5",
            "referrer": "https://shop.example.com/",
            "forwarded_for": "203.0.113.9",
            "client_ip": "::ffff:192.0.2.17",
            "status_code": 503,
            "attributes": {
                "req.query.dry": "1",
                "process.pid": "7",
                "host.name": "cart-1",
                "http.request.header.accept": "*/*",
                "client.port": "51234",
                "http.response.header.content-type": "application/json",
            },
        },
    ),
    "pino: ISO time and level words": (
        (
            '{"level":"warn","time":"2026-03-29T10:00:00.123Z","pid":7,'
            '"hostname":"cart-1","name":"cart","msg":"retrying"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "cart",
            "message": "retrying",
            "attributes": {"process.pid": "7", "host.name": "cart-1"},
        },
    ),
    "pino: seconds": (
        '{"level":"fatal","time":1774778400,"msg":"out of memory"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "FATAL", "message": "out of memory"},
    ),
    "pino: nanoseconds in ISO": (
        '{"level":30,"time":"2026-03-29T10:00:00.123456789Z","msg":"tick"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "message": "tick"},
    ),
    "pino: without a time": (
        '{"level":30,"msg":"no time"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "message": "no time"},
    ),
    "pino: a level of its own between two": (
        '{"level":45,"time":1774778400123,"msg":"between warn and error"}',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "between warn and error",
        },
    ),
    "pino: a repeated key": (
        (
            '{"level":30,"time":1774778400123,"pid":7,"hostname":"cart-1",'
            '"tenant":"a","tenant":"b","msg":"last wins"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "last wins",
            "attributes": {"tenant": "b", "process.pid": "7", "host.name": "cart-1"},
        },
    ),
    "pino: another key for the message": (
        (
            '{"level":60,"time":1774778400123,"message":"broken",'
            '"err":{"type":"Error","message":"x",'
            r'"stack":"Error: x\n    at run (/app/a.js:1:2)"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "broken",
            "attributes": {
                "exception.type": "Error",
                "exception.message": "x",
                "exception.stacktrace": "Error: x\n    at run (/app/a.js:1:2)",
            },
        },
    ),
    "pino: traced": (
        (
            '{"level":30,"time":1774778400123,'
            '"trace_id":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"span_id":"1a2b3c4d5e6f7081","trace_flags":"01","msg":"paid"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
                "trace_flags": "01",
            },
        },
    ),
    "bunyan: the default": (
        (
            '{"name":"shop-api","hostname":"web-1","pid":4242,"level":40,'
            '"msg":"stock low","time":"2026-03-29T10:00:00.123Z","v":0}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "shop-api",
            "message": "stock low",
            "attributes": {"v": "0", "host.name": "web-1", "process.pid": "4242"},
        },
    ),
    "bunyan: no text in the message": (
        (
            '{"name":"shop-api","hostname":"web-1","pid":4242,"level":30,"sku":"A-17",'
            '"msg":"","time":"2026-03-29T10:00:00.123Z","v":0}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "shop-api",
            "attributes": {"sku": "A-17", "v": "0", "host.name": "web-1", "process.pid": "4242"},
        },
    ),
    "bunyan: an error and a request id": (
        (
            '{"name":"shop-api","hostname":"web-1","pid":7,"level":50,'
            '"req_id":"r-7f3a","err":{"message":"declined","name":"PayError",'
            r'"stack":"PayError: declined\n    at pay (/app/pay.js:17:9)",'
            '"code":"E_CARD"},"msg":"declined","time":"2026-03-29T10:00:00.123Z","v":0}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "service_name": "shop-api",
            "request_id": "r-7f3a",
            "error_code": "E_CARD",
            "message": "declined",
            "attributes": {
                "v": "0",
                "host.name": "web-1",
                "process.pid": "7",
                "exception.type": "PayError",
                "exception.message": "declined",
                "exception.stacktrace": "PayError: declined\n    at pay (/app/pay.js:17:9)",
            },
        },
    ),
    "bunyan: a place in the source": (
        (
            '{"name":"shop-api","hostname":"web-1","pid":7,"level":10,"msg":"enter",'
            '"time":"2026-03-29T10:00:00.123Z","src":{"file":"/app/pay.js","line":17,'
            '"func":"pay"},"v":0}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "service_name": "shop-api",
            "message": "enter",
            "attributes": {
                "v": "0",
                "host.name": "web-1",
                "process.pid": "7",
                "code.file.path": "/app/pay.js",
                "code.line.number": "17",
                "code.function.name": "pay",
            },
        },
    ),
    "bunyan: a latency whose unit is not known": (
        (
            '{"name":"shop-api","component":"restify","hostname":"web-1","pid":7,'
            '"level":30,"latency":12,"req":{"method":"GET","url":"/cart",'
            '"remoteAddress":"192.0.2.17","remotePort":51234},"res":{"statusCode":404},'
            '"msg":"handled: 404","time":"2026-03-29T10:00:00.123Z","v":0}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "shop-api",
            "message": "handled: 404",
            "method": "GET",
            "path": "/cart",
            "client_ip": "192.0.2.17",
            "status_code": 404,
            "attributes": {
                "component": "restify",
                "v": "0",
                "host.name": "web-1",
                "process.pid": "7",
                "latency": "12",
                "client.port": "51234",
            },
        },
    ),
    "bunyan: above the highest level": (
        (
            '{"name":"shop-api","hostname":"web-1","pid":7,"level":70,"msg":"end",'
            '"time":"2026-03-29T10:00:00.123Z","v":0}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "service_name": "shop-api",
            "message": "end",
            "attributes": {"v": "0", "host.name": "web-1", "process.pid": "7"},
        },
    ),
    "winston: the default has no time": (
        '{"level":"info","message":"started"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "message": "started"},
    ),
    "winston: a timestamp and the service of defaultMeta": (
        (
            '{"level":"error","message":"pay failed","service":"pay",'
            r'"stack":"Error: declined\n    at pay (/app/pay.js:17:9)",'
            '"timestamp":"2026-03-29T10:00:00.123Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "service_name": "pay",
            "message": "pay failed",
            "attributes": {
                "exception.stacktrace": "Error: declined\n    at pay (/app/pay.js:17:9)",
                "exception.type": "Error",
                "exception.message": "declined",
            },
        },
    ),
    "winston: colours around the level": (
        (
            r'{"level":"\u001b[33mwarn\u001b[39m","message":"slow",'
            '"timestamp":"2026-03-29T10:00:00.123Z"}'
        ),
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "WARN", "message": "slow"},
    ),
    "winston: a time of a pattern, local": (
        ('{"level":"http","message":"GET /cart 200","timestamp":"2026-03-29 12:00:00"}'),
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "message": "GET /cart 200"},
        {"timezone": "Europe/Berlin"},
    ),
    "winston: silly and verbose": (
        (
            '{"level":"verbose","message":"cache","hits":17,"ratio":0.850,'
            '"timestamp":"2026-03-29T10:00:00.123Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "cache",
            "attributes": {"hits": "17", "ratio": "0.850"},
        },
    ),
    "winston: a message that is an object": (
        (
            '{"level":"info","message":{"sku":"A-17","n":1.50},'
            '"timestamp":"2026-03-29T10:00:00.123Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": '{"sku":"A-17","n":1.50}',
        },
    ),
    "winston: Logstash's first layout": (
        (
            '{"@fields":{"level":"error","sku":"B-204","statusCode":503},'
            '"@message":"no stock","@timestamp":"2026-03-29T10:00:00.123Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "no stock",
            "status_code": 503,
            "attributes": {"sku": "B-204"},
        },
    ),
}
