"""What the console is tried on: lines by the jobs' own functions, and those of one real run."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api.serving import served
from api.worlds import MINUTE, app_feed, empty, line, send_minute
from console import hostile, shop_world
from console.browser import Watched, built, launched, watched
from console.operating import PATIENT, guarded
from playwright.sync_api import Browser
from pyspark.sql import SparkSession
from support.commandline import millrace
from support.counted import CountedFeed
from support.lines import recent
from support.pipeline import pipeline

from millrace.config import Config

MINUTES = 25
LATE, OPEN = 8, 3  # minutes before now
REAL: tuple[dict[str, Any], ...] = (
    {"name": "con_access", "topic": "con_access", "format": "combined", "service_name": "web"},
    {"name": "con_app", "topic": "con_app", "format": "app", "service_name": "app"},
    {"name": "con_shop", "topic": "con_shop", "format": "shop", "service_name": "shop"},
    {"name": "con_syslog", "topic": "con_syslog", "format": "syslog", "service_name": "syslog"},
)
LINES = 3_000
FAULTS = 3.0  # percent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this machine, with the page built."""
    built()
    with launched() as made:
        yield made


@pytest.fixture(scope="session")
def small(servers: Config) -> Iterator[Config]:
    """An API of a feed with minutes that are proven, late, and open, and hostile lines."""
    feed = app_feed("console_app")
    world, draw = empty(servers, feed), random.Random(11)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for number in range(MINUTES):
        start = now - (MINUTES - number) * MINUTE
        send_minute(world, draw, start, 30)
        if number == MINUTES - OPEN:
            late = line(draw, now - (MINUTES - LATE) * MINUTE, status_code=200, response_time_ms=3)
            world.send(late, start + MINUTE, 1)
        if number % 5 == 4:
            world.aggregate()
    for one in hostile.lines(now - 2 * MINUTE):
        world.send(one, now, 0)
    world.ingest()
    world.aggregate()
    world.reconcile()
    with served(world.conf, **PATIENT) as conf:
        yield conf


@pytest.fixture(scope="session")
def real(
    servers: Config,
    conf_file: Path,
    spark: SparkSession,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Config]:
    """An API of four feeds whose lines the jobs took from Kafka, once `reconcile` held."""
    pipe = pipeline(tmp_path_factory.mktemp("console"), conf_file, *REAL)
    now = datetime.now(UTC)
    for feed in pipe.conf.feeds:
        made = recent(str(feed.format), LINES, seed=5, minutes=25, faults=FAULTS)
        extra = hostile.lines(now - timedelta(minutes=1)) if feed.format == "app" else []
        pipe.send(feed.name, [*made, *extra])
    for job in ("archive", "ingest", "aggregate"):
        pipe.run_within(spark, job)
    assert millrace("reconcile", conf=pipe.file).code == 0
    with served(pipe.conf, **PATIENT) as conf:
        yield conf


@pytest.fixture(scope="session")
def shop_lines(servers: Config) -> CountedFeed:
    """Half an hour of a shop, stored, counted and compared, with dead letters."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return shop_world.filled(servers, now)


@pytest.fixture(scope="session")
def shop(shop_lines: CountedFeed) -> Iterator[Config]:
    """An API of the shop's feed, with a token of each role."""
    with guarded(shop_lines.conf) as conf:
        yield conf


@pytest.fixture
def signed(browser: Browser, small: Config) -> Iterator[Watched]:
    """A wide, light page of the small world, signed in."""
    with watched(browser, small) as made:
        made.sign_in()
        yield made
