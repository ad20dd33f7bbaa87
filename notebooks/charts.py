"""How the notebooks' charts look, and what is said where there is nothing to draw."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import dates, pyplot, ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's colours, which people who are colour-blind can tell apart.
BLUE, ORANGE, GREEN, RED, SKY, PINK, YELLOW = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#56b4e9",
    "#cc79a7",
    "#f0e442",
)
PALE = "#c4c9ce"
LEVELS = {"DEBUG": PALE, "INFO": SKY, "WARN": ORANGE, "ERROR": RED, "FATAL": "#000000"}
SEVERITIES = {"LOW": SKY, "MEDIUM": YELLOW, "HIGH": ORANGE, "CRITICAL": RED}
NOTHING = "nothing in this time span"

_STYLE = {
    "figure.figsize": (10, 4),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.prop_cycle": mpl.cycler(color=[BLUE, ORANGE, GREEN, PINK, RED, SKY, YELLOW]),
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e4e7ea",
    "legend.frameon": False,
    "text.parse_math": False,  # labels are texts of lines: a $ in one is no formula
    "timezone": "UTC",
}
_MOST_TICKS = 9
_LEAST_SPAN = pd.Timedelta(minutes=20)


def prepare() -> None:
    """Sets how charts and tables look in this notebook."""
    mpl.rcParams.update(_STYLE)
    pd.set_option("display.max_colwidth", 120)
    pd.set_option("display.max_rows", 100)


def panels(count: int, *, columns: int, height: float = 4) -> tuple[Figure, list[Axes]]:
    """A figure with so many axes, one at least, in rows of ``columns``."""
    rows = max(1, -(-count // columns))
    figure, grid = pyplot.subplots(
        rows, min(columns, max(1, count)), figsize=(10, height * rows), squeeze=False
    )
    axes = list(grid.flat)
    for unused in axes[max(1, count) :]:
        unused.remove()
    return figure, axes[: max(1, count)]


def finish(axes: Axes, title: str, *, x: str, y: str = "", times: bool = False) -> None:
    """Writes title and labels, and dates along x; says so where nothing is drawn."""
    axes.set_title(title)
    # Beside the date, which matplotlib writes at the right.
    axes.set_xlabel(x, loc="left" if times else "center")
    axes.set_ylabel(y)
    if is_empty(axes):
        axes.text(0.5, 0.5, NOTHING, ha="center", transform=axes.transAxes)
        print(f"{title}: {NOTHING}")
        return
    spec = axes.get_subplotspec()
    most = _MOST_TICKS // (spec.get_gridspec().ncols if spec else 1)
    if times:
        locator = dates.AutoDateLocator(minticks=2, maxticks=most)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
        _number_heights(axes)
    else:
        axes.xaxis.set_major_locator(ticker.MaxNLocator(most))
        axes.xaxis.set_major_formatter(_number)


def bars(axes: Axes, values: "pd.Series[float]", *, form: str = "{:,.0f}", **look: str) -> None:
    """A horizontal bar with its figure for each value, the first at the top."""
    names = [str(name) for name in values.index]
    drawn = axes.barh(range(len(values)), values.to_numpy(dtype=float), **look)
    axes.bar_label(drawn, [form.format(value) for value in values], padding=3)
    _rows(axes, names)


def stacked_bars(
    axes: Axes, table: pd.DataFrame, colours: dict[str, str] | None = None, left: float = 0.0
) -> None:
    """A horizontal bar for each row of ``table``, made of its columns side by side."""
    start = np.full(len(table), left)
    for column in table.columns:
        values = table[column].to_numpy(dtype=float)
        colour = (colours or {}).get(str(column))
        axes.barh(range(len(table)), values, left=start, label=str(column), color=colour)
        start = start + values
    _rows(axes, [str(name) for name in table.index])


def minutes(axes: Axes, table: pd.DataFrame, colours: dict[str, str] | None = None) -> None:
    """A bar for each minute in the index of ``table``, made of its columns, one upon another."""
    floor = np.zeros(len(table))
    minute = pd.Timedelta(minutes=1)
    for column in table.columns:
        values = table[column].to_numpy(dtype=float)
        colour = (colours or {}).get(str(column))
        axes.bar(
            table.index,
            values,
            bottom=floor,
            width=minute,
            align="edge",
            label=column,
            color=colour,
        )
        floor = floor + values
    if len(table):
        # One minute alone would be as wide as the chart.
        missing = max(pd.Timedelta(0), _LEAST_SPAN - (table.index[-1] - table.index[0]))
        axes.set_xlim(table.index[0] - missing / 2 - minute, table.index[-1] + missing / 2 + minute)


def legend(axes: Axes) -> None:
    """The legend, beside the axes, where it hides nothing; none where there is nothing."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def is_empty(axes: Axes) -> bool:
    """Whether no line and no bar of ``axes`` has a value."""
    lines = any(np.isfinite(np.asarray(line.get_ydata(), float)).any() for line in axes.lines)
    filled = any(patch.get_width() * patch.get_height() for patch in axes.patches)
    return not (lines or filled)


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.2)


def _number_heights(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(_number)
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_formatter(ticker.NullFormatter())
    else:
        axes.set_ylim(bottom=0)


def _number(value: float, _: object) -> str:
    return f"{value:,.10g}"
