"""The console's types are those of the API as it is."""

from millrace.tools import console_types


def test_the_types_are_made_of_the_apis_own_description() -> None:
    written = console_types.FILE.read_text(encoding="utf-8")
    assert written.startswith(console_types.heading()), (
        "make docs, or: python -m millrace.tools.console_build types"
    )
