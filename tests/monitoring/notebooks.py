"""The notebooks as users run them, and what is missing in what they show."""

import sys
from collections.abc import Iterator

from nbformat import NotebookNode
from support.pipeline import ROOT

# Jupyter runs a notebook beside its modules; tests read the same ones.
sys.path.append(str(ROOT / "notebooks"))

import charts
import render

NAMES = render.NAMES
CHART, TABLE = "charts.panels(", "frames.readable("


def lacking(notebook: NotebookNode) -> Iterator[str]:
    """What a notebook that was run should have shown and did not, cell by cell."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = [output.get("data", {}) for output in cell.outputs]
        told = "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
        pictures = sum("image/png" in data for data in shown)
        tables = [data["text/html"] for data in shown if "text/html" in data]
        if pictures < cell.source.count(CHART):
            yield f"{cell.id}: {pictures} charts of {cell.source.count(CHART)}"
        if len(tables) < cell.source.count(TABLE):
            yield f"{cell.id}: {len(tables)} tables of {cell.source.count(TABLE)}"
        if any("<td>" not in table for table in tables):
            yield f"{cell.id}: a table without rows"
        if charts.NOTHING in told:
            yield f"{cell.id}: {told.strip()}"
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{cell.id}: an error"
