"""What each line of a preset becomes: exactly these fields, or a letter for this reason."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from presets import RECEIVED_AT, options, outcome

from millrace.parse import parser
from millrace.records.formats import Format

TABLES = {
    path.stem.removeprefix("lines_preset_"): import_module(path.stem)
    for path in sorted(Path(__file__).parent.glob("lines_preset_*.py"))
}
RECORDS = {
    f"{preset}: {name}": (preset, *case)
    for preset, table in TABLES.items()
    for name, case in table.RECORDS.items()
}
LETTERS = {
    f"{preset}: {name}": (preset, *case)
    for preset, table in TABLES.items()
    for name, case in table.LETTERS.items()
}


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(name: str) -> None:
    preset, line, fields, *rest = RECORDS[name]
    said: dict[str, Any] = rest[0] if rest else {}
    parse = parser(Format(preset), options(said))
    assert outcome(parse, line, said.get("received_at", RECEIVED_AT)) == fields


@pytest.mark.parametrize("name", LETTERS)
def test_letter_says_why_and_what_was_found(name: str) -> None:
    preset, line, reason, detail = LETTERS[name]
    found = outcome(parser(Format(preset)), line)
    assert found.get("dead") == reason, found
    assert detail is None or detail in found["detail"]


@pytest.mark.parametrize("preset", TABLES)
def test_table_has_a_dozen_lines(preset: str) -> None:
    assert len(TABLES[preset].RECORDS) + len(TABLES[preset].LETTERS) >= 12
