"""Lines of Python's loggers, each in its own layout."""

from typing import Any

RECORDS: dict[str, tuple[Any, ...]] = {
    "between dashes, with a traceback": (
        (
            "2026-03-29 12:00:00,123 - shop.pay - CRITICAL - no funds\nTraceback (most "
            'recent call last):\n  File "/app/a.py", line 7, in run\n    pay()'
            "\nValueError: bad sku"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "no funds",
            "attributes": {
                "otel.scope.name": "shop.pay",
                "exception.type": "ValueError",
                "exception.message": "bad sku",
                "exception.stacktrace": (
                    'Traceback (most recent call last):\n  File "/app/a.py", line 7, '
                    "in run\n    pay()\nValueError: bad sku"
                ),
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "between dashes, the level padded": (
        "2026-03-29 10:00:00,123 - shop.pay - INFO     - paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "the level before the logger": (
        "2026-03-29 10:00:00,123 WARNING shop.pay: slow - 1.7 s",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow - 1.7 s",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "the level in brackets": (
        "2026-03-29 10:00:00,123 [ERROR] shop.pay: failed",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "the logger in brackets": (
        "2026-03-29 10:00:00,123 DEBUG [shop.pay] tick",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "tick",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "the logger before the level": (
        "2026-03-29 10:00:00,123 shop.pay INFO paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "the default: no time": (
        "WARNING:root:low",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "WARN",
            "message": "low",
            "attributes": {
                "otel.scope.name": "root",
            },
        },
    ),
    "the default: a text with colons": (
        "INFO:shop.pay:GET /cart: 200",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "GET /cart: 200",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "the default: a level without a name": (
        "Level 25:root:low",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "low",
            "attributes": {
                "level": "Level 25",
                "otel.scope.name": "root",
            },
        },
    ),
    "gunicorn": (
        "[2026-03-29 12:00:00 +0200] [7] [INFO] Booting worker with pid: 7",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "Booting worker with pid: 7",
            "attributes": {
                "process.pid": "7",
            },
        },
    ),
    "uvicorn": (
        "INFO:     Application startup complete.",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "Application startup complete.",
        },
    ),
    "uvicorn's access: the level is by the status": (
        'INFO:     192.0.2.17:51234 - "GET /cart?id=7 HTTP/1.1" 503 Service Unavailable',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "client_ip": "192.0.2.17",
            "method": "GET",
            "path": "/cart?id=7",
            "protocol": "HTTP/1.1",
            "status_code": 503,
            "attributes": {
                "client.port": "51234",
            },
        },
    ),
    "uvicorn's access: an IPv6 client, no reason": (
        'INFO:     2001:db8::17 - "GET / HTTP/1.1" 200',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "client_ip": "2001:db8::17",
            "method": "GET",
            "path": "/",
            "protocol": "HTTP/1.1",
            "status_code": 200,
        },
    ),
    "uvicorn in a terminal's colours": (
        "\x1b[32mINFO\x1b[0m:     Started server process [7]",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "Started server process [7]",
        },
    ),
    "Celery": (
        "[2026-03-29 10:00:00,123: WARNING/ForkPoolWorker-2] Task shop.pay[17] slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "Task shop.pay[17] slow",
            "attributes": {
                "processName": "ForkPoolWorker-2",
            },
        },
    ),
    "loguru": (
        "2026-03-29 10:00:00.123 | SUCCESS  | shop.pay:run:42 - paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "shop.pay",
                "code.function.name": "run",
                "code.line.number": "42",
            },
        },
    ),
    "loguru: outside of a function": (
        "2026-03-29 10:00:00.123 | INFO     | __main__:<module>:1 - started",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "started",
            "attributes": {
                "otel.scope.name": "__main__",
                "code.function.name": "<module>",
                "code.line.number": "1",
            },
        },
    ),
    "Airflow": (
        ("[2026-03-29T10:00:00.123+0000] {taskinstance.py:1157} INFO - Marking task as SUCCESS"),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Marking task as SUCCESS",
            "attributes": {
                "code.file.path": "taskinstance.py",
                "code.line.number": "1157",
            },
        },
    ),
    "Airflow 1: two braces": (
        "[2026-03-29 10:00:00,123] {{a.py:42}} ERROR - failed",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "code.file.path": "a.py",
                "code.line.number": "42",
            },
        },
    ),
    "Flask, with a traceback": (
        (
            "[2026-03-29 10:00:00,123] ERROR in app: Exception on /cart [GET]\nTraceback "
            '(most recent call last):\n  File "/app/a.py", line 7, in run\n    pay()'
            "\nValueError: bad sku"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "Exception on /cart [GET]",
            "attributes": {
                "otel.scope.name": "app",
                "exception.type": "ValueError",
                "exception.message": "bad sku",
                "exception.stacktrace": (
                    'Traceback (most recent call last):\n  File "/app/a.py", line 7, '
                    "in run\n    pay()\nValueError: bad sku"
                ),
            },
        },
    ),
    "Scrapy": (
        "2026-03-29 10:00:00 [scrapy.core.engine] INFO: Spider opened",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "Spider opened",
            "attributes": {
                "otel.scope.name": "scrapy.core.engine",
            },
        },
    ),
    "AWS Lambda": (
        "[INFO]\t2026-03-29T10:00:00.123Z\tb1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e\tpaid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": "paid",
        },
    ),
    "Django's verbose": (
        "INFO 2026-03-29 10:00:00,123 views 7 140000 paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "views",
                "process.pid": "7",
                "thread.id": "140000",
            },
        },
    ),
    "OpenTelemetry, within a trace": (
        (
            "2026-03-29 10:00:00,123 INFO [shop.pay] [pay.py:42] "
            "[trace_id=0123456789abcdef0123456789abcdef span_id=0123456789abcdef "
            "resource.service.name=cart trace_sampled=True] - paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "shop.pay",
                "code.file.path": "pay.py",
                "code.line.number": "42",
                "trace_id": "0123456789abcdef0123456789abcdef",
                "span_id": "0123456789abcdef",
            },
        },
    ),
    "OpenTelemetry, without one": (
        (
            "2026-03-29 10:00:00,123 INFO [shop.pay] [pay.py:42] [trace_id=0 span_id=0 "
            "resource.service.name= trace_sampled=False] - paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "shop.pay",
                "code.file.path": "pay.py",
                "code.line.number": "42",
            },
        },
    ),
    "a word before a colon is the text's": (
        "2026-03-29 10:00:00,123 ERROR failed: a - b",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed: a - b",
        },
    ),
    "the root logger": (
        "2026-03-29 10:00:00,123 INFO root: paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {"otel.scope.name": "root"},
        },
    ),
    "level, time and logger between colons": (
        "DEBUG: 2026-03-29 10:00:00,123: shop.pay: no: sku",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "no: sku",
            "attributes": {"otel.scope.name": "shop.pay"},
        },
    ),
    "level and time between colons": (
        "ERROR: 2026-03-29 10:00:00,123: failed: x",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed: x",
        },
    ),
    "process, level and logger": (
        "2026-03-29 10:00:00,123 [4242] [WARNING] shop.pay: slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {"process.pid": "4242", "otel.scope.name": "shop.pay"},
        },
    ),
    "the file in brackets": (
        "2026-03-29 10:00:00,123 WARNING  [pay.py:6] slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {"code.file.path": "pay.py", "code.line.number": "6"},
        },
    ),
    "a level of the feed's own": (
        "2026-03-29 10:00:00,123 REFUND shop.pay: done",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "done",
            "attributes": {"otel.scope.name": "shop.pay"},
        },
        {"levels": {"REFUND": "WARN"}},
    ),
    "time, level and text": (
        "2026-03-29 10:00:00,123 INFO paid and done",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid and done",
        },
    ),
    "time and level in brackets": (
        "[2026-03-29 10:00:00,123] [WARNING] low",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "low",
        },
    ),
    "a text of several lines": (
        "2026-03-29 10:00:00,123 INFO shop.pay: paid\n  twice",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid\n  twice",
            "attributes": {
                "otel.scope.name": "shop.pay",
            },
        },
    ),
    "an exception while another was handled": (
        (
            'ERROR:root:failed\nTraceback (most recent call last):\n  File "/app/a.py", '
            "line 7, in run\n    pay()\nKeyError: 'sku'\n\nDuring handling of the above "
            "exception, another exception occurred:\n\nTraceback (most recent call last):"
            '\n  File "/app/a.py", line 9, in run\n    raise shop.PayError("no sku") from '
            "None\nshop.PayError: no sku\nand more of it"
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "root",
                "exception.type": "shop.PayError",
                "exception.message": "no sku",
                "exception.stacktrace": (
                    'Traceback (most recent call last):\n  File "/app/a.py", line 7, '
                    "in run\n    pay()\nKeyError: 'sku'\n\nDuring handling of the "
                    "above exception, another exception occurred:\n\nTraceback (most "
                    'recent call last):\n  File "/app/a.py", line 9, in run\n    raise '
                    'shop.PayError("no sku") from None\nshop.PayError: no sku\nand '
                    "more of it"
                ),
            },
        },
    ),
    "a traceback for a text": (
        (
            'ERROR:root:Traceback (most recent call last):\n  File "/app/a.py", line 7, in '
            "run\n    pay()\nValueError: bad sku"
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "attributes": {
                "otel.scope.name": "root",
                "exception.type": "ValueError",
                "exception.message": "bad sku",
                "exception.stacktrace": (
                    'Traceback (most recent call last):\n  File "/app/a.py", line 7, '
                    "in run\n    pay()\nValueError: bad sku"
                ),
            },
        },
    ),
    "an exception without a message": (
        (
            'ERROR:root:failed\nTraceback (most recent call last):\n  File "/app/a.py", '
            "line 7, in run\n    pay()\nValueError"
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "root",
                "exception.type": "ValueError",
                "exception.stacktrace": (
                    'Traceback (most recent call last):\n  File "/app/a.py", line 7, '
                    "in run\n    pay()\nValueError"
                ),
            },
        },
    ),
    "a traceback that was cut": (
        (
            'ERROR:root:failed\nTraceback (most recent call last):\n  File "/app/a.py", '
            "line 7, in run\n    pay()"
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "root",
                "exception.stacktrace": (
                    'Traceback (most recent call last):\n  File "/app/a.py", line 7, '
                    "in run\n    pay()"
                ),
            },
        },
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "a traceback alone": (
        (
            'Traceback (most recent call last):\n  File "/app/a.py", line 7, in run\n    '
            "pay()\nValueError: bad sku"
        ),
        "no_match",
        "none of the layouts",
    ),
    "its last line alone": ("ValueError: bad sku", "no_match", None),
    "PostgreSQL's, a zone in the level's place": (
        "2026-03-29 10:00:00.123 CET [4242] LOG:  ready",
        "no_match",
        None,
    ),
    "a text alone": ("Booting worker", "no_match", None),
    "no such month": (
        "2026-13-29 10:00:00,123 - shop.pay - INFO - paid",
        "bad_timestamp",
        "2026-13",
    ),
}
