"""Records of MySQL's slow query log, each of several lines."""

from typing import Any

_USUAL: dict[str, Any] = {
    "timestamp": "2026-03-29T10:00:00.123Z",
    "level": "INFO",
    "user": "app",
    "client_ip": "192.0.2.17",
    "response_time_ms": 2000.123,
}
_ATTRIBUTES: dict[str, str | None] = {
    "Host": "web-1",
    "thread.id": "42",
    "Lock_time": "0.000001",
    "Rows_sent": "1",
    "Rows_examined": "100000",
    "db.query.text": "SELECT COUNT(*) FROM carts;",
}


def record(attributes: dict[str, str | None], **fields: Any) -> dict[str, Any]:
    """The usual fields and attributes with others over them; None takes one away."""
    named = {name: text for name, text in (_ATTRIBUTES | attributes).items() if text is not None}
    sent = _USUAL | fields | {"attributes": named}
    return {name: value for name, value in sent.items() if value is not None}


RECORDS: dict[str, tuple[Any, ...]] = {
    "8.0: the time is that of the end": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\nuse shop;\nSET timestamp=1774778398;"
            "\nSELECT COUNT(*) FROM carts;"
        ),
        record(
            {
                "db.namespace": "shop",
            }
        ),
    ),
    "no database named": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\nSET timestamp=1774778398;\nSELECT "
            "COUNT(*) FROM carts;"
        ),
        record({}),
    ),
    "5.6: two digits of year, local": (
        (
            "# Time: 260329 12:00:00\n# User@Host: app[app] @ web-1 [192.0.2.17]  Id:    42"
            "\n# Query_time: 2.000123  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: "
            "100000\nSET timestamp=1774778398;\nSELECT COUNT(*) FROM carts;"
        ),
        record({}, timestamp="2026-03-29T09:59:58.000Z"),
        {"timezone": "Europe/Berlin"},
    ),
    "the same second as the record before: its own time": (
        (
            "# User@Host: app[app] @ web-1 [192.0.2.17]  Id:    42\n# Query_time: 2.000123 "
            " Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100000\nSET "
            "timestamp=1774778398;\nSELECT COUNT(*) FROM carts;"
        ),
        record({}, timestamp="2026-03-29T09:59:58.000Z"),
    ),
    "an insert's id before its time": (
        (
            "# User@Host: app[app] @ web-1 [192.0.2.17]  Id:    42\n# Query_time: 2.000123 "
            " Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100000\nSET "
            "last_insert_id=7,insert_id=8,timestamp=1774778398.5;\nINSERT INTO carts "
            "VALUES (7);"
        ),
        record(
            {
                "db.query.text": "INSERT INTO carts VALUES (7);",
            },
            timestamp="2026-03-29T09:59:58.500Z",
        ),
    ),
    "no time at all": (
        (
            "# User@Host: app[app] @ web-1 [192.0.2.17]  Id:    42\n# Query_time: 2.000123 "
            " Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100000\nSELECT 1;"
        ),
        record(
            {
                "db.query.text": "SELECT 1;",
            },
            timestamp="2026-03-29T10:00:05.000Z",
        ),
    ),
    "a statement of several lines": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\nSET timestamp=1774778398;\nSELECT sku\n  "
            "FROM carts\n WHERE id = 7;\n"
        ),
        record(
            {
                "db.query.text": "SELECT sku\n  FROM carts\n WHERE id = 7;",
            }
        ),
    ),
    "lines ended by CR LF": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\r\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\r\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\r\nSET timestamp=1774778398;\r\nSELECT "
            "COUNT(*) FROM carts;"
        ),
        record({}),
    ),
    "further values": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000 Thread_id: 42 Errno: 0 Killed: 0 "
            "Bytes_received: 17 Start: 2026-03-29T09:59:58.123333Z End: "
            "2026-03-29T10:00:00.123456Z\nSET timestamp=1774778398;\nSELECT COUNT(*) FROM "
            "carts;"
        ),
        record(
            {
                "Errno": "0",
                "Killed": "0",
                "Bytes_received": "17",
                "Start": "2026-03-29T09:59:58.123333Z",
                "End": "2026-03-29T10:00:00.123456Z",
            }
        ),
    ),
    "MariaDB": (
        (
            "# Time: 260329  9:00:00\n# User@Host: app[app] @ localhost []\n# Thread_id: "
            "42  Schema: shop  QC_hit: No\n# Query_time: 0.5  Lock_time: 0.000001  "
            "Rows_sent: 1  Rows_examined: 100000\n# Full_scan: Yes  Filesort: No\n#\n# "
            "explain: id select_type table\n#\nSET timestamp=1774778398;\nSELECT COUNT(*) "
            "FROM carts;"
        ),
        record(
            {
                "Host": "localhost",
                "db.namespace": "shop",
                "QC_hit": "No",
                "Full_scan": "Yes",
                "Filesort": "No",
            },
            timestamp="2026-03-29T09:59:58.000Z",
            client_ip=None,
            response_time_ms=500.0,
        ),
    ),
    "MariaDB: no database": (
        (
            "# User@Host: [root] @ localhost []\n# Thread_id: 42  Schema:   QC_hit: No\n"
            "# Query_time: 0.5  Lock_time: 0.000001  Rows_sent: 1  Rows_examined: 100000\n"
            "SET timestamp=1774778398;\nSELECT COUNT(*) FROM carts;"
        ),
        record(
            {"Host": "localhost", "QC_hit": "No"},
            timestamp="2026-03-29T09:59:58.000Z",
            user=None,
            client_ip=None,
            response_time_ms=500.0,
        ),
    ),
    "a local time, and none of the statement's": (
        (
            "# Time: 260329 12:00:00\n# User@Host: app[app] @ 192.0.2.17 []  Id:    42"
            "\n# Query_time: 2.000123  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: "
            "100000\nSELECT COUNT(*) FROM carts;"
        ),
        record({"Host": "192.0.2.17"}, timestamp="2026-03-29T10:00:00.000Z"),
        {"timezone": "Europe/Berlin"},
    ),
    "a command, no statement": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\n# administrator command: Ping;"
        ),
        record(
            {
                "db.query.text": "administrator command: Ping;",
            }
        ),
    ),
    "a user whose name is empty, a database in backquotes": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: [] @  [192.0.2.17]\n# "
            "Query_time: 2.000123  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100000"
            "\nuse `my shop`;\nSET timestamp=1774778398;\nSELECT COUNT(*) FROM carts;"
        ),
        record(
            {
                "db.namespace": "my shop",
                "Host": None,
                "thread.id": None,
            },
            user=None,
        ),
    ),
    "a statement of more than a day": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 86400.5  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\nSET timestamp=1774778398;\nSELECT "
            "COUNT(*) FROM carts;"
        ),
        record({}, response_time_ms=86400500.0),
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "the header of a restart": (
        (
            "/usr/sbin/mysqld, Version: 8.0.36. started with:\nTcp port: 3306\nTime        "
            "         Id Command    Argument"
        ),
        "no_match",
        "no Query_time",
    ),
    "a line alone": ("# Time: 2026-03-29T10:00:00.123456Z", "no_match", None),
    "a statement alone": ("SELECT 1;", "no_match", None),
    "a time that is none": (
        (
            "# Time: 2026-03-29T10:99:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: 2.000123  Lock_time: 0.000001 "
            "Rows_sent: 1  Rows_examined: 100000\nSET timestamp=1774778398;\nSELECT "
            "COUNT(*) FROM carts;"
        ),
        "bad_timestamp",
        "10:99",
    ),
    "a time taken that is none": (
        (
            "# Time: 2026-03-29T10:00:00.123456Z\n# User@Host: app[app] @ web-1 "
            "[192.0.2.17]  Id:    42\n# Query_time: -2  Lock_time: 0.000001 Rows_sent: 1  "
            "Rows_examined: 100000\nSET timestamp=1774778398;\nSELECT COUNT(*) FROM carts;"
        ),
        "bad_value",
        "-2",
    ),
    "a start that is none": (
        (
            "# User@Host: app[app] @ web-1 [192.0.2.17]  Id:    42\n# Query_time: 2.000123 "
            " Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100000\nSET timestamp=1.2.3;"
            "\nSELECT 1;"
        ),
        "bad_timestamp",
        "1.2.3",
    ),
}
