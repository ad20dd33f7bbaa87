"""The tables of the warehouse as dbt knows them: what its manifest says of models and columns."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.errors import SetupError
from millrace.records.warehouse import RAW, STAGING, WAREHOUSE
from millrace.setup.commands import last_line
from millrace.setup.dbt import PROJECT, dbt

_FACT_REFERENCE = re.compile(r"ref\('(\w+)'\)|warehouse\.(\w+) ")


@dataclass(frozen=True)
class Column:
    """A column, its type, what it means, and the table whose key it holds, if any."""

    name: str
    type: str
    description: str
    is_key: bool
    refers_to: str | None


@dataclass(frozen=True)
class Table:
    """A model of dbt, a seed or a table of raw; ``made_from`` has the names of its parents."""

    name: str
    schema: str
    description: str
    columns: tuple[Column, ...]
    made_from: tuple[str, ...]


def read() -> list[Table]:
    """All tables, in the order of schemas and names; raises SetupError where dbt cannot read them.

    No server is asked.
    """
    with tempfile.TemporaryDirectory() as scratch:
        command = [str(dbt()), "parse", "--target-path", scratch, "--log-path", scratch]
        own = os.environ | {"DBT_PROJECT_DIR": str(PROJECT), "DBT_PROFILES_DIR": str(PROJECT)}
        done = subprocess.run(command, cwd=PROJECT, env=own, capture_output=True, check=False)
        if done.returncode:
            raise SetupError(f"dbt parse failed: {last_line(done.stdout)}")
        return of(json.loads((Path(scratch) / "manifest.json").read_text(encoding="utf-8")))


def of(manifest: dict[str, Any]) -> list[Table]:
    """The tables that a manifest of dbt describes."""
    nodes = manifest["nodes"] | manifest["sources"]
    kinds = ("model", "seed", "source")
    tables = [_table(node, nodes) for node in nodes.values() if node["resource_type"] in kinds]
    order = (RAW, STAGING, WAREHOUSE)
    return sorted(tables, key=lambda table: (order.index(table.schema), table.name))


def _table(node: dict[str, Any], nodes: dict[str, Any]) -> Table:
    parents = [nodes[one] for one in node.get("depends_on", {}).get("nodes", ()) if one in nodes]
    keys = [
        name
        for constraint in node.get("constraints") or ()
        if constraint["type"] == "primary_key"
        for name in constraint["columns"]
    ]
    return Table(
        name=node["name"],
        schema=node["schema"],
        description=" ".join(node["description"].split()),
        columns=tuple(_column(column, keys) for column in node["columns"].values()),
        made_from=tuple(sorted({parent["name"] for parent in parents})),
    )


def _column(column: dict[str, Any], keys: Iterable[str]) -> Column:
    constraints = column.get("constraints") or []
    return Column(
        name=column["name"],
        type=column["data_type"] or "",
        description=" ".join(column["description"].split()),
        is_key=column["name"] in keys or any(one["type"] == "primary_key" for one in constraints),
        refers_to=next(filter(None, map(_referred, constraints)), None),
    )


def _referred(constraint: dict[str, Any]) -> str | None:
    if constraint["type"] != "foreign_key":
        return None
    match = _FACT_REFERENCE.search(constraint["to"] or constraint["expression"] or "")
    return match[1] or match[2] if match else None
