"""How lines/s and memory go while the collection grows."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from bench.measure import environment, logged
from bench.page import at_least
from bench.place import FOLDER, ROOT
from bench.settings import variant
from bench.topic import varied
from bench.usage import CONTENDER, Meter
from millrace import config
from millrace.io import kafka, mongo
from millrace.records.ranges import size
from millrace.simulate.send import send

TOPIC = "growth"
MARKS = (1_000_000, 5_000_000, 20_000_000)
_BLOCK_LINES = 500_000
_AFTER = 1_000_000
LINES = MARKS[-1] + _AFTER


@dataclass(frozen=True)
class Grown:
    """Lines/s over the million lines after ``stored`` ones, and the driver's peak MB until then."""

    stored: int
    lines_per_s: int
    peak_mb: float


def measured(on_lines: Callable[[int], None]) -> list[Grown]:
    """One run of ``ingest`` over a million lines more than the last mark."""
    file = variant("growth", [TOPIC])
    conf = config.load(file)
    kafka.create_topics(conf.kafka, [TOPIC])
    there = size(kafka.offsets(conf.kafka, kafka.topic(conf.kafka, TOPIC)))
    block = list(varied(_BLOCK_LINES)) if there < LINES else []
    blocks = chain.from_iterable(repeat(block, (LINES - there) // _BLOCK_LINES))
    send(conf.kafka, TOPIC, blocks, on_progress=on_lines)
    shutil.rmtree(conf.storage.checkpoints, ignore_errors=True)
    client = mongo.database(conf.mongo).client
    client.drop_database(conf.mongo.database)
    log = FOLDER / "logs" / "growth.log"
    command = [str(ROOT / "spark-submit.sh"), "ingest", "--conf", str(file), "--until-caught-up"]
    peaks: dict[int, float] = {}
    with log.open("wb") as output:
        job = subprocess.Popen(command, stdout=output, stderr=output, cwd=ROOT, env=environment())
        with Meter({CONTENDER: job.pid}) as meter:
            while job.poll() is None:
                stored = client[conf.mongo.database][TOPIC].estimated_document_count()
                on_lines(stored)
                for mark in MARKS:
                    if stored <= mark:
                        peaks[mark] = meter.usage().peak_mb[CONTENDER]
                _pause(job)
    return [Grown(mark, _speed(logged(log), mark), peaks[mark]) for mark in MARKS]


def rows(found: Sequence[Grown]) -> list[tuple[str, ...]]:
    """Lines/s of a million lines after so many stored, and the driver's peak memory until then."""
    rows: list[tuple[str, ...]] = [("documents stored", "lines/s", "of the first", "peak MB")]
    for one in found:
        ratio = one.lines_per_s / found[0].lines_per_s
        rows.append(
            (f"{one.stored:,}", f"{one.lines_per_s:,}", f"{ratio:.2f}", f"{one.peak_mb:,.0f}")
        )
    return rows


def goals(found: Sequence[Grown]) -> Iterator[str]:
    """At 20 million documents, against 1 million."""
    first, last = found[0], found[-1]
    yield at_least("lines/s at the end / at first", last.lines_per_s / first.lines_per_s, 0.8)
    change = last.peak_mb / first.peak_mb - 1
    verdict = "reached" if abs(change) <= 0.2 else "MISSED"
    yield f"peak memory: {change:+.0%} (within 20 %: {verdict})"


def _pause(job: "subprocess.Popen[bytes]") -> None:
    try:
        job.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return


def _speed(seen: list[tuple[float, int]], mark: int) -> int:
    """Over the batches of the million lines that begin at the mark."""
    since = min(seen, key=lambda point: abs(point[1] - mark))
    until = min(seen, key=lambda point: abs(point[1] - (since[1] + _AFTER)))
    return round((until[1] - since[1]) / (until[0] - since[0]))
