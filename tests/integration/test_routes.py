"""Routes whose number is bounded: scanners take no place, and a place can be freed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.commandline import millrace
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.proof.reconcile import reconcile

pytestmark = pytest.mark.slow

FEED = "bounded"
NAMED = 3
JOBS = ("archive", "ingest", "aggregate")


def lines(counts: dict[str, int], status: int = 200) -> list[bytes]:
    """Access lines of a minute ago, so many for each path."""
    time = datetime.now(UTC) - timedelta(minutes=1)
    stamp = f"{time:%d/%b/%Y:%H:%M:%S +0000}"
    return [
        f'192.0.2.7 - - [{stamp}] "GET {path} HTTP/1.1" {status} 5 "-" "curl/8"'.encode()
        for path, count in counts.items()
        for _ in range(count)
    ]


def taken_by(pipe: Pipeline, spark: SparkSession, sent: list[bytes]) -> None:
    pipe.send(FEED, sent)
    for job in JOBS:
        pipe.run_within(spark, job)


def routes(pipe: Pipeline) -> Counter[str]:
    """Requests by route, as the figures name them; documents name them alike."""
    rows = pipe.select(
        f"SELECT http_route, SUM(requests) AS n FROM traffic_by_minute WHERE feed = '{FEED}'"
        " GROUP BY http_route"
    )
    figures = Counter({row["http_route"]: int(row["n"]) for row in rows})
    documents = Counter(row["http_route"] for row in pipe.documents(FEED).find())
    assert documents == figures
    return figures


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """A scan of many paths, and then what the server really has."""
    feed = {"name": FEED, "topic": FEED, "format": "combined", "service_name": "web"}
    made = pipeline(tmp_path_factory.mktemp(FEED), conf_file, feed | {"max_routes": NAMED})
    scan = {f"/w{n}/wp-login.php": 1 for n in range(50)}
    taken_by(made, spark, lines(scan, status=404))
    taken_by(made, spark, lines({"/a": 4, "/b": 3, "/c": 2, "/d": 5}))
    return made


def test_scanners_take_no_place(pipe: Pipeline, spark: SparkSession) -> None:
    assert routes(pipe) == {"/a": 4, "/b": 3, "/c": 2, "{other}": 55}
    assert reconcile(spark, pipe.conf, pipe.conf.feed(FEED)).holds


def test_a_route_that_is_forgotten_frees_its_place(pipe: Pipeline, spark: SparkSession) -> None:
    ended = millrace("routes", "forget", "/b", "--feed", FEED, conf=pipe.file)
    assert ended.code == 0, ended.said
    taken_by(pipe, spark, lines({"/d": 7}))
    taken_by(pipe, spark, lines({"/b": 1, "/a": 1}))
    assert routes(pipe) == {"/a": 5, "/b": 3, "/c": 2, "/d": 7, "{other}": 56}
    assert reconcile(spark, pipe.conf, pipe.conf.feed(FEED)).holds
    listed = millrace("routes", "list", "--feed", FEED, conf=pipe.file)
    (row,) = [line for line in listed.out.splitlines() if " /b " in line]
    assert "in older lines" in row


def test_a_batch_that_runs_again_names_routes_as_before(
    pipe: Pipeline, spark: SparkSession
) -> None:
    before = routes(pipe)
    for job in ("ingest", "aggregate"):
        pipe.forget(job)
        pipe.run_within(spark, job)
    assert routes(pipe) == before
    assert reconcile(spark, pipe.conf, pipe.conf.feed(FEED)).holds


def test_what_has_no_place_cannot_be_forgotten(pipe: Pipeline) -> None:
    ended = millrace("routes", "forget", "/none", "--feed", FEED, conf=pipe.file)
    assert ended.code == 1
    assert "has no route '/none'" in ended.err
