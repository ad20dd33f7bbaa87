"""The query API under open-loop load, while `ingest` takes lines at a steady rate."""

import asyncio
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
from random import Random
from statistics import quantiles
from typing import Any

import httpx

from bench import latency
from bench.measure import environment
from bench.place import FOLDER, ROOT
from bench.settings import variant
from bench.topic import varied
from millrace import config
from millrace.api import tokens
from millrace.api.client import Client
from millrace.config import Config, addresses
from millrace.io import kafka, mongo
from millrace.records.ranges import size
from millrace.simulate.send import send

TOPIC = "asked"
MARKS = (5_000_000, 20_000_000)
LINES_PER_S, REQUESTS_PER_S = 5_000, 50
HELD_S = 120
FIND = "find by _id, no API"
_PORT = 29080
_WARM_UP_S, _SETTLE_S = 20, 5
_START_S, _TIMEOUT_S = 60, 60
_WALK_LINES, _PAGE, _WALK_SENT_S = 1_000_000, 1_000, 120
_BLOCK_LINES = 1_000_000
_SEED = 11

Request = tuple[str, str, dict[str, Any]]
"""A shape's name, a path and its parameters."""


@dataclass(frozen=True)
class Asked:
    """Milliseconds from the time that a request was due to the end of its answer, by shape.

    ``stored`` is how many documents there were at first, ``errors`` how many answers were not 200,
    ``kept`` the lines that `ingest` stored meanwhile for each that was sent.
    """

    stored: int
    shape: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    kept: float


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
            found += _under_load(conf, mark, held_s, on_step)
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


def _under_load(
    conf: Config, mark: int, held_s: int, on_step: Callable[[str], None]
) -> list[Asked]:
    collection = mongo.database(conf.mongo)[TOPIC]
    seconds = _WARM_UP_S + held_s + 2 * _SETTLE_S
    sent = threading.Thread(
        target=latency.send_steadily, args=(conf, [TOPIC], LINES_PER_S, seconds)
    )
    sent.start()
    time.sleep(_WARM_UP_S)
    before, began = collection.estimated_document_count(), time.monotonic()
    on_step(f"{REQUESTS_PER_S} requests a second over {mark:,} documents")
    times, errors = asyncio.run(_asked(conf, list(_requests(conf, held_s * REQUESTS_PER_S))))
    took_s = time.monotonic() - began
    kept = (collection.estimated_document_count() - before) / (took_s * LINES_PER_S)
    sent.join()
    found = []
    for shape, ms in times.items():
        points = quantiles(ms, n=100)
        p50, p95, p99 = (round(points[place], 1) for place in (49, 94, 98))
        worst = round(max(ms), 1)
        counts = len(ms), errors.get(shape, 0)
        found.append(Asked(mark, shape, *counts, p50, p95, p99, worst, round(kept, 3)))
    return found


def _walked(conf: Config, on_step: Callable[[str], None]) -> Walked:
    sent = threading.Thread(
        target=latency.send_steadily, args=(conf, [TOPIC], LINES_PER_S, _WALK_SENT_S)
    )
    sent.start()
    time.sleep(_SETTLE_S)
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
            "received_at": {"$lt": began_at - timedelta(seconds=_SETTLE_S)},
        },
        {"_id": 1},
    )
    missing = sum(one["_id"] not in seen for one in stored)
    return Walked(len(seen), missing, seen.total() - len(seen), round(seconds, 1))


async def _asked(
    conf: Config, requests: list[Request]
) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Sends each request when it is due, whatever became of those before."""
    times: dict[str, list[float]] = {}
    errors: dict[str, int] = {}
    headers = {"Authorization": f"Bearer {tokens.stored(conf.stack)}"}
    collection = mongo.database(conf.mongo)[TOPIC]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    address = addresses.of_api(conf.api).text
    async with httpx.AsyncClient(
        base_url=address, headers=headers, timeout=_TIMEOUT_S, limits=limits
    ) as client:

        async def ask(request: Request, due: float) -> None:
            shape, path, parameters = request
            if shape == FIND:
                await asyncio.to_thread(collection.find_one, {"_id": parameters["_id"]})
                status = 200
            else:
                status = await _status(client, path, parameters)
            times.setdefault(shape, []).append(1000 * (time.monotonic() - due))
            errors[shape] = errors.get(shape, 0) + (status != 200)

        began, running = time.monotonic(), []
        for number, request in enumerate(requests):
            due = began + number / REQUESTS_PER_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            running.append(asyncio.create_task(ask(request, due)))
        await asyncio.gather(*running)
    return times, errors


async def _status(client: httpx.AsyncClient, path: str, parameters: dict[str, Any]) -> int:
    """The answer's status; 0 where there was none."""
    try:
        return (await client.get(path, params=parameters)).status_code
    except httpx.TransportError:
        return 0


def _requests(conf: Config, count: int) -> Iterator[Request]:
    """Twelve shapes in turn, and the find beside them, each with times and values of its own."""
    rng = Random(_SEED)
    db = mongo.database(conf.mongo)
    ids = [one["_id"] for one in db[TOPIC].aggregate([{"$sample": {"size": 500}}])]
    first = db[TOPIC].find_one(sort=[("timestamp", 1)])
    assert first
    now = datetime.now(UTC)
    oldest = first["timestamp"].replace(tzinfo=UTC)
    shapes = (*_SHAPES, FIND)
    for number in range(count):
        until = now - rng.random() * (now - oldest)
        span = {
            "from": f"{until - timedelta(minutes=rng.choice((5, 15, 60))):%Y-%m-%dT%H:%M:%SZ}",
            "to": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        }
        shape = shapes[number % len(shapes)]
        if shape == FIND:
            yield FIND, "", {"_id": rng.choice(ids)}
        else:
            path, parameters = _SHAPES[shape]
            values = {"id": rng.choice(ids), "octet": rng.randrange(1, 255)}
            filled = {name: text.format(**values) for name, text in parameters.items()}
            yield shape, path.format(**values), filled | ({} if "{id}" in path else span)


_SHAPES: dict[str, tuple[str, dict[str, str]]] = {
    "newest lines": ("/v1/logs", {}),
    "errors": ("/v1/logs", {"q": "level:ERROR"}),
    "5xx of a service": ("/v1/logs", {"q": "service_name:web status_code:>=500"}),
    "path prefix": ("/v1/logs", {"q": 'http_route:"/api/*"', "size": "50"}),
    "network": ("/v1/logs", {"q": "client_ip:{octet}.0.0.0/8", "size": "50"}),
    "text": ("/v1/logs", {"q": '"Chrome/1"', "size": "50"}),
    "one line": (f"/v1/logs/{TOPIC}/{{id}}", {}),
    "context": (f"/v1/logs/{TOPIC}/{{id}}/context", {}),
    "histogram": ("/v1/logs/histogram", {"q": "level:ERROR"}),
    "values": ("/v1/fields/http_route/values", {"q": "level:ERROR"}),
    "figures": ("/v1/figures/traffic_by_minute", {"by": "status_class"}),
    "pipeline": ("/v1/proof", {}),
}
