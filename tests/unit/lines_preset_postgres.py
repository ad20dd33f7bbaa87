"""Lines of PostgreSQL: stderr by several prefixes, and csvlog."""

from typing import Any

RECORDS: dict[str, tuple[Any, ...]] = {
    "the default prefix": (
        "2026-03-29 10:00:00.123 UTC [4242] LOG:  checkpoint complete",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "checkpoint complete",
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "Debian's prefix, a zone by name": (
        '2026-03-29 12:00:00.123 CEST [4242] app@shop ERROR:  relation "carts" is missing',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "user": "app",
            "message": 'relation "carts" is missing',
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
            },
        },
    ),
    "Debian's prefix, before the client has said who it is": (
        (
            "2026-03-29 10:00:00.123 UTC [4242] [unknown]@[unknown] LOG:  connection "
            "received: host=192.0.2.17 port=51234"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "connection received: host=192.0.2.17 port=51234",
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "a duration and its statement": (
        "2026-03-29 12:00:00.123 +03 [4242] LOG:  duration: 12.345 ms  statement: SELECT 1",
        {
            "timestamp": "2026-03-29T09:00:00.123Z",
            "level": "INFO",
            "message": "duration: 12.345 ms  statement: SELECT 1",
            "response_time_ms": 12.345,
            "attributes": {
                "process.pid": "4242",
                "db.query.text": "SELECT 1",
            },
        },
    ),
    "a duration alone": (
        "2026-03-29 10:00:00.123 UTC [4242] LOG:  duration: 0.071 ms",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "duration: 0.071 ms",
            "response_time_ms": 0.071,
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "a prepared statement, of several lines": (
        (
            "2026-03-29 10:00:00.123 UTC [4242] app@shop LOG:  duration: 7.2 ms  execute "
            "<unnamed>: SELECT sku\n\tFROM carts\n\tWHERE id = $1"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "user": "app",
            "message": "duration: 7.2 ms  execute <unnamed>: SELECT sku\nFROM carts\nWHERE id = $1",
            "response_time_ms": 7.2,
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
                "db.query.text": "SELECT sku\nFROM carts\nWHERE id = $1",
            },
        },
    ),
    "a statement without a duration": (
        "2026-03-29 10:00:00.123 UTC [4242] LOG:  statement: SELECT 1",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "statement: SELECT 1",
            "attributes": {
                "process.pid": "4242",
                "db.query.text": "SELECT 1",
            },
        },
    ),
    "a detail is a record of its own": (
        "2026-03-29 10:00:00.123 UTC [4242] app@shop DETAIL:  Key (id)=(7) already exists.",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "user": "app",
            "message": "Key (id)=(7) already exists.",
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
                "level": "DETAIL",
            },
        },
    ),
    "so is the statement, of several lines": (
        (
            "2026-03-29 10:00:00.123 UTC [4242] app@shop STATEMENT:  INSERT INTO carts\n\t"
            "VALUES (7);"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "user": "app",
            "message": "INSERT INTO carts\nVALUES (7);",
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
                "level": "STATEMENT",
                "db.query.text": "INSERT INTO carts\nVALUES (7);",
            },
        },
    ),
    "panic": (
        (
            "2026-03-29 10:00:00.123 UTC [4242] PANIC:  could not write to file "
            '"pg_wal/xlogtemp.17": No space left on device'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": 'could not write to file "pg_wal/xlogtemp.17": No space left on device',
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "debug, with a number": (
        "2026-03-29 10:00:00.123 UTC [4242] DEBUG2:  name: unnamed; blockState: DEFAULT",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "name: unnamed; blockState: DEFAULT",
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "a warning, its level translated": (
        "2026-03-29 10:00:00.123 UTC [4242] WARNUNG:  Verzeichnis ist leer",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "Verzeichnis ist leer",
            "attributes": {
                "process.pid": "4242",
            },
        },
        {"levels": {"WARNUNG": "WARN"}},
    ),
    "a level of another language that nobody named": (
        "2026-03-29 10:00:00.123 UTC [4242] FEHLER:  Relation fehlt",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Relation fehlt",
            "attributes": {
                "process.pid": "4242",
                "level": "FEHLER",
            },
        },
    ),
    "a zone whose abbreviation means several: the feed's": (
        "2026-03-29 12:00:00.123 IST [4242] LOG:  ready",
        {
            "timestamp": "2026-03-29T06:30:00.123Z",
            "level": "INFO",
            "message": "ready",
            "attributes": {
                "process.pid": "4242",
            },
        },
        {"timezone": "Asia/Kolkata"},
    ),
    "a time without fraction, and one without zone": (
        "2026-03-29 12:00:00 [4242] LOG:  ready",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "ready",
            "attributes": {
                "process.pid": "4242",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "seconds since 1970": (
        "1774778400.123 [4242] LOG:  ready",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "ready",
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "Amazon's prefix": (
        ("2026-03-29 10:00:00 UTC:192.0.2.17(51234):app@shop:[4242]:ERROR:  deadlock detected"),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "client_ip": "192.0.2.17",
            "user": "app",
            "message": "deadlock detected",
            "attributes": {
                "client.port": "51234",
                "db.namespace": "shop",
                "process.pid": "4242",
            },
        },
    ),
    "Amazon's prefix, of the server itself": (
        "2026-03-29 10:00:00 UTC::@:[4242]:LOG:  checkpoint starting: time",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "checkpoint starting: time",
            "attributes": {
                "process.pid": "4242",
            },
        },
    ),
    "Amazon's prefix, an IPv6 client": (
        "2026-03-29 10:00:00 UTC:2001:db8::17(51234):app@shop:[4242]:FATAL:  no such role",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "FATAL",
            "client_ip": "2001:db8::17",
            "user": "app",
            "message": "no such role",
            "attributes": {
                "client.port": "51234",
                "db.namespace": "shop",
                "process.pid": "4242",
            },
        },
    ),
    "the prefix of pgBadger's manual": (
        (
            "2026-03-29 10:00:00 UTC [4242]: [3-1] "
            "user=app,db=shop,app=cart-api,client=192.0.2.17 LOG:  duration: 1.5 ms"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "user": "app",
            "client_ip": "192.0.2.17",
            "message": "duration: 1.5 ms",
            "response_time_ms": 1.5,
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
                "application_name": "cart-api",
            },
        },
    ),
    "the same for the server's socket": (
        (
            "2026-03-29 10:00:00 UTC [4242]: user=app,db=shop,app=[unknown],client=[local] "
            "LOG:  disconnection"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "user": "app",
            "message": "disconnection",
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
            },
        },
    ),
    "names in brackets": (
        (
            "2026-03-29 10:00:00.123 UTC [4242] [user=app,db=shop,app=cart api] LOG:  "
            "duration: 6.650 ms"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "user": "app",
            "message": "duration: 6.650 ms",
            "response_time_ms": 6.65,
            "attributes": {
                "process.pid": "4242",
                "db.namespace": "shop",
                "application_name": "cart api",
            },
        },
    ),
    "names in brackets, before the client has said them": (
        (
            "2026-03-29 10:00:00.123 UTC [4242] [user=[unknown],db=[unknown],app=[unknown]] LOG:  "
            "connection received: host=192.0.2.17 port=51234"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "connection received: host=192.0.2.17 port=51234",
            "attributes": {"process.pid": "4242"},
        },
    ),
    "Debian's prefix, names with blanks": (
        "2026-03-29 10:00:00.123 UTC [4242] night shift@the shop FATAL:  no such role",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "user": "night shift",
            "message": "no such role",
            "attributes": {"process.pid": "4242", "db.namespace": "the shop"},
        },
    ),
    "an address in a text is no name": (
        "2026-03-29 10:00:00.123 UTC [4242] LOG:  mail to app@shop failed: closed",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "mail to app@shop failed: closed",
            "attributes": {"process.pid": "4242"},
        },
    ),
    "csvlog, 26 columns, a newline in one": (
        (
            "2026-03-29 10:00:00.123 "
            'UTC,"app","shop",4242,"192.0.2.17:51234",69c7.1092,3,"INSERT",2026-03-29 '
            '09:00:00 UTC,3/17,0,ERROR,23505,"a ""key"" twice","sku A-17",,,,,"INSERT INTO '
            'carts\nVALUES (1)",,,"cart-api","client backend",,0'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "user": "app",
            "client_ip": "192.0.2.17",
            "error_code": "23505",
            "message": 'a "key" twice',
            "attributes": {
                "client.port": "51234",
                "db.namespace": "shop",
                "process.pid": "4242",
                "session_id": "69c7.1092",
                "session_line_num": "3",
                "command_tag": "INSERT",
                "session_start_time": "2026-03-29 09:00:00 UTC",
                "virtual_transaction_id": "3/17",
                "transaction_id": "0",
                "detail": "sku A-17",
                "db.query.text": "INSERT INTO carts\nVALUES (1)",
                "application_name": "cart-api",
                "backend_type": "client backend",
                "query_id": "0",
            },
        },
    ),
    "csvlog, 24 columns, of the server's socket, no error": (
        (
            "2026-03-29 10:00:00.123 "
            'UTC,"app","shop",4242,"[local]",69c7.1092,3,"INSERT",2026-03-29 09:00:00 '
            'UTC,3/17,0,LOG,00000,"duration: 7.25 ms  statement: SELECT '
            '1",,,,,,,,,"psql","client backend"'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "user": "app",
            "message": "duration: 7.25 ms  statement: SELECT 1",
            "response_time_ms": 7.25,
            "attributes": {
                "db.namespace": "shop",
                "process.pid": "4242",
                "session_id": "69c7.1092",
                "session_line_num": "3",
                "command_tag": "INSERT",
                "session_start_time": "2026-03-29 09:00:00 UTC",
                "virtual_transaction_id": "3/17",
                "transaction_id": "0",
                "application_name": "psql",
                "backend_type": "client backend",
                "db.query.text": "SELECT 1",
            },
        },
    ),
    "csvlog, 23 columns, of the server itself": (
        (
            "2026-03-29 10:00:00.123 UTC,,,4242,,69c7.1092,1,,2026-03-29 09:00:00 "
            'UTC,,0,FATAL,57P03,"the database system is starting '
            'up",,,,,,,,"postmaster.c:17",""'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "error_code": "57P03",
            "message": "the database system is starting up",
            "attributes": {
                "process.pid": "4242",
                "session_id": "69c7.1092",
                "session_line_num": "1",
                "session_start_time": "2026-03-29 09:00:00 UTC",
                "transaction_id": "0",
                "location": "postmaster.c:17",
            },
        },
    ),
    "csvlog, an IPv6 client": (
        (
            "2026-03-29 10:00:00.123 "
            'UTC,"app","shop",4242,"2001:db8::17:51234",69c7.1092,3,"INSERT",2026-03-29 '
            '09:00:00 UTC,3/17,0,WARNING,01000,"slow",,"use an index",,,,,,,"","client '
            'backend",,17'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "user": "app",
            "client_ip": "2001:db8::17",
            "error_code": "01000",
            "message": "slow",
            "attributes": {
                "client.port": "51234",
                "db.namespace": "shop",
                "process.pid": "4242",
                "session_id": "69c7.1092",
                "session_line_num": "3",
                "command_tag": "INSERT",
                "session_start_time": "2026-03-29 09:00:00 UTC",
                "virtual_transaction_id": "3/17",
                "transaction_id": "0",
                "hint": "use an index",
                "backend_type": "client backend",
                "query_id": "17",
            },
        },
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "a line that goes on": ("\tFROM carts", "no_match", None),
    "a prefix of one's own": ("shop 2026-03-29 10:00:00 LOG:  ready", "no_match", "prefix"),
    "csvlog that was cut": (
        (
            "2026-03-29 10:00:00.123 "
            'UTC,"app","shop",4242,"192.0.2.17:51234",69c7.1092,3,"INSERT",2026-03-29 '
            '09:00:00 UTC,3/17,0,ERROR,23505,"a key'
        ),
        "no_match",
        "23 columns",
    ),
    "csvlog with text behind a quote": (
        (
            "2026-03-29 10:00:00.123 "
            'UTC,"app","shop",4242,"192.0.2.17:51234",69c7.1092,3,"INSERT",2026-03-29 '
            '09:00:00 UTC,3/17,0,ERROR,23505,"a key"x,,,,,,,,,,"","client backend",,0'
        ),
        "no_match",
        None,
    ),
    "no such day": (
        "2026-02-30 10:00:00.123 UTC [4242] LOG:  ready",
        "bad_timestamp",
        "2026-02-30",
    ),
    "a duration that is none": (
        "2026-03-29 10:00:00.123 UTC [4242] LOG:  duration: 1.2.3 ms",
        "bad_value",
        "1.2.3",
    ),
}
