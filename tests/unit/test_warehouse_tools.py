"""What is told of the warehouse: dbt's results in lines, tables and lineage of a manifest."""

import json
from typing import Any

from millrace.tools import superset, warehouse_docs
from millrace.tools.dbt import Outcome, events, one_line, outcome_of
from millrace.tools.warehouse_tables import Column, Table, of

RESULTS: list[dict[str, Any]] = [
    {"unique_id": "model.millrace.dim_user", "status": "success", "message": "INSERT 0 5"},
    {
        "unique_id": "model.millrace.fact_event",
        "status": "error",
        "message": "Database Error in model fact_event (models/warehouse/fact_event.sql)\n"
        "  value too long: \x1b[31m\n  compiled code at target/run/fact_event.sql",
    },
    {
        "unique_id": "test.millrace.versions_are_whole_dim_product_.2f58a0ed2f",
        "status": "fail",
        "message": "Got 3 results, configured to fail if != 0",
    },
    {"unique_id": "model.millrace.fact_order", "status": "skipped", "message": None},
]


def test_each_failure_is_one_printable_line() -> None:
    assert outcome_of(RESULTS) == Outcome(
        done=1,
        failures=(
            "fact_event: error: Database Error in model fact_event"
            " (models/warehouse/fact_event.sql) value too long: \\x1b[31m",
            "versions_are_whole_dim_product_: fail: Got 3 results, configured to fail if != 0",
        ),
        skipped=1,
    )


def test_what_is_long_is_cut() -> None:
    assert len(one_line("word " * 1000)) == 300


def test_what_is_no_event_of_dbts_log_is_left_out() -> None:
    event = {"info": {"name": "A", "level": "info"}, "data": {"index": 1}}
    lines = ["no JSON", "[]", "{}", '"text"', json.dumps(event)]
    assert list(events(lines)) == [(event["info"], event["data"])]


def _node(name: str, schema: str, *parents: str, **values: Any) -> dict[str, Any]:
    kind = "source" if schema == "raw" else "model"
    own = {"name": name, "schema": schema, "resource_type": kind, "description": "A\n table."}
    return own | {"columns": {}, "depends_on": {"nodes": [*parents]}} | values


def _column(name: str, *constraints: dict[str, Any]) -> dict[str, Any]:
    own = {"name": name, "data_type": "text", "description": "A key."}
    return {name: own | {"constraints": [*constraints]}}


MANIFEST = {
    "sources": {"events": _node("events", "raw")},
    "nodes": {
        "fact": _node(
            "fact_a",
            "warehouse",
            *("dim", "stg", "state"),
            constraints=[{"type": "primary_key", "columns": ["a_key"]}],
            columns=_column("a_key")
            | _column("b_key", {"type": "foreign_key", "to": "ref('dim_b')", "expression": None})
            | _column(
                "c_key",
                {"type": "foreign_key", "to": None, "expression": "warehouse.dim_c (c_key) x"},
            ),
        ),
        "dim": _node(
            "dim_b", "warehouse", "stg", columns=_column("b_key", {"type": "primary_key"})
        ),
        "stg": _node("stg_a", "staging", "events"),
        "state": _node("batches", "staging"),
        "test": _node("a_test", "staging", resource_type="test"),
    },
}


def test_a_manifest_has_keys_and_what_they_refer_to() -> None:
    tables = {table.name: table for table in of(MANIFEST)}
    assert list(tables) == ["events", "batches", "stg_a", "dim_b", "fact_a"]
    assert tables["fact_a"] == Table(
        name="fact_a",
        schema="warehouse",
        description="A table.",
        columns=(
            Column("a_key", "text", "A key.", is_key=True, refers_to=None),
            Column("b_key", "text", "A key.", is_key=False, refers_to="dim_b"),
            Column("c_key", "text", "A key.", is_key=False, refers_to="dim_c"),
        ),
        made_from=("batches", "dim_b", "stg_a"),
    )
    assert tables["dim_b"].columns[0].is_key


def test_the_lineage_shows_the_nearest_parents_alone() -> None:
    drawn = "\n".join(warehouse_docs.lineage(of(MANIFEST)))
    arrows = [line.strip() for line in drawn.splitlines() if "-->" in line]
    assert arrows == [
        "raw_events --> staging_stg_a",
        "staging_stg_a --> warehouse_dim_b",
        "warehouse_dim_b --> warehouse_fact_a",
    ]
    assert "batches" not in drawn


def test_what_stands_above_the_mark_stays() -> None:
    written = f"# By hand\n{warehouse_docs.MARK}stale"
    made = warehouse_docs.page(written, of(MANIFEST))
    assert made.startswith(f"# By hand\n{warehouse_docs.MARK}\n## From raw to facts\n")
    assert "| `c_key` → `dim_c` | text | A key. |" in made
    assert "stale" not in made
    assert warehouse_docs.page(made, of(MANIFEST)) == made


def test_files_of_superset_have_the_same_ids_each_time() -> None:
    tables = [table for table in of(MANIFEST) if table.schema == "warehouse"]
    own = warehouse_docs.local()
    assert superset.files(own, tables) == superset.files(own, tables)
