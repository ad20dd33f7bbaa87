"""Lines of containers, of syslog, and in the records of OpenTelemetry and CloudWatch.

The tables are as those of lines_envelopes_shippers.py.
"""

from lines_envelopes_shippers import ACCESS, PINO, SHIPPED, Found, Letters, text


def _docker(log: object = f"{ACCESS}\n", **more: object) -> str:
    return text({"log": log, "stream": "stdout", "time": "2026-03-29T10:00:05.500123456Z", **more})


_DOCKER_TIME = "2026-03-29T10:00:05.500123Z"

DOCKER: Found = {
    "a line": (_docker(), ACCESS, {"log.iostream": "stdout"}, _DOCKER_TIME),
    "labels and environment": (
        _docker(attrs={"tag": "cart", "com.example.team": "pay"}),
        ACCESS,
        {"log.iostream": "stdout", "tag": "cart", "com.example.team": "pay"},
        _DOCKER_TIME,
    ),
    "a part: no line feed": (
        _docker("a long"),
        "a long",
        {"log.iostream": "stdout", "log.partial": "true"},
        _DOCKER_TIME,
    ),
    "ended as on Windows": (
        _docker("done\r\n"),
        "done",
        {"log.iostream": "stdout"},
        _DOCKER_TIME,
    ),
    "the driver fluentd": (
        text(
            {
                "container_id": "3f2a",
                "container_name": "/web-1",
                "source": "stderr",
                "log": ACCESS,
            }
        ),
        ACCESS,
        {"container.id": "3f2a", "container.name": "web-1", "log.iostream": "stderr"},
        None,
    ),
    "the driver fluentd, a part": (
        text(
            {
                "container_id": "3f2a",
                "container_name": "/web-1",
                "source": "stdout",
                "log": "a long",
                "partial_message": "true",
                "partial_id": "9c",
                "partial_ordinal": "2",
                "partial_last": "true",
            }
        ),
        "a long",
        {
            "container.id": "3f2a",
            "container.name": "web-1",
            "log.iostream": "stdout",
            "log.partial": "true",
            "partial_id": "9c",
            "partial_ordinal": "2",
            "partial_last": "true",
        },
        None,
    ),
    "without a stream": (
        text({"log": f"{ACCESS}\n", "time": SHIPPED}),
        ACCESS,
        {},
        SHIPPED,
        {"auto": False},
    ),
    "an object": (
        _docker(f"{PINO}\n", stream="stderr"),
        PINO,
        {"log.iostream": "stderr"},
        _DOCKER_TIME,
        {"kind": "json"},
    ),
    "a whole object without a line feed": (
        _docker(PINO),
        PINO,
        {"log.iostream": "stdout", "log.partial": "true"},
        _DOCKER_TIME,
        {"kind": "json"},
    ),
    "around a line of syslog": (
        _docker("<34>1 2026-03-29T10:00:00Z web-1 su - - - failed\n"),
        "<34>1 2026-03-29T10:00:00Z web-1 su - - - failed",
        {"log.iostream": "stdout"},
        _DOCKER_TIME,
        {"kind": "syslog"},
    ),
}
DOCKER_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "docker has a JSON object with log"),
    "no log": (text({"stream": "stdout", "time": SHIPPED}), "bad_envelope", "docker"),
    "a number as log": (_docker(7), "bad_envelope", "docker"),
    "an empty line": (_docker("\n"), "empty", "envelope"),
    "a part of an object": (_docker('{"level":"info","msg":"a'), "bad_json", "part", "json"),
}

_CRI = "2026-03-29T10:00:00.123456789Z"
_CRI_TIME = "2026-03-29T10:00:00.123456Z"

CRI: Found = {
    "a full line": (f"{_CRI} stdout F {ACCESS}", ACCESS, {"log.iostream": "stdout"}, _CRI_TIME),
    "an offset": (
        f"2026-03-29T12:00:00.123456789+02:00 stderr F {ACCESS}",
        ACCESS,
        {"log.iostream": "stderr"},
        _CRI_TIME,
    ),
    "whole seconds": (
        "2026-03-29T10:00:00Z stdout F ready",
        "ready",
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:00Z",
    ),
    "a part": (
        f"{_CRI} stdout P a long",
        "a long",
        {"log.iostream": "stdout", "log.partial": "true"},
        _CRI_TIME,
    ),
    "more tags": (
        f"{_CRI} stdout F:new:tags ready",
        "ready",
        {"log.iostream": "stdout"},
        _CRI_TIME,
    ),
    "spaces that are the line's": (
        f"{_CRI} stdout F   at Cart.run",
        "  at Cart.run",
        {"log.iostream": "stdout"},
        _CRI_TIME,
    ),
    "a time that there is not": (
        "2026-13-29T10:00:00.123456789Z stdout F ready",
        "ready",
        {"log.iostream": "stdout"},
        None,
    ),
    "an object": (
        f"{_CRI} stdout F {PINO}",
        PINO,
        {"log.iostream": "stdout"},
        _CRI_TIME,
        {"kind": "json"},
    ),
    "around a line of syslog": (
        f"{_CRI} stdout F <34>1 2026-03-29T10:00:00Z web-1 su - - - failed",
        "<34>1 2026-03-29T10:00:00Z web-1 su - - - failed",
        {"log.iostream": "stdout"},
        _CRI_TIME,
        {"kind": "syslog"},
    ),
    "around klog": (
        f"{_CRI} stderr F I0329 10:00:00.123456       1 sync.go:42] synced",
        "I0329 10:00:00.123456       1 sync.go:42] synced",
        {"log.iostream": "stderr"},
        _CRI_TIME,
    ),
}
CRI_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "cri has a time, a stream, a tag and the line"),
    "another stream": (f"{_CRI} stdin F x", "bad_envelope", "stdin"),
    "another tag": (f"{_CRI} stdout X x", "bad_envelope", "stdout X"),
    "an empty line": (f"{_CRI} stdout F ", "empty", "envelope"),
    "an empty line, its space cut": (f"{_CRI} stdout F", "empty", "envelope"),
    "a part of an object": (f'{_CRI} stderr P {{"level":"i', "bad_json", "tag P", "json"),
}


def _of_text(value: str) -> dict[str, object]:
    return {"stringValue": value}


def _named(**values: str) -> list[object]:
    return [{"key": key.replace("__", "."), "value": _of_text(v)} for key, v in values.items()]


def _otlp(*records: object, scope: object = None) -> str:
    resource = {"attributes": _named(service__name="pay", host__name="web-1")}
    of_scope = {"scope": scope or {}, "logRecords": list(records)}
    return text({"resourceLogs": [{"resource": resource, "scopeLogs": [of_scope]}]})


_LINE = {"timeUnixNano": "1774778405500123456", "body": _of_text(ACCESS)}
_PAY = {"service.name": "pay", "host.name": "web-1"}
_OTLP_TIME = "2026-03-29T10:00:05.500123Z"
_JSON_ONLY = {"kind": "json", "auto": False}

OTLP: Found = {
    "a text as body": (_otlp(_LINE), ACCESS, _PAY, _OTLP_TIME),
    "a scope, and attributes of the record": (
        _otlp(
            _LINE | {"attributes": _named(host__name="web-2", order="DE-0042")},
            scope={"name": "com.example.Pay", "version": "1.4"},
        ),
        ACCESS,
        {
            "service.name": "pay",
            "host.name": "web-2",
            "order": "DE-0042",
            "otel.scope.name": "com.example.Pay",
            "otel.scope.version": "1.4",
        },
        _OTLP_TIME,
    ),
    "values of each type": (
        _otlp(
            _LINE
            | {
                "attributes": [
                    {"key": "n", "value": {"intValue": "12"}},
                    {"key": "m", "value": {"intValue": 7}},
                    {"key": "ok", "value": {"boolValue": False}},
                    {"key": "ratio", "value": {"doubleValue": 0.5}},
                    {"key": "none", "value": {"doubleValue": "NaN"}},
                    {"key": "bytes", "value": {"bytesValue": "aGk="}},
                    {
                        "key": "list",
                        "value": {"arrayValue": {"values": [{"intValue": "1"}, _of_text("b")]}},
                    },
                    {"key": "map", "value": {"kvlistValue": {"values": _named(a="b")}}},
                    {"key": "absent", "value": {}},
                    {"key": "empty", "value": _of_text("")},
                ]
            }
        ),
        ACCESS,
        _PAY
        | {
            "n": "12",
            "m": "7",
            "ok": "false",
            "ratio": "0.5",
            "none": "NaN",
            "bytes": "aGk=",
            "list": '[1,"b"]',
            "map": '{"a":"b"}',
        },
        _OTLP_TIME,
    ),
    "severity, trace, flags and event": (
        _otlp(
            _LINE
            | {
                "severityNumber": 13,
                "severityText": "Warning",
                "traceId": "5C1D2E3F4A5B6C7D8E9F0A1B2C3D4E5F",
                "spanId": "1A2B3C4D5E6F7081",
                "flags": 1,
                "eventName": "cart.paid",
            }
        ),
        ACCESS,
        _PAY
        | {
            "severity": "Warning",
            "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
            "span_id": "1a2b3c4d5e6f7081",
            "trace_flags": "01",
            "event.name": "cart.paid",
        },
        _OTLP_TIME,
    ),
    "severity as a number alone": (
        _otlp(_LINE | {"severityNumber": 17}),
        ACCESS,
        _PAY | {"severity": "ERROR"},
        _OTLP_TIME,
    ),
    "zero is none": (
        _otlp(
            {
                "timeUnixNano": "0",
                "observedTimeUnixNano": 1774778405500123456,
                "severityNumber": 0,
                "traceId": "00000000000000000000000000000000",
                "spanId": "0000000000000000",
                "flags": 0,
                "body": _of_text(ACCESS),
            }
        ),
        ACCESS,
        _PAY,
        _OTLP_TIME,
    ),
    "no time": (_otlp({"body": _of_text(ACCESS)}), ACCESS, _PAY, None),
    "an object as text": (
        _otlp({"body": _of_text(PINO)}),
        PINO,
        _PAY,
        None,
        _JSON_ONLY,
    ),
    "a map as body": (
        _otlp({"body": {"kvlistValue": {"values": _named(message="slow", sku="A-17")}}}),
        '{"message":"slow","sku":"A-17"}',
        _PAY,
        None,
        _JSON_ONLY,
    ),
    "around CRI": (
        _otlp({"body": _of_text(f"{_CRI} stdout F {ACCESS}")}),
        ACCESS,
        _PAY | {"log.iostream": "stdout"},
        _CRI_TIME,
    ),
}
OTLP_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "otlp has a JSON object with resourceLogs"),
    "two records": (_otlp(_LINE, _LINE), "bad_envelope", "holds 2 events"),
    "no record": ('{"resourceLogs":[]}', "bad_envelope", "holds 0 events"),
    "no list": ('{"resourceLogs":7}', "bad_envelope", "otlp"),
    "no body": (_otlp({"severityText": "INFO"}), "bad_envelope", "no body"),
    "an empty body": (_otlp({"body": _of_text("")}), "empty", "envelope"),
}

_BSD = "<190>Mar 29 10:00:00 web-1 nginx[7]:"
_SYSLOG_TIME = "2026-03-29T10:00:00Z"
_NGINX = {"host.name": "web-1", "service.name": "nginx"}
_LOCAL7_INFO = {"syslog.facility.code": "23", "severity": "INFO"}
_LOCAL0_INFO = {"syslog.facility.code": "16", "severity": "INFO"}
_LOCAL4_INFO = {"syslog.facility.code": "20", "severity": "INFO"}

SYSLOG: Found = {
    "RFC 3164": (
        f"{_BSD} {ACCESS}",
        ACCESS,
        _NGINX | _LOCAL7_INFO | {"process.pid": "7"},
        _SYSLOG_TIME,
    ),
    "RFC 3164 without a host": (
        f"<3>Mar 29 10:00:00 nginx: {ACCESS}",
        ACCESS,
        {"service.name": "nginx", "syslog.facility.code": "0", "severity": "ERROR"},
        _SYSLOG_TIME,
    ),
    "RFC 5424": (
        f"<165>1 2026-03-29T10:00:00Z web-1 nginx 7 ID1 - {ACCESS}",
        ACCESS,
        _NGINX | _LOCAL4_INFO | {"process.pid": "7", "syslog.msg.id": "ID1"},
        _SYSLOG_TIME,
    ),
    "RFC 5424 with data and a byte order mark": (
        f'<165>1 2026-03-29T10:00:00Z web-1 nginx - - [ex@32473 a="b"] \ufeff{ACCESS}',
        ACCESS,
        _NGINX | _LOCAL4_INFO | {"syslog.structured_data": '{"ex@32473":{"a":"b"}}'},
        _SYSLOG_TIME,
    ),
    "rsyslog's template for Kafka": (
        f"2026-03-29T12:00:00.123456+02:00 web-1 nginx: {ACCESS}",
        ACCESS,
        _NGINX,
        _CRI_TIME,
    ),
    "RFC 3164 without a PRI, as in files": (
        f"Mar 29 10:00:00 web-1 nginx: {ACCESS}",
        ACCESS,
        _NGINX,
        _SYSLOG_TIME,
    ),
    "a header without a PRI before any text": (
        "Mar 29 10:00:00 web-1 cart: level=warn msg=low",
        "level=warn msg=low",
        {"host.name": "web-1", "service.name": "cart"},
        _SYSLOG_TIME,
        {"auto": False},
    ),
    "RFC 5424 without a time": (
        f"<165>1 - web-1 nginx - - - {ACCESS}",
        ACCESS,
        _NGINX | _LOCAL4_INFO,
        None,
    ),
    "the length of a frame": (
        "71 <134>1 2026-03-29T10:00:00+00:00 web-1 cart - - - level=warn msg=low",
        "level=warn msg=low",
        _LOCAL0_INFO | {"host.name": "web-1", "service.name": "cart"},
        _SYSLOG_TIME,
    ),
    "a PRI alone": (
        '<189>date=2026-03-29 time=10:00:00 level="notice" msg="denied"',
        'date=2026-03-29 time=10:00:00 level="notice" msg="denied"',
        {},
        None,
    ),
    "a clock without a zone": (
        f"<190>Mar 29 12:00:00 web-1 nginx: {ACCESS}",
        ACCESS,
        _NGINX | _LOCAL7_INFO,
        _SYSLOG_TIME,
        {"timezone": "Europe/Berlin"},
    ),
    "an object": (
        f"<134>1 2026-03-29T10:00:00Z web-1 cart 7 - - {PINO}",
        PINO,
        _LOCAL0_INFO | {"host.name": "web-1", "service.name": "cart", "process.pid": "7"},
        _SYSLOG_TIME,
        {"kind": "json"},
    ),
    "an object behind a header without a PRI": (
        f"2026-03-29T12:00:00.123456+02:00 web-1 cart: {PINO}",
        PINO,
        {"host.name": "web-1", "service.name": "cart"},
        _CRI_TIME,
        {"kind": "json"},
    ),
    "an object behind a header as in files": (
        f"Mar 29 10:00:00 web-1 cart[7]: {PINO}",
        PINO,
        {"host.name": "web-1", "service.name": "cart", "process.pid": "7"},
        _SYSLOG_TIME,
        {"kind": "json"},
    ),
}
SYSLOG_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "syslog has a PRI, or a time, a host and a tag"),
    "a bare object": (PINO, "bad_envelope", "syslog"),
    "a PRI that is too high": (f"<192>Mar 29 10:00:00 web-1 x: {ACCESS}", "bad_envelope", "<192>"),
    "a day that there is not": (f"<34>Feb 30 10:00:00 web-1 x: {ACCESS}", "bad_envelope", "Feb 30"),
    "nothing after the tag": (f"{_BSD} ", "empty", "envelope"),
    "nothing after the PRI": ("<34>", "empty", "envelope"),
}


def _cloudwatch(*messages: object, **more: object) -> str:
    events = [
        {"id": str(number), "timestamp": 1774778405500, "message": message}
        for number, message in enumerate(messages)
    ]
    return text(
        {
            "messageType": "DATA_MESSAGE",
            "owner": "123456789012",
            "logGroup": "/aws/lambda/cart",
            "logStream": "2026/03/29/[1]ab12",
            "subscriptionFilters": ["all"],
            "logEvents": events,
            **more,
        }
    )


_GROUP = {
    "cloud.account.id": "123456789012",
    "aws.log.group.names": "/aws/lambda/cart",
    "aws.log.stream.names": "2026/03/29/[1]ab12",
}

CLOUDWATCH: Found = {
    "an event": (_cloudwatch(ACCESS), ACCESS, _GROUP, SHIPPED),
    "ended with a line feed": (_cloudwatch(f"{ACCESS}\n"), ACCESS, _GROUP, SHIPPED),
    "an object": (_cloudwatch(PINO), PINO, _GROUP, SHIPPED, {"kind": "json"}),
    "text for a format that reads objects": (
        _cloudwatch("START RequestId: b1f0"),
        "START RequestId: b1f0",
        _GROUP,
        SHIPPED,
        {"kind": "json"},
    ),
    "no names": (
        text({"logEvents": [{"message": ACCESS}]}),
        ACCESS,
        {},
        None,
    ),
    "a time that cannot be read": (
        text({"logEvents": [{"message": ACCESS, "timestamp": "x"}]}),
        ACCESS,
        {},
        None,
    ),
    "an object as message": (
        _cloudwatch({"level": "warn"}),
        '{"level":"warn"}',
        _GROUP,
        SHIPPED,
        {"kind": "json"},
    ),
    "around CRI": (
        _cloudwatch(f"{_CRI} stdout F {ACCESS}"),
        ACCESS,
        _GROUP | {"log.iostream": "stdout"},
        _CRI_TIME,
    ),
    "around syslog": (
        _cloudwatch(f"{_BSD} {ACCESS}"),
        ACCESS,
        _GROUP | _NGINX | _LOCAL7_INFO | {"process.pid": "7"},
        _SYSLOG_TIME,
    ),
}
CLOUDWATCH_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "cloudwatch has a JSON object with logEvents"),
    "two events": (_cloudwatch("a", "b"), "bad_envelope", "holds 2 events"),
    "no event": (_cloudwatch(), "bad_envelope", "holds 0 events"),
    "a check of the destination": (
        _cloudwatch("checking", messageType="CONTROL_MESSAGE"),
        "bad_envelope",
        "CONTROL_MESSAGE",
    ),
    "no message": (_cloudwatch(None), "bad_envelope", "no message"),
    "an event that is none": (text({"logEvents": [7]}), "bad_envelope", "no message"),
    "an empty message": (_cloudwatch("\n"), "empty", "envelope"),
}
