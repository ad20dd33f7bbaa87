"""What the demo of change capture says, from the first server to the last, and what it leaves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.captured import captured_settings
from support.pipeline import ROOT

from millrace import config, stack

pytestmark = pytest.mark.slow

_TIMEOUT_S = 1_200
COUNT = 600


def test_it_proves_what_it_captured_and_stops_what_it_started(tmp_path: Path) -> None:
    file = captured_settings(tmp_path)
    content = yaml.safe_load(file.read_text())
    content["stack"]["servers"] += ["reconcile"]  # It reads the others: the demo needs none.
    file.write_text(yaml.safe_dump(content))
    command = [sys.executable, "-m", "millrace", "demo", "--changes", "--count", str(COUNT)]
    done = subprocess.run(
        [*command, "--conf", str(file)],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    for name in ("movies", "series", "persons"):
        (line,) = [one for one in done.stdout.splitlines() if f"✓ {name}" in one]
        assert line.split()[-3:] == ["0", "0", "0"]
    assert "Seconds from commit to store" in done.stdout
    assert not [server for server in stack.status(config.load(file)) if server.pid]
    shutil.rmtree((tmp_path / "stack/data/source-postgres").resolve(), ignore_errors=True)
