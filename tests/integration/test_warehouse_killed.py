"""The load, killed at each named point of its way, and run again."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.pipeline import JOB_TIMEOUT_S, ROOT
from support.warehouse_content import content, empty, select
from test_warehouse_load import World

from millrace.config import Config
from millrace.config.passwords import WAREHOUSE
from millrace.io.failpoints import POINTS

pytestmark = pytest.mark.slow

# The point, and in which batch the driver comes to its end there.
CASES = (
    ("before_warehouse_staging", 1),
    ("before_warehouse_transaction", 2),
    ("before_warehouse_commit", 2),
    ("after_warehouse_commit", 1),
)
LINES_A_BATCH = 600


def test_every_point_of_the_load_is_tried() -> None:
    assert {point for point, _ in CASES} == {point for point in POINTS if "warehouse" in point}


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory,
    conf_file: Path,
    warehouse: Config,
    country_database: str,
    spark: SparkSession,
) -> World:
    """Lines that are archived, and loaded once without a fault."""
    world = World(
        tmp_path_factory.mktemp("killed"), conf_file, warehouse, max_lines_per_batch=LINES_A_BATCH
    )
    world.send(1)
    world.load(spark)
    return world


def run(world: World, crash_at: str | None = None) -> int:
    """Runs the job as users do; its exit code."""
    own = world.own
    place = {"HOST": own.host, "PORT": str(own.port), "PRODUCTS": own.products}
    environment = {f"MILLRACE__WAREHOUSE__{key}": value for key, value in place.items()}
    environment[WAREHOUSE["password"]] = own.password.get_secret_value()
    if crash_at:
        environment["MILLRACE_CRASH_AT"] = crash_at
    command = [str(ROOT / "spark-submit.sh"), "warehouse", "--load-only"]
    command += ["--conf", str(world.pipe.file)]
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=JOB_TIMEOUT_S,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode


@pytest.mark.parametrize(("point", "batch"), CASES)
def test_a_load_that_is_killed_there_loses_and_doubles_nothing(
    loaded: World, point: str, batch: int
) -> None:
    feeds = (loaded.shop, loaded.access, loaded.changes)
    expected = {feed: content(loaded.own, feed) for feed in feeds}
    empty(loaded.own)
    assert run(loaded, f"{point}:{batch}") == -signal.SIGKILL
    if "after" not in point:
        assert content(loaded.own, loaded.shop) != expected[loaded.shop]
    assert run(loaded) == 0
    assert {feed: content(loaded.own, feed) for feed in feeds} == expected
    # What the killed one had staged is for the next day to drop.
    left = select(loaded.own, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'staging_%%'")
    for (name,) in left:
        select(loaded.own, f'DROP TABLE raw."{name}"')
