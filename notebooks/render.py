"""Runs the notebooks and writes what they show as pages: docs/notebooks/*.md, with their charts.

    python notebooks/render.py [--conf FILE] [--since 6h] [NAME ...]

looks at the servers of FILE; without it, at those of runs that it makes for itself (minutes).
"""

import argparse
import os
import re
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import nbformat
import sample
from nbclient import NotebookClient
from nbformat import NotebookNode
from rich.console import Console

NOTEBOOKS = Path(__file__).resolve().parent
PAGES = NOTEBOOKS.parent / "docs" / "notebooks"
CELL_TIMEOUT_S = 600


class _Sample(NamedTuple):
    """The run that is made for a notebook, and the time span's start."""

    make: Callable[[Path, Console], AbstractContextManager[Path]]
    since: str


_SAMPLES = {
    "explore": _Sample(sample.run, "75m"),
    "operate": _Sample(sample.run, "75m"),
    "business": _Sample(sample.shop, "28d"),
}
NAMES = tuple(_SAMPLES)
# What pandas puts around a table, for browsers alone.
_DRESS = re.compile(r'<style scoped>.*?</style>|</?div>| border="1"| class="dataframe"', re.DOTALL)


def stored(name: str) -> NotebookNode:
    """A notebook as it is stored."""
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def executed(name: str, conf_file: Path, since: str) -> NotebookNode:
    """The notebook with the outputs of a run in its own folder, as Jupyter runs it.

    Raises CellExecutionError where a cell fails.
    """
    notebook = stored(name)
    where = {"metadata": {"path": str(NOTEBOOKS)}}
    client = NotebookClient(
        notebook, timeout=CELL_TIMEOUT_S, kernel_name="python3", resources=where
    )
    parameters = {"MILLRACE_CONF": str(conf_file.resolve()), "MILLRACE_SINCE": since}
    client.execute(env=os.environ | parameters)
    return notebook


def page(notebook: NotebookNode, name: str) -> tuple[str, dict[str, bytes]]:
    """The notebook's prose and outputs in Markdown, and its charts by their files' names."""
    charts: dict[str, bytes] = {}
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(prose(cell.source))
            continue
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                file = f"{name}-{cell.id}{_number(charts, name, cell.id)}.png"
                charts[file] = b64decode(data["image/png"])
                parts.append(f"![{cell.id}]({file})")
            elif "text/html" in data:
                parts.append(_table(data["text/html"]))
            elif output.get("name") == "stdout":
                parts.append(f"```\n{output.text.rstrip()}\n```")
    source = f"[{name}.ipynb](../../notebooks/{name}.ipynb)"
    origin = f"*Made by `make docs` from {source}, which has the code.*"
    title, *rest = parts
    heading, _, introduction = title.partition("\n")
    return "\n\n".join([heading, origin, introduction.strip(), *rest]) + "\n", charts


def prose(text: str) -> str:
    """A cell's Markdown with its links as they are from the page's folder."""
    return text.replace("(../docs/", "(../")


def write(name: str, conf_file: Path, since: str) -> None:
    """Runs a notebook and puts its page and charts in place of those before."""
    text, charts = page(executed(name, conf_file, since), name)
    PAGES.mkdir(parents=True, exist_ok=True)
    for old in PAGES.glob(f"{name}-*.png"):
        old.unlink()
    for file, content in charts.items():
        (PAGES / file).write_bytes(content)
    (PAGES / f"{name}.md").write_text(text, encoding="utf-8")


def main() -> None:
    """Renders all notebooks, or those that are named."""
    parser = argparse.ArgumentParser(description="Run the notebooks, write docs/notebooks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--conf", type=Path, help="a configuration whose servers are up")
    parser.add_argument("--since", default="6h", help="the time span's start; with --conf")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"{', '.join(sorted(unknown))}: expected some of {', '.join(NAMES)}")
    console = Console(stderr=True)
    for name, conf_file, since in _runs(given.names or NAMES, given.conf, given.since, console):
        console.print(f"{name}.ipynb")
        write(name, conf_file, since)


def _runs(
    names: Sequence[str], conf_file: Path | None, since: str, console: Console
) -> Iterator[tuple[str, Path, str]]:
    if conf_file:
        yield from ((name, conf_file, since) for name in names)
        return
    for make, own in groupby(names, lambda name: _SAMPLES[name].make):
        with (
            tempfile.TemporaryDirectory(prefix="millrace-") as folder,
            make(Path(folder), console) as made,
        ):
            yield from ((name, made, _SAMPLES[name].since) for name in own)


def _number(charts: dict[str, bytes], name: str, cell: str) -> str:
    """What tells a cell's second chart from its first."""
    before = sum(re.fullmatch(rf"{name}-{cell}(-\d+)?\.png", file) is not None for file in charts)
    return f"-{before + 1}" if before else ""


def _table(html: str) -> str:
    """A table in HTML that Markdown takes: without blank lines, which would end it."""
    lines = _DRESS.sub("", html).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


if __name__ == "__main__":
    main()
