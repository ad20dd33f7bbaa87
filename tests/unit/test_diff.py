"""What is stored of a line, held against what it comes to today."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64

from millrace.io.mongo.shadow import Sides
from millrace.proof import diff
from millrace.proof.diff import Found, Tally

NAN = float("nan")
AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "changed", 1, 2)]),
        ({}, {"a": 2}, [("a", "added", None, 2)]),
        ({"a": 1}, {}, [("a", "removed", 1, None)]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", "changed", 1, 2)]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 3}}, [("a.c", "added", None, 3)]),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {}}}, [("a.b.c", "removed", 1, None)]),
        ({}, {"a": {"b": 1}}, [("a", "added", None, {"b": 1})]),
        ({"a": {"b": 1}}, {"a": 1}, [("a", "changed", {"b": 1}, 1)]),
        ({"a": [1, {"b": 1}]}, {"a": [1, {"b": 1}]}, []),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", "changed", [1, 2], [2, 1])]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"parser_version": 1}, {"parser_version": 2}, []),
        ({"a": {"parser_version": 1}}, {"a": {"parser_version": 2}}, ["a.parser_version"]),
        ({"a": NAN}, {"a": NAN}, []),
        ({"a": NAN}, {"a": 1.0}, ["a"]),
        ({"a": 1}, {"a": 1.0}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": 1}, {"a": Int64(1)}, []),
        ({"a": Decimal128("1.50")}, {"a": Decimal128("1.50")}, []),
        ({"a": AT}, {"a": AT}, []),
        ({"a": b"1"}, {"a": "1"}, ["a"]),
    ],
)
def test_fields_that_differ_are_named_by_their_path(
    before: dict[str, Any], after: dict[str, Any], expected: list[Any]
) -> None:
    found = [
        (".".join(one.path), one.change, one.before, one.after)
        for one in diff.differences(before, after)
    ]
    whole = [one for one in expected if isinstance(one, tuple)]
    assert found == whole if whole else [one[0] for one in found] == expected


RECORD = {"_id": "1", "level": "INFO", "parser_version": 1}
NEWER = RECORD | {"parser_version": 2}
OTHER = RECORD | {"level": "WARN"}
LETTER = {"_id": "f/1", "reason": "no_match", "detail": "x", "status": "new", "parser_version": 1}
DISCARDED = LETTER | {"status": "discarded"}
RESOLVED = LETTER | {"status": "resolved", "resolution": "manual"}
REQUEUED = LETTER | {"status": "resolved", "resolution": "requeued"}
IN_REQUEUE = LETTER | {"status": "requeued"}
EDITED = REQUEUED | {"line": b"mended"}


@pytest.mark.parametrize(
    ("made_record", "made_letter", "record", "letter", "outcome", "settled"),
    [
        (RECORD, None, RECORD, None, "same", False),
        (NEWER, None, RECORD, None, "version", False),
        (OTHER, None, RECORD, None, "changed", False),
        (RECORD, None, None, None, "missing", False),
        (RECORD, None, None, LETTER, "letter_to_record", False),
        (RECORD, None, RECORD, LETTER, "letter_to_record", False),
        (None, LETTER, None, LETTER, "same", False),
        (None, LETTER, None, LETTER | {"note": "why", "x": 1}, "same", False),
        (None, LETTER | {"parser_version": 2}, None, LETTER, "version", False),
        (None, LETTER | {"detail": "y"}, None, LETTER, "letter_changed", False),
        (None, LETTER | {"reason": "empty"}, None, LETTER, "letter_changed", False),
        (None, LETTER, None, None, "missing", False),
        (None, LETTER, RECORD, None, "record_to_letter", False),
        (None, LETTER, RECORD, LETTER, "record_to_letter", False),
        (None, None, RECORD, None, "extra", False),
        (None, None, None, LETTER, "extra", False),
        (None, None, None, DISCARDED, "extra", False),
        (RECORD, None, None, DISCARDED, "left", True),
        (RECORD, None, None, RESOLVED, "left", True),
        (None, LETTER | {"detail": "y"}, None, DISCARDED, "left", True),
        (RECORD, None, RECORD, REQUEUED, "same", True),
        (OTHER, None, RECORD, REQUEUED, "changed", True),
        (OTHER, None, RECORD, IN_REQUEUE, "changed", True),
        (RECORD, None, None, REQUEUED, "missing", True),
        (None, LETTER, RECORD, REQUEUED, "left", True),
        (OTHER, None, RECORD, EDITED, "left", True),
        (None, LETTER, RECORD, EDITED, "left", True),
    ],
)
def test_each_line_has_one_outcome(
    made_record: dict[str, Any] | None,
    made_letter: dict[str, Any] | None,
    record: dict[str, Any] | None,
    letter: dict[str, Any] | None,
    outcome: str,
    settled: bool,
) -> None:
    verdict = diff.judged(Found("1", made_record, made_letter, record, letter))
    assert (verdict.outcome, verdict.settled) == (outcome, settled)


def test_four_sides_are_one_stream_in_the_order_of_ids() -> None:
    def documents(*ids: str) -> Any:
        return ({"_id": one} for one in ids)

    sides = Sides(
        documents("1", "3"), documents("f/2"), documents("1", "2", "5"), documents("f/3", "f/4")
    )
    found = [(one.id, *(side is not None for side in _sides_of(one))) for one in diff.merged(sides)]
    assert found == [
        ("1", True, False, True, False),
        ("2", False, True, True, False),
        ("3", True, False, False, True),
        ("4", False, False, False, True),
        ("5", False, False, True, False),
    ]


def test_streams_are_read_no_further_than_needed() -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield {"_id": f"{taken:012d}"}

    stream = diff.merged(Sides(endless(), iter(()), iter(()), iter(())))
    assert [next(stream).id for _ in range(3)] == [f"{n:012d}" for n in (1, 2, 3)]
    assert taken <= 4


def test_a_tally_counts_by_field_and_keeps_three_samples() -> None:
    tally = Tally()
    for number in range(10):
        record = {"_id": str(number), "a": number, "gone": 1}
        made = {"_id": str(number), "a": number + 1, "new": {"b": 1}}
        found = Found(str(number), made_record=made, record=record)
        tally.add(found, diff.judged(found))
    missing = Found("x", made_letter=LETTER)
    tally.add(missing, diff.judged(missing))
    counts = {name: (c.changed, c.added, c.removed) for name, c in tally.fields.items()}
    assert counts == {"a": (10, 0, 0), "gone": (0, 0, 10), "new": (0, 10, 0)}
    assert [(s.id, s.before, s.after) for s in tally.fields["a"].samples] == [
        ("0", 0, 1),
        ("1", 1, 2),
        ("2", 2, 3),
    ]
    assert (tally.outcomes["changed"], tally.outcomes["missing"], tally.different) == (10, 1, 11)
    assert [(s.before, s.after) for s in tally.samples["missing"]] == [
        (None, "letter (new): no_match: x")
    ]


def test_fields_that_senders_name_are_bounded() -> None:
    tally = Tally()
    for number in range(3 * diff.MAX_FIELDS):
        made = {"_id": "1", "attributes": {f"name_{number}": 1}}
        found = Found("1", made_record=made, record={"_id": "1", "attributes": {}})
        tally.add(found, diff.judged(found))
    assert len(tally.fields) == diff.MAX_FIELDS + 1
    assert tally.fields["attributes.*"].added == 2 * diff.MAX_FIELDS


def _sides_of(found: Found) -> tuple[object, ...]:
    return found.made_record, found.made_letter, found.record, found.letter
