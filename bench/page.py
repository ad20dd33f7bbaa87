"""Where results go: tables on the terminal, tables and charts on the page of figures."""

from collections.abc import Sequence
from statistics import median

import matplotlib as mpl
from matplotlib import pyplot
from rich.console import Console
from rich.table import Table

from bench.contenders import Contender
from bench.measure import Result
from bench.place import IMAGES, PAGE

_END = "<!-- end -->"
_COLOURS = {"ours": "#1f6f8b", "rival": "#c9782a", "floor": "#b8bcc2"}
mpl.use("Agg")
# So that a chart drawn again from the same figures is the same file.
mpl.rcParams["svg.hashsalt"] = "millrace"


def with_goals(table: str, reached: Sequence[str]) -> str:
    """A table in Markdown with its goals below."""
    return "\n".join([table, "", *(f"- {text}" for text in reached)])


def print_table(rows: Sequence[tuple[str, ...]], out: Console) -> None:
    """The rows, the first of them as heads of columns."""
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*row)
    out.print(table)


def markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """The same in Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|:--|{'--:|' * (len(rows[0]) - 1)}", *lines[1:]])


def at_least(what: str, ratio: float, wanted: float) -> str:
    """A ratio, and whether it is as great as it is meant to be."""
    verdict = "reached" if ratio >= wanted else "MISSED"
    return f"{what}: {ratio:.2f} (at least {wanted:g}: {verdict})"


def put(section: str, text: str) -> None:
    """Puts the text in place of what the page of figures held in the section before."""
    begin = f"<!-- {section}: written by make bench -->"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{begin}\n{text}\n{_END}{after}", encoding="utf-8")


def draw(results: Sequence[Result], chosen: Sequence[Contender], name: str) -> None:
    """Bars of the medians with the spread, as a PNG and an SVG under docs/images."""
    shown = [c for c in reversed(chosen) if any(r.contender == c.name for r in results)]
    figure, axes = pyplot.subplots(figsize=(9, 0.5 * len(shown) + 1))
    for place, contender in enumerate(shown):
        speeds = [r.lines_per_s for r in results if r.contender == contender.name]
        middle = median(speeds)
        spread = [[middle - min(speeds)], [max(speeds) - middle]]
        axes.barh(place, middle, xerr=spread, color=_COLOURS[contender.kind], ecolor="#444444")
        axes.annotate(f" {round(middle):,}", (max(speeds), place), va="center", fontsize=9)
    axes.set_yticks(range(len(shown)), [contender.title for contender in shown])
    axes.set_xlabel("lines/s, median of the runs; the thin line spans the slowest and the fastest")
    axes.margins(x=0.12)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    IMAGES.mkdir(parents=True, exist_ok=True)
    for kind in ("png", "svg"):
        metadata = {"Date": None} if kind == "svg" else None
        figure.savefig(IMAGES / f"{name}.{kind}", dpi=150, metadata=metadata)
    pyplot.close(figure)
