"""The page of the language is as the code would make it now, and its examples do what they say."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128

from millrace.records.formats import LAYOUTS
from millrace.search import compiled
from millrace.search.examples import EXAMPLES
from millrace.tools import query_docs

ROOT = Path(__file__).parents[2]

# For each example one of these is a match, and another is none.
DOCUMENTS: tuple[dict[str, Any], ...] = (
    {
        "kafka": {"topic": "access", "partition": 3, "offset": 1_500},
        "timestamp": datetime(2026, 11, 27, 10, 5, tzinfo=UTC),
        "received_at": datetime(2026, 11, 27, 10, 5, 1, tzinfo=UTC),
        "service_name": "web",
        "level": "ERROR",
        "client_ip": "203.0.113.7",
        "path": "/api/orders/7/edit",
        "status_code": 500,
        "response_time_ms": 1_250.0,
        "country": "DE",
        "attributes": {"k8s.pod.name": "web-7d9f"},
        "anomaly": {"score": 80, "severity": "HIGH"},
        "raw": "GET /api/orders/7/edit 500: upstream: Connection refused",
    },
    {
        "kafka": {"topic": "access", "partition": 0, "offset": 7},
        "timestamp": datetime(2026, 11, 26, 10, 5, tzinfo=UTC),
        "received_at": datetime(2026, 11, 26, 10, 5, 1, tzinfo=UTC),
        "service_name": "web",
        "level": "INFO",
        "client_ip": "2001:DB8:0::1",
        "path": "/search?q=shoes",
        "status_code": 200,
    },
    {"service_name": "checkout", "level": "WARN", "path": "/index.php", "tags": ["slow", "db"]},
    {
        "service_name": "checkout",
        "level": "FATAL",
        "message": "Timeout of the payment",
        "details": {
            "order_id": "o-1001",
            "amount": Decimal128("99.9000"),
            "items": [{"product_id": "p-1"}, {"product_id": "p-7"}],
        },
    },
)


def test_the_page_of_the_language_is_up_to_date() -> None:
    assert (ROOT / "docs" / "query.md").read_text() == query_docs.page(), "run `make docs`"


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_matches_and_others(example: str) -> None:
    found = [compiled(example, LAYOUTS).matches(document) for document in DOCUMENTS]
    assert set(found) == {True, False}


@pytest.mark.parametrize(
    ("rule", "query", "document", "matches"),
    [
        ("A to Z in either case", "REFUSED", {"raw": "Refused"}, True),
        ("other letters as written", '"\xc9CHEC"', {"raw": "\xe9chec"}, False),
        ("in the message too", '"no"', {"raw": "{}", "message": "says no"}, True),
        ("in other texts only without the line", "curl", {"user_agent": "curl/8"}, True),
        ("in other texts only without the line", "curl", {"raw": "", "user_agent": "curl"}, False),
        ("values are exact", "service_name:web", {"service_name": "Web"}, False),
        ("levels are not", "level:error", {"level": "ERROR"}, True),
        ("absent", "NOT country:DE", {}, True),
        ("absent", "country:* NOT country:DE", {}, False),
        ("lists", "tags:b", {"tags": ["a", "b"]}, True),
        ("one item between", "tags:[b TO c]", {"tags": ["a", "d"]}, False),
        ("numbers", "status_code:500", {"status_code": "500"}, False),
        ("numbers", "status_code:1", {"status_code": True}, False),
        ("numbers", "status_code:1", {"status_code": 1.0}, True),
        ("texts", 'user_id:<"9"', {"user_id": "10"}, True),
        ("periods", "timestamp:>2026-11", {"timestamp": datetime(2026, 12, 1, tzinfo=UTC)}, True),
        ("mapped", "client_ip:203.0.113.0/24", {"client_ip": "::FFFF:203.0.113.9"}, True),
        ("spelling", "client_ip:2001:db8::1", {"client_ip": "2001:db8:0::1"}, False),
        ("spelling", "client_ip:2001:db8::1/128", {"client_ip": "2001:db8:0::1"}, True),
        (
            "elements",
            "structured_data.exampleSDID@32473.iut:3",
            {"structured_data": {"exampleSDID@32473": {"iut": "3"}}},
            True,
        ),
        ("versions", "protocol:1.1", {"protocol": "HTTP/1.1"}, True),
        ("backslash", r"path:/a\*b", {"path": "/a*b"}, True),
        ("backslash", r"attributes.user\ agent:x", {"attributes": {"user agent": "x"}}, True),
        ("backslash", r"path:C:\temp", {"path": r"C:\temp"}, True),
        ("plain", "path:/x~2^4/", {"path": "/x~2^4/"}, True),
        ("precedence", "user_id:a user_id:b OR user_id:c", {"user_id": "c"}, True),
    ],
)
def test_the_rules_of_the_page_hold(
    rule: str, query: str, document: dict[str, Any], matches: bool
) -> None:
    assert compiled(query, LAYOUTS).matches(document) is matches
