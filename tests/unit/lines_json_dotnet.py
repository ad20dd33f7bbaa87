"""Lines of the preset json: Serilog, the console of .NET."""

RECORDS = {
    "CLEF: no level is Information, the template filled in": (
        (
            '{"@t":"2026-03-29T10:00:00.1234567Z","@mt":"Order {OrderId} shipped",'
            '"OrderId":17,"SourceContext":"Shop.Orders"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Order 17 shipped",
            "attributes": {
                "OrderId": "17",
                "otel.scope.name": "Shop.Orders",
                "@mt": "Order {OrderId} shipped",
            },
        },
    ),
    "CLEF: rendered, an error, a trace, an escaped key": (
        (
            '{"@t":"2026-03-29T10:00:00.1234567Z","@m":"pay failed","@l":"Error",'
            r'"@x":"System.TimeoutException: late\n   at Shop.Pay.Run()",'
            '"@i":"6f1a2b3c","@tr":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"@sp":"1a2b3c4d5e6f7081","@@user":"jane"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "pay failed",
            "attributes": {
                "@i": "6f1a2b3c",
                "@user": "jane",
                "exception.stacktrace": "System.TimeoutException: late\n   at Shop.Pay.Run()",
                "exception.type": "System.TimeoutException",
                "exception.message": "late",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
            },
        },
    ),
    "CLEF: a form of the value as it was rendered": (
        (
            '{"@t":"2026-03-29T10:00:00.1234567Z",'
            '"@mt":"{Name} has {{{Total:0.00}}} in {Cart,8}, {@Box} and {Missing}",'
            '"@r":["17.50"],"Name":"jane","Total":17.5,"Cart":"c-1","Box":{"w":1}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": 'jane has {17.50} in c-1, {"w":1} and {Missing}',
            "attributes": {
                "@r": '["17.50"]',
                "Name": "jane",
                "Total": "17.5",
                "Cart": "c-1",
                "Box": '{"w":1}',
                "@mt": ("{Name} has {{{Total:0.00}}} in {Cart,8}, {@Box} and {Missing}"),
            },
        },
    ),
    "CLEF: verbose, no template": (
        '{"@t":"2026-03-29T10:00:00Z","@l":"Verbose","@m":"-","n":1}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "DEBUG", "attributes": {"n": "1"}},
    ),
    "CLEF: fatal, of a request": (
        (
            '{"@t":"2026-03-29T10:00:00Z","@l":"Fatal",'
            '"@mt":"HTTP {RequestMethod} {RequestPath} responded {StatusCode} in '
            '{Elapsed:0.0000} ms","@r":["12.3457"],"RequestMethod":"GET",'
            '"RequestPath":"/cart","StatusCode":404,"Elapsed":12.34567,'
            '"RequestId":"0HM:1"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "FATAL",
            "message": "HTTP GET /cart responded 404 in 12.3457 ms",
            "method": "GET",
            "path": "/cart",
            "request_id": "0HM:1",
            "status_code": 404,
            "attributes": {
                "@r": '["12.3457"]',
                "Elapsed": "12.34567",
                "@mt": (
                    "HTTP {RequestMethod} {RequestPath} responded {StatusCode} "
                    "in {Elapsed:0.0000} ms"
                ),
            },
        },
    ),
    "CLEF: a request that was not found is still Information": (
        ('{"@t":"2026-03-29T10:00:00Z","@mt":"responded {StatusCode}","StatusCode":404}'),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "responded 404",
            "status_code": 404,
            "attributes": {"@mt": "responded {StatusCode}"},
        },
    ),
    "CLEF: a local time": (
        '{"@t":"2026-03-29T12:00:00.1234567","@m":"x"}',
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "message": "x"},
        {"timezone": "Europe/Berlin"},
    ),
    "Serilog: values within Properties": (
        (
            '{"Timestamp":"2026-03-29T12:00:00.1234567+02:00","Level":"Verbose",'
            '"MessageTemplate":"{Count} rows read in {Ms} ms",'
            '"RenderedMessage":"40 rows read in 12 ms","Properties":{"Count":40,'
            '"Ms":12,"SourceContext":"Shop.Import"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "40 rows read in 12 ms",
            "attributes": {
                "Count": "40",
                "Ms": "12",
                "otel.scope.name": "Shop.Import",
                "MessageTemplate": "{Count} rows read in {Ms} ms",
            },
        },
    ),
    "Serilog: the template filled in": (
        (
            '{"Timestamp":"2026-03-29T10:00:00.1234567Z","Level":"Warning",'
            '"MessageTemplate":"{Count} rows","Properties":{"Count":40}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "40 rows",
            "attributes": {"Count": "40", "MessageTemplate": "{Count} rows"},
        },
    ),
    "Serilog: an exception and a trace": (
        (
            '{"Timestamp":"2026-03-29T10:00:00Z","Level":"Error",'
            '"MessageTemplate":"pay failed",'
            '"TraceId":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f","SpanId":"1a2b3c4d5e6f7081",'
            r'"Exception":"System.TimeoutException: late\n   at Shop.Pay.Run()",'
            '"Properties":{"RequestPath":"/pay"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "pay failed",
            "path": "/pay",
            "attributes": {
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
                "exception.stacktrace": "System.TimeoutException: late\n   at Shop.Pay.Run()",
                "exception.type": "System.TimeoutException",
                "exception.message": "late",
            },
        },
    ),
    "Serilog: a form of a value as it was rendered": (
        (
            '{"Timestamp":"2026-03-29T10:00:00Z","Level":"Debug",'
            '"MessageTemplate":"{A} and {B:0.0}","Properties":{"A":"a","B":1.49},'
            '"Renderings":{"B":[{"Format":"0.0","Rendering":"1.5"}]}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "DEBUG",
            "message": "a and 1.5",
            "attributes": {"A": "a", "B": "1.49", "MessageTemplate": "{A} and {B:0.0}"},
        },
    ),
    "Serilog: no properties": (
        ('{"Timestamp":"2026-03-29T10:00:00Z","Level":"Fatal","MessageTemplate":"down"}'),
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "FATAL", "message": "down"},
    ),
    ".NET console: no time by default": (
        (
            '{"EventId":14,"LogLevel":"Information","Category":"Shop.Web",'
            '"Message":"Now listening","State":{"Message":"Now listening",'
            '"address":"http://[::]:80","{OriginalFormat}":"Now listening"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "Now listening",
            "attributes": {
                "EventId": "14",
                "otel.scope.name": "Shop.Web",
                "address": "http://[::]:80",
            },
        },
    ),
    ".NET console: a blank after the time": (
        (
            '{"Timestamp":"2026-03-29T10:00:00.123Z ","EventId":0,'
            '"LogLevel":"Critical","Category":"Shop.Web","Message":"down",'
            '"Exception":"System.Exception: x    at Shop.Run()"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "down",
            "attributes": {
                "EventId": "0",
                "otel.scope.name": "Shop.Web",
                "exception.stacktrace": "System.Exception: x    at Shop.Run()",
                "exception.type": "System.Exception",
                "exception.message": "x",
            },
        },
    ),
    ".NET console: scopes": (
        (
            '{"EventId":1,"LogLevel":"Trace","Category":"Shop.Web",'
            '"Message":"17 items","State":{"Message":"17 items","Count":17,'
            '"{OriginalFormat}":"{Count} items"},'
            '"Scopes":[{"Message":"RequestPath:/cart","RequestId":"0HM:1",'
            '"RequestPath":"/cart"},"outer"]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "DEBUG",
            "message": "17 items",
            "request_id": "0HM:1",
            "path": "/cart",
            "attributes": {
                "EventId": "1",
                "otel.scope.name": "Shop.Web",
                "Count": "17",
                "{OriginalFormat}": "{Count} items",
                "Scopes": '["outer"]',
            },
        },
    ),
    ".NET console: a finished request": (
        (
            '{"EventId":2,"LogLevel":"Information","Category":"Hosting",'
            '"Message":"Request finished","State":{"Message":"Request finished",'
            '"ElapsedMilliseconds":12.5,"StatusCode":404,"ContentType":"text/html",'
            '"Protocol":"HTTP/2","Method":"GET","Scheme":"https",'
            '"Host":"shop.example.com","Path":"/cart"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "INFO",
            "message": "Request finished",
            "response_time_ms": 12.5,
            "protocol": "HTTP/2",
            "method": "GET",
            "virtual_host": "shop.example.com",
            "path": "/cart",
            "status_code": 404,
            "attributes": {
                "EventId": "2",
                "otel.scope.name": "Hosting",
                "ContentType": "text/html",
                "url.scheme": "https",
            },
        },
    ),
}
