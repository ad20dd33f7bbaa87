"""Change capture: from a commit in three databases to the store, and how many changes a second."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.change_writing import LARGE, TIMED, written
from bench.contenders import PROGRAMS
from bench.latency import running_job
from bench.measure import environment, logged
from bench.page import at_least
from bench.place import FOLDER, ROOT
from bench.settings import variant
from bench.usage import CONTENDER, Meter
from bench.watching import watched
from millrace import config
from millrace.config import Config, entities
from millrace.errors import SetupError
from millrace.io import mongo, sources
from millrace.io.kafka.awaited import comes, end_offset
from millrace.io.mongo.client import connector_options
from millrace.records import capture
from millrace.records.entities import SOURCES, Source
from millrace.simulate.databases import table
from millrace.tools.connectors import Connectors

RATE, HELD_S = 1_000, 60
ROUNDS, CHANGES = 3, 150_000
OURS, PLAIN = "millrace changes", "plain Python, the same upserts"
_WARM_UP_S, _SETTLE_S, _PATIENCE_S = 40, 8, 900.0
_SAMPLED = 5  # of so many rows one is watched


@dataclass(frozen=True)
class Waited:
    """Milliseconds from just before a row's transaction until a reader of the store is told of it.

    ``changes_per_s`` is what writers came to in all three databases; ``cpu_cores`` how many cores
    the job kept busy.
    """

    changes_per_s: int
    watched: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    cpu_cores: float


@dataclass(frozen=True)
class Taken:
    """One run over the changes that are in Kafka, into an empty store."""

    contender: str
    changes: int
    seconds: float
    changes_per_s: float
    cpu_us: float


def settings() -> Path:
    """The configuration: the stack of measurements, with sources and Kafka Connect."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    address = {"host": "127.0.0.1", "database": "catalog"}
    return variant(
        "changes",
        ["access"],
        stack={
            "directory": str(FOLDER),
            "servers": ["kafka", "mongo"],
            "changes": ["source-postgres", "source-mariadb", "source-mongo", "connect"],
        },
        changes={
            "connect": "http://127.0.0.1:29083",
            "postgres": address | {"port": 29432},
            "mariadb": address | {"port": 29307},
            "mongo": {"uri": "mongodb://127.0.0.1:29118/?replicaSet=rs0", "database": "catalog"},
        },
    )


def measured(
    file: Path, rounds: int, changes: int, on_step: Callable[[str], None]
) -> tuple[Waited, list[Taken]]:
    """How long changes take at ``RATE`` a second, then how many a second two programs store."""
    conf = config.load(file)
    assert conf.changes is not None
    _emptied(conf)
    for source in SOURCES:
        with table(conf.changes, source) as opened:
            opened.keys()  # It is made where it is missing.
    connectors = Connectors.of(conf)
    for said in connectors.apply(connectors.chosen([])):
        if said.kind == "wrong":
            raise SetupError(f"{said.connector}: {said.text}")
    first = 1 + max(_largest(conf, source) for source in SOURCES)
    on_step(f"{RATE:,} changes a second")
    waited = _waited(conf, file, first)
    on_step("filling the topics")
    written(conf, changes // len(SOURCES), None, first + 10**6, LARGE)
    for source in SOURCES:
        _marked(conf, source)
    taken = []
    for number in range(rounds):
        for contender, run in ((OURS, _ours), (PLAIN, _plain)):
            on_step(f"round {number + 1}: {contender}")
            _emptied(conf)
            taken.append(run(conf, file))
    return waited, taken


def rows(taken: Sequence[Taken]) -> list[tuple[str, ...]]:
    """Changes/s of each program over the same topics, and its own processor time for each."""
    rows: list[tuple[str, ...]] = [("program", "changes/s", "min", "max", "us/change")]
    for name in dict.fromkeys(one.contender for one in taken):
        own = [one for one in taken if one.contender == name]
        speeds = [one.changes_per_s for one in own]
        figures = (f"{round(value):,}" for value in (median(speeds), min(speeds), max(speeds)))
        rows.append((name, *figures, f"{median(one.cpu_us for one in own):.0f}"))
    return rows


def goals(waited: Waited, taken: Sequence[Taken]) -> Iterator[str]:
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
        for name in (OURS, PLAIN)
    }
    ratio = speeds[OURS] / speeds[PLAIN]
    yield at_least("changes/s, millrace / plain Python", ratio, 1.0)


def _emptied(conf: Config) -> None:
    db = mongo.database(conf.mongo)
    db.client.drop_database(db.name)
    shutil.rmtree(conf.storage.checkpoints, ignore_errors=True)


def _largest(conf: Config, source: Source) -> int:
    assert conf.changes is not None
    with table(conf.changes, source) as opened:
        return max(opened.keys(), default=0)


def _waited(conf: Config, file: Path, first: int) -> Waited:
    with running_job(file, "changes", job="changes") as job:
        each = RATE // len(SOURCES)
        written(conf, each * _WARM_UP_S, each, first, TIMED)
        _wait_until_stored(conf)
        with _watched(conf, time.time()) as seen, Meter({"job": job.pid}) as meter:
            began = time.monotonic()
            done = written(conf, each * HELD_S, each, first + each * _WARM_UP_S, TIMED)
            took_s = time.monotonic() - began
            cores = meter.usage().cpu_s["job"] / took_s
            time.sleep(_SETTLE_S)
    points = quantiles(seen, n=100)
    p50, p95, p99 = (round(points[place]) for place in (49, 94, 98))
    return Waited(round(done / took_s), len(seen), p50, p95, p99, round(max(seen)), round(cores, 2))


def _wait_until_stored(conf: Config) -> None:
    """Waits until the newest row of each database is in the store."""
    db = mongo.database(conf.mongo)
    newest = {one.name: _largest(conf, one.source) for one in entities.of(conf).all}
    deadline = time.monotonic() + _PATIENCE_S
    while not all(db[name].find_one({"_id": key}) for name, key in newest.items()):
        if time.monotonic() > deadline:
            raise SetupError("the job does not catch up: see the folder of logs")
        time.sleep(0.5)


@contextmanager
def _watched(conf: Config, since_s: float) -> Iterator[list[float]]:
    """The milliseconds of every so many rows written since then, as they become visible."""
    seen: list[float] = []
    at = {"$ifNull": ["$fullDocument.popularity", "$updateDescription.updatedFields.popularity"]}
    sampled = {"$eq": [{"$mod": ["$documentKey._id", _SAMPLED]}, 0]}
    stages: list[dict[str, Any]] = [
        {"$match": {"ns.coll": {"$in": [entity.name for entity in entities.of(conf).all]}}},
        {"$match": {"$expr": sampled}},
        {"$project": {"at": at}},
    ]

    def take(change: dict[str, Any]) -> None:
        if (change.get("at") or 0) >= since_s:
            seen.append((time.time() - change["at"]) * 1000)

    with watched(conf, stages, take):
        yield seen


def _marked(conf: Config, source: Source) -> None:
    """Waits until all that a source has committed is in Kafka."""
    assert conf.changes is not None
    database = entities.database(conf.changes, source)
    topic = capture.signals_topic(conf.changes.name, source, database)
    start = end_offset(conf.kafka, topic)
    if not comes(conf.kafka, topic, start, sources.mark(conf.changes, source), _PATIENCE_S):
        raise SetupError(f"the connector of {source} does not get on")


def _ours(conf: Config, file: Path) -> Taken:
    log = FOLDER / "logs" / "changes-caught-up.log"
    command = [str(ROOT / "spark-submit.sh"), "changes", "--conf", str(file), "--until-caught-up"]
    cpu_s = _run(command, log, {})
    seen = logged(log)
    (began, _), (ended, records) = seen[0], seen[-1]
    return _taken(OURS, records, ended - began, cpu_s)


def _plain(conf: Config, file: Path) -> Taken:
    log = FOLDER / "logs" / "changes-plain.log"
    pairs = [f"{entity.topic}={entity.name}" for entity in entities.of(conf).all]
    command = [sys.executable, str(PROGRAMS / "plain_changes.py"), conf.kafka.bootstrap_servers]
    own = {"MONGO_URI": connector_options(conf.mongo)["connection.uri"]}
    cpu_s = _run([*command, conf.mongo.database, *pairs], log, own)
    told = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    return _taken(PLAIN, told["records"], told["seconds"], cpu_s)


def _run(command: list[str], log: Path, own: dict[str, str]) -> float:
    """Runs a program to its end; the seconds of processor time that it took."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=ROOT, env=environment() | own
        )
        with Meter({CONTENDER: process.pid}) as meter:
            code = process.wait()
            cpu_s = meter.usage().cpu_s[CONTENDER]
    if code:
        raise SetupError(f"{command[0]} ended with exit code {code}: see {log}")
    return cpu_s


def _taken(contender: str, records: int, seconds: float, cpu_s: float) -> Taken:
    rate = records / seconds
    return Taken(
        contender, records, round(seconds, 1), round(rate), round(cpu_s / records * 1e6, 1)
    )
