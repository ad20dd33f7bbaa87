"""One run of one contender: started, watched from outside, ended, counted."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from pymongo.database import Database

from bench.contenders import TOPIC, Contender
from bench.place import DOWNLOADS, FOLDER, ROOT
from bench.usage import CONTENDER, Meter
from millrace.config import Config
from millrace.io import mongo, mysql
from millrace.io.mongo.client import connector_options
from millrace.io.mongo.collections import INDEXES
from millrace.records import dead_letters
from millrace.stack import mongod
from millrace.stack.lifecycle import status
from millrace.stack.servers import folders
from millrace.telemetry import logs

_POLL_S = 0.1
_STALLED_S = 60.0
_WARM_UP_LINES = 1_000_000


@dataclass
class Result:
    """What one run came to.

    ``seconds`` go from the first line stored to the last, ``startup_s`` from the process' start
    to the first; ``stored`` is counted afterwards. ``steady_lines_per_s`` is the speed after the
    first million lines, 0 where there are no more. Processor seconds and peak MB by process.
    """

    contender: str
    lines: int
    stored: int
    lines_per_s: float
    seconds: float
    startup_s: float
    whole_s: float
    exit_code: int | None
    cpu_s: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    steady_lines_per_s: float = 0

    @property
    def is_complete(self) -> bool:
        """Whether every line was stored, and the program did not fail."""
        return self.stored == self.lines and self.exit_code in (0, None)


def run(
    conf: Config, contender: Contender, lines: int, on_lines: Callable[[int], object]
) -> Result:
    """Runs the contender over the topic's ``lines`` lines, into an empty place."""
    _empty(conf, contender)
    pids: dict[str, int] = {server.kind: server.pid for server in status(conf) if server.pid}
    log = FOLDER / "logs" / f"{contender.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.time()
    with log.open("wb") as output:
        own = {"MONGO_URI": connector_options(conf.mongo)["connection.uri"]}
        process = subprocess.Popen(
            contender.command, stdout=output, stderr=output, cwd=ROOT, env=environment() | own
        )
    with Meter({CONTENDER: process.pid, **pids}) as meter:
        seen = _watch(conf, contender, lines, process, on_lines)
        whole_s = time.time() - began
        usage = meter.usage()
    exit_code = _end(process, contender)
    seen = seen if contender.into != "elsewhere" else logged(log)
    stored = _stored(conf, contender, seen)
    seconds = seen[-1][0] - seen[0][0] if len(seen) > 1 else float("nan")
    return Result(
        contender.name,
        lines,
        stored,
        _speed(seen),
        round(seconds, 2),
        round(seen[0][0] - began, 2) if seen else float("nan"),
        round(whole_s, 2),
        exit_code,
        **asdict(usage),
        steady_lines_per_s=_speed([one for one in seen if one[1] >= _WARM_UP_LINES]),
    )


def _speed(seen: list[tuple[float, int]]) -> float:
    """Lines/s from the first of these times to the last; 0 where there are not two."""
    if len(seen) < 2:
        return 0
    (began, first), (ended, last) = seen[0], seen[-1]
    return round((last - first) / (ended - began))


def environment() -> dict[str, str]:
    """What programs are started with: downloads are shared with the rest of the suite."""
    return {**os.environ, "MILLRACE_DOWNLOADS": str(DOWNLOADS), "PYTHONPATH": str(ROOT)}


def _empty(conf: Config, contender: Contender) -> None:
    """Nothing stored, and the place for the documents as the contender is to find it."""
    db = mongo.database(conf.mongo)
    db.client.drop_database(db.name)
    for folder in ("checkpoints", "archive", "tutorial", "connect"):
        shutil.rmtree(FOLDER / folder, ignore_errors=True)
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        cursor.execute("SHOW FULL TABLES")
        for name, kind in [tuple(row.values()) for row in cursor.fetchall()]:
            cursor.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} `{name}`")
    if contender.into == "documents":
        mongo.prepare(conf.mongo, conf.feed(TOPIC))
    elif contender.into == "plain":
        for name, keys, options in INDEXES:
            db[TOPIC].create_index(keys, name=name, **options)
    # What the run before left to be written is not this one's to wait for.
    with mongod.administrator(mongod.place(conf, folders(conf))) as client:
        client.admin.command("fsync")


def _watch(
    conf: Config,
    contender: Contender,
    lines: int,
    process: "subprocess.Popen[bytes]",
    on_lines: Callable[[int], object],
) -> list[tuple[float, int]]:
    """When how many documents were there, from the first on, until all are or the process ends."""
    db = mongo.database(conf.mongo)
    seen: list[tuple[float, int]] = []
    while process.poll() is None:
        count = _documents(db) if contender.into != "elsewhere" else 0
        now = time.time()
        if count and (not seen or count > seen[-1][1]):
            seen.append((now, count))
            on_lines(count)
        is_stalled = bool(seen) and now - seen[-1][0] > _STALLED_S
        if not contender.ends and (count >= lines or is_stalled):
            break
        time.sleep(_POLL_S)
    return seen


def _documents(db: Database[dict[str, Any]]) -> int:
    letters = db[dead_letters.COLLECTION].estimated_document_count()
    return db[TOPIC].estimated_document_count() + letters


def _end(process: "subprocess.Popen[bytes]", contender: Contender) -> int | None:
    """The exit code; None where it was ended by us."""
    if contender.ends:
        return process.wait()
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
    for left in family:
        if left.is_running():
            left.kill()
    return None


def logged(log: Path) -> list[tuple[float, int]]:
    """When how many lines were done, by the log's lines of batches; first their beginning."""
    seen: list[tuple[float, int]] = []
    for ended_at, lines, took_s in logs.batches(log.read_text(errors="replace")):
        ended = ended_at.timestamp()
        seen = seen or [(ended - took_s, 0)]
        seen.append((ended, seen[-1][1] + lines))
    return seen


def _stored(conf: Config, contender: Contender, seen: list[tuple[float, int]]) -> int:
    """Counted one by one in MongoDB; elsewhere, what the log says was done."""
    if contender.into == "elsewhere":
        return seen[-1][1] if seen else 0
    db = mongo.database(conf.mongo)
    return sum(db[name].count_documents({}) for name in (TOPIC, dead_letters.COLLECTION))


def medians_of(results: Sequence[Result]) -> dict[str, float]:
    """The median lines/s of each contender."""
    names = dict.fromkeys(result.contender for result in results)
    return {
        name: median(result.lines_per_s for result in results if result.contender == name)
        for name in names
    }
