"""Some minutes of a feed's lines, with whatever makes figures and documents differ."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from support.counted import CountedFeed

from millrace.config import Config, Feed
from millrace.io import kafka, mongo, mysql
from millrace.records import dead_letters, ledger, reconciliations
from millrace.records.tables import TABLES

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SERVICES = ("cart", "search", "pay_api", "mail")
LEVELS = ("DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR")
CODES = (None, None, "E1", "E2", "db/timeout")


def app_feed(name: str, **options: Any) -> Feed:
    """A feed of application logs, whose minutes close soon."""
    usual: dict[str, Any] = {"max_lateness_s": 120, "max_future_skew_s": 60}
    return Feed(name=name, topic=name, format="app", service_name="app", **usual | options)


def empty(conf: Config, feed: Feed) -> CountedFeed:
    """The feed without any line, whatever an earlier run left of it."""
    kafka.create_topics(conf.kafka, [feed.topic])
    db = mongo.database(conf.mongo)
    db[feed.name].drop()
    db[dead_letters.COLLECTION].delete_many({"feed": feed.name})
    db[ledger.COLLECTION].delete_many({"query": f"ingest-{feed.name}"})
    db[reconciliations.COLLECTION].delete_many({"_id": feed.name})
    mysql.prepare(conf.mysql)
    with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
        own = [table.name for table in TABLES]
        own += ["reconciled_windows", "service_minutes", "rate_anomalies", "key_names"]
        for table in (*own, "http_routes", "forgotten_routes"):
            cursor.execute(f"DELETE FROM {table} WHERE feed = %s", feed.name)
        cursor.execute("DELETE FROM batches WHERE query = %s", f"aggregate-{feed.name}")
    return CountedFeed(conf.model_copy(update={"feeds": (feed,)}), feed)


def line(draw: random.Random, at: datetime, **values: Any) -> bytes:
    """An application's line of that time."""
    usual: dict[str, Any] = {
        "timestamp": at.isoformat(),
        "service_name": draw.choice(SERVICES),
        "level": draw.choice(LEVELS),
        "message": f"job {draw.randrange(9)} done",
        "error_code": draw.choice(CODES),
    }
    if draw.random() < 0.6:
        usual |= {
            "method": draw.choice(("GET", "POST", "BREW")),
            "path": f"/items/{draw.randrange(3)}/{draw.choice('abc')}",
            "status_code": draw.choice((200, 204, 301, 404, 500, 999)),
            "response_time_ms": round(draw.lognormvariate(3, 1.5), 2),
        }
    return json.dumps({**usual, **values}).encode()


def send_minute(
    world: CountedFeed, draw: random.Random, start: datetime, lines: int, **values: Any
) -> None:
    """Lines of a minute, on two partitions, each received within the second of its time."""
    seconds = sorted(draw.uniform(0, 59) for _ in range(lines))
    for second in seconds:
        at = start + timedelta(seconds=round(second, 3))
        world.send(line(draw, at, **values), at + timedelta(milliseconds=500), draw.randrange(2))
