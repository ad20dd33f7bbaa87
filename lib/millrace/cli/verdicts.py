"""What `millrace reconcile` prints of a feed: a table, or JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from millrace.records.ledger import OffsetRange
from millrace.records.ranges import size
from millrace.records.reconciliations import Advice
from millrace.tools.terminal import as_text

if TYPE_CHECKING:
    from millrace.proof.documents import Documents
    from millrace.proof.figures import Difference
    from millrace.proof.reconcile import Verdict

_NAMED = 20


def advice_of(verdict: "Verdict") -> tuple[Advice, ...]:
    """What mends what was found."""
    from millrace.proof.advice import advice

    return tuple(advice(verdict))


def show(verdict: "Verdict", out: Console) -> None:
    """Prints what was found: counts, the offsets and windows that are wrong, what mends them."""
    table = Table(title=verdict.feed, title_justify="left", show_header=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    table.add_column()
    for documents in verdict.documents:
        _add_documents(table, documents)
    if verdict.archive:
        archive = verdict.archive
        table.add_row("archive", f"{archive.lines:,}", "lines")
        _add_ranges(table, "missing", archive.missing)
        _add_ranges(table, "doubled", archive.doubled)
    _add_figures(table, verdict)
    for job, ranges in verdict.forgotten.items():
        _add_ranges(table, f"not known to {job}", ranges)
    for job, unread in verdict.unread.items():
        _add_ranges(table, f"lost to {job}", unread.lost)
        if unread.accepted:
            what = f"lines lost to {job}, accepted: {_offsets(unread.accepted)}"
            table.add_row("", f"{size(unread.accepted):,}", what, style="dim")
    lag = ", ".join(f"{job} {lines:,}" for job, lines in verdict.lag.items())
    table.add_row("lag", "", f"lines not committed yet: {lag}", style="dim")
    out.print(table)
    for one in advice_of(verdict):
        out.print(as_text(one.text), soft_wrap=True)
    holds = Text("holds", "bold green") if verdict.holds else Text("does not hold", "bold red")
    out.print(Text.assemble(f"{verdict.feed}: ", holds))
    out.print()


def _add_documents(table: Table, documents: "Documents") -> None:
    table.add_row(
        "committed", f"{size(documents.committed):,}", f"offsets of topic {documents.topic}"
    )
    table.add_row("documents", f"{documents.records:,}", "records")
    table.add_row("", f"{documents.letters:,}", "dead letters")
    if documents.empty:
        table.add_row("", f"{documents.empty:,}", "offsets without a record in Kafka", style="dim")
    if documents.expired:
        table.add_row("", f"{documents.expired:,}", "offsets that expired in Kafka", style="dim")
    _add_ranges(table, "missing", documents.missing)
    _add_ranges(table, "record and letter", documents.in_both)
    _add_ranges(table, "doubled", documents.doubled)
    _add_ranges(table, "never committed", documents.extra)
    for fault in documents.faults[:_NAMED]:
        place = f"{fault.partition}:{fault.offset}"
        what = f"part {fault.part} of {fault.parts} of partition:offset {place}: {fault.state}"
        table.add_row("", "", what, style="red")
    if documents.lost_of_expired:
        table.add_row("lost", f"{documents.lost_of_expired:,}", "of the expired lines", style="red")


def _add_ranges(table: Table, what: str, ranges: Sequence[OffsetRange]) -> None:
    if ranges:
        table.add_row(what, f"{size(ranges):,}", _offsets(ranges), style="red")


def _offsets(ranges: Sequence[OffsetRange]) -> str:
    named = [
        f"{offsets.partition}:{offsets.from_offset}"
        + (
            ""
            if offsets.until_offset == offsets.from_offset + 1
            else f"-{offsets.until_offset - 1}"
        )
        for offsets in ranges[:_NAMED]
    ]
    rest = len(ranges) - len(named)
    return "partition:offset " + " ".join(named) + (f" and {rest:,} more ranges" if rest else "")


def _add_figures(table: Table, verdict: "Verdict") -> None:
    recount, compared = verdict.recount, verdict.recount.compared
    since = f" from {recount.since:%Y-%m-%d %H:%M}" if recount.since else ""
    table.add_row("figures", f"{compared.rows:,}", f"rows of {compared.windows:,} minutes{since}")
    if verdict.is_nothing_compared:
        table.add_row("", "", "nothing to compare", style="red")
    if compared.late:
        lines = sum(compared.late.values())
        named = ", ".join(f"{start:%Y-%m-%d %H:%M}" for start in sorted(compared.late)[:_NAMED])
        rest = " ..." if len(compared.late) > _NAMED else ""
        what = f"lines missing from {len(compared.late):,} closed windows: {named}{rest}"
        table.add_row("late", f"{lines:,}", what)
    if compared.differing:
        table.add_row(
            "differing", f"{len(compared.differing):,}", "windows, counted per table", style="red"
        )
    for sample in compared.samples:
        table.add_row("", "", as_text(_difference(sample), "red"))
    unnamed = len(compared.differing) - len(compared.samples)
    if unnamed > 0:
        table.add_row("", "", f"and {unnamed:,} more: see --json", style="red")


def _difference(sample: "Difference") -> str:
    key = ", ".join(sample.key)
    if not sample.stored or not sample.recounted:
        what = "not stored" if sample.recounted else "stored, but not counted"
    else:
        what = ", ".join(
            f"{name} {sample.stored[name]} stored, {value} counted"
            for name, value in sample.recounted.items()
            if sample.stored[name] != value
        )
    return f"{sample.table} {sample.window_start:%Y-%m-%d %H:%M} ({key}): {what}"


def _plain_documents(documents: "Documents") -> dict[str, Any]:
    plain = asdict(documents) | {"holds": documents.holds}
    del plain["present"]
    return plain


def plain(verdict: "Verdict") -> dict[str, Any]:
    """The same as JSON can hold it."""
    recount = verdict.recount
    compared = recount.compared
    return {
        "feed": verdict.feed,
        "holds": verdict.holds,
        "kafka": [asdict(offsets) for offsets in verdict.in_kafka],
        "documents": [_plain_documents(documents) for documents in verdict.documents],
        "archive": asdict(verdict.archive) if verdict.archive else None,
        "figures": {
            "since": recount.since,
            "lines": recount.lines,
            "windows": compared.windows,
            "rows": compared.rows,
            "differing": [
                {"table": table, "window_start": start.isoformat(), "rows": rows}
                for (table, start), rows in sorted(compared.differing.items())
            ],
            "samples": [asdict(sample) for sample in compared.samples],
            "late": [
                {"window_start": start.isoformat(), "lines": lines}
                for start, lines in sorted(compared.late.items())
            ],
        },
        "lag": verdict.lag,
        "forgotten": {job: [asdict(r) for r in own] for job, own in verdict.forgotten.items()},
        "unread": {job: asdict(own) for job, own in verdict.unread.items()},
        "advice": [one.text for one in advice_of(verdict)],
    }
