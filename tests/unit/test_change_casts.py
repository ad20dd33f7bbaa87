"""Values as connectors send them, and what they come to by the declared type of their field."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId

from millrace.parse.changes.casts import cast
from millrace.parse.rejection import RejectedError

CASES: list[tuple[str, Any, Any]] = [
    ("boolean", True, True),
    ("boolean", 1, True),
    ("boolean", 0, False),
    ("int", -(2**31), -(2**31)),
    ("int", Decimal("5.0"), 5),
    ("bigint", 9_007_199_254_740_993, Int64(9_007_199_254_740_993)),
    ("bigint", Int64(3), Int64(3)),
    ("double", Decimal("0.1"), 0.1),
    ("double", 3, 3.0),
    ("double", "Infinity", math.inf),
    ("double", "-Infinity", -math.inf),
    ("decimal", "18446744073709551615.10", Decimal128("18446744073709551615.10")),
    ("decimal", 18_446_744_073_709_551_615, Decimal128("18446744073709551615")),
    ("decimal", "NAN", Decimal128("NaN")),
    ("string", "a\U0001f600", "a\U0001f600"),
    ("string", ObjectId("0" * 24), "0" * 24),
    ("date", "2026-02-03Z", datetime(2026, 2, 3, tzinfo=UTC)),
    ("date", "1895-12-28Z", datetime(1895, 12, 28, tzinfo=UTC)),
    ("timestamp", "2026-02-03T04:05:06.123456Z", datetime(2026, 2, 3, 4, 5, 6, 123_000, UTC)),
    ("timestamp", "2026-02-03T06:05:06+02:00", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
    ("binary", "AAEC", b"\x00\x01\x02"),
    ("json", '{"a": [1, null, 1.5]}', {"a": [1, None, 1.5]}),
    ("array<int>", [1, None, 3], [1, None, 3]),
    ("array<string>", [], []),
]
REFUSED: list[tuple[str, Any]] = [
    ("boolean", 2),
    ("boolean", "true"),
    ("boolean", None.__class__),
    ("int", 2**31),
    ("int", True),
    ("int", Decimal("1.5")),
    ("int", math.inf),
    ("int", "1"),
    ("bigint", 2**63),
    ("double", "NAN?"),
    ("double", True),
    ("double", 10**400),
    ("decimal", "1" * 35),
    ("decimal", "Infinity"),
    ("decimal", ""),
    ("string", 1),
    ("string", "\ud800"),
    ("date", "+292278994-08-16Z"),
    ("date", "-5877611-06-21Z"),
    ("date", "2026-02-30Z"),
    ("timestamp", "+294247-01-10T04:00:25.2Z"),
    ("timestamp", "-infinity"),
    ("timestamp", 1_700_000_000),
    ("binary", "?"),
    ("json", "{"),
    ("array<int>", ["x"]),
    ("array<int>", "[1]"),
]


@pytest.mark.parametrize(("type", "sent", "stored"), CASES)
def test_a_value_is_stored_as_what_its_field_is_declared(type: str, sent: Any, stored: Any) -> None:
    value = cast(type)("field", sent)
    assert (value, value.__class__) == (stored, stored.__class__)


def test_not_a_number_stays_so() -> None:
    assert math.isnan(cast("double")("field", "NaN"))


@pytest.mark.parametrize(("type", "sent"), REFUSED)
def test_what_a_field_cannot_have_is_refused_by_its_name(type: str, sent: Any) -> None:
    with pytest.raises(RejectedError, match="field: expected") as refused:
        cast(type)("field", sent)
    assert refused.value.reason == "bad_value"
