"""What the runs came to: a table, the goals, a chart."""

from collections.abc import Iterator, Sequence
from statistics import median

import matplotlib as mpl
from matplotlib import pyplot
from rich.console import Console
from rich.table import Table

from bench import cost, formats
from bench.contenders import Contender
from bench.growth import Grown
from bench.latency import Latency
from bench.measure import Result
from bench.parsing import COMBINED, SPLIT
from bench.place import IMAGES, PAGE
from bench.usage import CONTENDER

GOALS = (
    ("ingest", "bson_floor", 0.50),
    ("ingest", "tutorial", 2.5),
    ("ingest", "connect", 2.0),
    ("ingest", "quix", 1.5),
    ("ingest", "python", 1.5),
    ("aggregate", "parser_floor", 0.6),
    ("archive", "kafka_floor", 0.6),
)
_END = "<!-- end -->"
_COLUMNS = (
    *("contender", "lines/s", "min", "max", "after 1 M", "start s", "CPU us/line", "peak MB"),
    "stored",
)
_COLOURS = {"ours": "#1f6f8b", "rival": "#c9782a", "floor": "#b8bcc2"}
mpl.use("Agg")
# So that a chart drawn again from the same figures is the same file.
mpl.rcParams["svg.hashsalt"] = "millrace"


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
            f"{round(median(run.steady_lines_per_s for run in runs)):,}",
            f"{median(run.startup_s for run in runs):.1f}",
            f"{cpu_us:.1f}",
            f"{max(run.peak_mb.get('contender', 0) for run in runs):,.0f}",
            "all" if not short else f"{short:+,}",
        )


def goals(results: Sequence[Result]) -> Iterator[str]:
    """Each goal whose two contenders ran: the ratio of their medians, and what was asked for."""
    medians = _medians(results)
    for ours, other, wanted in GOALS:
        if ours in medians and other in medians:
            yield _at_least(f"{ours} / {other}", medians[ours] / medians[other], wanted)


def parsing_goals(results: Sequence[Result]) -> Iterator[str]:
    """How much of the speed of splitting is left with types and checks."""
    medians = _medians(results)
    yield _at_least("combined / splitting alone", medians[COMBINED] / medians[SPLIT], 0.6)


def format_rows(found: Sequence[formats.Speed]) -> list[tuple[str, ...]]:
    """Lines/s and us a line of each format, and its share of the speed of `combined`."""
    base = next(one for one in found if one.format == formats.COMBINED)
    table = [("format", "lines/s", "min", "max", "us/line", "of combined")]
    for one in found:
        speeds = one.lines_per_s
        share = _share(one, base)
        numbers = (
            f"{round(value, -2):,.0f}" for value in (median(speeds), min(speeds), max(speeds))
        )
        table.append((one.format, *numbers, f"{1e6 / median(speeds):.1f}", f"{share:.2f}"))
    return table


def _share(one: formats.Speed, base: formats.Speed) -> float:
    """The median of the rounds' ratios: what slows one round slows both."""
    return median(a / b for a, b in zip(one.lines_per_s, base.lines_per_s, strict=True))


def format_goals(found: Sequence[formats.Speed]) -> Iterator[str]:
    """What is declared against `combined`."""
    base = next(one for one in found if one.format == formats.COMBINED)
    for one in found:
        if one.format in formats.DECLARED:
            wanted = formats.DECLARED[one.format]
            yield _at_least(f"{one.format} / combined", _share(one, base), wanted)


def latency_goals(found: Sequence[Latency]) -> Iterator[str]:
    """At 5,000 lines/s."""
    for one in found:
        if (one.feeds, one.lines_per_s) == (1, 5_000):
            for name, ms, most in (("p50", one.p50_ms, 1_000), ("p95", one.p95_ms, 2_000)):
                verdict = "reached" if ms < most else "MISSED"
                yield f"{name} at 5,000 lines/s: {ms:,.0f} ms (under {most:,}: {verdict})"


def growth_goals(found: Sequence[Grown]) -> Iterator[str]:
    """At 20 million documents, against 1 million."""
    first, last = found[0], found[-1]
    yield _at_least("lines/s at the end / at first", last.lines_per_s / first.lines_per_s, 0.8)
    change = last.peak_mb / first.peak_mb - 1
    verdict = "reached" if abs(change) <= 0.2 else "MISSED"
    yield f"peak memory: {change:+.0%} (within 20 %: {verdict})"


def _at_least(what: str, ratio: float, wanted: float) -> str:
    verdict = "reached" if ratio >= wanted else "MISSED"
    return f"{what}: {ratio:.2f} (at least {wanted:g}: {verdict})"


def with_goals(table: str, reached: Sequence[str]) -> str:
    """A table in Markdown with its goals below."""
    return "\n".join([table, "", *(f"- {text}" for text in reached)])


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


def parsing_rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Lines/s of each parser and of splitting alone, and its ratio to that."""
    medians = _medians(results)
    rows: list[tuple[str, ...]] = [("", "lines/s", "min", "max", "of splitting alone")]
    for name, middle in medians.items():
        speeds = [result.lines_per_s for result in results if result.contender == name]
        figures = (f"{round(value):,}" for value in (middle, min(speeds), max(speeds)))
        # The other formats' lines are others than those that are split.
        ratio = f"{middle / medians[SPLIT]:.2f}" if name in (SPLIT, COMBINED) else "-"
        rows.append((name, *figures, ratio))
    return rows


def latency_rows(found: Sequence[Latency]) -> list[tuple[str, ...]]:
    """Milliseconds from Kafka's timestamp to the visible document, and cores kept busy."""
    rows: list[tuple[str, ...]] = [
        ("feeds", "lines/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "cores of the job")
    ]
    for one in found:
        times = (f"{ms:,.0f}" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms))
        rows.append((f"{one.feeds}", f"{one.lines_per_s:,}", *times, f"{one.cpu_cores:.2f}"))
    return rows


def cost_rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Lines/s of each way, and round by round what it has of the same without being observed."""
    rows: list[tuple[str, ...]] = [
        ("", "lines/s", "min", "max", "of unobserved", "min", "max", "processor s")
    ]
    for way in (cost.OFF, cost.METRICS, cost.TRACES):
        own = [result for result in results if result.contender == way]
        speeds = [result.lines_per_s for result in own]
        ratios = _of_unobserved(results, way)
        cpu_s = median(result.cpu_s[CONTENDER] for result in own)
        figures = (f"{round(value):,}" for value in (median(speeds), min(speeds), max(speeds)))
        shares = (f"{value:.3f}" for value in (median(ratios), min(ratios), max(ratios)))
        rows.append((way, *figures, *shares, f"{cpu_s:.1f}"))
    return rows


def cost_goals(results: Sequence[Result]) -> Iterator[str]:
    """Whether metrics take at most 2 % of the lines/s, and traces 5 %."""
    for way, wanted in ((cost.METRICS, 0.98), (cost.TRACES, 0.95)):
        ratio = median(_of_unobserved(results, way))
        verdict = "reached" if ratio >= wanted else "MISSED"
        yield f"lines/s with {way} / unobserved: {ratio:.3f} (at least {wanted:g}: {verdict})"


def _of_unobserved(results: Sequence[Result], way: str) -> list[float]:
    """The ratio of each round."""
    speeds = [result.lines_per_s for result in results if result.contender == way]
    without = [result.lines_per_s for result in results if result.contender == cost.OFF]
    return [speed / other for speed, other in zip(speeds, without, strict=True)]


def growth_rows(found: Sequence[Grown]) -> list[tuple[str, ...]]:
    """Lines/s of a million lines after so many stored, and the driver's peak memory until then."""
    rows: list[tuple[str, ...]] = [("documents stored", "lines/s", "of the first", "peak MB")]
    for one in found:
        ratio = one.lines_per_s / found[0].lines_per_s
        rows.append(
            (f"{one.stored:,}", f"{one.lines_per_s:,}", f"{ratio:.2f}", f"{one.peak_mb:,.0f}")
        )
    return rows


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


def _medians(results: Sequence[Result]) -> dict[str, float]:
    names = dict.fromkeys(result.contender for result in results)
    return {
        name: median(result.lines_per_s for result in results if result.contender == name)
        for name in names
    }
