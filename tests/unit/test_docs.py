"""Pages are as the code would make them now, and what they tell people to start does start."""

import os
import subprocess
from pathlib import Path

from millrace.tools import field_docs

ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 60


def test_the_page_of_fields_is_up_to_date() -> None:
    assert (ROOT / "docs" / "fields.md").read_text() == field_docs.page(), "run `make docs`"


def test_the_history_server_is_found_by_the_command_that_is_told() -> None:
    page = (ROOT / "docs" / "inspect.md").read_text()
    (command,) = [line.strip() for line in page.splitlines() if "HistoryServer" in line]
    # As on a machine where only this project has Spark.
    own = {name: value for name, value in os.environ.items() if "SPARK" not in name}
    done = subprocess.run(
        ["bash", "-c", f"{command} --help"],
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert "Usage: HistoryServer" in done.stderr, done.stderr
