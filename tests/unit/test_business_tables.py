"""The tables that the tests of the business fill have the columns that dbt builds."""

from typing import Any

import pytest
import yaml
from support.pipeline import ROOT
from support.warehouse_tables import LOADS, TABLES

MODELS = ROOT / "warehouse" / "dbt" / "models"
_TYPES = {"int": "integer"}


def built(file: str) -> dict[str, dict[str, str | None]]:
    """The columns of each model of a file, with their types where they are told."""
    content: dict[str, Any] = yaml.safe_load((MODELS / file).read_text(encoding="utf-8"))
    return {
        model["name"]: {column["name"]: column.get("data_type") for column in model["columns"]}
        for model in content["models"]
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_columns_that_are_built(table: str) -> None:
    known = built("warehouse/facts.yml") | built("warehouse/dimensions.yml")
    given = dict(one.split()[:2] for one in TABLES[table].split(", "))
    types = {name: _TYPES.get(type, type) for name, type in given.items()}
    assert types.items() <= known[table].items()


def test_the_ledger_of_loads_has_the_columns_that_are_built() -> None:
    assert [one.split()[0] for one in LOADS.split(", ")] == [*built("status/status.yml")["loads"]]
