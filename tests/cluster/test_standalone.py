"""Every job with its executors in JVMs of their own, which have only what is sent to them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from standalone import WORKERS, Cluster, standalone
from support.lines import recent
from support.pipeline import Pipeline, pipeline

from millrace.config import Config
from millrace.records.formats import Layout

LINES = 5000
FAULTS = 2.5  # percent
JOBS = ("archive", "ingest", "aggregate")
FORMATS: tuple[Layout, ...] = ("combined", "app", "shop", "syslog")
FEEDS: list[dict[str, Any]] = [
    {"name": format, "topic": format, "format": format, "service_name": "web"} for format in FORMATS
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with standalone(tmp_path_factory.mktemp("cluster")) as up:
        yield up


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    cluster: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """All formats sent, and every job run once on the cluster until it caught up."""
    pipe = pipeline(tmp_path_factory.mktemp("jobs"), conf_file, *FEEDS)
    content = yaml.safe_load(pipe.file.read_text())
    sizes = {"executors": WORKERS, "executor_cores": 1, "executor_memory": "1g"}
    content["spark"] |= {"master": cluster.master, **sizes}
    pipe.file.write_text(yaml.safe_dump(content))
    for seed, format in enumerate(FORMATS):
        pipe.send(format, recent(format, LINES, seed=seed, faults=FAULTS))
    for job in JOBS:
        pipe.run(job)
    return pipe


@pytest.mark.parametrize("format", FORMATS)
def test_each_line_is_a_document_or_a_dead_letter(pipe: Pipeline, format: Layout) -> None:
    letters = pipe.letters(format)
    assert letters > 0
    assert pipe.documents(format).count_documents({}) + letters == LINES


def test_python_workers_found_countries_and_agents(pipe: Pipeline) -> None:
    documents = pipe.documents("combined")
    assert documents.count_documents({"country": {"$ne": None}}) > LINES / 2
    assert documents.count_documents({"browser": {"$ne": None}}) > LINES / 2


def test_figures_count_every_record(pipe: Pipeline) -> None:
    for format in FORMATS:
        (row,) = pipe.select(
            f"SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = '{format}'"
        )
        assert row["n"] == LINES - pipe.letters(format)


def test_every_job_ran_in_both_executors(pipe: Pipeline, cluster: Cluster) -> None:
    applications = cluster.applications()
    assert len(applications) == len(JOBS)
    for application in applications:
        executors = cluster.executors_of(application)
        assert len(executors) == WORKERS
        for executor in executors:
            assert "Finished task" in (executor / "stderr").read_text(errors="replace")
            assert (executor / "millrace.zip").is_file()


def test_the_proof_holds_from_the_cluster_too(pipe: Pipeline) -> None:
    command = [str(Path(sys.executable).with_name("millrace")), "reconcile"]
    done = subprocess.run(
        [*command, "--conf", str(pipe.file)], capture_output=True, text=True, check=False
    )
    telling = [line for line in done.stderr.splitlines() if "Error" in line or "Caused" in line]
    assert done.returncode == 0, "\n".join([done.stdout, *telling, done.stderr[-2000:]])
    assert done.stdout.count(": holds") == len(FORMATS)
