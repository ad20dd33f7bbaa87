"""The query API under open-loop load, while `ingest` takes lines at a steady rate."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import latency, served
from bench.open_loop import LINES_PER_S, SETTLE_S, TOPIC, Asked, under_load
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
