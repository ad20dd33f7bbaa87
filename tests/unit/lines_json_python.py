"""Lines of the preset json: structlog, python-json-logger and Loguru."""

_OF_LOGURU = {
    "otel.scope.name": "shop.stock",
    "code.file.path": "/app/stock.py",
    "code.function.name": "read",
    "code.line.number": "42",
    "elapsed.seconds": "0.25",
    "module": "stock",
    "process.pid": "7",
    "process.name": "MainProcess",
    "thread.id": "140000000000001",
    "thread.name": "MainThread",
}


def _loguru(
    text: str = r"10:00:00 | stock read\n",
    level: str = "null",
    exception: str = "null",
    extra: str = "{}",
) -> str:
    """A line as Loguru serializes it, but for its blanks."""
    return (
        f'{{"text":"{text}","record":{{"elapsed":{{"repr":"0:00:00.250000","seconds":0.25}},'
        f'"exception":{exception},"extra":{extra},'
        '"file":{"name":"stock.py","path":"/app/stock.py"},"function":"read",'
        f'"level":{level},"line":42,"message":"stock read","module":"stock",'
        '"name":"shop.stock","process":{"id":7,"name":"MainProcess"},'
        '"thread":{"id":140000000000001,"name":"MainThread"},'
        '"time":{"repr":"2026-03-29 12:00:00.123456+02:00","timestamp":1774778400.123456}}}'
    )


RECORDS = {
    "structlog: the message is event": (
        (
            '{"order":"DE-0042","event":"paid","level":"info",'
            '"timestamp":"2026-03-29T10:00:00.123456Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {"order": "DE-0042"},
        },
    ),
    "structlog: epoch seconds and a traceback": (
        (
            '{"event":"paid","level":"warning","logger":"shop.pay",'
            '"timestamp":1774778400.123456,'
            r'"exception":"Traceback (most recent call last):\n  File \"/app/a.py\", '
            r'line 7, in run\nValueError: bad sku"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "paid",
            "attributes": {
                "otel.scope.name": "shop.pay",
                "exception.stacktrace": (
                    "Traceback (most recent call last):\n"
                    '  File "/app/a.py", line 7, in run\nValueError: bad sku'
                ),
                "exception.type": "ValueError",
                "exception.message": "bad sku",
            },
        },
    ),
    "structlog: local, without a fraction as it was 0": (
        '{"event":"paid","timestamp":"2026-03-29T12:00:00"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "message": "paid"},
        {"timezone": "Europe/Berlin"},
    ),
    "structlog: only the event": (
        '{"event":"paid"}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "message": "paid"},
    ),
    "structlog: tracebacks as objects": (
        (
            '{"event":"failed","level":"error","timestamp":"2026-03-29T10:00:00Z",'
            '"exception":[{"exc_type":"ValueError","exc_value":"bad sku",'
            '"syntax_error":null,"is_cause":false,"frames":[{"filename":"/app/a.py",'
            '"lineno":7,"name":"run"}]}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "exception.type": "ValueError",
                "exception.message": "bad sku",
                "exception.stacktrace": (
                    '[{"exc_type":"ValueError","exc_value":"bad sku",'
                    '"syntax_error":null,"is_cause":false,'
                    '"frames":[{"filename":"/app/a.py","lineno":7,'
                    '"name":"run"}]}]'
                ),
            },
        },
    ),
    "structlog: where it was called": (
        (
            '{"event":"paid","level":"debug","timestamp":"2026-03-29T10:00:00Z",'
            '"pathname":"/app/a.py","lineno":7,"func_name":"run"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "DEBUG",
            "message": "paid",
            "attributes": {
                "func_name": "run",
                "code.file.path": "/app/a.py",
                "code.line.number": "7",
            },
        },
    ),
    "structlog: an exception without a message, of a chain": (
        (
            '{"event":"failed","level":"critical","timestamp":"2026-03-29T10:00:00Z",'
            r'"exception":"Traceback (most recent call last):\n  File \"a.py\", line 1, '
            r"in x\nKeyError: 17\n\nDuring handling of the above exception, another "
            r"exception occurred:\n\nTraceback (most recent call last):\n  File "
            r'\"a.py\", line 3, in x\nshop.errors.OutOfStock"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "FATAL",
            "message": "failed",
            "attributes": {
                "exception.stacktrace": (
                    "Traceback (most recent call last):\n"
                    '  File "a.py", line 1, in x\nKeyError: 17\n\n'
                    "During handling of the above exception, another exception "
                    "occurred:\n\nTraceback (most recent call last):\n"
                    '  File "a.py", line 3, in x\nshop.errors.OutOfStock'
                ),
                "exception.type": "shop.errors.OutOfStock",
            },
        },
    ),
    "structlog: an event beside a message": (
        (
            '{"event":"login","message":"jane came","level":"info",'
            '"timestamp":"2026-03-29T10:00:00Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "jane came",
            "attributes": {"event": "login"},
        },
    ),
    "structlog: an event that is an object": (
        ('{"event":{"kind":"paid"},"level":"info","timestamp":"2026-03-29T10:00:00Z"}'),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "attributes": {"event.kind": "paid"},
        },
    ),
    "structlog: a request bound to it": (
        (
            '{"event":"request_finished","request_id":"r-18","method":"GET",'
            '"path":"/cart","status":404,"duration_ms":12.5,"level":"info",'
            '"timestamp":"2026-03-29T10:00:00.123456Z","logger":"shop.http"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "request_finished",
            "request_id": "r-18",
            "method": "GET",
            "path": "/cart",
            "response_time_ms": 12.5,
            "status_code": 404,
            "attributes": {"otel.scope.name": "shop.http"},
        },
    ),
    "structlog: a stack that is no error": (
        (
            '{"event":"here","level":"debug","timestamp":"2026-03-29T10:00:00Z",'
            r'"stack":"Stack:\n  File \"a.py\", line 1, in x"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "DEBUG",
            "message": "here",
            "attributes": {
                "exception.stacktrace": 'Stack:\n  File "a.py", line 1, in x',
                "exception.type": "Stack",
            },
        },
    ),
    "structlog: the name of a method for the level": (
        '{"event":"x","level":"exception","timestamp":"2026-03-29 10:00:00"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "ERROR", "message": "x"},
    ),
    "python-json-logger: asctime with a comma": (
        (
            '{"asctime":"2026-03-29 12:00:00,123","levelname":"CRITICAL",'
            '"name":"shop.pay","message":"no funds","taskName":null}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "no funds",
            "attributes": {"otel.scope.name": "shop.pay"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "python-json-logger: a number for the level": (
        (
            '{"timestamp":"2026-03-29T10:00:00.123456+00:00","levelno":30,'
            '"message":"slow","lineno":17,"pathname":"/app/a.py","funcName":"run"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {
                "code.line.number": "17",
                "code.file.path": "/app/a.py",
                "code.function.name": "run",
            },
        },
    ),
    "python-json-logger: the default": (
        '{"message":"started","taskName":null}',
        {"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO", "message": "started"},
    ),
    "python-json-logger: renamed keys": (
        (
            '{"time":"2026-03-29T10:00:00.123+0000","severity":"WARNING",'
            '"logger":"shop.pay","message":"slow","process":7,'
            '"processName":"MainProcess","thread":140000,"threadName":"MainThread"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {
                "processName": "MainProcess",
                "otel.scope.name": "shop.pay",
                "process.pid": "7",
                "thread.id": "140000",
                "thread.name": "MainThread",
            },
        },
    ),
    "python-json-logger: exc_info": (
        (
            '{"asctime":"2026-03-29 10:00:00,123","levelname":"ERROR",'
            '"name":"shop.pay","message":"failed",'
            r'"exc_info":"Traceback (most recent call last):\n  File \"/app/a.py\", '
            r'line 7, in run\nshop.errors.Declined: card expired"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "shop.pay",
                "exception.stacktrace": (
                    "Traceback (most recent call last):\n"
                    '  File "/app/a.py", line 7, in run\n'
                    "shop.errors.Declined: card expired"
                ),
                "exception.type": "shop.errors.Declined",
                "exception.message": "card expired",
            },
        },
    ),
    "python-json-logger: a word of its own, and the number": (
        (
            '{"asctime":"2026-03-29 10:00:00,123","levelname":"NOTABLE","levelno":25,'
            '"name":"shop","message":"x"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "x",
            "attributes": {"level": "NOTABLE", "otel.scope.name": "shop"},
        },
    ),
    "OpenTelemetry's names of Python's logging": (
        (
            '{"asctime":"2026-03-29 10:00:00,123","levelname":"INFO","name":"shop",'
            '"message":"x","otelTraceID":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"otelSpanID":"1a2b3c4d5e6f7081","otelServiceName":"pay"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "x",
            "attributes": {
                "otel.scope.name": "shop",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
            },
        },
    ),
    "python-json-logger: the name beside asctime alone": (
        '{"asctime":"2026-03-29 10:00:00,123","name":"shop.db","message":"slow query"}',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "slow query",
            "attributes": {"otel.scope.name": "shop.db"},
        },
    ),
    "python-json-logger: the name beside levelname alone": (
        '{"levelname":"CRITICAL","name":"shop.db","message":"no disk"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "FATAL",
            "message": "no disk",
            "attributes": {"otel.scope.name": "shop.db"},
        },
    ),
    "Loguru: what was bound to it": (
        _loguru(
            level='{"icon":"i","name":"SUCCESS","no":25}',
            extra='{"request_id":"r-7","sku":"B-204","left":0}',
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "stock read",
            "request_id": "r-7",
            "attributes": {**_OF_LOGURU, "sku": "B-204", "left": "0"},
        },
    ),
    "Loguru: an error, with its traceback in the text": (
        _loguru(
            text=r"10:00:00 | stock read\nTraceback (most recent call last):\n\n"
            r"> File \"/app/stock.py\", line 42, in read\n\nValueError: bad sku\n",
            level='{"icon":"x","name":"ERROR","no":40}',
            exception='{"type":"ValueError","value":"bad sku","traceback":true}',
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "stock read",
            "attributes": {
                **_OF_LOGURU,
                "exception.type": "ValueError",
                "exception.message": "bad sku",
                "exception.stacktrace": (
                    "Traceback (most recent call last):\n\n"
                    '> File "/app/stock.py", line 42, in read\n\nValueError: bad sku'
                ),
            },
        },
    ),
    "Loguru: a level of the program's own": (
        _loguru(level='{"icon":"!","name":"TROUBLE","no":33}'),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "stock read",
            "attributes": {**_OF_LOGURU, "level": "TROUBLE"},
        },
    ),
    "a record and a text of something else": (
        '{"text":"sold","record":{"artist":"Nina","level":"gold"}}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "sold",
            "attributes": {"record": '{"artist":"Nina","level":"gold"}'},
        },
    ),
}
