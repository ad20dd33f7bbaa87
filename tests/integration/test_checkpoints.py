"""A checkpoint that a query cannot go on from stops it with a sentence that says what to do."""

from pathlib import Path
from shutil import move

import pytest
import yaml
from pyspark.sql import SparkSession
from support.lines import recent
from support.pipeline import Pipeline, pipeline

from millrace import config
from millrace.config import Config
from millrace.runtime.context import FAILED


def lines(seed: int) -> list[bytes]:
    return recent("app", 500, seed=seed, minutes=3)


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
    pipe.run_within(spark, "aggregate")
    # The shop's state has sums of money in it: another layout.
    content = yaml.safe_load(pipe.file.read_text())
    content["feeds"][0]["format"] = "shop"
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(content))
    pipe.send("plan", lines(2))
    Pipeline(other, config.load(other)).run_within(spark, "aggregate", code=FAILED)
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
