"""Lines of the preset json: Graylog and the journal."""

RECORDS = {
    "GELF: seconds, syslog's level, underscores off": (
        (
            '{"version":"1.1","host":"web-1","short_message":"pay failed",'
            r'"full_message":"java.io.IOException: reset\n\tat '
            'com.example.Pay.run(Pay.java:17)","timestamp":1774778400.123,"level":3,'
            '"_order":"DE-0042","_service":"pay"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "service_name": "pay",
            "message": "pay failed",
            "attributes": {
                "host.name": "web-1",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                ),
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "order": "DE-0042",
            },
        },
    ),
    "GELF: the old keys": (
        (
            '{"version":"1.0","host":"web-1","short_message":"x",'
            '"full_message":"x in full","timestamp":1774778400,"level":7,'
            '"facility":"shop","file":"a.py","line":17}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "DEBUG",
            "message": "x",
            "attributes": {
                "facility": "shop",
                "host.name": "web-1",
                "code.file.path": "a.py",
                "code.line.number": "17",
                "full_message": "x in full",
            },
        },
    ),
    "GELF: by TCP, without time and level": (
        '{"version":"1.1","host":"web-1","short_message":"hello"}\x00',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "hello",
            "attributes": {"host.name": "web-1"},
        },
    ),
    "GELF: an alert": (
        (
            '{"version":"1.1","host":"web-1","short_message":"down",'
            '"timestamp":"1774778400.5","level":"1","_level":"x","_request_id":"r-18",'
            '"_status_code":"503"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "FATAL",
            "message": "down",
            "request_id": "r-18",
            "status_code": 503,
            "attributes": {"host.name": "web-1", "level": "x"},
        },
    ),
    "journald: an entry": (
        (
            '{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1774778400123456",'
            '"_BOOT_ID":"b","PRIORITY":"3","SYSLOG_FACILITY":"3","_HOSTNAME":"web-1",'
            '"SYSLOG_IDENTIFIER":"cart","_PID":"4242","_SYSTEMD_UNIT":"cart.service",'
            '"MESSAGE":"pay failed"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "service_name": "cart",
            "severity": 3,
            "facility": 3,
            "message": "pay failed",
            "attributes": {
                "__CURSOR": "s=1",
                "_BOOT_ID": "b",
                "_SYSTEMD_UNIT": "cart.service",
                "host.name": "web-1",
                "process.pid": "4242",
            },
        },
    ),
    "journald: bytes of a coloured message": (
        (
            '{"__REALTIME_TIMESTAMP":"1774778400123456","_BOOT_ID":"b","PRIORITY":"6",'
            '"_COMM":"cart","MESSAGE":[27,91,51,50,109,111,107,27,91,48,109]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "severity": 6,
            "message": "\x1b[32mok\x1b[0m",
            "attributes": {"_BOOT_ID": "b"},
        },
    ),
    "journald: a message that was too long": (
        (
            '{"__REALTIME_TIMESTAMP":"1774778400123456","_BOOT_ID":"b","MESSAGE":null,'
            '"_COMM":"cart"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "attributes": {"_BOOT_ID": "b"},
        },
    ),
    "journald: the sender's own time is not its time": (
        (
            '{"__REALTIME_TIMESTAMP":"1774778400123456",'
            '"_SOURCE_REALTIME_TIMESTAMP":"1774778399000000","PRIORITY":"4",'
            '"SYSLOG_IDENTIFIER":"kernel","MESSAGE":["a","b"],"CODE_FILE":"a.c",'
            '"CODE_LINE":"17","CODE_FUNC":"main"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "kernel",
            "severity": 4,
            "message": "a\nb",
            "attributes": {
                "_SOURCE_REALTIME_TIMESTAMP": "1774778399000000",
                "code.file.path": "a.c",
                "code.line.number": "17",
                "code.function.name": "main",
            },
        },
    ),
    "journald: of a container": (
        (
            '{"__REALTIME_TIMESTAMP":"1774778400123456","PRIORITY":"2",'
            '"CONTAINER_NAME":"web-1","CONTAINER_ID_FULL":"3f2a",'
            '"IMAGE_NAME":"example.com/cart:1.4","SYSLOG_IDENTIFIER":"3f2a",'
            '"MESSAGE":"down"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "service_name": "3f2a",
            "severity": 2,
            "message": "down",
            "attributes": {
                "container.name": "web-1",
                "container.id": "3f2a",
                "container.image.name": "example.com/cart:1.4",
            },
        },
    ),
}
