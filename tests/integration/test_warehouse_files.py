"""What is made from the models of the warehouse is as dbt has them now."""

import pytest

from millrace.tools import warehouse_docs
from millrace.tools.warehouse_tables import Table, read

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    """The tables as the manifest has them."""
    return read()


def test_the_page_of_the_warehouse_is_up_to_date(tables: list[Table]) -> None:
    page = warehouse_docs.PAGE.read_text()
    assert page == warehouse_docs.page(page, tables), "run `make docs`"


def test_the_files_for_tools_of_business_intelligence_are_up_to_date(tables: list[Table]) -> None:
    made = {
        warehouse_docs.BI / place: text for place, text in warehouse_docs.bi_files(tables).items()
    }
    found = {file: file.read_text() for file in warehouse_docs.BI.rglob("*") if file.is_file()}
    assert found == made, "run `make docs`"


def test_every_table_that_is_read_is_described_to_its_last_column(tables: list[Table]) -> None:
    for table in tables:
        assert table.description, table.name
        if table.schema == "warehouse":
            assert table.columns, table.name
            lacking = [one.name for one in table.columns if not (one.description and one.type)]
            assert not lacking, table.name
