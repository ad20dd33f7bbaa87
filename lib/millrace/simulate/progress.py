"""Sending with a progress bar."""

from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from millrace.config import Kafka
from millrace.records.printable import printable
from millrace.simulate.send import send


def send_drawn(
    kafka: Kafka,
    topic: str,
    lines: Iterable[bytes],
    *,
    count: int,
    title: str,
    console: Console,
    rate: float | None = None,
    traced: bool = False,
) -> int:
    """Sends ``count`` lines as ``send`` does, drawn on ``console``; returns how many arrived."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task(printable(title), total=count)
        sent = send(
            kafka,
            topic,
            lines,
            rate=rate,
            traced=traced,
            on_progress=lambda done: progress.update(task, completed=done),
        )
        progress.update(task, completed=sent)
    return sent
