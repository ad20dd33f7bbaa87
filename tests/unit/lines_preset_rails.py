"""Lines of Rails: its Logger's, and the text alone."""

from typing import Any

RECORDS: dict[str, tuple[Any, ...]] = {
    "Logger: completed, parts of the time": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : "
            "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] Completed 200 OK in 12ms (Views: 8.1ms "
            "| ActiveRecord: 2.0ms (3 queries, 1 cached) | GC: 0.1ms)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": (
                "Completed 200 OK in 12ms (Views: 8.1ms | ActiveRecord: 2.0ms (3 queries, "
                "1 cached) | GC: 0.1ms)"
            ),
            "status_code": 200,
            "response_time_ms": 12.0,
            "attributes": {
                "process.pid": "7",
                "Views": "8.1ms",
                "ActiveRecord": "2.0ms (3 queries, 1 cached)",
                "GC": "0.1ms",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: completed with an error, its level as sent": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : "
            "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] Completed 500 Internal Server Error in "
            "7ms (ActiveRecord: 2.0ms)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": "Completed 500 Internal Server Error in 7ms (ActiveRecord: 2.0ms)",
            "status_code": 500,
            "response_time_ms": 7.0,
            "attributes": {
                "process.pid": "7",
                "ActiveRecord": "2.0ms",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: started, the time is Logger's": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : "
            '[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] Started GET "/cart?id=7" for '
            "192.0.2.17 at 2026-03-29 12:00:00 +0200"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": 'Started GET "/cart?id=7" for 192.0.2.17 at 2026-03-29 12:00:00 +0200',
            "method": "GET",
            "path": "/cart?id=7",
            "client_ip": "192.0.2.17",
            "attributes": {
                "process.pid": "7",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: processing": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : "
            "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] Processing by "
            "Shop::CartsController#show as HTML"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": "Processing by Shop::CartsController#show as HTML",
            "attributes": {
                "process.pid": "7",
                "controller": "Shop::CartsController",
                "action": "show",
                "format": "HTML",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: parameters": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : "
            '[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e]   Parameters: {"id"=>"7"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": 'Parameters: {"id"=>"7"}',
            "attributes": {
                "process.pid": "7",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: any text, a program": (
        "W, [2026-03-29T10:00:00.123456 #7]  WARN -- cart: stock low",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "stock low",
            "attributes": {
                "process.pid": "7",
                "progname": "cart",
            },
        },
    ),
    "Logger: a level that is none": (
        "A, [2026-03-29T10:00:00.123456 #7]   ANY -- : note",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "note",
            "attributes": {
                "level": "ANY",
                "process.pid": "7",
            },
        },
    ),
    "Logger: an error that nobody caught": (
        (
            "F, [2026-03-29T10:00:00.123456 #7] FATAL -- : "
            "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e]   "
            "\n[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] ActionController::RoutingError (No "
            'route matches [GET] "/x (y)"):\n[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e]   '
            "\n[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] app/carts.rb:7:in 'show'"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": 'ActionController::RoutingError (No route matches [GET] "/x (y)"):',
            "attributes": {
                "process.pid": "7",
                "exception.type": "ActionController::RoutingError",
                "exception.message": 'No route matches [GET] "/x (y)"',
                "exception.stacktrace": (
                    'ActionController::RoutingError (No route matches [GET] "/x (y)"):'
                    "\n  \napp/carts.rb:7:in 'show'"
                ),
            },
        },
    ),
    "Logger: tags besides the id": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : "
            "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] [shop-1] [user:17] paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "tags": ["shop-1", "user:17"],
            "message": "paid",
            "attributes": {
                "process.pid": "7",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: a job's tags": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : [ActiveJob] [PayJob] "
            "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] Performed PayJob in 12.5ms"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "tags": ["ActiveJob", "PayJob", "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e"],
            "message": "Performed PayJob in 12.5ms",
            "attributes": {
                "process.pid": "7",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "text: started": (
        'Started GET "/cart?id=7" for 192.0.2.17 at 2026-03-29 12:00:00 +0200',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": 'Started GET "/cart?id=7" for 192.0.2.17 at 2026-03-29 12:00:00 +0200',
            "method": "GET",
            "path": "/cart?id=7",
            "client_ip": "192.0.2.17",
        },
    ),
    "text: started, with the id": (
        (
            '[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] Started POST "/pay" for 2001:db8::17 '
            "at 2026-03-29 10:00:00 UTC"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": 'Started POST "/pay" for 2001:db8::17 at 2026-03-29 10:00:00 UTC',
            "method": "POST",
            "path": "/pay",
            "client_ip": "2001:db8::17",
        },
    ),
    "text: a quote in the path": (
        'Started GET "/?q="x" for y" for 192.0.2.17 at 2026-03-29 10:00:00 +0000',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": 'Started GET "/?q="x" for y" for 192.0.2.17 at 2026-03-29 10:00:00 +0000',
            "method": "GET",
            "path": '/?q="x" for y',
            "client_ip": "192.0.2.17",
        },
    ),
    "text: completed": (
        "Completed 404 Not Found in 1.5ms (ActiveRecord: 0.0ms)",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "WARN",
            "message": "Completed 404 Not Found in 1.5ms (ActiveRecord: 0.0ms)",
            "status_code": 404,
            "response_time_ms": 1.5,
            "attributes": {
                "ActiveRecord": "0.0ms",
            },
        },
    ),
    "text: completed without a status": (
        "Completed   in 17ms",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "Completed   in 17ms",
            "response_time_ms": 17.0,
        },
    ),
    "text: parameters": (
        '  Parameters: {"id"=>"7"}',
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": 'Parameters: {"id"=>"7"}',
        },
    ),
    "text: any, told by its id": (
        "[b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] paid",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": "paid",
        },
    ),
    "text: rendered": (
        ("  Rendered carts/show.html.erb within layouts/application (Duration: 8.1ms | GC: 0.0ms)"),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": (
                "Rendered carts/show.html.erb within layouts/application (Duration: 8.1ms "
                "| GC: 0.0ms)"
            ),
        },
    ),
    "Logger: Lograge's pairs": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : method=POST path=/carts format=html "
            "controller=CartsController action=add status=201 duration=1.91 view=1.50"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": (
                "method=POST path=/carts format=html controller=CartsController action=add "
                "status=201 duration=1.91 view=1.50"
            ),
            "method": "POST",
            "path": "/carts",
            "status_code": 201,
            "response_time_ms": 1.91,
            "attributes": {
                "process.pid": "7",
                "format": "html",
                "controller": "CartsController",
                "action": "add",
                "view": "1.50",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: Lograge's pairs, an error and a tag": (
        (
            "I, [2026-03-29T12:00:00.123456 #7]  INFO -- : [b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e] "
            "method=GET path=/ controller=A action=b status=500 error='Shop::NoFunds: not enough' "
            "duration=0.15"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "request_id": "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e",
            "message": (
                "method=GET path=/ controller=A action=b status=500 "
                "error='Shop::NoFunds: not enough' duration=0.15"
            ),
            "method": "GET",
            "path": "/",
            "status_code": 500,
            "response_time_ms": 0.15,
            "attributes": {
                "process.pid": "7",
                "controller": "A",
                "action": "b",
                "exception.type": "Shop::NoFunds",
                "exception.message": "not enough",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Logger: a text that begins as Lograge's": (
        "I, [2026-03-29T10:00:00.123456 #7]  INFO -- : method=GET is slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "method=GET is slow",
            "attributes": {"process.pid": "7"},
        },
    ),
    "Logger: an exception": (
        (
            "E, [2026-03-29T10:00:00.123456 #7] ERROR -- : no funds (Shop::NoFunds)\n"
            "app/pay.rb:17:in `charge'\napp/pay.rb:5:in `block in run'"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "no funds (Shop::NoFunds)",
            "attributes": {
                "process.pid": "7",
                "exception.type": "Shop::NoFunds",
                "exception.message": "no funds",
                "exception.stacktrace": (
                    "no funds (Shop::NoFunds)\napp/pay.rb:17:in `charge'\n"
                    "app/pay.rb:5:in `block in run'"
                ),
            },
        },
    ),
    "Logger: an exception that nobody rescued": (
        (
            "F, [2026-03-29T10:00:00.123456 #7] FATAL -- :   \nArgumentError (no sku):\n  \n"
            "app/pay.rb:17:in `charge'"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "ArgumentError (no sku):",
            "attributes": {
                "process.pid": "7",
                "exception.type": "ArgumentError",
                "exception.message": "no sku",
                "exception.stacktrace": ("ArgumentError (no sku):\n  \napp/pay.rb:17:in `charge'"),
            },
        },
    ),
    "Logger: a time without T and fraction": (
        "D, [2026-03-29 12:00:00 #1] DEBUG -- : paid",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "DEBUG",
            "message": "paid",
            "attributes": {"process.pid": "1"},
        },
        {"timezone": "Europe/Berlin"},
    ),
    "text: an error of one word": (
        "NoMethodError (undefined method 'pay' for nil):",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "NoMethodError (undefined method 'pay' for nil):",
            "attributes": {
                "exception.type": "NoMethodError",
                "exception.message": "undefined method 'pay' for nil",
            },
        },
    ),
    "text: an error": (
        "ActiveRecord::RecordNotFound (Couldn't find Cart with 'id'=7):",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "ActiveRecord::RecordNotFound (Couldn't find Cart with 'id'=7):",
            "attributes": {
                "exception.type": "ActiveRecord::RecordNotFound",
                "exception.message": "Couldn't find Cart with 'id'=7",
            },
        },
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "any text": ("paid", "no_match", None),
    "a text in brackets": ("[cart] paid", "no_match", None),
    "a name that is no error's": ("Cart (7):", "no_match", None),
    "Lograge's pairs alone, which are logfmt": (
        "method=GET path=/ controller=A action=b status=200 duration=0.15",
        "no_match",
        None,
    ),
    "a frame": ("app/carts.rb:7:in 'show'", "no_match", None),
    "Logger: no such day": (
        "I, [2026-02-30T12:00:00.123456 #7]  INFO -- : paid",
        "bad_timestamp",
        "2026-02-30",
    ),
    "text: a start at no time": ('Started GET "/" for 192.0.2.17 at noon', "bad_timestamp", "noon"),
    "a time taken that is none": ("Completed 200 OK in 1.2.3ms", "bad_value", "1.2.3"),
}
