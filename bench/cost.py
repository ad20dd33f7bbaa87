"""What it costs `ingest` to be seen from outside: without, with metrics, with traces as well."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from bench import measure
from bench.contenders import PROGRAMS, TOPIC, Contender
from bench.measure import Result
from bench.place import FOLDER, ROOT
from bench.settings import variant
from bench.topic import fill
from bench.usage import CONTENDER
from bench.watching import repeated
from millrace import config
from millrace.config import Config

ROUNDS, LINES = 6, 1_000_000
OFF, METRICS, TRACES = "unobserved", "metrics", "metrics and traces"
# Metrics are made batch by batch: smaller ones than usual cost more.
_BATCH_LINES = 100_000
_METRICS_PORT, _OTLP_PORT = 29090, 29317
_SCRAPE_S = 5


def settings(lines: int) -> Path:
    """The configuration: a topic of its own beside the one that the contenders read."""
    topic = f"{TOPIC}_cost_{lines}"
    feed = {"name": TOPIC, "topic": topic, "format": "combined", "service_name": "web"}
    storage = {"checkpoints": f"{FOLDER}/checkpoints", "archive": f"{FOLDER}/archive"}
    stream = {"max_lines_per_batch": _BATCH_LINES}
    return variant("cost", [], feeds=[feed], storage=storage, stream=stream)


def measured(
    rounds: int, lines: int, on_step: Callable[[str, Result], None], on_fill: Callable[[int], None]
) -> list[Result]:
    """Each way in turn, round by round; each round begins with another, so that drift hits all."""
    file = settings(lines)
    conf: Config = config.load(file)
    fill(conf, conf.feed(TOPIC).topic, lines, on_fill)
    ways = _ways(file)
    results = []
    with _receiver(), _scraping():
        for number in range(rounds):
            place = number % len(ways)
            for way in ways[place:] + ways[:place]:
                result = measure.run(conf, way, lines, lambda stored: None)
                on_step(f"round {number + 1}: {way.name}", result)
                results.append(result)
    return results


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Lines/s of each way, and round by round what it has of the same without being observed."""
    rows: list[tuple[str, ...]] = [
        ("", "lines/s", "min", "max", "of unobserved", "min", "max", "processor s")
    ]
    for way in (OFF, METRICS, TRACES):
        own = [result for result in results if result.contender == way]
        speeds = [result.lines_per_s for result in own]
        ratios = _of_unobserved(results, way)
        cpu_s = median(result.cpu_s[CONTENDER] for result in own)
        figures = (f"{round(value):,}" for value in (median(speeds), min(speeds), max(speeds)))
        shares = (f"{value:.3f}" for value in (median(ratios), min(ratios), max(ratios)))
        rows.append((way, *figures, *shares, f"{cpu_s:.1f}"))
    return rows


def goals(results: Sequence[Result]) -> Iterator[str]:
    """Whether metrics take at most 2 % of the lines/s, and traces 5 %."""
    for way, wanted in ((METRICS, 0.98), (TRACES, 0.95)):
        ratio = median(_of_unobserved(results, way))
        verdict = "reached" if ratio >= wanted else "MISSED"
        yield f"lines/s with {way} / unobserved: {ratio:.3f} (at least {wanted:g}: {verdict})"


def _of_unobserved(results: Sequence[Result], way: str) -> list[float]:
    """The ratio of each round."""
    speeds = [result.lines_per_s for result in results if result.contender == way]
    without = [result.lines_per_s for result in results if result.contender == OFF]
    return [speed / other for speed, other in zip(speeds, without, strict=True)]


def _ways(file: Path) -> list[Contender]:
    metrics = [f"MILLRACE__METRICS__PORT={_METRICS_PORT}"]
    traces = [*metrics, f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{_OTLP_PORT}"]
    submit = [str(ROOT / "spark-submit.sh"), "ingest", "--conf", str(file), "--until-caught-up"]
    return [
        Contender(name, name, "ours", ["env", *variables, *submit], "documents")
        for name, variables in ((OFF, []), (METRICS, metrics), (TRACES, traces))
    ]


@contextmanager
def _receiver() -> Iterator[None]:
    """Somebody who takes the traces and throws them away."""
    command = [sys.executable, str(PROGRAMS / "otlp_receiver.py"), str(_OTLP_PORT)]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _scraping() -> Iterator[None]:
    """Asks for the metrics as Prometheus would, whenever there are some."""

    def scrape() -> None:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{_METRICS_PORT}/metrics").read()

    with repeated(scrape, _SCRAPE_S):
        yield
