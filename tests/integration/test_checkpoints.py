"""A checkpoint that a query cannot go on from stops it with a sentence that says what to do."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import move

import pytest
from pyspark.sql import SparkSession
from support.lines import recent
from support.pipeline import pipeline

from aggregate import aggregate
from millrace.config import Config
from millrace.runtime.context import FAILED
from millrace.runtime.flow import Flow, Run


def lines(seed: int) -> list[bytes]:
    return recent("app", 500, seed=seed, minutes=3)


def of_another_version(run: Run) -> Flow:
    """`aggregate` with late lines apart: its state has a key more."""
    flow = aggregate(run)
    apart = [partial(step, late_apart=True) for step in flow.steps]
    return replace(flow, steps=[*apart, lambda rows: rows.drop("is_late")])


@pytest.mark.slow
def test_state_of_another_plan_is_refused_and_the_way_out_works(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    feed = {"name": "plan", "topic": "plan", "format": "app", "service_name": "app"}
    pipe = pipeline(tmp_path, conf_file, feed)
    pipe.send("plan", lines(1))
    pipe.run_within(spark, "aggregate", job=of_another_version)
    pipe.send("plan", lines(2))
    pipe.run_within(spark, "aggregate", code=FAILED)
    (line,) = [line for line in caplog.messages if "holds the state of another version" in line]
    checkpoint = Path(pipe.conf.storage.checkpoints) / "aggregate-plan"
    assert str(checkpoint) in line

    def events() -> int:
        found = pipe.select("SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = 'plan'")
        return int(found[0]["n"])

    assert events() == 500
    move(checkpoint, tmp_path / "aside")
    pipe.run_within(spark, "aggregate")
    assert events() == 1000
