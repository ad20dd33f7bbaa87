"""Checkpoints, state and archive in an object store of S3's protocol, as on Kubernetes."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from manifests.tools import versitygw
from support.lines import recent
from support.pipeline import Pipeline, pipeline, wait_until
from support.places import free_port

from millrace import config
from millrace.config import Config
from millrace.setup.downloads import downloads_folder
from millrace.setup.object_store import s3_jars
from millrace.stack.servers import is_open

HOST = "127.0.0.1"
BUCKET = "millrace"
LINES = 3000
JOBS = ("archive", "ingest", "aggregate")
FEED = {"name": "stored", "topic": "stored", "format": "combined", "service_name": "web"}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a store with one bucket; its keys are in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-of-this-test")
    folder = tmp_path / "store"
    (folder / BUCKET).mkdir(parents=True)
    port = free_port()
    address = f"{HOST}:{port}"
    environment = os.environ | {
        "ROOT_ACCESS_KEY": "tester",
        "ROOT_SECRET_KEY": "only-of-this-test",
    }
    command = [versitygw(), "--port", address, "posix", str(folder)]
    with (tmp_path / "store.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: is_open(HOST, port), "the store answers", timeout_s=10)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(10)


def _on_the_store(pipe: Pipeline, store: str, conf: Config) -> Pipeline:
    content = yaml.safe_load(pipe.file.read_text())
    content["storage"] = {
        "checkpoints": f"s3a://{BUCKET}/checkpoints",
        "archive": f"s3a://{BUCKET}/archive",
    }
    jars = s3_jars(downloads_folder(conf.stack))
    content["spark"]["conf"] |= {
        "spark.driver.extraClassPath": f"{jars[0].parent}/*",
        "spark.hadoop.fs.s3a.endpoint": store,
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
    }
    pipe.file.write_text(yaml.safe_dump(content))
    return Pipeline(pipe.file, config.load(pipe.file))


def test_jobs_go_on_from_checkpoints_and_state_in_an_object_store(
    servers: Config, conf_file: Path, country_database: str, store: str, tmp_path: Path
) -> None:
    pipe = _on_the_store(pipeline(tmp_path, conf_file, FEED), store, servers)
    # Late lines in the first part alone: once there is a watermark, figures lack them.
    for seed, faults in ((1, 2.0), (2, 0.0)):
        pipe.send("stored", recent("combined", LINES // 2, seed=seed, faults=faults))
        for job in JOBS:
            pipe.run(job)
    records = pipe.documents("stored").count_documents({})
    assert records + pipe.letters("stored") == LINES
    (row,) = pipe.select("SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = 'stored'")
    assert row["n"] == records
    # The archive, read anew, gives the same documents: none is doubled.
    pipe.run("ingest", "--from", "archive")
    assert pipe.documents("stored").count_documents({}) == records
