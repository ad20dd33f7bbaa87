"""What each line of ``syslog`` becomes: exactly these fields, or a letter for this reason."""

from datetime import datetime

import lines_syslog
import lines_syslog_bsd
import pytest
from lines_syslog_bsd import TURNS
from rows import Line, parsed

LAYOUTS = (("RFC 5424", lines_syslog), ("RFC 3164", lines_syslog_bsd))
RECORDS = {f"{rfc}: {name}": case for rfc, t in LAYOUTS for name, case in t.RECORDS.items()}
LETTERS = {f"{rfc}: {name}": case for rfc, t in LAYOUTS for name, case in t.LETTERS.items()}

Outcomes = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What became of each case's line, by the case's name."""
    lines: dict[str, Line] = {name: case[0] for name, case in (RECORDS | LETTERS).items()}
    assert len(lines) == len(RECORDS) + len(LETTERS)
    return dict(zip(lines, parsed("syslog", list(lines.values())), strict=True))


@pytest.mark.parametrize("name", RECORDS)
def test_record_has_exactly_these_fields(outcomes: Outcomes, name: str) -> None:
    _, fields = RECORDS[name]
    assert outcomes[name] == fields


@pytest.mark.parametrize("name", LETTERS)
def test_dead_letter_says_why_and_what_was_found(outcomes: Outcomes, name: str) -> None:
    _, reason, detail = LETTERS[name]
    found = outcomes[name]
    assert found.get("dead") == reason
    assert found["detail"] is None if detail is None else detail in str(found["detail"])


@pytest.mark.parametrize("name", TURNS)
def test_year_is_the_one_that_puts_the_time_nearest_to_its_receipt(name: str) -> None:
    received_at, sent, meant = TURNS[name]
    line = f"{sent} host app: done"
    (found,) = parsed("syslog", [line], datetime.fromisoformat(received_at))
    assert found["timestamp"] == f"{meant}.000Z"
