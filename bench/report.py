"""What the runs came to: rows of tables, and goals."""

from collections.abc import Iterator, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import changes, cost, formats, indexes, open_loop
from bench.asking import Walked
from bench.changes import Taken, Waited
from bench.contenders import Contender
from bench.growth import Grown
from bench.indexes import NONE, Indexed
from bench.latency import Latency
from bench.measure import Result
from bench.open_loop import Asked
from bench.page import markdown
from bench.parsing import COMBINED, SPLIT
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
    table: list[tuple[str, ...]] = [("format", "lines/s", "min", "max", "us/line", "of combined")]
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


def asking_rows(found: Sequence[Asked]) -> list[tuple[str, ...]]:
    """Milliseconds of each shape of request, and of a find beside them."""
    rows: list[tuple[str, ...]] = [
        ("documents", "request", "requests", "errors", "p50 ms", "p95 ms", "p99 ms", "max ms")
    ]
    for one in found:
        times = (f"{ms:,.0f}" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms))
        rows.append((f"{one.stored:,}", one.shape, f"{one.requests}", f"{one.errors}", *times))
    return rows


def change_rows(taken: Sequence[Taken]) -> list[tuple[str, ...]]:
    """Changes/s of each program over the same topics, and its own processor time for each."""
    rows: list[tuple[str, ...]] = [("program", "changes/s", "min", "max", "us/change")]
    for name in dict.fromkeys(one.contender for one in taken):
        own = [one for one in taken if one.contender == name]
        speeds = [one.changes_per_s for one in own]
        figures = (f"{round(value):,}" for value in (median(speeds), min(speeds), max(speeds)))
        rows.append((name, *figures, f"{median(one.cpu_us for one in own):.0f}"))
    return rows


def change_goals(waited: Waited, taken: Sequence[Taken]) -> Iterator[str]:
    """From commit to store, and the job against the plain consumer."""
    yield (
        f"at {waited.changes_per_s:,} changes/s in three databases: p50 {waited.p50_ms:,} ms,"
        f" p99 {waited.p99_ms:,} ms, at most {waited.max_ms:,} ms from commit to visible document;"
        f" the job keeps {waited.cpu_cores} cores busy"
    )
    verdict = "reached" if waited.p95_ms < 3_000 else "MISSED"
    yield f"p95 from commit to visible document: {waited.p95_ms:,} ms (under 3,000: {verdict})"
    speeds = {
        name: median(one.changes_per_s for one in taken if one.contender == name)
        for name in (changes.OURS, changes.PLAIN)
    }
    ratio = speeds[changes.OURS] / speeds[changes.PLAIN]
    yield _at_least("changes/s, millrace / plain Python", ratio, 1.0)


def index_rows(found: Sequence[Indexed]) -> list[tuple[str, ...]]:
    """Microseconds of mongod's processor a document, with each set of indexes."""
    rows: list[tuple[str, ...]] = [("indexes", "us a document", "min", "max", "more than none")]
    medians = {
        name: [one.cpu_us for one in found if one.indexes == name]
        for name in dict.fromkeys(one.indexes for one in found)
    }
    least = median(medians[NONE])
    for name in indexes.sets():
        own = medians[name]
        figures = (f"{value:.1f}" for value in (median(own), min(own), max(own)))
        rows.append((name, *figures, f"{median(own) - least:+.1f}"))
    return rows


def asking_goals(found: Sequence[Asked], walked: Walked) -> Iterator[str]:
    """Which shapes take longer than they may, what `ingest` kept of its rate, and the walk."""
    for mark in dict.fromkeys(one.stored for one in found):
        own = [one for one in found if one.stored == mark and one.shape != open_loop.FIND]
        for name, most in (("p95", 100), ("p99", 500)):
            slow = [one.shape for one in own if getattr(one, f"{name}_ms") >= most]
            verdict = f"MISSED by {', '.join(slow)}" if slow else "reached"
            yield f"{mark:,} documents: {name} under {most} ms: {verdict}"
        kept = f"{mark:,} documents: lines/s that ingest stored / that were sent"
        yield _at_least(kept, own[0].kept, 0.9)
    verdict = "MISSED" if walked.missing or walked.doubled else "reached"
    yield (
        f"a walk over {walked.lines:,} lines in {walked.seconds:,.0f} s while more come:"
        f" {walked.missing} missing, {walked.doubled} doubled (each once: {verdict})"
    )


def _medians(results: Sequence[Result]) -> dict[str, float]:
    names = dict.fromkeys(result.contender for result in results)
    return {
        name: median(result.lines_per_s for result in results if result.contender == name)
        for name in names
    }
