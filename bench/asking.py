"""The query API under open-loop load, while `ingest` takes lines at a steady rate."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import latency, open_loop, served
from bench.open_loop import LINES_PER_S, SETTLE_S, TOPIC, Asked, under_load
from bench.page import at_least
from bench.settings import variant
from millrace import config
from millrace.api.client import Client
from millrace.config import Config
from millrace.io import mongo

MARKS = (5_000_000, 20_000_000)
HELD_S = 120
_PORT = 29080
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
        served.fill(conf, TOPIC, mark)
        for job in ("ingest", "aggregate"):
            served.catch_up(file, "asking", job)
        with latency.running_job(file, "asking"), served.running_api(file, conf, "asking"):
            found += under_load(conf, mark, held_s, on_step)
            walked = walked or _walked(conf, on_step)
    assert walked
    return found, walked


def rows(found: Sequence[Asked]) -> list[tuple[str, ...]]:
    """Milliseconds of each shape of request, and of a find beside them."""
    rows: list[tuple[str, ...]] = [
        ("documents", "request", "requests", "errors", "p50 ms", "p95 ms", "p99 ms", "max ms")
    ]
    for one in found:
        times = (f"{ms:,.0f}" for ms in (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms))
        rows.append((f"{one.stored:,}", one.shape, f"{one.requests}", f"{one.errors}", *times))
    return rows


def goals(found: Sequence[Asked], walked: Walked) -> Iterator[str]:
    """Which shapes take longer than they may, what `ingest` kept of its rate, and the walk."""
    for mark in dict.fromkeys(one.stored for one in found):
        own = [one for one in found if one.stored == mark and one.shape != open_loop.FIND]
        for name, most in (("p95", 100), ("p99", 500)):
            slow = [one.shape for one in own if getattr(one, f"{name}_ms") >= most]
            verdict = f"MISSED by {', '.join(slow)}" if slow else "reached"
            yield f"{mark:,} documents: {name} under {most} ms: {verdict}"
        kept = f"{mark:,} documents: lines/s that ingest stored / that were sent"
        yield at_least(kept, own[0].kept, 0.9)
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
