"""Lines that `ingest` has stored, and the query API as a process of its own over them."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.measure import environment
from bench.place import FOLDER, ROOT
from bench.topic import varied
from millrace.config import Config, addresses
from millrace.io import kafka, mongo
from millrace.records import dead_letters, ledger
from millrace.records.ranges import size
from millrace.simulate.send import send

_START_S = 60
_LOOK_S = 0.02


@dataclass(frozen=True)
class Api:
    """The process of the API, and how many seconds after its start it answered first."""

    pid: int
    start_s: float


def fill(conf: Config, topic: str, lines: int) -> None:
    """Sends so many lines in all, of times 0.2 ms apart; of an empty topic nothing is stored.

    What other measurements have stored stays.
    """
    kafka.create_topics(conf.kafka, [topic])
    there = size(kafka.offsets(conf.kafka, kafka.topic(conf.kafka, topic)))
    if there == 0:
        shutil.rmtree(conf.storage.checkpoints, ignore_errors=True)
        db = mongo.database(conf.mongo)
        db[topic].drop()
        db[dead_letters.COLLECTION].delete_many({"feed": topic})
        db[ledger.COLLECTION].delete_many({"query": f"ingest-{topic}"})
    if there < lines:
        send(conf.kafka, topic, varied(lines - there))


def catch_up(file: Path, name: str, job: str) -> None:
    """Runs a job until it has all lines; its log is named after ``name``."""
    command = [str(ROOT / "spark-submit.sh"), job, "--conf", str(file), "--until-caught-up"]
    log = FOLDER / "logs" / f"{name}-{job}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        subprocess.run(
            command, stdout=output, stderr=output, cwd=ROOT, env=environment(), check=True
        )


@contextmanager
def running_api(file: Path, conf: Config, name: str) -> Iterator[Api]:
    """The API, which answers meanwhile."""
    command = [sys.executable, "-m", "millrace", "api", "--conf", str(file)]
    log = FOLDER / "logs" / f"{name}-api.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("wb") as output:
        api = subprocess.Popen(command, stdout=output, stderr=output, cwd=ROOT, env=environment())
    try:
        while not _is_ready(conf):
            if time.monotonic() > began + _START_S or api.poll() is not None:
                raise RuntimeError(f"the API does not start: {log}")
            time.sleep(_LOOK_S)
        yield Api(api.pid, time.monotonic() - began)
    finally:
        api.terminate()
        api.wait()


def _is_ready(conf: Config) -> bool:
    try:
        return httpx.get(f"{addresses.of_api(conf.api).text}/health").status_code == 200
    except httpx.TransportError:
        return False
