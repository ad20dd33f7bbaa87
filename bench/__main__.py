"""make bench: every contender in turn over one topic, and what came of it."""

import json
import os
import platform
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import report, topic
from bench.contenders import TOPIC, Contender, contenders
from bench.measure import Result, run
from bench.place import CONF, DOCUMENTS, DOWNLOADS, QUIX_PYTHON, RESULTS, ROOT
from millrace import config
from millrace.config import Config
from millrace.stack import lifecycle

ROUNDS, LINES = 3, 2_000_000

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    rounds: Annotated[int, typer.Option(help="How often each contender runs.")] = ROUNDS,
    lines: Annotated[int, typer.Option(help="How many lines the topic holds.")] = LINES,
    only: Annotated[str, typer.Option(help="Names of contenders, with commas.")] = "",
) -> None:
    """Runs the contenders in turn, round by round, and writes the table and the charts."""
    os.environ["MILLRACE_DOWNLOADS"] = str(DOWNLOADS)
    conf, console = config.load(CONF), Console()
    with _stack(conf, console):
        with _progress(console) as progress:
            bar = progress.add_task("filling the topic", total=lines, rate="")
            topic.fill(conf, TOPIC, lines, lambda sent: progress.update(bar, completed=sent))
        chosen = [c for c in contenders(conf, lines) if not only or c.name in only.split(",")]
        if any(contender.name == "quix" for contender in chosen):
            _install_quix()
        results = _rounds(conf, chosen, rounds, lines, console)
    file = RESULTS / f"{datetime.now(timezone.utc):%Y-%m-%dT%H%M%SZ}.json"
    file.parent.mkdir(exist_ok=True)
    described = machine()
    content = {"machine": described, "rounds": rounds, "results": [asdict(r) for r in results]}
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    report.show(results, chosen, console)
    if not only:
        report.draw(results, chosen, "bench")
        report.put(report.page(results, chosen, described))
    console.print(f"results: {file}")


def _rounds(
    conf: Config, chosen: list[Contender], rounds: int, lines: int, console: Console
) -> list[Result]:
    results = []
    with _progress(console) as progress:
        bar = progress.add_task("", total=rounds * len(chosen), rate="")
        for number in range(1, rounds + 1):
            for contender in chosen:
                progress.update(bar, description=f"round {number}: {contender.title}", rate="")
                result = run(
                    conf,
                    contender,
                    lines,
                    lambda stored: progress.update(bar, rate=f"{stored:,} stored"),
                )
                results.append(result)
                if contender.name == "ingest" and not DOCUMENTS.exists():
                    _dump(conf, DOCUMENTS)
                progress.advance(bar)
                console.print(report.line(contender, result), highlight=False)
    return results


@contextmanager
def _stack(conf: Config, console: Console) -> Iterator[None]:
    lifecycle.up(conf, console)
    try:
        yield
    finally:
        lifecycle.down(conf, console)


def _dump(conf: Config, file: Path) -> None:
    """Our documents as they are stored, for the floor to store again."""
    client: MongoClient[RawBSONDocument] = MongoClient(
        conf.mongo.uri, document_class=RawBSONDocument
    )
    with file.open("wb") as output:
        for document in client[conf.mongo.database][TOPIC].find(batch_size=10_000):
            output.write(document.raw)


def _install_quix() -> None:
    """In an environment of its own: it asks for other versions of what the suite uses."""
    if QUIX_PYTHON.exists():
        return
    venv.create(QUIX_PYTHON.parents[1], with_pip=True)
    requirements = ROOT / "bench" / "requirements-quix.txt"
    command = [str(QUIX_PYTHON), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    subprocess.run(command, check=True)


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in cpus if "model name" in line), "")
    return {
        "cpu": model or platform.machine(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.platform(),
        "python": sys.version.split()[0],
    }


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rate]}"),
        console=console,
    )


if __name__ == "__main__":
    app()
