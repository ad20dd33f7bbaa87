"""The query API under open-loop load, while `ingest` takes lines at a steady rate."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import latency, open_loop, served
from bench.open_loop import LINES_PER_S, SETTLE_S, TOPIC, Run
from bench.page import at_least
from bench.settings import variant
from millrace import config
from millrace.api.client import Client
from millrace.config import Config
from millrace.io import mongo
from millrace.stack.lifecycle import status

MARKS = (5_000_000, 20_000_000)
HELD_S = 120
_PORT = 29080
_INTERVAL_S = 2  # as on Kubernetes: batches without a pause take a whole core at any rate
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
) -> tuple[list[Run], Walked]:
    """Two runs a mark, over so many documents and their figures, of times 0.2 ms apart.

    First alone, then beside `ingest`. Over the first mark's the walk goes as well.
    """
    api, stream = {"port": _PORT}, {"ingest_interval_s": _INTERVAL_S}
    file = variant("asking", [TOPIC], api=api, stream=stream, metrics={"port": {"api": _PORT + 1}})
    conf = config.load(file)
    found: list[Run] = []
    walked = None
    for mark in marks:
        on_step(f"{mark:,} documents")
        served.fill(conf, TOPIC, mark)
        for job in ("ingest", "aggregate"):
            served.catch_up(file, "asking", job)
        with served.running_api(file, conf, "asking") as own:
            pids: dict[str, int] = {one.kind: one.pid for one in status(conf) if one.pid}
            pids["api"] = own.pid
            on_step(f"{mark:,} documents: alone")
            found.append(open_loop.alone(conf, pids, mark, held_s))
            on_step(f"{mark:,} documents: beside ingest")
            with latency.running_job(file, "asking") as ingest:
                pids["ingest"] = ingest.pid
                found.append(open_loop.beside_ingest(conf, pids, mark, held_s))
                walked = walked or _walked(conf, on_step)
    assert walked
    return found, walked


def rows(found: Sequence[Run]) -> list[tuple[str, ...]]:
    """Milliseconds of each shape of request, and of a find beside them."""
    rows: list[tuple[str, ...]] = [
        ("documents", "lines/s", "request", "errors", "p50 ms", "p95 ms", "p99 ms", "max ms")
    ]
    for run in found:
        for one in run.shapes:
            times = (f"{ms:,.0f}" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms))
            where = f"{run.stored:,}", f"{run.lines_per_s:,}"
            rows.append((*where, one.shape, f"{one.errors} of {one.requests}", *times))
    return rows


def goals(found: Sequence[Run], walked: Walked) -> Iterator[str]:
    """Which shapes take longer than they may, what was busy, what `ingest` kept, and the walk."""
    for run in found:
        title = f"{run.stored:,} documents, {run.lines_per_s:,} lines/s"
        own = [one for one in run.shapes if one.shape != open_loop.FIND]
        for name, most in (("p95", 100), ("p99", 500)):
            slow = [one.shape for one in own if getattr(one, f"{name}_ms") >= most]
            verdict = f"MISSED by {', '.join(slow)}" if slow else "reached"
            yield f"{title}: {name} under {most} ms: {verdict}"
        busy = ", ".join(f"{name} {cores:.2f}" for name, cores in run.cores.items())
        yield f"{title}: cores busy: {busy}; together {sum(run.cores.values()):.2f}"
        if run.lines_per_s:
            yield at_least(f"{title}: stored by ingest / sent", run.kept, 0.9)
    verdict = "MISSED" if walked.missing or walked.doubled else "reached"
    yield (
        f"a walk over {walked.lines:,} lines in {walked.seconds:,.0f} s while more come:"
        f" {walked.missing} missing, {walked.doubled} doubled (each once: {verdict})"
    )


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
