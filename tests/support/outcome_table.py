"""What became of each fault, one row a fault and job."""

from dataclasses import astuple, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

_COLUMNS = (
    "fault",
    "job",
    "lines",
    "records",
    "dead letters",
    "missing",
    "doubled",
    "lost, told",
    "restart time",
    "reconcile",
)
_CAPTION = (
    "restart time: seconds from the start of what was started again (the job, or the server where "
    "the job waited for it) to the last line landed. A case that failed before it was counted has "
    "question marks. lost, told: lines that Kafka deleted unread, by the number that the job told; "
    "they are not counted as missing. changes: lines are operations on rows, missing are rows that "
    "are missing or differ, doubled those that are not deleted; its time is the comparison's."
)
_UNKNOWN, _NONE = "?", "-"


@dataclass
class Outcome:
    """One row; what is not known yet is None."""

    fault: str
    job: str
    lines: int | None = None
    records: int | None = None
    dead_letters: int | None = None
    missing: int | None = None
    doubled: int | None = None
    lost_told: int | None = None
    restart_s: float | None = None
    is_reconciled: bool | None = None


def show(outcomes: list[Outcome], console: Console) -> None:
    """Prints the table."""
    table = Table(title="Faults", caption=_CAPTION)
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column in ("fault", "job") else "right")
    for outcome in outcomes:
        table.add_row(*_cells(outcome))
    console.print(table)


def write(outcomes: list[Outcome], file: Path) -> None:
    """Writes the table as Markdown."""
    alignment = [":--" if column in ("fault", "job") else "--:" for column in _COLUMNS]
    rows = [list(_COLUMNS), alignment, *map(_cells, outcomes)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    file.write_text("\n".join([*lines, "", _CAPTION, ""]), encoding="utf-8")


def _cells(outcome: Outcome) -> list[str]:
    missing = _UNKNOWN if outcome.lines is None else _NONE
    *texts, restart_s, is_reconciled = astuple(outcome)
    cells = [missing if value is None else str(value) for value in texts]
    took = missing if restart_s is None else f"{restart_s:.1f} s"
    holds = missing if is_reconciled is None else {True: "holds", False: "fails"}[is_reconciled]
    return [*cells, took, holds]
