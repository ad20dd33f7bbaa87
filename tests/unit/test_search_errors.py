"""A query that cannot be answered is refused: why, at which character, and what may be meant."""

import pytest

from millrace.records.formats import LAYOUTS
from millrace.records.printable import printable
from millrace.search import QueryError, compiled

NO_FIELD = (
    "what lines have beside their fields is named attributes.KEY, and text with a colon is put in"
    " quotes"
)
NO_TIME = "timestamp is a time, such as 2026-11-27 or 2026-11-27T10:15:00.250Z"
ERRORS: tuple[tuple[str, str, int], ...] = (
    # Fields
    ("a foo:1", f'there is no field "foo": {NO_FIELD}', 2),
    ("https://a", f'there is no field "https": {NO_FIELD}', 0),
    ("x\ny:1", f'there is no field "y": {NO_FIELD}', 2),
    (f"{'x' * 41}:1", f'there is no field "{"x" * 40}...": {NO_FIELD}', 0),
    ("_exists_:foo", f'there is no field "foo": {NO_FIELD}', 9),
    ("_exists_:>5", "_exists_ takes the name of a field", 9),
    ("_exists_:*", "the name of a field takes no * or ?", 9),
    ("lev*:ERROR", "the name of a field takes no * or ?", 0),
    ("anomaly:5", "anomaly has no value of its own: name one of its parts", 0),
    (
        "labels:5",
        "attributes has no value of its own: name a key in it, as in attributes.name",
        0,
    ),
    (
        "structured_data.a:5",
        "structured_data.a has no value of its own: name a key in it, as in structured_data.a.name",
        0,
    ),
    ("attributes.:5", '"attributes.": a key cannot be empty or have NUL in it', 0),
    ("attributes.a\0b:5", r'"attributes.a\x00b": a key cannot be empty or have NUL in it', 0),
    (
        f"structured_data.{'.a' * 16}:5",
        '"structured_data..a.a.a.a.a.a.a.a.a.a.a.a...": a key has at most 16 parts',
        0,
    ),
    # Values
    ("status_code:abc", 'status_code is a whole number of at most 64 bits; "abc" is none', 12),
    ("status_code:5.0", 'status_code is a whole number of at most 64 bits; "5.0" is none', 12),
    (
        "status_code:\u0665",
        'status_code is a whole number of at most 64 bits; "\u0665" is none',
        12,
    ),
    (
        "bytes:>9223372036854775808",
        'bytes is a whole number of at most 64 bits; "9223372036854775808" is none',
        7,
    ),
    (
        "status_code:5*",
        "status_code is no text, which * and ? are for: try status_code:>=... or"
        " status_code:[... TO ...]",
        12,
    ),
    ("response_time_ms:1e999", 'response_time_ms is a number; "1e999" is none', 17),
    ("response_time_ms:nan", 'response_time_ms is a number; "nan" is none', 17),
    (
        "details.amount:1e5",
        'details.amount is a number, of at most 18 digits before the point and 16 after; "1e5" is'
        " none",
        15,
    ),
    *(
        (
            f"timestamp:{text}",
            f'{NO_TIME}; "{text}" is none',
            10,
        )
        for text in (
            *("yesterday", "2026", "2026-13", "2026-02-30", "2026-11-27T24", "2026-11-27T10:60"),
            *("2026-11-27T10:15:60", "1764240000", "0001-01-01+01:00", "0000-01-01"),
        )
    ),
    ("level:LOUD", 'level is one of DEBUG, INFO, WARN, ERROR, FATAL; "LOUD" is none', 6),
    ("level:x*", "no level lies there: the levels are DEBUG, INFO, WARN, ERROR, FATAL", 6),
    ("level:>FATAL", "no level lies there: the levels are DEBUG, INFO, WARN, ERROR, FATAL", 6),
    ("level:(ERROR WARN)", "level has one value: write OR between those it may have", 13),
    ("country:(DE AND AT)", "country has one value: write OR between those it may have", 16),
    (
        "client_ip:203.0.113.0/33",
        '"203.0.113.0/33" is no network; expected one such as 203.0.113.0/24',
        10,
    ),
    (
        "client_ip:203.0.113/24",
        '"203.0.113/24" is no network; expected one such as 203.0.113.0/24',
        10,
    ),
    (
        "client_ip:>10.0.0.1",
        "client_ip has no order: name a network, such as client_ip:203.0.113.0/24",
        10,
    ),
    (
        "user_id:>100",
        "user_id is text, in whose order 10 comes before 9: put the limit in quotes if that is what"
        " you mean",
        9,
    ),
    (
        "attributes.n:[1 TO 5]",
        "attributes.n is text, in whose order 10 comes before 9: put the limit in quotes if that is"
        " what you mean",
        14,
    ),
    ("user_id:[a* TO b]", "a limit takes no * or ?", 9),
    ("path:a*b*c", "a value takes one *, or one at each end of a text without others", 5),
    ("path:*a?*", "a value takes one *, or one at each end of a text without others", 5),
    ("time*out", "put text with * or ? in quotes", 0),
    ("wh?", "put text with * or ? in quotes", 0),
    ('a ""', "there is no text to look for", 2),
    ("x" * 257, "at most 256 characters can be looked for within a text", 0),
    (f"path:*{'x' * 257}*", "at most 256 characters can be looked for within a text", 5),
    # Grammar
    ('a "b', "the quote is never closed", 2),
    ('path:"b\\"', "the quote is never closed", 5),
    ('a "b"c', "leave a space after the closing quote", 5),
    ('path:"a"*', "leave a space after the closing quote", 8),
    ("(a (b)", "the parenthesis is never closed", 0),
    ("a (b (c", "the parenthesis is never closed", 5),
    ("level:(a", "the parenthesis is never closed", 6),
    ("a)", "no parenthesis is open here", 1),
    ("()", "nothing stands in these parentheses", 1),
    ("level:()", "nothing stands in these parentheses", 7),
    ("level:", 'nothing follows "level:"', 0),
    ("(level:)", 'nothing follows "level:"', 1),
    ("level: AND a", 'nothing follows "level:"', 0),
    ("status_code:>=", 'nothing follows ">="', 12),
    ("a AND", 'nothing follows "AND"', 2),
    ("a OR OR b", 'nothing follows "OR"', 2),
    ("NOT", 'nothing follows "NOT"', 0),
    ("a -", 'nothing follows "-"', 2),
    ("AND a", 'nothing stands before "AND"', 0),
    ("(|| a)", 'nothing stands before "||"', 1),
    ("status_code:[1 2]", "expected a range: [low TO high], with * for no limit", 12),
    ("status_code:[1 TO 2", "expected a range: [low TO high], with * for no limit", 12),
    ("status_code:[1,2]", "expected a range: [low TO high], with * for no limit", 12),
    ("status_code:>(1 OR 2)", 'nothing follows ">"', 12),
    # Characters and limits
    ("a \ud800", "half of a surrogate pair is no character", 2),
    ("x" * 4_097, "the query has 4,097 characters; at most 4,096 are allowed", 4_096),
    ("a " * 65, "more than 64 terms", 128),
    (f"level:({' OR '.join(['INFO'] * 65)})", "more than 64 terms", 519),
    (f"{'(' * 17}a{')' * 17}", "more than 16 parentheses within each other", 16),
)


@pytest.mark.parametrize(("text", "message", "position"), ERRORS, ids=lambda one: repr(one)[:60])
def test_an_error_says_what_is_wrong_and_where(text: str, message: str, position: int) -> None:
    with pytest.raises(QueryError) as raised:
        compiled(text, LAYOUTS)
    assert (raised.value.message, raised.value.position) == (message, position)
    assert str(raised.value) == message
    assert message == printable(message)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Level", "level"),
        ("stauts_code", "status_code"),
        ("statusCode", "status_code"),
        ("status", "status_code"),
        ("order_id", "details.order_id"),
        ("service-name", "service_name"),
        ("http.response.statuscode", "http.response.status_code"),
        ("timestmp", "timestamp"),
    ],
)
def test_an_unknown_field_has_the_nearest_ones(name: str, nearest: str) -> None:
    with pytest.raises(QueryError) as raised:
        compiled(f"{name}:5", LAYOUTS)
    assert raised.value.nearest[0] == nearest
    assert len(raised.value.nearest) <= 3


def test_a_field_of_other_layouts_is_unknown() -> None:
    with pytest.raises(QueryError, match='no field "status_code"'):
        compiled("status_code:500", ["shop", "syslog"])
    assert compiled("status_code:500", ["shop", "app"]).mongo


def test_limits_themselves_are_allowed() -> None:
    assert compiled("a" + " " * 4_095, LAYOUTS).has_text
    assert compiled("a " * 64, LAYOUTS).has_text
    assert compiled(f"{'(' * 16}a{')' * 16}", LAYOUTS).has_text
    assert compiled("x" * 256, LAYOUTS).has_text
