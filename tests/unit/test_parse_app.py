"""What each line of ``app`` becomes: exactly these fields, or a letter for this reason."""

import pytest
from lines_app import DEFECTS, LETTERS, RECORDS
from rows import Line, named, parsed

Outcomes = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What became of each case's line, by the case's name."""
    lines: dict[str, Line] = {name: case[0] for name, case in (RECORDS | LETTERS).items()}
    assert len(lines) == len(RECORDS) + len(LETTERS)
    return dict(zip(lines, parsed("app", list(lines.values())), strict=True))


@pytest.mark.parametrize("name", named(RECORDS, DEFECTS))
def test_record_has_exactly_these_fields(outcomes: Outcomes, name: str) -> None:
    _, fields = RECORDS[name]
    assert outcomes[name] == fields


@pytest.mark.parametrize("name", named(LETTERS, DEFECTS))
def test_dead_letter_says_why_and_what_was_found(outcomes: Outcomes, name: str) -> None:
    _, reason, detail = LETTERS[name]
    found = outcomes[name]
    assert found.get("dead") == reason
    assert found["detail"] is None if detail is None else detail in str(found["detail"])
