"""Pages are as the code would make them now, and what they tell people to start does start."""

import os
import re
import subprocess
from pathlib import Path

from millrace.api import problems
from millrace.config import Api
from millrace.tools import api_docs, field_docs

ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 60


def test_the_page_of_fields_is_up_to_date() -> None:
    assert (ROOT / "docs" / "fields.md").read_text() == field_docs.page(), "run `make docs`"


def test_the_page_of_the_api_is_up_to_date() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    assert page == api_docs.page(page), "run `make docs`"


def test_the_page_of_the_api_has_each_key_of_the_configuration_with_its_default() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    rows = re.findall(r"^\| (`api\..*?) \| (.*?) \|", page, re.MULTILINE)
    told = {key: default for keys, default in rows for key in re.findall(r"`api\.(\w+)`", keys)}
    defaults = {key: field.default for key, field in Api.model_fields.items()}
    assert told == {key: str(value) if value else "none" for key, value in defaults.items()}


def test_the_page_of_the_api_has_each_status_of_an_error() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    told = re.findall(r"^\| ((?:\d{3}(?:, )?)+) \|", page, re.MULTILINE)
    assert {int(status) for row in told for status in row.split(", ")} == problems.TITLES.keys()


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
