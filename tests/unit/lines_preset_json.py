"""What each line of the preset json becomes; its loggers have a table each."""

import lines_json_any
import lines_json_clouds
import lines_json_dotnet
import lines_json_ecs
import lines_json_go
import lines_json_java
import lines_json_node
import lines_json_otlp
import lines_json_python
import lines_json_servers
import lines_json_system

_TABLES = (
    lines_json_any.RECORDS,
    lines_json_clouds.RECORDS,
    lines_json_dotnet.RECORDS,
    lines_json_ecs.RECORDS,
    lines_json_go.RECORDS,
    lines_json_java.RECORDS,
    lines_json_node.RECORDS,
    lines_json_otlp.RECORDS,
    lines_json_python.RECORDS,
    lines_json_servers.RECORDS,
    lines_json_system.RECORDS,
)
RECORDS = {name: case for table in _TABLES for name, case in table.items()}
LETTERS = {
    **lines_json_otlp.LETTERS,
    "cut": (
        '{"timestamp":"2026-03-29T10:00:00Z","message":"cut',
        "bad_json",
        "not one JSON object",
    ),
    "a text": ('"just text"', "bad_json", None),
    "a number": ("17", "bad_json", None),
    "text after the object": ('{"message":"a"} x', "bad_json", None),
    "an item that is no object": ("[17]", "bad_json", None),
    "a time that cannot be read": (
        '{"timestamp":"yesterday","message":"x"}',
        "bad_timestamp",
        "timestamp: yesterday",
    ),
    "no such day": (
        '{"time":"2026-02-30T10:00:00Z","msg":"x"}',
        "bad_timestamp",
        "time: 2026-02-30",
    ),
    "a time that is a switch": ('{"timestamp":true,"msg":"x"}', "bad_timestamp", "timestamp: true"),
    "a time of the journal that is none": (
        '{"__REALTIME_TIMESTAMP":"x","MESSAGE":"x"}',
        "bad_timestamp",
        "x",
    ),
    "two numbers that are no time": (
        '{"severity":"ERROR","timestampSeconds":-1,"timestampNanos":0}',
        "bad_timestamp",
        "-1",
    ),
    "a status that is none": (
        '{"timestamp":"2026-03-29T10:00:00Z","status_code":"2xx"}',
        "bad_value",
        "status_code: 2xx",
    ),
    "half a status": (
        '{"timestamp":"2026-03-29T10:00:00Z","status_code":200.5}',
        "bad_value",
        "status_code: 200.5",
    ),
    "a status that is a switch": (
        '{"timestamp":"2026-03-29T10:00:00Z","status_code":true}',
        "bad_value",
        "status_code: true",
    ),
    "a response time that is none": (
        '{"timestamp":"2026-03-29T10:00:00Z","response_time_ms":"fast"}',
        "bad_value",
        "response_time_ms: fast",
    ),
    "two events in a list": ('[{"message":"a"},{"message":"b"}]', "bad_envelope", "holds 2 events"),
    "no event in a list": ("[]", "bad_envelope", "holds 0 events"),
    "two events of CloudWatch": (
        '{"logGroup":"g","logEvents":[{"message":"a"},{"message":"b"}]}',
        "bad_envelope",
        "holds 2 events",
    ),
    "CloudWatch checks the destination": (
        (
            '{"messageType":"CONTROL_MESSAGE","logGroup":"","logEvents":[{"id":"",'
            '"timestamp":1774778400123,"message":"CWL CONTROL MESSAGE"}]}'
        ),
        "bad_envelope",
        "holds 0 events",
    ),
    "two records of Azure": (
        ('{"records":[{"time":"2026-03-29T10:00:00Z"},{"time":"2026-03-29T10:00:00Z"}]}'),
        "bad_envelope",
        "holds 2 events",
    ),
}
