"""The notebooks: stored clean and rendered; test_observed_run.py runs them."""

import re
from typing import Any

import pytest
from matplotlib import pyplot
from monitoring.notebooks import NAMES, charts, lacking, render
from nbformat.v4 import new_code_cell, new_notebook, new_output

from millrace.records.dead_letters import REASONS

MOST_BYTES = 150_000


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_stored_without_outputs(name: str) -> None:
    notebook = render.stored(name)
    for cell in notebook.cells:
        assert not cell.get("outputs"), f"{cell.id}: clear all outputs before saving"
        assert cell.get("execution_count") is None, cell.id
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_named_by_words_that_charts_and_diffs_keep(name: str) -> None:
    ids = [cell.id for cell in render.stored(name).cells]
    assert len(set(ids)) == len(ids)
    # Jupyter gives new cells eight hexadecimal digits.
    assert not [id for id in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", id)]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_notebooks_prose_and_its_charts(name: str) -> None:
    page = (render.PAGES / f"{name}.md").read_text()
    for cell in render.stored(name).cells:
        if cell.cell_type == "markdown":
            assert render.prose(cell.source).partition("\n")[2].strip() in page, "run `make docs`"
    images = set(re.findall(r"\]\(([\w-]+\.png)\)", page))
    assert images == {file.name for file in render.PAGES.glob(f"{name}-*.png")}
    sizes = {image: (render.PAGES / image).stat().st_size for image in images}
    assert sizes
    assert max(sizes.values()) < MOST_BYTES, sizes


def test_every_reason_of_a_dead_letter_has_something_to_do() -> None:
    (cell,) = [cell for cell in render.stored("operate").cells if cell.id == "what-to-do"]
    assert set(re.findall(r"^\| `(\w+)` \|", cell.source, re.MULTILINE)) == set(REASONS)


PICTURE = new_output("display_data", {"image/png": "..."})
ROWS = new_output("display_data", {"text/html": "<td>1</td>"})
NO_ROWS = new_output("display_data", {"text/html": "<tbody></tbody>"})
SAID = new_output("stream", name="stdout", text=f"Traffic: {charts.NOTHING}")
FAILED = new_output("error", ename="KeyError", evalue="", traceback=[])
SOURCE = "charts.panels(1)\nframes.readable(found)"


@pytest.mark.parametrize(
    ("outputs", "count"),
    [
        ([PICTURE, ROWS], 0),
        ([ROWS], 1),
        ([PICTURE], 1),
        ([PICTURE, NO_ROWS], 1),
        ([PICTURE, ROWS, SAID], 1),
        ([PICTURE, ROWS, FAILED], 1),
        ([], 2),
    ],
)
def test_what_a_cell_does_not_show_is_found(outputs: list[Any], count: int) -> None:
    run = new_notebook(cells=[new_code_cell(SOURCE, outputs=outputs)])
    assert len(list(lacking(run))) == count


NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "values", "is_empty"),
    [
        ("plot", [], True),
        ("plot", [NAN, NAN], True),
        ("plot", [0.0, 0.0], False),
        ("bar", [], True),
        ("bar", [0.0, 0.0], True),
        ("bar", [0.0, 1.0], False),
    ],
)
def test_a_chart_of_nothing_is_empty(
    kind: str, values: list[float], is_empty: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    figure, axes = pyplot.subplots()
    getattr(axes, kind)(range(len(values)), values)
    charts.finish(axes, "Traffic", x="time")
    assert (charts.NOTHING in capsys.readouterr().out) == is_empty
    pyplot.close(figure)
