"""A batch is counted and stored once, also where its tasks are tried again and records exist."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import retried_batch
from support.lines import values

from millrace.config import Config
from millrace.io import mongo

TIMEOUT_S = 300


def test_a_batch_whose_tasks_fail_at_first_is_counted_and_stored_once(
    servers: Config, conf_file: Path, country_database: str, tmp_path: Path
) -> None:
    name = f"r{uuid4().hex[:8]}"
    tests = Path(__file__).parents[1]
    program = [sys.executable, retried_batch.__file__, str(conf_file), name, str(tmp_path)]
    done = subprocess.run(
        program,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        cwd=tests.parent,
        env=os.environ | {"PYTHONPATH": str(tests)},
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    # The insert's tasks and those of the replacement.
    assert len({file.name.partition("-")[0] for file in tmp_path.iterdir()}) >= 2
    written = json.loads(done.stdout.splitlines()[-1])
    db = mongo.database(servers.mongo)
    letters = db.dead_letters.count_documents({"feed": name})
    assert written["rows_in"] == len(values("combined", retried_batch.LINES))
    assert sum(written["reasons"].values()) == letters > 50
    assert db[name].count_documents({}) + letters == retried_batch.LINES
    (first, second) = db.batches.find({"query": name}).sort("rows_in", 1)
    assert (first["rows_in"], second["rows_in"]) == (retried_batch.FEW, retried_batch.LINES)
    assert second["rows_dead"] == letters
