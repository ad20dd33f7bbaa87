"""Requests to the query API, each sent when it is due, whatever became of those before."""

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import quantiles
from typing import Any

import httpx

from bench import latency
from bench.usage import Meter
from millrace.api import tokens
from millrace.config import Config, addresses
from millrace.io import mongo

TOPIC = "asked"
LINES_PER_S, REQUESTS_PER_S = 5_000, 50
FIND = "find by _id, no API"
SETTLE_S = 5
_WARM_UP_S, _TIMEOUT_S = 20, 60
_SEED = 11

Request = tuple[str, str, dict[str, Any]]
"""A shape's name, a path and its parameters."""


@dataclass(frozen=True)
class Asked:
    """Milliseconds from the time that a request was due to the end of its answer, of one shape.

    ``errors`` is how many answers were not 200.
    """

    shape: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True)
class Run:
    """Requests of all shapes while so many lines a second were sent.

    ``stored`` is how many documents there were at first, ``kept`` the lines that `ingest` stored
    meanwhile for each that was sent, ``cores`` how many cores each part kept busy.
    """

    stored: int
    lines_per_s: int
    kept: float
    cores: dict[str, float]
    shapes: list[Asked]


def alone(conf: Config, pids: dict[str, int], mark: int, held_s: int) -> Run:
    """Asks for so many seconds while nothing else is done."""
    return _run(conf, pids, mark, held_s, 0)


def beside_ingest(conf: Config, pids: dict[str, int], mark: int, held_s: int) -> Run:
    """The same while lines come, and `ingest` stores them."""
    seconds = _WARM_UP_S + held_s + 2 * SETTLE_S
    sent = threading.Thread(
        target=latency.send_steadily, args=(conf, [TOPIC], LINES_PER_S, seconds)
    )
    sent.start()
    time.sleep(_WARM_UP_S)
    found = _run(conf, pids, mark, held_s, LINES_PER_S)
    sent.join()
    return found


def _run(conf: Config, pids: dict[str, int], mark: int, held_s: int, lines_per_s: int) -> Run:
    collection = mongo.database(conf.mongo)[TOPIC]
    requests = list(_requests(conf, held_s * REQUESTS_PER_S))
    before = collection.estimated_document_count()
    began, own_s = time.monotonic(), time.process_time()
    with Meter(pids) as meter:
        times, errors = asyncio.run(_asked(conf, requests))
    took_s, own_s = time.monotonic() - began, time.process_time() - own_s
    stored = collection.estimated_document_count() - before
    kept = stored / (took_s * lines_per_s) if lines_per_s else 1
    cpu_s = meter.usage().cpu_s | {"who asks and sends": own_s}
    cores = {name: round(seconds / took_s, 2) for name, seconds in cpu_s.items()}
    shapes = [_of_shape(shape, ms, errors[shape]) for shape, ms in times.items()]
    return Run(mark, lines_per_s, round(kept, 3), cores, shapes)


def _of_shape(shape: str, ms: list[float], errors: int) -> Asked:
    points = quantiles(ms, n=100)
    p50, p95, p99 = (round(points[place], 1) for place in (49, 94, 98))
    return Asked(shape, len(ms), errors, p50, p95, p99, round(max(ms), 1))


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
    "path prefix": ("/v1/logs", {"q": 'http_route:"/usr/admin/*"', "size": "50"}),
    "network": ("/v1/logs", {"q": "client_ip:{octet}.0.0.0/8", "size": "50"}),
    "text": ("/v1/logs", {"q": '"Chrome/1"', "size": "50"}),
    "one line": (f"/v1/logs/{TOPIC}/{{id}}", {}),
    "context": (f"/v1/logs/{TOPIC}/{{id}}/context", {}),
    "histogram": ("/v1/logs/histogram", {"q": "level:ERROR"}),
    "values": ("/v1/fields/http_route/values", {"q": "level:ERROR"}),
    "figures": ("/v1/figures/traffic_by_minute", {"by": "status_class"}),
    "pipeline": ("/v1/proof", {}),
}
