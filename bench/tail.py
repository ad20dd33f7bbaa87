"""The live tail with fifty who watch, downloads of a million lines, and the API's start."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench import latency, served
from bench.place import FOLDER
from bench.settings import variant
from bench.usage import Meter
from bench.watching import watched
from millrace import config
from millrace.api import tokens
from millrace.api.client import Client, Exported
from millrace.config import Config, addresses
from millrace.io import mongo
from millrace.stack.lifecycle import status

LINES, WATCHERS, LINES_PER_S = 1_000_000, 50, 5_000
TOPIC, FIND, START = "watched", "find by _id, no API", "start of the API"
_PORT = 29180
_STARTS, _FINDS = 5, 500
# The job starts in half a minute, and then has what came meanwhile to catch up with.
_WARM_UP_S, _ALONE_S, _HELD_S, _SETTLE_S = 45, 30, 60, 5
_SAMPLED = 20  # of so many lines one is looked for
# Each of some hundred lines a second at most, so that all are shown; ten watch the same.
_QUERIES = (
    "level:ERROR",
    "status_code:404",
    "status_code:403 method:GET",
    "service_name:web status_code:>=500",
    'path:"/usr/admin/developer" method:POST',
)
_ID = re.compile(rb'"_id": ?"([0-9-]+)"')


@dataclass(frozen=True)
class Timed:
    """Milliseconds of what was done or told so often, and what it says beside."""

    what: str
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    beside: str = ""


def measured(on_step: Callable[[str], None]) -> list[Timed]:
    """Some starts of the API, all lines in each format, then who watches while more come."""
    file = variant("tail", [TOPIC], api={"port": _PORT}, metrics={"port": {"api": _PORT + 1}})
    conf = config.load(file)
    on_step(f"{LINES:,} documents")
    served.fill(conf, TOPIC, LINES)
    served.catch_up(file, "tail", "ingest")
    on_step("starts")
    found = [_timed(START, list(_starts(file, conf)))]
    with served.running_api(file, conf, "tail"):
        on_step("downloads")
        found += [*_downloads(file, conf), _timed(FIND, _finds(conf))]
        with latency.running_job(file, "tail"):
            found += _watched(conf, on_step)
    return found


def rows(found: Sequence[Timed]) -> list[tuple[str, ...]]:
    """Milliseconds of each, and what it says beside."""
    table: list[tuple[str, ...]] = [("what", "times", "p50 ms", "p95 ms", "p99 ms", "max ms", "")]
    for one in found:
        times = (f"{ms:,.0f}" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms))
        table.append((one.what, f"{one.count:,}", *times, one.beside))
    return table


def goals(found: Sequence[Timed]) -> Iterator[str]:
    """Whether starts, downloads and lines took no longer than they may."""
    for one in found:
        most_ms, of, took_ms = 1_000, "p95", one.p95_ms
        if one.what == START:
            most_ms, of, took_ms = 1_500, "p50", one.p50_ms
        elif one.what.startswith("download"):
            most_ms, of, took_ms = 60_000, "all of it", one.max_ms
        elif not one.what.startswith("told"):
            continue
        verdict = "reached" if took_ms <= most_ms else "MISSED"
        yield f"{one.what}, {of}: {took_ms:,.0f} ms (at most {most_ms:,}: {verdict})"


def _timed(what: str, ms: Sequence[float], beside: str = "") -> Timed:
    points = quantiles(ms, n=100, method="inclusive") if len(ms) > 1 else [ms[0]] * 99
    p50, p95, p99 = (round(points[place], 1) for place in (49, 94, 98))
    return Timed(what, len(ms), p50, p95, p99, round(max(ms), 1), beside)


def _starts(file: Path, conf: Config) -> Iterator[float]:
    for _ in range(_STARTS):
        with served.running_api(file, conf, "tail-start") as api:
            yield 1000 * api.start_s


def _downloads(file: Path, conf: Config) -> Iterator[Timed]:
    with TemporaryDirectory(dir=FOLDER) as folder, Client(conf=file) as client:
        for suffix in ("ndjson", "csv", "parquet"):
            path, began = Path(folder, f"lines.{suffix}"), time.monotonic()
            made = client.search(from_="now-30d").export(path)
            ms = 1000 * (time.monotonic() - began)
            stored = _stored(conf, made)
            if made.lines != stored:
                raise RuntimeError(f"{path.name}: {made.lines:,} lines of {stored:,}")
            beside = f"{made.lines:,} lines, {path.stat().st_size / 1e6:,.0f} MB"
            yield _timed(f"download as {suffix}", [ms], beside)
            path.unlink()


def _stored(conf: Config, made: Exported) -> int:
    """How many documents are of the time of a download."""
    times = {"$gte": datetime.fromisoformat(made.since), "$lt": datetime.fromisoformat(made.until)}
    return mongo.database(conf.mongo)[TOPIC].count_documents({"timestamp": times})


def _finds(conf: Config) -> list[float]:
    collection = mongo.database(conf.mongo)[TOPIC]
    ids = [one["_id"] for one in collection.aggregate([{"$sample": {"size": _FINDS}}])]
    took = []
    for id in ids:
        began = time.monotonic()
        collection.find_one({"_id": id})
        took.append(1000 * (time.monotonic() - began))
    return took


def _watched(conf: Config, on_step: Callable[[str], None]) -> list[Timed]:
    """The lines that each who watches is told, after their documents can be seen."""
    seconds = _WARM_UP_S + _ALONE_S + _HELD_S + 2 * _SETTLE_S
    sent = threading.Thread(
        target=latency.send_steadily, args=(conf, [TOPIC], LINES_PER_S, seconds)
    )
    sent.start()
    on_step(f"{LINES_PER_S:,} lines/s")
    time.sleep(_WARM_UP_S)
    told: list[float] = []
    with _seen(conf) as seen:
        alone = _mongod_cores(conf, lambda: time.sleep(_ALONE_S))
        on_step(f"{WATCHERS} watch")
        watching = _mongod_cores(conf, lambda: told.extend(asyncio.run(_tell(conf, seen))))
    sent.join()
    beside = f"mongod {watching:.2f} cores, {alone:.2f} while nobody watches"
    return [_timed(f"told to {WATCHERS} who watch", told, beside)]


def _mongod_cores(conf: Config, act: Callable[[], None]) -> float:
    (pid,) = [server.pid for server in status(conf) if server.kind == "mongo" and server.pid]
    began = time.monotonic()
    with Meter({"mongo": pid}) as meter:
        act()
        took_s = time.monotonic() - began
        return meter.usage().cpu_s["mongo"] / took_s


@contextmanager
def _seen(conf: Config) -> Iterator[dict[str, float]]:
    """When each of some documents could be seen first, by its id, as long as the context lasts."""
    seen: dict[str, float] = {}
    is_sampled = {"$eq": [{"$mod": ["$fullDocument.kafka.offset", _SAMPLED]}, 0]}
    stages: list[dict[str, Any]] = [
        {"$match": {"operationType": "insert", "ns.coll": TOPIC, "$expr": is_sampled}},
        {"$project": {"documentKey": 1}},
    ]

    def take(change: dict[str, Any]) -> None:
        seen[change["documentKey"]["_id"]] = time.monotonic()

    with watched(conf, stages, take):
        yield seen


async def _tell(conf: Config, seen: dict[str, float]) -> list[float]:
    """Milliseconds from when a document could be seen until each who watches is told of it."""
    came: list[tuple[str, float]] = []
    headers = {"Authorization": f"Bearer {tokens.stored(conf.stack)}"}
    limits = httpx.Limits(max_connections=None)
    address = addresses.of_api(conf.api).text
    async with httpx.AsyncClient(
        base_url=address, headers=headers, timeout=None, limits=limits
    ) as client:
        watching = [
            asyncio.create_task(_watch(client, _QUERIES[number % len(_QUERIES)], came))
            for number in range(WATCHERS)
        ]
        await asyncio.sleep(_HELD_S)
        for task in watching:
            task.cancel()
        for task in watching:
            with suppress(asyncio.CancelledError):
                await task
    return [max(0.0, 1000 * (at - seen[id])) for id, at in came if id in seen]


async def _watch(client: httpx.AsyncClient, q: str, came: list[tuple[str, float]]) -> None:
    parameters = {"q": q, "format": "ndjson"}
    async with client.stream("GET", "/v1/logs/tail", params=parameters) as answer:
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            at = time.monotonic()
            # One that is cut between two pieces is not looked for.
            came += [(found.decode(), at) for found in _ID.findall(piece)]
