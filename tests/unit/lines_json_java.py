"""Lines of the preset json: log4j2 and logback."""

RECORDS = {
    "log4j2 EcsLayout: dotted keys": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","ecs.version":"1.2.0",'
            '"log.level":"ERROR","message":"pay failed","process.thread.name":"main",'
            '"log.logger":"com.example.Pay","labels":{"order":"DE-0042"},'
            '"tags":["pay"],"error.type":"java.io.IOException",'
            '"error.message":"reset","error.stack_trace":"java.io.IOException: '
            r'reset\n\tat com.example.Pay.run(Pay.java:17)\n"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "tags": ["pay"],
            "attributes": {
                "ecs.version": "1.2.0",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)\n"
                ),
                "order": "DE-0042",
            },
        },
    ),
    "log4j2 EcsLayout: with the service": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","ecs.version":"1.2.0",'
            '"log.level":"INFO","message":"up","service.name":"pay",'
            '"service.version":"1.4.0","service.environment":"prod",'
            '"service.node.name":"pay-1","event.dataset":"pay",'
            '"process.thread.name":"main","log.logger":"com.example.Pay",'
            '"log.origin":{"file":{"name":"Pay.java","line":17},"function":"run"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "up",
            "attributes": {
                "ecs.version": "1.2.0",
                "event.dataset": "pay",
                "service.version": "1.4.0",
                "deployment.environment.name": "prod",
                "service.instance.id": "pay-1",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "code.file.path": "Pay.java",
                "code.line.number": "17",
                "code.function.name": "run",
            },
        },
    ),
    "log4j2 Logstash layout: @version is a number": (
        (
            '{"@version":1,"source_host":"web-1","message":"pay failed",'
            '"thread_name":"main","@timestamp":"2026-03-29T12:00:00.123+0200",'
            '"level":"WARN","logger_name":"com.example.Pay","class":"com.example.Pay",'
            '"method":"run","file":"Pay.java","line_number":17,'
            '"mdc":{"order":"DE-0042","requestId":"r-18"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "pay failed",
            "request_id": "r-18",
            "attributes": {
                "@version": "1",
                "host.name": "web-1",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "code.file.path": "Pay.java",
                "code.line.number": "17",
                "order": "DE-0042",
                "code.function.name": "com.example.Pay.run",
            },
        },
    ),
    "log4j2 Logstash layout: an exception": (
        (
            '{"@version":1,"source_host":"web-1","message":"pay failed",'
            '"@timestamp":"2026-03-29T10:00:00.123Z","level":"ERROR",'
            '"logger_name":"com.example.Pay",'
            '"exception":{"exception_class":"java.io.IOException",'
            '"exception_message":"reset",'
            r'"stacktrace":"java.io.IOException: reset\n\tat '
            'com.example.Pay.run(Pay.java:17)"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "attributes": {
                "@version": "1",
                "host.name": "web-1",
                "otel.scope.name": "com.example.Pay",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                ),
            },
        },
    ),
    "log4j2 JsonLayout: instant": (
        (
            '{"instant":{"epochSecond":1774778400,"nanoOfSecond":123456789},'
            '"thread":"main","level":"FATAL","loggerName":"com.example.Pay",'
            '"message":"out of memory","endOfBatch":false,"loggerFqcn":"x.Y",'
            '"threadId":1,"threadPriority":5}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "out of memory",
            "attributes": {
                "endOfBatch": "false",
                "loggerFqcn": "x.Y",
                "threadPriority": "5",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "thread.id": "1",
            },
        },
    ),
    "log4j2 JsonLayout: timeMillis and the thrown": (
        (
            '{"timeMillis":1774778400123,"thread":"main","level":"ERROR",'
            '"loggerName":"com.example.Pay","message":"pay failed",'
            '"thrown":{"commonElementCount":0,"name":"java.io.IOException",'
            '"message":"reset","extendedStackTrace":[{"class":"com.example.Pay",'
            '"method":"run","file":"Pay.java","line":17,"exact":true,'
            '"location":"app.jar","version":"?"},{"class":"java.lang.Thread",'
            '"method":"run"}]},"endOfBatch":false,"loggerFqcn":"x.Y",'
            '"contextMap":{"order":"DE-0042"},"source":{"class":"com.example.Pay",'
            '"method":"run","file":"Pay.java","line":17}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "attributes": {
                "endOfBatch": "false",
                "loggerFqcn": "x.Y",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n"
                    "\tat com.example.Pay.run(Pay.java:17)\n"
                    "\tat java.lang.Thread.run(Unknown Source)"
                ),
                "thrown.commonElementCount": "0",
                "code.file.path": "Pay.java",
                "code.line.number": "17",
                "order": "DE-0042",
                "code.function.name": "com.example.Pay.run",
            },
        },
    ),
    "log4j2 JsonLayout: the stack as text, pairs as a list": (
        (
            '{"instant":{"epochSecond":1774778400,"nanoOfSecond":0},"thread":"main",'
            '"level":"ERROR","loggerName":"com.example.Pay","message":"pay failed",'
            '"thrown":{"name":"java.io.IOException",'
            r'"extendedStackTrace":"java.io.IOException: reset\n\tat '
            'com.example.Pay.run(Pay.java:17)"},"loggerFqcn":"x.Y",'
            '"contextMap":[{"key":"order","value":"DE-0042"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "pay failed",
            "attributes": {
                "loggerFqcn": "x.Y",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "exception.type": "java.io.IOException",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                ),
                "exception.message": "reset",
                "order": "DE-0042",
            },
        },
    ),
    "log4j2 JsonLayout: a list as context stack, a marker": (
        (
            '{"instant":{"epochSecond":1774778400,"nanoOfSecond":999999999},'
            '"thread":"pool-1","level":"TRACE","loggerName":"com.example.Pay",'
            '"marker":{"name":"AUDIT"},"message":"enter","loggerFqcn":"x.Y",'
            '"contextStack":["a","b"],"threadId":31}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.999Z",
            "level": "DEBUG",
            "message": "enter",
            "attributes": {
                "marker": '{"name":"AUDIT"}',
                "loggerFqcn": "x.Y",
                "contextStack": '["a","b"]',
                "thread.name": "pool-1",
                "otel.scope.name": "com.example.Pay",
                "thread.id": "31",
            },
        },
    ),
    "log4j2 JsonLayout: a message that is an object": (
        (
            '{"instant":{"epochSecond":1774778400,"nanoOfSecond":5000000},'
            '"thread":"main","level":"INFO","loggerName":"com.example.Pay",'
            '"message":{"order":"DE-0042","total":17.50},"loggerFqcn":"x.Y"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.005Z",
            "level": "INFO",
            "message": '{"order":"DE-0042","total":17.50}',
            "attributes": {
                "loggerFqcn": "x.Y",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
            },
        },
    ),
    "log4j2 Logstash layout: the defaults of an info line": (
        (
            '{"@version":1,"source_host":"web-1","message":"up","thread_name":"main",'
            '"@timestamp":"2026-03-29T10:00:00.123Z","level":"INFO",'
            '"logger_name":"com.example.Pay"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "up",
            "attributes": {
                "@version": "1",
                "host.name": "web-1",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
            },
        },
    ),
    "log4j2 EcsLayout: a trace and pairs with dots": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","ecs.version":"1.2.0",'
            '"log.level":"WARN","message":"slow",'
            '"trace.id":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"transaction.id":"1a2b3c4d5e6f7081","labels":{"order.id":"DE-0042",'
            '"user_id":"42"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "user_id": "42",
            "attributes": {
                "ecs.version": "1.2.0",
                "transaction.id": "1a2b3c4d5e6f7081",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "order.id": "DE-0042",
            },
        },
    ),
    "log4j2 EcsLayout: only what it must have": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.000Z","ecs.version":"1.2.0",'
            '"log.level":"FATAL","message":"down"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "FATAL",
            "message": "down",
            "attributes": {"ecs.version": "1.2.0"},
        },
    ),
    "logstash-logback-encoder: local offset, nine digits": (
        (
            '{"@timestamp":"2026-03-29T12:00:00.123456789+02:00","@version":"1",'
            '"message":"pay failed","logger_name":"com.example.Pay",'
            '"thread_name":"main","level":"ERROR","level_value":40000,'
            r'"stack_trace":"java.io.IOException: reset\n\tat '
            'com.example.Pay.run(Pay.java:17)","order":"DE-0042","tags":["pay","eu"]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "tags": ["pay", "eu"],
            "attributes": {
                "@version": "1",
                "order": "DE-0042",
                "otel.scope.name": "com.example.Pay",
                "thread.name": "main",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                ),
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
            },
        },
    ),
    "logstash-logback-encoder: the caller": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","@version":"1","message":"paid",'
            '"logger_name":"com.example.Pay","thread_name":"http-nio-8080-exec-1",'
            '"level":"INFO","level_value":20000,"HOSTNAME":"web-1",'
            '"caller_class_name":"com.example.Pay","caller_method_name":"run",'
            '"caller_file_name":"Pay.java","caller_line_number":17}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "@version": "1",
                "otel.scope.name": "com.example.Pay",
                "thread.name": "http-nio-8080-exec-1",
                "host.name": "web-1",
                "code.file.path": "Pay.java",
                "code.line.number": "17",
                "code.function.name": "com.example.Pay.run",
            },
        },
    ),
    "logstash-logback-encoder: the number where the word is not known": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","@version":"1","message":"x",'
            '"level":"NOISE","level_value":5000,"logger_name":"com.example.Pay"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "x",
            "attributes": {"@version": "1", "level": "NOISE", "otel.scope.name": "com.example.Pay"},
        },
    ),
    "logstash-logback-encoder: Spring's, with trace ids of the MDC": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","@version":"1","message":"paid",'
            '"logger_name":"c.e.Pay","thread_name":"main","level":"INFO",'
            '"level_value":20000,"traceId":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"spanId":"1a2b3c4d5e6f7081","app":"pay"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "paid",
            "attributes": {
                "@version": "1",
                "otel.scope.name": "c.e.Pay",
                "thread.name": "main",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
            },
        },
    ),
    "logstash-logback-encoder: a cause by its root": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","@version":"1","message":"x",'
            '"level":"WARN","level_value":30000,'
            r'"stack_trace":"java.lang.IllegalStateException\n\tat '
            r"com.example.Pay.run(Pay.java:17)\nCaused by: java.io.IOException: "
            r'reset\n"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "x",
            "attributes": {
                "@version": "1",
                "exception.stacktrace": (
                    "java.lang.IllegalStateException\n"
                    "\tat com.example.Pay.run(Pay.java:17)\n"
                    "Caused by: java.io.IOException: reset\n"
                ),
                "exception.type": "java.lang.IllegalStateException",
            },
        },
    ),
    "logstash-logback-encoder: trace": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.1Z","@version":"1","message":"enter",'
            '"logger_name":"c.e.Pay","thread_name":"main","level":"TRACE",'
            '"level_value":5000}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.100Z",
            "level": "DEBUG",
            "message": "enter",
            "attributes": {"@version": "1", "otel.scope.name": "c.e.Pay", "thread.name": "main"},
        },
    ),
    "logstash-logback-encoder: structured arguments": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","@version":"1",'
            '"message":"order=DE-0042 took=12ms","logger_name":"c.e.Pay",'
            '"level":"INFO","level_value":20000,"order":"DE-0042","took":"12ms",'
            '"cart":{"items":2}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "order=DE-0042 took=12ms",
            "response_time_ms": 12.0,
            "attributes": {
                "@version": "1",
                "order": "DE-0042",
                "cart": '{"items":2}',
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "logstash-logback-encoder: Spring's request, by its access encoder": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","@version":"1",'
            '"message":"192.0.2.17 - - GET /cart","method":"GET",'
            '"protocol":"HTTP/1.1","status_code":404,'
            '"requested_url":"GET /cart HTTP/1.1","requested_uri":"/cart",'
            '"remote_host":"192.0.2.17","content_length":512,"elapsed_time":12}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "192.0.2.17 - - GET /cart",
            "method": "GET",
            "protocol": "HTTP/1.1",
            "status_code": 404,
            "attributes": {
                "@version": "1",
                "requested_url": "GET /cart HTTP/1.1",
                "requested_uri": "/cart",
                "remote_host": "192.0.2.17",
                "content_length": "512",
                "elapsed_time": "12",
            },
        },
    ),
    "logback JsonEncoder: milliseconds and nanoseconds": (
        (
            '{"sequenceNumber":3,"timestamp":1774778400123,"nanoseconds":123456000,'
            '"level":"INFO","threadName":"main","loggerName":"com.example.Pay",'
            '"mdc":{"order":"DE-0042"},"message":"paid","throwable":null}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "sequenceNumber": "3",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "order": "DE-0042",
            },
        },
    ),
    "logback JsonEncoder: arguments are filled in": (
        (
            '{"sequenceNumber":4,"timestamp":1774778400123,"nanoseconds":123456000,'
            '"level":"DEBUG","threadName":"main","loggerName":"com.example.Pay",'
            '"message":"{} paid {}","arguments":["jane",17.50],'
            '"kvpList":[{"order":"DE-0042"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "jane paid 17.50",
            "attributes": {
                "sequenceNumber": "4",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "order": "DE-0042",
                "arguments": '["jane",17.50]',
            },
        },
    ),
    "logback JsonEncoder: formatted, with a throwable": (
        (
            '{"sequenceNumber":5,"timestamp":1774778400123,"nanoseconds":123456000,'
            '"level":"ERROR","threadName":"main","loggerName":"com.example.Pay",'
            '"message":"{} failed","arguments":["pay"],'
            '"formattedMessage":"pay failed",'
            '"throwable":{"className":"java.io.IOException","message":"reset",'
            '"stepArray":[{"className":"com.example.Pay","methodName":"run",'
            '"fileName":"Pay.java","lineNumber":17}]}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "attributes": {
                "sequenceNumber": "5",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "message": "{} failed",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                ),
                "arguments": '["pay"]',
            },
        },
    ),
    "logback JsonEncoder: fewer arguments than places": (
        (
            '{"sequenceNumber":6,"timestamp":1774778400123,"nanoseconds":123000000,'
            '"level":"WARN","threadName":"main","loggerName":"com.example.Pay",'
            '"message":"{} and {}","arguments":["a"]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "a and {}",
            "attributes": {
                "sequenceNumber": "6",
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "arguments": '["a"]',
            },
        },
    ),
    "java.util.logging: a number of its own": (
        (
            '{"timestamp":"2026-03-29T10:00:00.123Z","levelValue":900,'
            '"loggerName":"com.example.Pay","message":"slow","threadName":"main"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {"otel.scope.name": "com.example.Pay", "thread.name": "main"},
        },
    ),
    "a class with a method is no request": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":"INFO",'
            '"class":"com.example.Pay","method":"run","message":"x"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"code.function.name": "com.example.Pay.run"},
        },
    ),
    "log4j2 GcpLayout: an error": (
        (
            '{"timestamp":"2026-03-29T10:00:00.123Z","severity":"ERROR","message":"no stock",'
            '"logging.googleapis.com/labels":{"sku":"B-204"},'
            '"logging.googleapis.com/sourceLocation":{"function":"com.example.Stock.read"},'
            '"_exception":{"class":"com.example.NoStock","message":"none left",'
            r'"stackTrace":"com.example.NoStock: none left\n\tat com.example.Stock.read"},'
            '"_thread":"main","_logger":"com.example.Stock"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "no stock",
            "attributes": {
                "sku": "B-204",
                "code.function.name": "com.example.Stock.read",
                "otel.scope.name": "com.example.Stock",
                "thread.name": "main",
                "exception.type": "com.example.NoStock",
                "exception.message": "none left",
                "exception.stacktrace": (
                    "com.example.NoStock: none left\n\tat com.example.Stock.read"
                ),
            },
        },
    ),
    "log4j2 GcpLayout: no error": (
        (
            '{"timestamp":"2026-03-29T10:00:00.123Z","severity":"DEBUG","message":"read",'
            '"_exception":{"stackTrace":""},"_thread":"main","_logger":"com.example.Stock"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "read",
            "attributes": {"otel.scope.name": "com.example.Stock", "thread.name": "main"},
        },
    ),
}
