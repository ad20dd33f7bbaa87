"""Pages that are made from code are as the code would make them now."""

from pathlib import Path

from millrace.records import docs

ROOT = Path(__file__).parents[2]


def test_the_page_of_fields_is_up_to_date() -> None:
    assert (ROOT / "docs" / "fields.md").read_text() == docs.page(), "run `make docs`"
