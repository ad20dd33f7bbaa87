"""Tasks that run side by side, each with a line of its own on the terminal."""

from collections.abc import Callable
from concurrent.futures import Future

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from millrace.errors import StackError

Say = Callable[[str], None]


def shown_progress(console: Console) -> Progress:
    """A line for each task: its title, and what it said last."""
    title = TextColumn("{task.fields[title]:<10}", markup=False)
    return Progress(
        SpinnerColumn(finished_text=" "),
        title,
        TextColumn("{task.description}", markup=False),
        console=console,
    )


def shown(progress: Progress, title: str, task: Callable[[Say], None]) -> Callable[[], None]:
    """``task`` with a line of its own, which ends with what the task said last."""
    line = progress.add_task("waiting", total=1, title=title)

    def run() -> None:
        try:
            task(lambda text: progress.update(line, description=text))
        except BaseException:
            progress.update(line, description="failed")
            raise
        finally:
            progress.update(line, completed=1)

    return run


def raise_failures(futures: list[Future[None]]) -> None:
    """Waits for all; raises StackError with the reasons of those that failed, in one line."""
    failures = [error for future in futures if (error := future.exception()) is not None]
    reasons = [str(error) for error in failures if isinstance(error, StackError | OSError)]
    if len(reasons) < len(failures):
        raise next(e for e in failures if not isinstance(e, StackError | OSError))
    if reasons:
        raise StackError("; ".join(reasons))
