"""What each line of ``shop`` becomes: exactly these fields, or a letter for this reason."""

import lines_shop
import lines_shop_details
import pytest
from rows import Line, named, parsed

RECORDS = lines_shop.RECORDS | lines_shop_details.RECORDS
LETTERS = lines_shop.LETTERS | lines_shop_details.LETTERS
TABLES = (lines_shop, lines_shop_details)

Outcomes = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What became of each case's line, by the case's name."""
    lines: dict[str, Line] = {name: case[0] for name, case in (RECORDS | LETTERS).items()}
    assert len(lines) == sum(len(table.RECORDS) + len(table.LETTERS) for table in TABLES)
    return dict(zip(lines, parsed("shop", list(lines.values())), strict=True))


@pytest.mark.parametrize("name", named(RECORDS, lines_shop_details.DEFECTS))
def test_record_has_exactly_these_fields(outcomes: Outcomes, name: str) -> None:
    _, fields = RECORDS[name]
    assert outcomes[name] == fields


@pytest.mark.parametrize("name", LETTERS)
def test_dead_letter_says_why_and_what_was_found(outcomes: Outcomes, name: str) -> None:
    _, reason, detail = LETTERS[name]
    found = outcomes[name]
    assert found.get("dead") == reason
    assert found["detail"] is None if detail is None else detail in str(found["detail"])
