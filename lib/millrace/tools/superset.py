"""The warehouse for Apache Superset: one database and a dataset a table, as it imports them."""

from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from millrace.config import Warehouse
from millrace.records.warehouse import BI, WAREHOUSE
from millrace.tools.warehouse_tables import Column, Table

_FOLDER = Path("superset")
_DATABASE = "millrace_warehouse"
_VERSION = "1.0.0"  # of the layout of these files
# What is summed of each table, beside the number of its rows.
_SUMS = {
    "fact_event": ("revenue", "failed_amount"),
    "fact_order": ("amount", "attempted_amount"),
    "fact_order_item": ("quantity",),
    "fact_request": ("requests", "bytes_sent"),
}


def files(warehouse: Warehouse, tables: list[Table]) -> dict[Path, str]:
    """The text of each file, by its place: ``superset import-directory`` reads them."""
    made: dict[Path, dict[str, Any]] = {
        Path("metadata.yaml"): {"version": _VERSION},
        Path(f"databases/{_DATABASE}.yaml"): _database(warehouse),
    }
    for table in tables:
        made[Path(f"datasets/{_DATABASE}/{table.name}.yaml")] = _dataset(table)
    return {_FOLDER / place: yaml.safe_dump(one, sort_keys=False) for place, one in made.items()}


def _uuid(name: str) -> str:
    """The same each time, so that a second import replaces what the first one made."""
    return str(uuid5(NAMESPACE_URL, f"millrace/superset/{name}"))


def _database(warehouse: Warehouse) -> dict[str, Any]:
    place = f"{warehouse.host}:{warehouse.port}/{warehouse.database}"
    return {
        "database_name": _DATABASE,
        # Superset writes this in place of a password, and asks for it.
        "sqlalchemy_uri": f"postgresql+psycopg2://{BI}:XXXXXXXXXX@{place}",
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {},
        "uuid": _uuid(_DATABASE),
        "version": _VERSION,
    }


def _dataset(table: Table) -> dict[str, Any]:
    times = [column.name for column in table.columns if _is_time(column)]
    return {
        "table_name": table.name,
        "main_dttm_col": times[0] if times else None,
        "description": table.description,
        "schema": WAREHOUSE,
        "filter_select_enabled": True,
        "uuid": _uuid(table.name),
        "metrics": [
            _metric("count", "COUNT(*)"),
            *(_metric(f"sum_{name}", f"SUM({name})") for name in _SUMS.get(table.name, ())),
        ],
        "columns": [_column(column) for column in table.columns],
        "version": _VERSION,
        "database_uuid": _uuid(_DATABASE),
    }


def _metric(name: str, expression: str) -> dict[str, Any]:
    return {"metric_name": name, "expression": expression}


def _column(column: Column) -> dict[str, Any]:
    return {
        "column_name": column.name,
        "is_dttm": _is_time(column),
        "is_active": True,
        "type": column.type.upper(),
        "groupby": True,
        "filterable": True,
        "description": column.description,
    }


def _is_time(column: Column) -> bool:
    return column.type in ("date", "timestamptz")
