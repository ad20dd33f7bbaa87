"""Spark's JVM maps its classes from a file; where there is none, it starts all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from millrace.runtime import class_data

SESSION = """
import sys
from pathlib import Path
from millrace import config
from millrace.runtime.session import spark_session
spark_session("classes", config.load(Path(sys.argv[1]))).range(3).count()
"""


def test_sparks_classes_come_from_the_file(
    conf_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "classes"
    logged = f"spark.driver.extraJavaOptions=-Xlog:class+load:file={told}"
    monkeypatch.setenv("MILLRACE_SPARK_OPTIONS", f"--conf {logged}")
    subprocess.run([sys.executable, "-c", SESSION, str(conf_file)], check=True, timeout=600)
    # Those of lambdas are made anew in each JVM.
    loaded = [
        line
        for line in told.read_text().splitlines()
        if " org.apache.spark." in line and "$$Lambda" not in line
    ]
    mapped = [line for line in loaded if line.endswith("source: shared objects file (top)")]
    assert len(mapped) > 0.9 * len(loaded) > 1_000


def test_without_a_file_the_reason_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "downloads").touch()  # A file where a folder is to be: so it is for root as well.
    properties = {class_data.JVM_OPTION: ""}
    assert class_data.jvm_option(properties, tmp_path / "downloads") == ""
    assert "starts take longer: " in capsys.readouterr().err
