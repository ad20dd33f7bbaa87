"""Charts as SVG, without a script: each has a title and a description in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from millrace.report.markup import element

_WIDTH, _HEIGHT = 720, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 120, 16, 16, 40
_X_LABELS, _Y_LABELS = 4, 4
_NICE = (1, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)  # a quarter of each has few digits


_NOTHING = 1e-12  # and less: a scale from 0 to 1 shows it as well


@dataclass(frozen=True)
class _Scale:
    """What the vertical axis begins and ends with."""

    least: float
    greatest: float


@dataclass(frozen=True)
class Series:
    """Values of the steps, None where a step has none; the name stands in the legend."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """Lines over steps of time that have these labels; ``is_open`` marks what may still change."""

    id: str
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str
    is_open: Sequence[bool] = ()


def drawn(chart: Chart) -> Element:
    """The chart, with its legend below."""
    scale = _scale([v for one in chart.series for v in one.values if v is not None])
    ids = f"{chart.id}-title", f"{chart.id}-description"
    svg = element(
        "svg",
        element("title", chart.title, id=ids[0]),
        element("desc", chart.description, id=ids[1]),
        _open_steps(chart),
        _axes(chart, scale),
        [
            line
            for number, one in enumerate(chart.series)
            for line in _lines(one, len(chart.labels), scale, number)
        ],
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_labelledby=" ".join(ids),
        class_="chart",
    )
    caption = element("figcaption", element("strong", chart.title), " ", _legend(chart))
    return element("figure", caption, svg)


def bar(share: float) -> Element:
    """A bar of a share from 0 to 1, for a cell of a table that has the number as well."""
    width = f"{100 * min(1.0, max(0.0, share)):.1f}"
    return element(
        "svg",
        element("rect", width=width, height="8", class_="s0 fill"),
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def _legend(chart: Chart) -> list[Element]:
    keys = [
        element(
            "span",
            element(
                "svg",
                element("line", x1="0", y1="5", x2="24", y2="5", class_=f"s{number} line"),
                viewBox="0 0 24 10",
                aria_hidden="true",
                class_="key",
            ),
            one.name,
            class_="legend",
        )
        for number, one in enumerate(chart.series)
    ]
    if any(chart.is_open):
        swatch = element("rect", width="24", height="10", class_="open")
        mark = element("svg", swatch, viewBox="0 0 24 10", aria_hidden="true", class_="key")
        keys.append(element("span", mark, "open: may still grow", class_="legend"))
    return keys


def _x(number: float, steps: int) -> float:
    return _LEFT + (number + 0.5) * (_WIDTH - _LEFT - _RIGHT) / max(1, steps)


def _y(value: float, scale: _Scale) -> float:
    share = (value - scale.least) / (scale.greatest - scale.least)
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _open_steps(chart: Chart) -> list[Element]:
    steps = len(chart.labels)
    width = (_WIDTH - _LEFT - _RIGHT) / max(1, steps)
    return [
        element(
            "rect",
            x=f"{_x(number - 0.5, steps):.1f}",
            y=str(_TOP),
            width=f"{width + 0.1:.1f}",
            height=str(_HEIGHT - _TOP - _BOTTOM),
            class_="open",
        )
        for number, is_open in enumerate(chart.is_open)
        if is_open
    ]


def _axes(chart: Chart, scale: _Scale) -> list[Element]:
    made: list[Element] = []
    for number in range(_Y_LABELS + 1):
        value = scale.least + (scale.greatest - scale.least) * number / _Y_LABELS
        y = f"{_y(value, scale):.1f}"
        made.append(
            element("line", x1=str(_LEFT), y1=y, x2=str(_WIDTH - _RIGHT), y2=y, class_="grid")
        )
        label = f"{_short(value)}{chart.unit}"
        made.append(
            element(
                "text", label, x=str(_LEFT - 8), y=y, text_anchor="end", dominant_baseline="middle"
            )
        )
    steps = len(chart.labels)
    every = max(1, math.ceil(steps / _X_LABELS))
    for number in range(0, steps, every):
        x, y = f"{_x(number, steps):.1f}", str(_HEIGHT - _BOTTOM + 26)
        # The last one would else be cut at the right edge.
        anchor = "start" if number == 0 else "middle"
        made.append(element("text", chart.labels[number], x=x, y=y, text_anchor=anchor))
    return made


def _lines(series: Series, steps: int, scale: _Scale, number: int) -> list[Element]:
    """A line for each run of values; a value alone is a point."""
    made: list[Element] = []
    run: list[tuple[float, float]] = []
    for place, value in enumerate([*series.values, None]):
        if value is not None:
            run.append((_x(place, steps), _y(value, scale)))
            continue
        if len(run) == 1:
            (x, y), *_ = run
            made.append(
                element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3", class_=f"s{number} fill")
            )
        elif run:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            made.append(element("polyline", points=points, class_=f"s{number} line"))
        run = []
    return made


def _scale(values: Sequence[float]) -> _Scale:
    """From 0, or the least value where that is less, to the greatest, or a little more."""
    greatest, least = max(values, default=0), min(values, default=0)
    if least < 0:
        bound = _nice(max(greatest, -least))
        return _Scale(-bound, bound)
    return _Scale(0, _nice(greatest))


def _nice(greatest: float) -> float:
    if greatest < _NOTHING:
        return 1
    unit = 10.0 ** math.floor(math.log10(greatest))
    return next((unit * nice for nice in _NICE if unit * nice >= greatest), 10 * unit)


def _short(value: float) -> str:
    """A number in a few characters."""
    if value < 0:
        return f"-{_short(-value)}"
    for limit, name in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "")):
        if value >= limit:
            return f"{value / limit:.3g}{name}" if name else f"{value:,.0f}"
    return f"{value:,.4g}"
