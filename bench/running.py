"""What every measurement runs in: servers, a bar; and where its results and its table go."""

import json
import os
import platform
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import page
from bench.place import CONF, DOWNLOADS, RESULTS
from millrace import config
from millrace.config import Addition, Config
from millrace.stack import lifecycle


@contextmanager
def stack(
    file: Path = CONF, additions: Collection[Addition] = ()
) -> Iterator[tuple[Config, Console]]:
    """The servers of the settings, up while in the context, and where to tell of it."""
    os.environ["MILLRACE_DOWNLOADS"] = str(DOWNLOADS)
    conf, console = config.load(file), Console()
    conf = lifecycle.up(conf, console, additions)
    try:
        yield conf, console
    finally:
        lifecycle.down(conf, console)


def keep(name: str, results: list[Any], console: Console) -> None:
    """Writes the results to a file of their own, with the machine."""
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{name}.json"
    file.parent.mkdir(exist_ok=True)
    content = {"machine": machine(), "results": [asdict(result) for result in results]}
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    console.print(f"results: {file}")


def table(
    section: str,
    rows: list[tuple[str, ...]],
    goals: Iterator[str],
    console: Console,
    is_whole: bool = True,
) -> None:
    """Shows a table and its goals; on the page goes only what was measured in full."""
    reached = list(goals)
    page.print_table(rows, console)
    for text in reached:
        console.print(text, highlight=False)
    if is_whole:
        page.put(section, page.with_goals(page.markdown(rows), reached))


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in cpus if "model name" in line), "")
    return {
        "cpu": model or platform.machine(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "python": sys.version.split()[0],
    }


def progress(console: Console) -> Progress:
    """Bars on the terminal."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rate]}"),
        console=console,
    )
