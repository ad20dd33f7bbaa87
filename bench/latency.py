"""From Kafka's timestamp to the visible document, while lines come at a steady rate."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from confluent_kafka import Producer
from pymongo import MongoClient

from bench.measure import environment
from bench.place import FOLDER, ROOT
from bench.settings import variant
from bench.topic import varied
from bench.usage import Meter
from bench.watching import watched
from millrace import config
from millrace.config import Config
from millrace.io import kafka, mongo
from millrace.io.kafka import client_properties
from millrace.simulate.send import send

RATES = (1_000, 5_000, 20_000)
HELD_S = 120
MANY_FEEDS, MANY_RATE = 50, 20
_TICKS_A_SECOND = 50
_BACKLOG_LINES = 1_000_000
_WARM_UP_S = 20
_SETTLE_S = 8
_SAMPLED = 100  # of so many lines one is watched


@dataclass(frozen=True)
class Latency:
    """Milliseconds from the broker's timestamp until a reader is told of the document.

    ``cpu_cores`` is how many cores the job kept busy meanwhile, on average.
    """

    feeds: int
    lines_per_s: int
    watched: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    cpu_cores: float


def measured(
    feeds: int, rates: Sequence[int], on_step: Callable[[], None], held_s: int = HELD_S
) -> list[Latency]:
    """One run of ``ingest`` as users run it; the lines of each rate go to the feeds in turn.

    It first catches up with a million lines, in which the JVM compiles what is used most.
    """
    # Topics of its own, so that no lines of an earlier run are among them.
    names = [f"latency_{time.time():.0f}_{number:02d}" for number in range(feeds)]
    file = variant("latency", names)
    conf = config.load(file)
    kafka.create_topics(conf.kafka, names)
    shutil.rmtree(conf.storage.checkpoints, ignore_errors=True)
    client = mongo.database(conf.mongo).client
    client.drop_database(conf.mongo.database)
    for name in names:
        send(conf.kafka, name, varied(_BACKLOG_LINES // feeds))
    found = []
    with running_job(file, f"latency-{feeds}") as job:
        while not _caught_up(client, conf, names):
            time.sleep(1)
        for rate in rates:
            send_steadily(conf, names, rate, _WARM_UP_S)
            sampled = max(1, min(_SAMPLED, rate // 50))
            with _watched(conf, sampled) as seen, Meter({"job": job.pid}) as meter:
                send_steadily(conf, names, rate, held_s)
                cores = meter.usage().cpu_s["job"] / held_s
                time.sleep(_SETTLE_S)
            points = quantiles(seen, n=100)
            p50, p95, p99 = (round(points[place]) for place in (49, 94, 98))
            worst = round(max(seen))
            found.append(Latency(feeds, rate, len(seen), p50, p95, p99, worst, round(cores, 2)))
            on_step()
    return found


def rows(found: Sequence[Latency]) -> list[tuple[str, ...]]:
    """Milliseconds from Kafka's timestamp to the visible document, and cores kept busy."""
    rows: list[tuple[str, ...]] = [
        ("feeds", "lines/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "cores of the job")
    ]
    for one in found:
        times = (f"{ms:,.0f}" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms))
        rows.append((f"{one.feeds}", f"{one.lines_per_s:,}", *times, f"{one.cpu_cores:.2f}"))
    return rows


def goals(found: Sequence[Latency]) -> Iterator[str]:
    """At 5,000 lines/s."""
    for one in found:
        if (one.feeds, one.lines_per_s) == (1, 5_000):
            for name, ms, most in (("p50", one.p50_ms, 1_000), ("p95", one.p95_ms, 2_000)):
                verdict = "reached" if ms < most else "MISSED"
                yield f"{name} at 5,000 lines/s: {ms:,.0f} ms (under {most:,}: {verdict})"


def _caught_up(client: "MongoClient[dict[str, Any]]", conf: Config, names: list[str]) -> bool:
    db = client[conf.mongo.database]
    stored = sum(db[name].estimated_document_count() for name in (*names, "dead_letters"))
    return stored >= _BACKLOG_LINES // len(names) * len(names)


@contextmanager
def running_job(file: Path, name: str, job: str = "ingest") -> Iterator["subprocess.Popen[bytes]"]:
    """A job that runs meanwhile, as users run it."""
    log = FOLDER / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(ROOT / "spark-submit.sh"), job, "--conf", str(file)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=ROOT, env=environment()
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def send_steadily(conf: Config, topics: list[str], lines_per_s: int, seconds: int) -> None:
    """Sends lines to the topics in turn, fifty times a second."""
    producer = Producer(client_properties(conf.kafka) | {"linger.ms": 5, "compression.type": "lz4"})
    lines = iter(list(varied(min(200_000, lines_per_s * seconds))) * (seconds + 1))
    began, sent = time.monotonic(), 0
    for tick in range(1, seconds * _TICKS_A_SECOND + 1):
        due = round(tick * lines_per_s / _TICKS_A_SECOND)
        while sent < due:
            producer.produce(topics[sent % len(topics)], next(lines))
            sent += 1
        producer.poll(0)
        time.sleep(max(0.0, began + tick / _TICKS_A_SECOND - time.monotonic()))
    producer.flush()


@contextmanager
def _watched(conf: Config, sampled: int) -> Iterator[list[float]]:
    """The latency of every so many documents of all feeds, as they become visible, in ms."""
    seen: list[float] = []
    began = datetime.now(UTC)
    is_sampled = {"$eq": [{"$mod": ["$fullDocument.kafka.offset", sampled]}, 0]}
    stages: list[dict[str, Any]] = [
        {"$match": {"operationType": "insert", "fullDocument.received_at": {"$gte": began}}},
        {"$match": {"$expr": is_sampled}},
        {"$project": {"received_at": "$fullDocument.received_at"}},
    ]

    def take(change: dict[str, Any]) -> None:
        seen.append((datetime.now(UTC) - change["received_at"]).total_seconds() * 1000)

    with watched(conf, stages, take):
        yield seen
