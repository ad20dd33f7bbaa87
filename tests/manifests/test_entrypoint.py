"""What the image runs in each role, by an init that prints what it was told to run."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from manifests.rendered import ROOT

ENTRYPOINT = ROOT / "spark-k8s" / "entrypoint.sh"
EXECUTOR = {
    "SPARK_HOME": "/opt/spark",
    "SPARK_EXECUTOR_MEMORY": "1g",
    "SPARK_EXECUTOR_CORES": "2",
    "SPARK_EXECUTOR_ID": "1",
    "SPARK_EXECUTOR_POD_IP": "10.0.0.2",
    "SPARK_EXECUTOR_POD_NAME": "ingest-exec-1",
    "SPARK_DRIVER_URL": "spark://driver:7078",
    "SPARK_APPLICATION_ID": "spark-1",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    **{f"SPARK_JAVA_OPT_{number}": f"-Dnumber={number}" for number in (0, 1, 2, 10)},
}


@pytest.fixture
def init(tmp_path: Path) -> Path:
    """A folder with an init in it that prints Spark's options and its arguments, one a line."""
    program = tmp_path / "tini"
    program.write_text('#!/bin/bash\nprintf "%s\\n" "${MILLRACE_SPARK_OPTIONS:-}" "$@"\n')
    program.chmod(0o755)
    return tmp_path


def _run(init: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(ENTRYPOINT), *arguments],
        env={"PATH": f"{init}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_driver_is_python_with_sparks_options_for_its_jvm(init: Path) -> None:
    spark = ["--properties-file", "/opt/spark/conf/spark.properties", "--class", "PythonRunner"]
    job = ["local:///opt/millrace/jobs/ingest.py", "--conf", "/etc/millrace/conf/k8s.yaml"]
    done = _run(init, "driver", *spark, *job, SPARK_DRIVER_BIND_ADDRESS="10.0.0.1")
    options, *said = done.stdout.splitlines()
    assert shlex.split(options) == [
        *spark[:2],
        *("--deploy-mode", "client", "--conf", "spark.driver.bindAddress=10.0.0.1"),
    ]
    assert said[-4:] == ["/opt/millrace/.venv/bin/python", "/opt/millrace/jobs/ingest.py", *job[1:]]


def test_an_executor_has_its_options_in_their_order(init: Path) -> None:
    said = _run(init, "executor", **EXECUTOR).stdout.splitlines()
    options = [word for word in said if word.startswith("-Dnumber")]
    assert options == [f"-Dnumber={number}" for number in (0, 1, 2, 10)]
    assert said[said.index("--podName") + 1] == "ingest-exec-1"
    assert said[said.index("--cores") + 1] == "2"


@pytest.mark.parametrize("missing", ["SPARK_DRIVER_URL", "SPARK_EXECUTOR_MEMORY"])
def test_an_executor_without_its_variables_does_not_start(init: Path, missing: str) -> None:
    environment = {key: value for key, value in EXECUTOR.items() if key != missing}
    done = _run(init, "executor", **environment)
    assert done.returncode != 0
    assert missing in done.stderr


def test_another_role_is_refused(init: Path) -> None:
    done = _run(init, "shell")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no role is called shell" in done.stderr
