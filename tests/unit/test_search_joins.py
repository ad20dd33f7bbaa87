"""Where values stand, what joins terms, and text: the filter of each, and its sentence."""

from typing import Any

import pytest

from millrace.records.formats import LAYOUTS
from millrace.search import QueryError, compiled


def key(*names: str, of: str = "$attributes") -> Any:
    """The expression of a value by keys with dots."""
    value: Any = of
    for name in names:
        value = {"$getField": {"field": {"$literal": name}, "input": value}}
    return value


def is_text(value: Any) -> dict[str, Any]:
    return {"$eq": [{"$type": value}, "string"]}


POD = key("k8s.pod.name")
PLACES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("attributes.k:v", {"attributes.k": {"$eq": "v"}}, 'attributes.k is "v"'),
    (
        r"attributes.user\ agent:v",
        {"attributes.user agent": {"$eq": "v"}},
        'attributes.user agent is "v"',
    ),
    (
        "attributes.k8s.pod.name:$v",
        {"$expr": {"$in": [POD, {"$literal": ["$v"]}]}},
        'attributes.k8s.pod.name is "$v"',
    ),
    (
        "attributes.k8s.pod.name:web*",
        {
            "$expr": {
                "$and": [
                    is_text(POD),
                    {"$gte": [POD, {"$literal": "web"}]},
                    {"$lt": [POD, {"$literal": "wec"}]},
                ]
            }
        },
        'attributes.k8s.pod.name begins with "web"',
    ),
    (
        "attributes.k8s.pod.name:*b",
        {
            "$expr": {
                "$cond": [
                    is_text(POD),
                    {"$regexMatch": {"input": POD, "regex": {"$literal": "^(?s:.{1,}+)(?<=b)"}}},
                    False,
                ]
            }
        },
        'attributes.k8s.pod.name is like "*b"',
    ),
    (
        "_exists_:attributes.k8s.pod.name",
        {"$expr": {"$in": [{"$type": POD}, ["string", "object"]]}},
        "attributes.k8s.pod.name is present",
    ),
    (
        "attributes.$where:v",
        {"$expr": {"$in": [key("$where"), {"$literal": ["v"]}]}},
        'attributes.$where is "v"',
    ),
    ("attributes:*", {"attributes": {"$exists": True}}, "attributes is present"),
    ("structured_data.a.b:v", {"structured_data.a.b": {"$eq": "v"}}, 'structured_data.a.b is "v"'),
    (
        "structured_data.a.b.c:v",
        {
            "$or": [
                {"$expr": {"$in": [key("a", "b.c", of="$structured_data"), {"$literal": ["v"]}]}},
                {"$expr": {"$in": [key("a.b", "c", of="$structured_data"), {"$literal": ["v"]}]}},
            ]
        },
        'structured_data.a.b.c is "v"',
    ),
    ("details.order_id:o", {"details.order_id": {"$eq": "o"}}, 'details.order_id is "o"'),
    ("anomaly:*", {"anomaly": {"$exists": True}}, "anomaly is present"),
    ("tags:a", {"tags": {"$elemMatch": {"$eq": "a"}}}, 'one of tags is "a"'),
    ("-tags:a", {"$nor": [{"tags": {"$elemMatch": {"$eq": "a"}}}]}, 'none of tags is "a"'),
    (
        "tags:a*",
        {"tags": {"$elemMatch": {"$gte": "a", "$lt": "b"}}},
        'one of tags begins with "a"',
    ),
    ("tags:*", {"tags": {"$exists": True}}, "tags is present"),
    (
        "details.items.quantity:[2 TO 5]",
        {"details.items": {"$elemMatch": {"quantity": {"$gte": 2, "$lte": 5}}}},
        "one of details.items.quantity is at least 2 and at most 5",
    ),
    ("client_ip:2001:db8::1", {"client_ip": {"$eq": "2001:db8::1"}}, 'client_ip is "2001:db8::1"'),
    (
        "protocol:1.1",
        {"protocol": {"$in": ["HTTP/1.1", "1.1"]}},
        'protocol is one of "HTTP/1.1", "1.1"',
    ),
    # Synonyms
    ("http.response.status_code:500", {"status_code": {"$eq": 500}}, "status_code is 500"),
    ("Attributes.k:v", {"attributes.k": {"$eq": "v"}}, 'attributes.k is "v"'),
    ("messaging.kafka.offset:5", {"kafka.offset": {"$eq": 5}}, "kafka.offset is 5"),
    (
        "user_agent.device.name:bot",
        {"$or": [{"device": {"$eq": "bot"}}, {"device_type": {"$eq": "bot"}}]},
        'device or device_type is "bot"',
    ),
)
JOINED: tuple[tuple[str, dict[str, Any], str], ...] = (
    (
        "level:INFO user_id:a",
        {"$and": [{"level": {"$eq": "INFO"}}, {"user_id": {"$eq": "a"}}]},
        'level is "INFO" and user_id is "a"',
    ),
    (
        "user_id:a country:b OR NOT city:c && method:d",
        {
            "$or": [
                {"$and": [{"user_id": {"$eq": "a"}}, {"country": {"$eq": "b"}}]},
                {"$and": [{"$nor": [{"city": {"$eq": "c"}}]}, {"method": {"$eq": "d"}}]},
            ]
        },
        '(user_id is "a" and country is "b") or (city is not "c" and method is "d")',
    ),
    (
        "user_id:a AND (country:b || city:c)",
        {
            "$and": [
                {"user_id": {"$eq": "a"}},
                {"$or": [{"country": {"$eq": "b"}}, {"city": {"$eq": "c"}}]},
            ]
        },
        'user_id is "a" and (country is "b" or city is "c")',
    ),
    ("NOT NOT -!user_id:a", {"user_id": {"$eq": "a"}}, 'user_id is "a"'),
    (
        "-(user_id:a city:c)",
        {"$nor": [{"$and": [{"user_id": {"$eq": "a"}}, {"city": {"$eq": "c"}}]}]},
        'not (user_id is "a" and city is "c")',
    ),
    ("user_id:a OR user_id:b", {"user_id": {"$in": ["a", "b"]}}, 'user_id is one of "a", "b"'),
    (
        "NOT user_id:(a OR b OR a)",
        {"$nor": [{"user_id": {"$in": ["a", "b"]}}]},
        'user_id is none of "a", "b"',
    ),
    (
        "status_code:(>=500 -503)",
        {"$and": [{"status_code": {"$gte": 500}}, {"$nor": [{"status_code": {"$eq": 503}}]}]},
        "status_code is at least 500 and status_code is not 503",
    ),
    (
        "status_code:([500 TO 599] OR 404)",
        {"$or": [{"status_code": {"$gte": 500, "$lte": 599}}, {"status_code": {"$eq": 404}}]},
        "status_code is at least 500 and at most 599 or status_code is 404",
    ),
    (
        "_exists_:(city OR country)",
        {"$or": [{"city": {"$exists": True}}, {"country": {"$exists": True}}]},
        "city is present or country is present",
    ),
)


@pytest.mark.parametrize(("text", "filter", "sentence"), [*PLACES, *JOINED], ids=repr)
def test_a_query_has_one_filter_and_one_sentence(
    text: str, filter: dict[str, Any], sentence: str
) -> None:
    query = compiled(text, LAYOUTS)
    assert (query.mongo, query.sentence) == (filter, sentence)
    assert query.text == text


@pytest.mark.parametrize(
    ("text", "pattern", "said"),
    [
        ("refused", "(?i:refu)[sS](?i:ed)", "refused"),
        ('"GET /a.b"', r"(?i:GET\ /a\.b)", "GET /a.b"),
        ("stack", "(?<=[sS])(?i:tac)[kK]", "stack"),
        ("ks", "[kK][sS]", "ks"),
        ("\xe9t\xe9", "\xe9(?i:t)\xe9", "\xe9t\xe9"),
        ("refu*", "(?i:refu)", "refu"),
        ("*efu*", "(?i:efu)", "efu"),
        ('"a*"', r"(?i:a\*)", "a*"),
        (r"a\*", r"(?i:a\*)", "a*"),
        ('"a\0b"', r"(?i:a\x00b)", "a\\x00b"),
        (".*", r"(?i:\.)", "."),
    ],
)
def test_text_is_looked_for_in_the_line_and_the_message(text: str, pattern: str, said: str) -> None:
    found = {"$regex": pattern}
    assert compiled(text, ["shop"]).mongo == {"$or": [{"raw": found}, {"message": found}]}
    without = {"raw": {"$exists": False}}
    assert compiled(text, ["app"]).mongo == {
        "$or": [{"raw": found}, {"message": found}, {"$and": [without, {"$or": [{"path": found}]}]}]
    }
    assert compiled(text, ["app"]).sentence == f'the line contains "{said}"'


def test_only_fields_of_the_layouts_are_read_for_text() -> None:
    names = ("path", "request", "referrer", "user_agent", "extra")
    found = {"$regex": "(?i:a)"}
    (_, without) = compiled("a", ["combined"]).mongo["$or"]
    assert without["$and"][1] == {"$or": [{name: found} for name in names]}


def test_no_text_is_looked_for_in_a_hidden_field() -> None:
    found = {"$regex": "(?i:a)"}
    hidden = ("raw", "path", "referrer")
    assert compiled("a", ["app"], hidden).mongo == {"$or": [{"message": found}]}
    names = ("request", "user_agent", "extra")
    query = compiled("a", ["combined"], hidden)
    assert query.mongo == {"$or": [{name: found} for name in names]}
    assert query.matches({"raw": "-", "extra": "a"})
    assert not query.matches({"raw": "a", "path": "a", "referrer": "a"})
    with pytest.raises(QueryError, match="no field has text"):
        compiled("a", ["shop"], ("raw", "message"))


@pytest.mark.parametrize(
    "text",
    [
        *("client_ip:*", "client.address:*", "details.amount:*", "details:*", "labels.k:*"),
        "_exists_:user",
    ],
)
def test_a_hidden_field_has_no_name(text: str) -> None:
    hidden = ("client_ip", "details", "attributes", "user")
    assert compiled(text, LAYOUTS).mongo
    with pytest.raises(QueryError, match="there is no field") as raised:
        compiled(text, LAYOUTS, hidden)
    assert not set(raised.value.nearest) & {"client_ip", "client.address", "user"}
