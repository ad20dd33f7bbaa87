"""One Kafka record with many events: the text of each, which can be parsed alone."""

import json
from typing import Any

import pytest
from presets import options, outcome

from millrace.parse.json_logs import parser
from millrace.parse.json_logs.parts import MOST_PARTS, parts
from millrace.parse.rejection import RejectedError

ONE_EVENT = {
    "an object": '{"level":"info","msg":"x"}',
    "words that only look so": '{"msg":"the \\"records\\" of \\"logEvents\\""}',
    "keys that are others'": '{"records":12,"logEvents":"x","resourceLogs":{}}',
    "records beside other members": '{"records":[{},{}],"msg":"synced"}',
    "a list within": '{"logGroups":[1,2]}',
    "one log record": '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}',
    "a list of one": '[{"msg":"x"}]',
    "no JSON": '{"resourceLogs":[',
    "a text": '"[1,2]"',
}
MANY: dict[str, tuple[str, list[str]]] = {
    "a list": (' [{"a":1.50,"a":2},"x", 17]', ['{"a":1.50,"a":2}', '"x"', "17"]),
    "an empty list": ("[]", []),
    "OTLP without a log record": (
        '{"resourceLogs":[{"scopeLogs":[{"logRecords":[]},{}]},{"scopeLogs":null}]}',
        [],
    ),
    "OTLP of several scopes and resources": (
        '{"resourceLogs":[{"resource":{"n":1},"scopeLogs":[{"scope":{"name":"a"},"logRecords":'
        '[{"body":1},{"body":2}],"schemaUrl":"u"},{"logRecords":[{"body":3}]}]},'
        '{"scopeLogs":[{"scope":{"name":"b"},"logRecords":[{"body":4}]}],"schemaUrl":"v"}]}',
        [
            '{"resourceLogs":[{"resource":{"n":1},"scopeLogs":[{"scope":{"name":"a"},'
            '"schemaUrl":"u","logRecords":[{"body":1}]}]}]}',
            '{"resourceLogs":[{"resource":{"n":1},"scopeLogs":[{"scope":{"name":"a"},'
            '"schemaUrl":"u","logRecords":[{"body":2}]}]}]}',
            '{"resourceLogs":[{"resource":{"n":1},"scopeLogs":[{"logRecords":[{"body":3}]}]}]}',
            '{"resourceLogs":[{"schemaUrl":"v","scopeLogs":[{"scope":{"name":"b"},'
            '"logRecords":[{"body":4}]}]}]}',
        ],
    ),
    "CloudWatch": (
        '{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s",'
        '"logEvents":[{"id":"1","timestamp":1,"message":"a"},{"id":"2","message":"b"}]}',
        [
            '{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s",'
            '"logEvents":[{"id":"1","timestamp":1,"message":"a"}]}',
            '{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s",'
            '"logEvents":[{"id":"2","message":"b"}]}',
        ],
    ),
    "CloudWatch checks the destination": (
        '{"messageType":"CONTROL_MESSAGE","logGroup":"","logEvents":[{"message":"x"}]}',
        [],
    ),
    "Azure": (
        '{"records":[{"a":1e2},{"b":"\\u00e4"}]}',
        ['{"records":[{"a":1e2}]}', '{"records":[{"b":"ä"}]}'],
    ),
}
REFUSED = {
    "something else among log records": '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},17]}]}]}',
    "more than there may be": "[" + "0," * MOST_PARTS + "0]",
    "one resource in very many": json.dumps(
        {
            "resourceLogs": [
                {"resource": "x" * 2**20, "scopeLogs": [{"logRecords": [{}]} for _ in range(90)]}
            ]
        }
    ),
}


@pytest.mark.parametrize("name", ONE_EVENT)
def test_a_line_of_one_event_is_not_divided(name: str) -> None:
    assert parts(ONE_EVENT[name]) is None


@pytest.mark.parametrize("name", MANY)
def test_each_event_stands_in_what_it_needs(name: str) -> None:
    line, expected = MANY[name]
    assert parts(line) == expected


@pytest.mark.parametrize("name", [name for name, (_, found) in MANY.items() if found])
def test_a_part_is_one_event(name: str) -> None:
    for part in parts(MANY[name][0]) or []:
        assert parts(part) is None
        found: dict[str, Any] = outcome(parser(options({})), part)
        assert found.get("dead") in (None, "bad_json"), found


@pytest.mark.parametrize("name", MANY)
def test_the_parser_does_not_take_the_whole(name: str) -> None:
    found = outcome(parser(options({})), MANY[name][0])
    assert found["dead"] == "bad_envelope"
    assert "events" in found["detail"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_divided_is_refused(name: str) -> None:
    with pytest.raises(RejectedError) as raised:
        parts(REFUSED[name])
    assert raised.value.reason == "bad_envelope"
