"""The figures of the business: each has a statement, and columns that can be written anywhere."""

from datetime import datetime
from decimal import Decimal

import pytest

from millrace.api.business_models import answer_of
from millrace.api.text_files import csv_rows
from millrace.io.warehouse.business import STATEMENTS
from millrace.records.business import FIGURES, Figure
from millrace.records.fields import document
from millrace.records.formats import LAYOUTS


def test_each_figure_has_its_statement() -> None:
    assert [*STATEMENTS] == [figure.name for figure in FIGURES]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_statement_is_bound_to_what_it_names(figure: Figure) -> None:
    statement = STATEMENTS[figure.name]
    assert "%(since)s" in statement
    assert "%(until)s" in statement
    assert ("%(step)s" in statement) == (figure.least_step is not None)
    for name in figure.types:
        assert name in statement


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_what_can_be_hidden_is_a_field(figure: Figure) -> None:
    known = {field.name for layout in LAYOUTS for field in document(layout)}
    assert figure.shows <= known


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_money_and_times_are_text_in_json_and_exact_in_files(figure: Figure) -> None:
    row = answer_of(figure).model_json_schema()["$defs"][f"{figure.row.__name__}Row"]
    assert [*row["properties"]] == [*figure.types]
    for name, hint in figure.hints.items():
        kinds = {one.get("type") for one in row["properties"][name].get("anyOf", [])}
        kinds |= {row["properties"][name].get("type")}
        if hint in (Decimal, datetime, Decimal | None, datetime | None):
            assert "string" in kinds
        assert "number" not in kinds
        assert figure.types[name].name != "double"
    assert b"".join(csv_rows([], figure.types)).decode().strip() == ",".join(figure.types)
