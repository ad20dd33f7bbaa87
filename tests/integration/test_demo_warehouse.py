"""What the demo of the warehouse says, from the first server to the proof."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.pipeline import QUICK, ROOT
from support.places import SILENT, free_ports, settings_file

from millrace import config, stack

pytestmark = pytest.mark.slow

_TIMEOUT_S = 1_800
COUNT = 2_000


def test_it_builds_what_it_sent_and_proves_it(tmp_path: Path) -> None:
    (*_, on_warehouse) = free_ports(5)
    file = settings_file(
        tmp_path,
        stack={
            "directory": str(tmp_path / "stack"),
            "servers": ["kafka", "mongo", "mysql"],
            "warehouse": ["warehouse-postgres"],
        },
        warehouse={"host": "127.0.0.1", "port": on_warehouse},
        spark={"shuffle_partitions": 2, "driver_memory": "1g", "conf": QUICK},
    )
    feeds = [
        {"name": "shop", "topic": "shop", "format": "shop", "service_name": "shop"},
        {"name": "products", "topic": "products", "formats": ["json"], "service_name": "shop"},
    ]
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"feeds": feeds}))
    command = [sys.executable, "-m", "millrace", "demo", "--warehouse", "--count", str(COUNT)]
    try:
        done = subprocess.run(
            [*command, "--conf", str(file)],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
            cwd=ROOT,
            env=os.environ | {"COLUMNS": "120"},
        )
    finally:
        stack.down(config.load(file), SILENT)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    lines = [line.strip() for line in done.stdout.splitlines()]
    rows = dict(line.split()[:2] for line in lines if line.startswith("fact_"))
    assert 0.9 * COUNT < int(rows["fact_event"].replace(",", "")) <= COUNT
    assert "✓ shop" in done.stdout
    assert "✓ facts: one version" in done.stdout
    assert "✗" not in done.stdout
