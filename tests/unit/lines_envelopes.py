"""Lines in envelopes, in envelopes of one's own and within several; and bare lines that look so.

The tables are as those of lines_envelopes_shippers.py.
"""

import lines_envelopes_records as records
import lines_envelopes_shippers as shippers
from lines_envelopes_shippers import ACCESS, PINO, SHIPPED, Found, Letters, text

from millrace.parse.envelopes import Keys

# The encoding `raw` of OpenTelemetry's Collector, which `auto` alone takes off.
RAW: Found = {
    "a line": (text(ACCESS), ACCESS, {}, None),
    "escapes of Go": (r'"a \u003cb\u003e \u0026 c"', "a <b> & c", {}, None),
    "line feeds within": (r'"a\n\tat b\n"', "a\n\tat b", {}, None),
    "a quote alone": (r'"\""', '"', {}, None),
    "half a character": (r'"a \ud800 b"', "a ? b", {}, None),
    "a byte order mark": (text(f"\ufeff{ACCESS}"), ACCESS, {}, None),
    "an object": (text(PINO), PINO, {}, None, {"kind": "json"}),
    "a line of syslog": (
        text("<34>1 2026-03-29T10:00:00Z web-1 su - - - failed"),
        "<34>1 2026-03-29T10:00:00Z web-1 su - - - failed",
        {},
        None,
        {"kind": "syslog"},
    ),
    "around CRI": (
        text(f"2026-03-29T10:00:00.123456789Z stdout F {ACCESS}"),
        ACCESS,
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:00.123456Z",
    ),
    "around an object": (
        text(text({"log": f"{ACCESS}\n", "stream": "stdout", "time": SHIPPED})),
        ACCESS,
        {"log.iostream": "stdout"},
        SHIPPED,
    ),
}
RAW_LETTERS: Letters = {
    "no text": ('""', "empty", "envelope"),
    "spaces": ('"  "', "empty", "envelope"),
}

# A declared envelope, which has a line, a time and attributes under these paths.
KEYS = Keys("payload.text", "when", ("dc", "payload.node", "labels"))


def _own(payload: object = None, **more: object) -> str:
    return text({"payload": payload or {"text": ACCESS}, **more})


OWN: Found = {
    "the line alone": (_own(), ACCESS, {}, None),
    "a time and attributes": (_own(when=SHIPPED, dc="eu-1"), ACCESS, {"dc": "eu-1"}, SHIPPED),
    "dotted names": (
        _own({"text": ACCESS, "node": "n-1"}),
        ACCESS,
        {"payload.node": "n-1"},
        None,
    ),
    "a flat key": (text({"payload.text": ACCESS}), ACCESS, {}, None),
    "a flat key comes first": (
        text({"payload": {"text": "other"}, "payload.text": ACCESS}),
        ACCESS,
        {},
        None,
    ),
    "an object as attribute": (
        _own(labels={"app": "cart"}),
        ACCESS,
        {"labels": '{"app":"cart"}'},
        None,
    ),
    "other members": (_own(dc="-", other=7), ACCESS, {}, None),
    "a number of milliseconds": (_own(when=1774778405500), ACCESS, {}, SHIPPED),
    "a time without a zone": (
        _own(when="29/Mar/2026:12:00:05.500"),
        ACCESS,
        {},
        SHIPPED,
        {"timezone": "Europe/Berlin"},
    ),
    "a time that cannot be read": (_own(when="soon"), ACCESS, {"when": "soon"}, None),
    "an object as text": (_own({"text": PINO}), PINO, {}, None, {"kind": "json"}),
    "an object as such": (
        _own({"text": {"level": "warn"}}),
        '{"level":"warn"}',
        {},
        None,
        {"kind": "json"},
    ),
    "around Docker": (
        _own({"text": text({"log": f"{ACCESS}\n", "stream": "stdout", "time": SHIPPED})}),
        ACCESS,
        {"log.iostream": "stdout"},
        SHIPPED,
    ),
}
OWN_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "no JSON object"),
    "no member of that path": (_own({"txt": ACCESS}), "bad_envelope", "no payload.text"),
    "no object on the way": (text({"payload": ACCESS}), "bad_envelope", "no payload.text"),
    "null": (_own({"text": None}), "bad_envelope", "no payload.text"),
    "an empty line": (_own({"text": "\n"}), "empty", "envelope"),
}

FOUND: dict[str, Found] = {
    "filebeat": shippers.FILEBEAT,
    "fluent-bit": shippers.FLUENT_BIT,
    "vector": shippers.VECTOR,
    "logstash": shippers.LOGSTASH,
    "docker": records.DOCKER,
    "cri": records.CRI,
    "otlp": records.OTLP,
    "syslog": records.SYSLOG,
    "cloudwatch": records.CLOUDWATCH,
    "auto": RAW,
}
LETTERS: dict[str, Letters] = {
    "filebeat": shippers.FILEBEAT_LETTERS,
    "fluent-bit": shippers.FLUENT_BIT_LETTERS,
    "vector": shippers.VECTOR_LETTERS,
    "logstash": shippers.LOGSTASH_LETTERS,
    "docker": records.DOCKER_LETTERS,
    "cri": records.CRI_LETTERS,
    "otlp": records.OTLP_LETTERS,
    "syslog": records.SYSLOG_LETTERS,
    "cloudwatch": records.CLOUDWATCH_LETTERS,
    "auto": RAW_LETTERS,
}

# Bare lines that `auto` must let through: what is shown -> line, kind of the feed's format.
BARE: dict[str, tuple[str, str]] = {
    "an access line": (ACCESS, "text"),
    "a server's name before it": (f"shop.example.com {ACCESS}", "text"),
    "compose's name before it": (f"web-1  | {ACCESS}", "text"),
    "a template that writes objects": (
        '{"t":"2026-03-29T10:00:00+00:00","ip":"192.0.2.17","message":"GET / HTTP/1.1","urt":}',
        "text",
    ),
    "an object with a message and no shipper": (text({"message": ACCESS, "n": 1}), "text"),
    "an object with a log and no shipper": (text({"log": ACCESS, "n": 1}), "text"),
    "an agent that is no beat": (text({"message": "x", "agent": {"type": "browser"}}), "text"),
    "a version that is a number": (
        text({"@version": 1, "@timestamp": SHIPPED, "message": "x"}),
        "text",
    ),
    "a list of objects": (text([{"message": "x", "source_type": "file"}]), "text"),
    "two fields in quotes": ('"GET / HTTP/1.1" "curl/8.5"', "text"),
    "a quote that is not closed": ('"GET / HTTP/1.1', "text"),
    "a quote alone": ('"', "text"),
    "columns in quotes": ('"app","shop",4242,"idle"', "text"),
    "a balancer's time and name": (
        "2026-03-29T10:00:00.123456Z my-elb 192.0.2.17:51234 - -1 -1 -1 502 - 34 366",
        "text",
    ),
    "a database's time and thread": (
        "2026-03-29T10:00:00.123456Z 17 [Warning] [MY-010068] [Server] self signed",
        "text",
    ),
    "a program's time and level": ("2026-03-29T10:00:00.123Z ERROR pay failed status=502", "text"),
    "Rust's time, level and module": ("2026-03-29T10:00:00.123456Z ERROR cart: failed", "text"),
    "Python's time, level and logger": ("2026-03-29 10:00:00,123 INFO werkzeug: ready", "text"),
    "Spring's time and level": (
        "2026-03-29T12:00:00.123+02:00  WARN 7 --- [cart] [main] c.e.Cart : low {3}",
        "text",
    ),
    "PostgreSQL's time and zone": ("2026-03-29 10:00:00.123 UTC [4242] LOG:  ready", "text"),
    "a stream's name in a text": ("2026-03-29T10:00:00Z the stdout F line", "text"),
    "a stream's name without a tag": ("2026-03-29T10:00:00Z stdout ready", "text"),
    "HAProxy behind a header": (
        "Mar 29 12:00:00 lb-1 haproxy[977]: 192.0.2.17:51234 [29/Mar/2026:12:00:00.123] a b/c 2/0",
        "text",
    ),
    "a header without a PRI": ("Mar 29 10:00:00 web-1 sshd[4242]: session opened", "text"),
    "a number and a tag of HTML": ("12 <b>bold</b>", "text"),
    "a tag of HTML": ("<html> 17", "text"),
    "a PRI that is too high": ("<999>Mar 29 10:00:00 web-1 x: y", "text"),
    "a PRI without its end": ("<34 failed", "text"),
    "Apache's error log": ("[Sun Mar 29 10:00:00 2026] [warn] [client 192.0.2.17] slow", "text"),
    "RFC 5424 where the format is syslog": (
        "<34>1 2026-03-29T10:00:00Z web-1 su - - - failed",
        "syslog",
    ),
    "RFC 3164 where the format is syslog": ("<34>Mar 29 10:00:00 web-1 su: failed", "syslog"),
    "a frame where the format is syslog": (
        "83 <40>1 2026-03-29T10:00:00+00:00 host app web.1 - up",
        "syslog",
    ),
    "rsyslog's template where the format is syslog": (
        f"2026-03-29T12:00:00.123456+02:00 web-1 nginx: {ACCESS}",
        "syslog",
    ),
    "Logstash's plain codec where the format is syslog": (
        f"2026-03-29T10:00:05.500Z web-1 {ACCESS}",
        "syslog",
    ),
    "pino": (PINO, "json"),
    "an object with escapes": (text({"msg": 'said "no"\n', "level": "info"}), "json"),
    "an object with an address": (text({"message": "to a@example.com", "level": 30}), "json"),
    "an object with a template": (text({"@t": SHIPPED, "@mt": '{"a"} {Name}'}), "json"),
    "Elastic's names": (
        text({"@timestamp": SHIPPED, "log": {"level": "warn"}, "message": "x"}),
        "json",
    ),
    "a logger for Logstash": (
        text({"@timestamp": SHIPPED, "@version": "1", "message": "low", "logger_name": "a"}),
        "json",
    ),
    "a logger for Logstash whose message is an object": (
        text({"@timestamp": SHIPPED, "@version": "1", "message": PINO, "logger_name": "a"}),
        "json",
    ),
    "a stream of one's own": (text({"stream": "orders", "log": "x\n", "time": SHIPPED}), "json"),
    "a message in log": (text({"@timestamp": SHIPPED, "log": "x\n", "level": "info"}), "json"),
    "a source type of one's own": (
        text({"timestamp": SHIPPED, "source_type": "warehouse", "message": "x"}),
        "json",
    ),
    "a pod of one's own": (text({"msg": "x@y", "kubernetes": {"pod": "cart-1"}}), "json"),
    "OpenTelemetry's records, which json reads": (
        text({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {}}]}]}]}),
        "json",
    ),
    "events that are no list": (text({"logEvents": 2, "message": "x@y"}), "json"),
    "a text in quotes": ('"just text"', "json"),
    "an object that is cut": ('{"@metadata":{"beat":"filebeat"},"message":"{\\"a\\":', "json"),
    "a list of such": (text([{"message": PINO, "source_type": "file"}]), "json"),
}

# Of more than three within each other the innermost is left: what is shown -> as in FOUND.
_CRI = "2026-03-29T10:00:00.123456789Z stdout F "
_DOCKER = text({"log": f"{PINO}\n", "stream": "stderr", "time": "2026-03-29T10:00:04Z"})
NESTED: Found = {
    "Filebeat around Docker around pino": (
        text(
            {
                "@timestamp": SHIPPED,
                "@metadata": {"beat": "filebeat"},
                "host": {"name": "web-1"},
                "message": _DOCKER,
            }
        ),
        PINO,
        {"host.name": "web-1", "log.iostream": "stderr"},
        "2026-03-29T10:00:04Z",
        {"kind": "json"},
    ),
    "three": (
        text(text({"@timestamp": 1774778405.5, "log": f"{_CRI}ready\n"})),
        "ready",
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:00.123456Z",
    ),
    "four": (
        text(text({"@timestamp": 1774778405.5, "log": f"{_CRI}{_CRI}ready\n"})),
        f"{_CRI}ready",
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:00.123456Z",
    ),
    "the inner host is nearer": (
        text(
            {
                "@timestamp": SHIPPED,
                "@metadata": {"beat": "filebeat"},
                "host": {"name": "relay-1"},
                "message": f"<190>Mar 29 10:00:00 web-1 nginx: {ACCESS}",
            }
        ),
        ACCESS,
        {
            "host.name": "web-1",
            "service.name": "nginx",
            "syslog.facility.code": "23",
            "severity": "INFO",
        },
        "2026-03-29T10:00:00Z",
    ),
    "an inner one without a time leaves the outer's": (
        text({"@timestamp": 1774778405.5, "log": text(ACCESS)}),
        ACCESS,
        {},
        SHIPPED,
    ),
}
