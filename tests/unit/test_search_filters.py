"""What is asked of texts, numbers, levels and times: its filter, and the sentence that says it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Decimal128

from millrace.records.formats import LAYOUTS
from millrace.search import compiled

DAY = datetime(2026, 11, 27, tzinfo=UTC)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
FILTERS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("", {}, "every line"),
    (" \t\n", {}, "every line"),
    ("*", {}, "every line"),
    ("*:*", {}, "every line"),
    ("* level:INFO", {"level": {"$eq": "INFO"}}, 'level is "INFO"'),
    ("* OR level:INFO", {}, "every line"),
    ("NOT *", {"$nor": [{}]}, "no line"),
    # Texts
    ("service_name:web", {"service_name": {"$eq": "web"}}, 'service_name is "web"'),
    ('service_name:"a b"', {"service_name": {"$eq": "a b"}}, 'service_name is "a b"'),
    ('service_name:""', {"service_name": {"$eq": ""}}, 'service_name is ""'),
    ("service_name: web", {"service_name": {"$eq": "web"}}, 'service_name is "web"'),
    ("service_name:AND", {"service_name": {"$eq": "AND"}}, 'service_name is "AND"'),
    (r"service_name:a\ b\*", {"service_name": {"$eq": "a b*"}}, 'service_name is "a b*"'),
    (r'user_id:"a\"b\\c"', {"user_id": {"$eq": 'a"b\\c'}}, r'user_id is "a"b\c"'),
    (r"path:C:\temp", {"path": {"$eq": r"C:\temp"}}, r'path is "C:\temp"'),
    ("path:a\\", {"path": {"$eq": "a\\"}}, 'path is "a\\"'),
    ("path:/a[0]", {"path": {"$eq": "/a[0]"}}, 'path is "/a[0]"'),
    ('path:"a*b?"', {"path": {"$eq": "a*b?"}}, 'path is "a*b?"'),
    (r'path:"a\*"', {"path": {"$eq": "a*"}}, 'path is "a*"'),
    ("user_id:-5", {"user_id": {"$eq": "-5"}}, 'user_id is "-5"'),
    ("request_id:$where", {"request_id": {"$eq": "$where"}}, 'request_id is "$where"'),
    ("request_id:\x1b[2J", {"request_id": {"$eq": "\x1b[2J"}}, r'request_id is "\x1b[2J"'),
    # Wildcards
    ("path:/a*", {"path": {"$gte": "/a", "$lt": "/b"}}, 'path begins with "/a"'),
    ("path:/a**", {"path": {"$gte": "/a", "$lt": "/b"}}, 'path begins with "/a"'),
    ('path:"/a b*"', {"path": {"$gte": "/a b", "$lt": "/a c"}}, 'path begins with "/a b"'),
    ("path:\ud7ff*", {"path": {"$gte": "\ud7ff", "$lt": "\ue000"}}, 'path begins with "\ud7ff"'),
    (
        "path:a\U0010ffff*",
        {"path": {"$gte": "a\U0010ffff", "$lt": "b"}},
        'path begins with "a\U0010ffff"',
    ),
    ("path:\U0010ffff*", {"path": {"$gte": "\U0010ffff"}}, 'path begins with "\U0010ffff"'),
    ("path:*.p", {"path": {"$regex": r"^(?s:.{2,}+)(?<=\.p)"}}, 'path is like "*.p"'),
    ("path:a*b", {"path": {"$regex": "^a(?s:.{1,}+)(?<=b)"}}, 'path is like "a*b"'),
    ("path:a?c", {"path": {"$regex": r"^a(?s:.)c\z"}}, 'path is like "a?c"'),
    ("path:?*", {"path": {"$regex": "^(?s:.)"}}, 'path is like "?*"'),
    ("path:*a.c*", {"path": {"$regex": r"a\.c"}}, 'path contains "a.c"'),
    ("path:*", {"path": {"$exists": True}}, "path is present"),
    ("_exists_:path", {"path": {"$exists": True}}, "path is present"),
    ("-path:*", {"$nor": [{"path": {"$exists": True}}]}, "path is absent"),
    # Numbers
    ("status_code:500", {"status_code": {"$eq": 500}}, "status_code is 500"),
    ('status_code:"500"', {"status_code": {"$eq": 500}}, "status_code is 500"),
    ("status_code:+0500", {"status_code": {"$eq": 500}}, "status_code is 500"),
    ("status_code:>=500", {"status_code": {"$gte": 500}}, "status_code is at least 500"),
    ("status_code:> 500", {"status_code": {"$gt": 500}}, "status_code is above 500"),
    ("status_code:<=-1", {"status_code": {"$lte": -1}}, "status_code is at most -1"),
    ("status_code:<5", {"status_code": {"$lt": 5}}, "status_code is below 5"),
    (
        "status_code:[500 TO 599]",
        {"status_code": {"$gte": 500, "$lte": 599}},
        "status_code is at least 500 and at most 599",
    ),
    (
        "-status_code:{500 TO 600}",
        {"$nor": [{"status_code": {"$gt": 500, "$lt": 600}}]},
        "status_code is not both above 500 and below 600",
    ),
    ("status_code:[* TO 5}", {"status_code": {"$lt": 5}}, "status_code is below 5"),
    ("status_code:[* TO *]", {"status_code": {"$exists": True}}, "status_code is present"),
    (
        "kafka.offset:9223372036854775807",
        {"kafka.offset": {"$eq": 2**63 - 1}},
        "kafka.offset is 9223372036854775807",
    ),
    ("response_time_ms:250", {"response_time_ms": {"$eq": 250.0}}, "response_time_ms is 250"),
    (
        "response_time_ms:>2.5e2",
        {"response_time_ms": {"$gt": 250.0}},
        "response_time_ms is above 250",
    ),
    (
        "details.amount:>=10.50",
        {"details.amount": {"$gte": Decimal128("10.50")}},
        "details.amount is at least 10.50",
    ),
    # Levels
    ("level:error", {"level": {"$eq": "ERROR"}}, 'level is "ERROR"'),
    ("level:>=Error", {"level": {"$in": ["ERROR", "FATAL"]}}, 'level is one of "ERROR", "FATAL"'),
    (
        "level:{debug TO warn]",
        {"level": {"$in": ["INFO", "WARN"]}},
        'level is one of "INFO", "WARN"',
    ),
    ("level:*a*", {"level": {"$in": ["WARN", "FATAL"]}}, 'level is one of "WARN", "FATAL"'),
    ("level:e*", {"level": {"$eq": "ERROR"}}, 'level is "ERROR"'),
)

TIMES: tuple[tuple[str, dict[str, Any], str], ...] = (
    (
        "timestamp:2026-11-27",
        {"timestamp": {"$gte": DAY, "$lt": DAY + timedelta(days=1)}},
        "timestamp is at or after 2026-11-27T00:00:00Z and before 2026-11-28T00:00:00Z",
    ),
    (
        "timestamp:2026-11",
        {"timestamp": {"$gte": DAY.replace(day=1), "$lt": datetime(2026, 12, 1, tzinfo=UTC)}},
        "timestamp is at or after 2026-11-01T00:00:00Z and before 2026-12-01T00:00:00Z",
    ),
    (
        "timestamp:2026-12",
        {
            "timestamp": {
                "$gte": datetime(2026, 12, 1, tzinfo=UTC),
                "$lt": datetime(2027, 1, 1, tzinfo=UTC),
            }
        },
        "timestamp is at or after 2026-12-01T00:00:00Z and before 2027-01-01T00:00:00Z",
    ),
    (
        "timestamp:2026-11-27T12",
        {"timestamp": {"$gte": NOON, "$lt": NOON + timedelta(hours=1)}},
        "timestamp is at or after 2026-11-27T12:00:00Z and before 2026-11-27T13:00:00Z",
    ),
    (
        "timestamp:2026-11-27T12:00:00.000Z",
        {"timestamp": {"$eq": NOON}},
        "timestamp is 2026-11-27T12:00:00Z",
    ),
    (
        "timestamp:2026-11-27T12:00:00.2509999Z",
        {"timestamp": {"$eq": NOON + timedelta(milliseconds=250)}},
        "timestamp is 2026-11-27T12:00:00.250Z",
    ),
    (
        "timestamp:>2026-11-27",
        {"timestamp": {"$gte": DAY + timedelta(days=1)}},
        "timestamp is at or after 2026-11-28T00:00:00Z",
    ),
    (
        "timestamp:<=2026-11-27",
        {"timestamp": {"$lt": DAY + timedelta(days=1)}},
        "timestamp is before 2026-11-28T00:00:00Z",
    ),
    (
        "timestamp:>=2026-11-27T13:00+01:00",
        {"timestamp": {"$gte": NOON}},
        "timestamp is at or after 2026-11-27T12:00:00Z",
    ),
    (
        'timestamp:<"2026-11-27 07:00 -0500"'.replace(" -", "-"),
        {"timestamp": {"$lt": NOON}},
        "timestamp is before 2026-11-27T12:00:00Z",
    ),
    (
        "received_at:{2026-11-26 TO 2026-11-27}",
        {"received_at": {"$gte": DAY, "$lt": DAY}},
        "received_at is at or after 2026-11-27T00:00:00Z and before 2026-11-27T00:00:00Z",
    ),
    (
        "details.completed_at:[2026-11-27T12:00Z TO *]",
        {"details.completed_at": {"$gte": NOON}},
        "details.completed_at is at or after 2026-11-27T12:00:00Z",
    ),
)


@pytest.mark.parametrize(("text", "filter", "sentence"), [*FILTERS, *TIMES], ids=repr)
def test_a_query_has_one_filter_and_one_sentence(
    text: str, filter: dict[str, Any], sentence: str
) -> None:
    query = compiled(text, LAYOUTS)
    assert (query.mongo, query.sentence) == (filter, sentence)
    assert query.text == text
