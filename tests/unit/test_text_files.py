"""CSV that a spreadsheet opens: nothing in it is computed, and each text can be had back."""

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.api.text_files import csv_rows
from millrace.records.types import Type

TYPES = {"text": Type("string"), "money": Type("decimal", digits=38, scale=4)}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    content = b"".join(csv_rows([{"text": text, "money": Decimal("-0.5000")}], TYPES)).decode()
    head, row = csv.reader(io.StringIO(content, newline=""))
    assert head == ["text", "money"]
    assert row[1] == "-0.5000"
    return row[0]


def meant(shown: str) -> str:
    """The text of a cell without the apostrophe that keeps it from being a formula."""
    return shown[1:] if re.match(r"'+(?:[=+@\t\r]|-(?!\Z))", shown) else shown


@given(st.text(st.sampled_from("'=+-@\t\ra1 ")) | st.text())
def test_no_text_is_a_formula_and_each_can_be_had_back(text: str) -> None:
    shown = cell(text)
    assert meant(shown) == text
    assert shown == "-" or not shown.startswith(FORMULA)


@pytest.mark.parametrize("text", ["-", "'-", "''-", "a-b", "'a", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert cell(text) == text
