"""Panels and dashboards as they are thought of; ``model`` writes them as Grafana reads them."""

from dataclasses import dataclass, field
from typing import Any, Literal

Source = Literal["prometheus", "mysql"]
Kind = Literal["timeseries", "stat", "table", "state-timeline", "bargauge", "piechart", "geomap"]
Step = tuple[float | None, str]  # from this value on, that colour; None is the least

GREEN, ORANGE, RED, GREY = "green", "orange", "red", "text"


@dataclass(frozen=True)
class Query:
    """One query of a panel: over the time shown, or as of now (``is_instant``) or rows."""

    source: Source
    text: str
    legend: str = ""
    is_instant: bool = False


@dataclass(frozen=True)
class Panel:
    """A panel. ``description`` says what to do when it looks bad; ``alerts`` watch the same."""

    title: str
    description: str
    kind: Kind
    unit: str
    queries: tuple[Query, ...]
    width: int = 12
    height: int = 8
    steps: tuple[Step, ...] = ((None, GREEN),)
    alerts: tuple[str, ...] = ()
    words: dict[float, str] = field(default_factory=dict)  # shown in place of a value
    units: dict[str, str] = field(default_factory=dict)  # of a table's columns
    stacked: bool = False
    most: float | None = None  # the end of the axis, where it has one
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A heading and its panels, side by side as far as they fit."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Variable:
    """A choice at the top of a dashboard, filled by a query; one, several, or all."""

    name: str
    label: str
    source: Source
    query: str


@dataclass(frozen=True)
class Dashboard:
    """A dashboard; ``hours`` is the time that it shows when it is opened."""

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    hours: int = 6


def promql(expression: str, legend: str = "") -> Query:
    """A PromQL expression over the time shown."""
    return Query("prometheus", expression, legend)


def instant(expression: str, legend: str = "") -> Query:
    """A PromQL expression as of the end of the time shown."""
    return Query("prometheus", expression, legend, is_instant=True)


def series(statement: str) -> Query:
    """A statement with a column ``time``: each other number is a line, named by ``metric``."""
    return Query("mysql", statement)


def rows(statement: str) -> Query:
    """A statement whose rows are shown as they are."""
    return Query("mysql", statement, is_instant=True)


def limits(warning: float, critical: float) -> tuple[Step, ...]:
    """Green, from ``warning`` on orange, from ``critical`` on red."""
    return ((None, GREEN), (warning, ORANGE), (critical, RED))


def above(limit: float, colour: str = RED) -> tuple[Step, ...]:
    """Green, and from ``limit`` on that colour."""
    return ((None, GREEN), (limit, colour))
