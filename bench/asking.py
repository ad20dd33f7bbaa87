"""The query API under open-loop load, while `ingest` takes lines at a steady rate."""

import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench import latency
from bench.measure import environment
from bench.open_loop import LINES_PER_S, SETTLE_S, TOPIC, Asked, under_load
from bench.place import FOLDER, ROOT
from bench.settings import variant
from bench.topic import varied
from millrace import config
from millrace.api.client import Client
from millrace.config import Config, addresses
from millrace.io import kafka, mongo
from millrace.records.ranges import size
from millrace.simulate.send import send

MARKS = (5_000_000, 20_000_000)
HELD_S = 120
_PORT = 29080
_START_S = 60
_WALK_LINES, _PAGE, _WALK_SENT_S = 1_000_000, 1_000, 120


@dataclass(frozen=True)
class Walked:
    """A walk from the newest line back while more come: how many lines, and which were not right.

    ``missing`` are those that were stored before it began, ``doubled`` those that came again.
    """

    lines: int
    missing: int
    doubled: int
    seconds: float


def measured(
    marks: tuple[int, ...], on_step: Callable[[str], None], held_s: int = HELD_S
) -> tuple[list[Asked], Walked]:
    """One run a mark, over so many documents and their figures, of times 0.2 ms apart.

    Over the first mark's the walk goes as well.
    """
    file = variant("asking", [TOPIC], api={"port": _PORT}, metrics={"port": {"api": _PORT + 1}})
    conf = config.load(file)
    found: list[Asked] = []
    walked = None
    for mark in marks:
        on_step(f"{mark:,} documents")
        _fill(conf, mark)
        for job in ("ingest", "aggregate"):
            _run(file, job)
        with latency.running_job(file, "asking"), _api(file, conf):
            found += under_load(conf, mark, held_s, on_step)
            walked = walked or _walked(conf, on_step)
    assert walked
    return found, walked


def _fill(conf: Config, lines: int) -> None:
    """The topic with so many lines of the last hour or so, nothing of them stored before."""
    kafka.create_topics(conf.kafka, [TOPIC])
    topic = kafka.topic(conf.kafka, TOPIC)
    there = size([one.offsets for one in kafka.available(conf.kafka, topic)])
    if there == 0:
        shutil.rmtree(conf.storage.checkpoints, ignore_errors=True)
        mongo.database(conf.mongo).client.drop_database(conf.mongo.database)
    if there < lines:
        send(conf.kafka, TOPIC, varied(lines - there))


def _run(file: Path, job: str) -> None:
    command = [str(ROOT / "spark-submit.sh"), job, "--conf", str(file), "--until-caught-up"]
    log = FOLDER / "logs" / f"asking-{job}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        subprocess.run(
            command, stdout=output, stderr=output, cwd=ROOT, env=environment(), check=True
        )


@contextmanager
def _api(file: Path, conf: Config) -> Iterator[None]:
    command = [sys.executable, "-m", "millrace", "api", "--conf", str(file)]
    log = FOLDER / "logs" / "asking-api.log"
    with log.open("wb") as output:
        api = subprocess.Popen(command, stdout=output, stderr=output, cwd=ROOT, env=environment())
    try:
        ends_at = time.monotonic() + _START_S
        while not _is_ready(conf):
            if time.monotonic() > ends_at or api.poll() is not None:
                raise RuntimeError(f"the API does not start: {log}")
            time.sleep(0.1)
        yield
    finally:
        api.terminate()
        api.wait()


def _is_ready(conf: Config) -> bool:
    try:
        return httpx.get(f"{addresses.of_api(conf.api).text}/health").status_code == 200
    except httpx.TransportError:
        return False


def _walked(conf: Config, on_step: Callable[[str], None]) -> Walked:
    sent = threading.Thread(
        target=latency.send_steadily, args=(conf, [TOPIC], LINES_PER_S, _WALK_SENT_S)
    )
    sent.start()
    time.sleep(SETTLE_S)
    began, began_at = time.monotonic(), datetime.now(UTC)
    seen: Counter[str] = Counter()
    last = ""
    with Client(conf=conf) as client:
        for page in client.search(from_="now-30d", size=_PAGE).pages():
            seen.update(line["_id"] for line in page["items"])
            last = page["searched_until"]
            on_step(f"walk: {len(seen):,} lines")
            if len(seen) >= _WALK_LINES:
                break
    seconds = time.monotonic() - began
    sent.join()
    stored = mongo.database(conf.mongo)[TOPIC].find(
        {
            # Of the time at which it ends some lines are on the next page.
            "timestamp": {"$gt": datetime.fromisoformat(last), "$lt": began_at},
            "received_at": {"$lt": began_at - timedelta(seconds=SETTLE_S)},
        },
        {"_id": 1},
    )
    missing = sum(one["_id"] not in seen for one in stored)
    return Walked(len(seen), missing, seen.total() - len(seen), round(seconds, 1))
