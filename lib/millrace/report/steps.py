"""Rows in steps, as columns of numbers: one for each step, in order."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from millrace.report.charts import Chart, Series, drawn
from millrace.report.texts import Clock
from millrace.report.values import Part, Report, Row, StepTrust, worst

Numbers = list[int | Decimal | None]


def column(
    report: Report, name: str, figure: str, where: Callable[[Row], bool] = lambda row: True
) -> Numbers:
    """The sum of a figure in each step, of the rows ``where`` it is so; None where there is none.

    Where the part has none at all it is 0: nothing was counted.
    """
    part = report.parts.get(name, Part())
    found: Numbers = [None] * len(report.starts)
    for row in part.rows:
        value, step = row.get(figure), int(row["bucket"])
        if value is not None and where(row):
            # A value alone as it is: a sum has the digits of the context.
            before = found[step]
            found[step] = value if before is None else before + value
    return found


def zeros(numbers: Numbers) -> list[int | Decimal]:
    """The same with 0 where nothing was counted."""
    return [number or 0 for number in numbers]


def total(
    report: Report, name: str, figure: str, where: Callable[[Row], bool] = lambda row: True
) -> int:
    """The sum of a whole number over all rows of a part."""
    rows = report.parts.get(name, Part()).rows
    return sum(int(row[figure] or 0) for row in rows if where(row))


def is_open(report: Report, table: str) -> list[bool]:
    """Of each step, whether the table may still grow in it."""
    trust = report.trust.get(table)
    return [one.state == "open" for one in trust.steps] if trust else []


def worst_of(report: Report, tables: Sequence[str]) -> list[StepTrust]:
    """Of each step, what can be said of numbers of all these tables; none where one is unknown."""
    trusts = [report.trust[name].steps for name in tables if name in report.trust]
    if not trusts or not all(trusts):
        return []
    each = [worst(step) for step in zip(*trusts, strict=True)]
    lacking = [max(one.late_lines for one in step) for step in zip(*trusts, strict=True)]
    # The same lines came late for each of the tables.
    return [StepTrust(one.state, one.proof, late) for one, late in zip(each, lacking, strict=True)]


def chart(
    report: Report,
    clock: Clock,
    table: str,
    title: str,
    series: Sequence[tuple[str, Sequence[Any]]],
    unit: str = "",
) -> Element:
    """A chart of columns over the report's steps, described by their greatest values."""
    starts = report.starts
    span = report.until - report.since
    told = [_described(name, values, report, clock, unit) for name, values in series]
    return drawn(
        Chart(
            id=title.lower().replace(" ", "-").replace(",", ""),
            title=title,
            description=" ".join(told),
            labels=[clock.short(start, span) for start in starts],
            series=[
                Series(name, [None if v is None else float(v) for v in values])
                for name, values in series
            ],
            unit=unit,
            is_open=is_open(report, table),
        )
    )


def _described(name: str, values: Sequence[Any], report: Report, clock: Clock, unit: str) -> str:
    known = [(value, start) for value, start in zip(values, report.starts, strict=True) if value]
    if not known:
        return f"{name}: nothing."
    greatest, at = max(known, key=lambda one: one[0])
    least = min((value for value in values if value is not None), default=0)
    return (
        f"{name}: from {least:,.6g}{unit} to {greatest:,.6g}{unit}, the most at {clock.minute(at)}."
    )
