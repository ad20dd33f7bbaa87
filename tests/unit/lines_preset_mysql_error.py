"""Lines of MySQL's and MariaDB's error logs."""

from typing import Any

RECORDS: dict[str, tuple[Any, ...]] = {
    "8.0: a code and a subsystem": (
        (
            "2026-03-29T10:00:00.123456Z 17 [Warning] [MY-010068] [Server] certificate is "
            "self signed"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "error_code": "MY-010068",
            "message": "certificate is self signed",
            "attributes": {
                "thread.id": "17",
                "otel.scope.name": "Server",
            },
        },
    ),
    "8.0: System, in local time with its offset": (
        ("2026-03-29T12:00:00.123456+02:00 0 [System] [MY-010931] [Server] ready for connections"),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "error_code": "MY-010931",
            "message": "ready for connections",
            "attributes": {
                "thread.id": "0",
                "otel.scope.name": "Server",
            },
        },
    ),
    "8.0: an error of InnoDB": (
        (
            "2026-03-29T10:00:00.123456Z 1 [ERROR] [MY-012574] [InnoDB] Unable to lock "
            "./ibdata1 error: 11"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "error_code": "MY-012574",
            "message": "Unable to lock ./ibdata1 error: 11",
            "attributes": {
                "thread.id": "1",
                "otel.scope.name": "InnoDB",
            },
        },
    ),
    "8.0: a text with brackets": (
        "2026-03-29T10:00:00.123456Z 17 [Note] [MY-000000] [Repl] [shop] applied [7]",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "error_code": "MY-000000",
            "message": "[shop] applied [7]",
            "attributes": {
                "thread.id": "17",
                "otel.scope.name": "Repl",
            },
        },
    ),
    "5.7: neither code nor subsystem": (
        "2026-03-29T10:00:00.123456Z 0 [Note] InnoDB: Buffer pool(s) load completed",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "InnoDB: Buffer pool(s) load completed",
            "attributes": {
                "thread.id": "0",
            },
        },
    ),
    "5.7: a text that begins with a bracket": (
        "2026-03-29T10:00:00.123456Z 17 [Warning] [shop] is slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "[shop] is slow",
            "attributes": {
                "thread.id": "17",
            },
        },
    ),
    "5.6: local, without fraction": (
        "2026-03-29 12:00:00 4242 [ERROR] Aborting",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "Aborting",
            "attributes": {
                "thread.id": "4242",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "5.5: two digits of year, no thread": (
        "260329 12:00:00 [Warning] options --log-slow is deprecated",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "options --log-slow is deprecated",
        },
        {"timezone": "Europe/Berlin"},
    ),
    "5.5: the hour padded": (
        "260329  9:00:00 [Note] Event Scheduler: Loaded 0 events",
        {
            "timestamp": "2026-03-29T09:00:00.000Z",
            "level": "INFO",
            "message": "Event Scheduler: Loaded 0 events",
        },
    ),
    "MariaDB: the hour padded, local": (
        "2026-03-29  9:00:00 0 [Note] InnoDB: loaded",
        {
            "timestamp": "2026-03-29T07:00:00.000Z",
            "level": "INFO",
            "message": "InnoDB: loaded",
            "attributes": {
                "thread.id": "0",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "MariaDB: a thread in hexadecimal": (
        "2026-03-29 10:00:00 0x7f10 [Warning] InnoDB: slow",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "InnoDB: slow",
            "attributes": {
                "thread.id": "0x7f10",
            },
        },
    ),
    "a text of several lines": (
        (
            "2026-03-29T10:00:00.123456Z 0 [ERROR] [MY-013183] [InnoDB] Assertion failure"
            "\nInnoDB: thread 17"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "error_code": "MY-013183",
            "message": "Assertion failure\nInnoDB: thread 17",
            "attributes": {
                "thread.id": "0",
                "otel.scope.name": "InnoDB",
            },
        },
    ),
    "the feed's own name for a note": (
        "2026-03-29T10:00:00.123456Z 0 [Note] ready",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "ready",
            "attributes": {
                "thread.id": "0",
            },
        },
        {"levels": {"note": "DEBUG"}},
    ),
    "nothing after the level": (
        "2026-03-29T10:00:00.123456Z 0 [Note]",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "attributes": {
                "thread.id": "0",
            },
        },
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "a line that goes on": ("InnoDB: thread 17", "no_match", None),
    "a header": ("Version: '8.0.36'  socket: '/tmp/mysql.sock'  port: 3306", "no_match", None),
    "mysqld_safe's own": (
        "2026-03-29T10:00:00.123456Z mysqld_safe Starting mysqld daemon",
        "no_match",
        "level",
    ),
    "a level that nobody named": ("2026-03-29T10:00:00.123456Z 0 [Advice] x", "no_match", None),
    "another logger's, no thread": ("2026-03-29 10:00:00 [ERROR] shop.db: x", "no_match", "thread"),
    "a name in the level's place": ("2026-03-29 10:00:00.123 [api] error: x", "no_match", None),
    "no such hour": ("2026-03-29T25:00:00.123456Z 0 [Note] ready", "bad_timestamp", "T25"),
}
