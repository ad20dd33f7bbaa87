"""Lines of the preset json: loggers of Go."""

RECORDS = {
    "zap: production": (
        (
            '{"level":"info","ts":1774778400.123456,"logger":"cart",'
            '"caller":"api/cart.go:42","msg":"added","sku":"A-17","took":0.012}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "added",
            "attributes": {
                "sku": "A-17",
                "otel.scope.name": "cart",
                "code.file.path": "api/cart.go",
                "code.line.number": "42",
                "took": "0.012",
            },
        },
    ),
    "zap: a panic of development builds, cut below the microsecond": (
        (
            '{"level":"dpanic","ts":1774778400.1239998,"caller":"pay/pay.go:7",'
            r'"msg":"impossible","stacktrace":"main.pay\n\t/app/pay.go:7"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "impossible",
            "attributes": {
                "code.file.path": "pay/pay.go",
                "code.line.number": "7",
                "exception.stacktrace": "main.pay\n\t/app/pay.go:7",
            },
        },
    ),
    "zap: an error and its long form": (
        (
            '{"level":"error","ts":1774778400.5,"caller":"pay/pay.go:17",'
            '"msg":"declined","error":"card expired",'
            r'"errorVerbose":"card expired\nmain.pay\n\t/app/pay.go:17",'
            r'"stacktrace":"main.run\n\t/app/main.go:9"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "ERROR",
            "message": "declined",
            "attributes": {
                "code.file.path": "pay/pay.go",
                "code.line.number": "17",
                "exception.message": "card expired",
                "exception.stacktrace": "main.run\n\t/app/main.go:9",
                "errorVerbose": "card expired\nmain.pay\n\t/app/pay.go:17",
            },
        },
    ),
    "zap: an error's long form alone is the stack": (
        (
            '{"level":"error","ts":1774778400.5,"msg":"declined",'
            '"error":"card expired","errorVerbose":"card '
            r'expired\nmain.pay\n\t/app/pay.go:17"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "ERROR",
            "message": "declined",
            "attributes": {
                "exception.message": "card expired",
                "exception.stacktrace": "card expired\nmain.pay\n\t/app/pay.go:17",
            },
        },
    ),
    "zap: ISO time without a colon in its zone": (
        '{"level":"WARN","ts":"2026-03-29T12:00:00.123+0200","msg":"slow"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "WARN", "message": "slow"},
    ),
    "zap: nanoseconds": (
        '{"level":"info","ts":1774778400123456789,"msg":"n"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "message": "n"},
    ),
    "zap: keys of its development encoder": (
        ('{"L":"INFO","T":"2026-03-29T10:00:00.123Z","N":"cart","C":"api/cart.go:42","M":"added"}'),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "added",
            "attributes": {
                "otel.scope.name": "cart",
                "code.file.path": "api/cart.go",
                "code.line.number": "42",
            },
        },
    ),
    "zap: whole seconds": (
        '{"level":"debug","ts":1774778400,"msg":"tick"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "DEBUG", "message": "tick"},
    ),
    "zap: a duration that names its unit": (
        (
            '{"level":"info","ts":1774778400.123,"msg":"done","method":"GET",'
            '"path":"/cart","status":200,"latency":"12.3ms"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "done",
            "method": "GET",
            "path": "/cart",
            "response_time_ms": 12.3,
            "status_code": 200,
        },
    ),
    "zap: a duration that does not": (
        '{"level":"info","ts":1774778400.123,"msg":"done","duration":1.5}',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "done",
            "attributes": {"duration": "1.5"},
        },
    ),
    "zap: a duration whose unit the feed names": (
        '{"level":"info","ts":1774778400.123,"msg":"done","duration":1.5}',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "done",
            "response_time_ms": 1500.0,
        },
        {"response_time_unit": "s"},
    ),
    "zap: an unknown level, as controller-runtime writes them": (
        (
            '{"level":"Level(-2)","ts":1774778400.123,"logger":"controller.cart",'
            '"msg":"reconciled","object":{"name":"cart-1","namespace":"shop"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "reconciled",
            "attributes": {
                "object": '{"name":"cart-1","namespace":"shop"}',
                "level": "Level(-2)",
                "otel.scope.name": "controller.cart",
            },
        },
    ),
    "zap: nothing but a time": (
        '{"ts":1774778400.123}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
    ),
    "zap: a clock that was never set": (
        '{"level":"info","ts":12.5,"msg":"booting"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "booting",
            "attributes": {"ts": "12.5"},
        },
    ),
    "klog: milliseconds with a fraction": (
        (
            '{"ts":1774778400123.456,"caller":"app/main.go:7","msg":"pod synced",'
            '"v":4,"pod":{"name":"cart-1","namespace":"shop"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "pod synced",
            "attributes": {
                "v": "4",
                "pod": '{"name":"cart-1","namespace":"shop"}',
                "code.file.path": "app/main.go",
                "code.line.number": "7",
            },
        },
    ),
    "klog: an error has no level but err": (
        (
            '{"ts":1774778400123.456,"logger":"scheduler","caller":"app/main.go:7",'
            '"msg":"sync failed","err":"node gone"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "sync failed",
            "attributes": {
                "otel.scope.name": "scheduler",
                "code.file.path": "app/main.go",
                "code.line.number": "7",
                "exception.message": "node gone",
            },
        },
    ),
    "klog: an error with a verbosity": (
        (
            '{"ts":1774778400123.456,"caller":"app/main.go:7","msg":"sync failed",'
            '"v":0,"err":"node gone"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "sync failed",
            "attributes": {
                "v": "0",
                "code.file.path": "app/main.go",
                "code.line.number": "7",
                "exception.message": "node gone",
            },
        },
    ),
    "klog: info without a logger": (
        '{"ts":1774778400000.0,"msg":"started","v":0}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "started",
            "attributes": {"v": "0"},
        },
    ),
    "zerolog: whole seconds, offset": (
        (
            '{"level":"warn","time":"2026-03-29T12:00:00+02:00","message":"retry",'
            '"error":"timeout","elapsed":1503.25}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "retry",
            "attributes": {"exception.message": "timeout", "elapsed": "1503.25"},
        },
    ),
    "zerolog: milliseconds and a stack": (
        (
            '{"level":"error","stack":[{"func":"pay","line":"17","source":"pay.go"}],'
            '"error":"declined","time":1774778400123,"message":"pay failed"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "attributes": {
                "exception.stacktrace": '[{"func":"pay","line":"17","source":"pay.go"}]',
                "exception.message": "declined",
            },
        },
    ),
    "zerolog: microseconds": (
        ('{"level":"trace","time":1774778400123456,"caller":"/app/main.go:42","message":"enter"}'),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "enter",
            "attributes": {"code.file.path": "/app/main.go", "code.line.number": "42"},
        },
    ),
    "zerolog: nanoseconds": (
        '{"level":"panic","time":1774778400123456789,"message":"boom"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "FATAL", "message": "boom"},
    ),
    "zerolog: neither level nor message": (
        '{"time":"2026-03-29T10:00:00Z","n":1}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "attributes": {"n": "1"}},
    ),
    "logrus: a warning": (
        ('{"level":"warning","msg":"disk low","time":"2026-03-29T10:00:00Z","free":12}'),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "disk low",
            "attributes": {"free": "12"},
        },
    ),
    "logrus: a clash of keys": (
        (
            r'{"fields.level":"x","level":"info","msg":"\u003cb\u003e",'
            '"time":"2026-03-29T10:00:00Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "<b>",
            "attributes": {"fields.level": "x"},
        },
    ),
    "logrus: with its caller": (
        (
            '{"file":"/app/main.go:42","func":"main.run","level":"error",'
            '"error":"no such file","msg":"read failed",'
            '"time":"2026-03-29T12:00:00+02:00"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "read failed",
            "attributes": {
                "code.file.path": "/app/main.go",
                "code.line.number": "42",
                "code.function.name": "main.run",
                "exception.message": "no such file",
            },
        },
    ),
    "logrus: a file that is no place": (
        ('{"file":"report.pdf","level":"info","msg":"sent","time":"2026-03-29T10:00:00Z"}'),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "sent",
            "attributes": {"file": "report.pdf"},
        },
    ),
    "slog: a level between two": (
        (
            '{"time":"2026-03-29T12:00:00.123456789+02:00","level":"INFO+2",'
            '"msg":"ready","wait":1500000000}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "ready",
            "attributes": {"wait": "1500000000"},
        },
    ),
    "slog: below debug, and its source": (
        (
            '{"time":"2026-03-29T10:00:00.123Z","level":"DEBUG-4",'
            '"source":{"function":"main.run","file":"/app/main.go","line":42},'
            '"msg":"enter"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "enter",
            "attributes": {
                "code.function.name": "main.run",
                "code.file.path": "/app/main.go",
                "code.line.number": "42",
            },
        },
    ),
    "slog: a group is an object": (
        (
            '{"time":"2026-03-29T10:00:00Z","level":"ERROR+4","msg":"failed",'
            '"err":"declined","order":{"id":"DE-0042","items":2}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {"order": '{"id":"DE-0042","items":2}', "exception.message": "declined"},
        },
    ),
    "slog: a request in a group": (
        (
            '{"time":"2026-03-29T10:00:00Z","level":"INFO","msg":"served",'
            '"request":{"method":"GET","path":"/cart","ip":"192.0.2.17"},'
            '"response":{"status":404,"latency":15000000}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "served",
            "method": "GET",
            "path": "/cart",
            "client_ip": "192.0.2.17",
            "status_code": 404,
            "attributes": {"response.latency": "15000000"},
        },
    ),
    "slog: a request with its status in a group": (
        (
            '{"time":"2026-03-29T10:00:00.123456789Z","level":"WARN","msg":"no such item",'
            '"req":{"method":"GET","status":404}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "no such item",
            "method": "GET",
            "status_code": 404,
        },
    ),
    "slog: a status of something that is no request": (
        '{"time":"2026-03-29T10:00:00Z","level":"INFO","msg":"x","req":{"status":404}}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"req.status": "404"},
        },
    ),
    "hclog: a pair that is called as what it has itself": (
        (
            '{"@level":"warn","@message":"lease expires","@module":"vault.core",'
            '"@timestamp":"2026-03-29T12:00:00.123456+02:00","@caller":"core/lease.go:42",'
            '"level":"low","error":"no quorum"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "lease expires",
            "attributes": {
                "otel.scope.name": "vault.core",
                "code.file.path": "core/lease.go",
                "code.line.number": "42",
                "level": "low",
                "exception.message": "no quorum",
            },
        },
    ),
}
