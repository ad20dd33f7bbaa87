"""What the runs came to: rows of tables, and goals."""

from collections.abc import Iterator, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.contenders import Contender
from bench.measure import Result, medians_of
from bench.page import at_least, markdown

GOALS = (
    ("ingest", "bson_floor", 0.50),
    ("ingest", "tutorial", 2.5),
    ("ingest", "connect", 2.0),
    ("ingest", "quix", 1.5),
    ("ingest", "python", 1.5),
    ("aggregate", "parser_floor", 0.6),
    ("archive", "kafka_floor", 0.6),
)
_COLUMNS = (
    *("contender", "lines/s", "min", "max", "after 1 M", "start s", "CPU us/line", "peak MB"),
    "stored",
)


def line(contender: Contender, result: Result) -> str:
    """One run in one line."""
    cpu = ", ".join(
        f"{name} {seconds:.0f}" for name, seconds in result.cpu_s.items() if seconds > 1
    )
    note = "" if result.is_complete else f"  ! stored {result.stored:,} of {result.lines:,}"
    return (
        f"{contender.title:<32}{result.lines_per_s:>9,} lines/s  start {result.startup_s:5.1f} s"
        f"  CPU s: {cpu}{note}"
    )


def show(results: Sequence[Result], chosen: Sequence[Contender], out: Console) -> None:
    """The table of contenders, and each goal with what was reached."""
    table = Table(*_COLUMNS, caption="median, min and max of the runs", caption_justify="left")
    for row in rows(results, chosen):
        table.add_row(*row)
    out.print(table)
    for text in goals(results):
        out.print(text, highlight=False)


def rows(results: Sequence[Result], chosen: Sequence[Contender]) -> Iterator[tuple[str, ...]]:
    """A row a contender: lines/s of all and after a million, seconds to the first, CPU, memory."""
    for contender in chosen:
        runs = [result for result in results if result.contender == contender.name]
        speeds = [result.lines_per_s for result in runs]
        cpu_us = median(sum(run.cpu_s.values()) / run.lines * 1e6 for run in runs)
        short = min(run.stored - run.lines for run in runs)
        yield (
            contender.title,
            *(f"{round(value):,}" for value in (median(speeds), min(speeds), max(speeds))),
            _steady([run.steady_lines_per_s for run in runs]),
            f"{median(run.startup_s for run in runs):.1f}",
            f"{cpu_us:.1f}",
            f"{max(run.peak_mb.get('contender', 0) for run in runs):,.0f}",
            "all" if not short else f"{short:+,}",
        )


def _steady(speeds: Sequence[float]) -> str:
    """The median; nothing where the first batch has a million lines or more."""
    return f"{round(median(speeds)):,}" if all(speeds) else "-"


def goals(results: Sequence[Result]) -> Iterator[str]:
    """Each goal whose two contenders ran: the ratio of their medians, and what was asked for."""
    medians = medians_of(results)
    for ours, other, wanted in GOALS:
        if ours in medians and other in medians:
            yield at_least(f"{ours} / {other}", medians[ours] / medians[other], wanted)


def page(results: Sequence[Result], chosen: Sequence[Contender], machine: dict[str, object]) -> str:
    """The same in Markdown, with the machine and the chart."""
    described = ", ".join(f"{key} {value}" for key, value in machine.items())
    runs = max(sum(r.contender == c.name for r in results) for c in chosen)
    lines = [
        f"Machine: {described}. {results[0].lines:,} lines, {runs} rounds; median, min and max.",
        "",
        "![lines/s of each contender](images/bench.svg)",
        "",
        markdown([_COLUMNS, *rows(results, chosen)]),
        "",
        *(f"- {text}" for text in goals(results)),
    ]
    return "\n".join(lines)
