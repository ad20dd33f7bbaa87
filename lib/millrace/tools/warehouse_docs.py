"""What is made from the warehouse's models: ``python -m millrace.tools.warehouse_docs``.

The tables and the lineage of docs/warehouse.md, below what is written by hand, and the files for
tools of business intelligence in warehouse/bi.
"""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from millrace import config
from millrace.errors import SetupError
from millrace.records.warehouse import RAW, STAGING, WAREHOUSE
from millrace.tools import superset
from millrace.tools.dbt import of as section
from millrace.tools.warehouse_tables import Table, read

MARK = (
    "<!-- From here on made by `make docs` from the models of dbt; a test holds it to them. -->\n"
)
PAGE = config.CONF_DIRECTORY.parent / "docs" / "warehouse.md"
BI = config.CONF_DIRECTORY.parent / "warehouse" / "bi"
# Of what stands between loads and models alone: the drawing has them once, as the ledger.
_STATE = ("batches", "loads", "countries")


def page(written: str, tables: list[Table]) -> str:
    """The whole page in Markdown; ``written`` is the page as it is, or its part up to the mark."""
    shown = [table for table in tables if table.schema == WAREHOUSE]
    parts = [
        f"{written.partition(MARK)[0]}{MARK}",
        "## From raw to facts\n",
        *lineage(tables),
        "\n## Tables\n",
        "In the schema `warehouse`. Each key that names another table is a foreign key.",
        *(line for table in shown for line in _described(table)),
    ]
    return "\n".join(parts) + "\n"


def lineage(tables: Iterable[Table]) -> Iterator[str]:
    """The way from raw to facts as a drawing in Mermaid: of each table its nearest parents."""
    drawn = {table.name: table for table in tables if table.name not in _STATE}
    yield "```mermaid\nflowchart LR"
    for schema in (RAW, STAGING, WAREHOUSE):
        yield f"  subgraph {schema}"
        yield from (f"    {_box(one)}" for one in drawn.values() if one.schema == schema)
        yield "  end"
    for table in drawn.values():
        for parent in _nearest(table, drawn):
            yield f"  {_id(drawn[parent])} --> {_id(table)}"
    yield "```"


def _nearest(table: Table, drawn: dict[str, Table]) -> list[str]:
    """Its parents without those that another of its parents is made from as well."""
    parents = [name for name in table.made_from if name in drawn]
    above = {name for parent in parents for name in _ancestors(drawn[parent], drawn)}
    return [name for name in parents if name not in above]


def _ancestors(table: Table, drawn: dict[str, Table]) -> set[str]:
    own = {name for name in table.made_from if name in drawn}
    return own.union(*(_ancestors(drawn[name], drawn) for name in own))


def _id(table: Table) -> str:
    return f"{table.schema}_{table.name}"


def _box(table: Table) -> str:
    shape = '[("{}")]' if table.schema == RAW else '["{}"]'
    return _id(table) + shape.format(table.name)


def _described(table: Table) -> Iterator[str]:
    yield f"\n### `{table.name}`\n\n{table.description}\n"
    yield "| column | type | meaning |\n|---|---|---|"
    for column in table.columns:
        name = f"**`{column.name}`**" if column.is_key else f"`{column.name}`"
        refers = f" → `{column.refers_to}`" if column.refers_to else ""
        yield f"| {name}{refers} | {column.type} | {column.description} |"


def power_bi(host: str, port: int, database: str) -> str:
    """A file that Power BI Desktop opens: it asks for the password of bi, and for the tables."""
    address = {"server": f"{host}:{port}", "database": database}
    connection = {"details": {"protocol": "postgresql", "address": address}, "mode": "Import"}
    return json.dumps({"version": "0.1", "connections": [connection]}, indent=2) + "\n"


def local() -> config.Warehouse:
    """The warehouse of conf/local.yaml."""
    return section(config.load(config.DEFAULT_FILE))


def bi_files(tables: list[Table]) -> dict[Path, str]:
    """The files of ``warehouse/bi``, by their place, with the address of conf/local.yaml."""
    own = local()
    facts = [table for table in tables if table.schema == WAREHOUSE]
    return {
        Path("millrace.pbids"): power_bi(own.host, own.port, own.database),
        **superset.files(own, facts),
    }


def main() -> int:
    """Writes all of it; the exit code."""
    try:
        tables = read()
    except SetupError as error:
        print(f"warehouse: {error}", file=sys.stderr)
        return 1
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    shutil.rmtree(BI, ignore_errors=True)  # of tables that are no more
    for place, text in bi_files(tables).items():
        (BI / place).parent.mkdir(parents=True, exist_ok=True)
        (BI / place).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
