"""Whatever is asked, the answer is one that the schema names, and never an error of ours."""

import subprocess
import sys
from pathlib import Path

import pytest
from api.serving import served

from millrace.api import tokens
from millrace.config import Config

SETTINGS = Path(__file__).with_name("schemathesis.toml")
# A tail has no end: its own tests watch it.
COMMAND = ("--config-file", str(SETTINGS), "run", "--checks", "all", "--no-color")
COMMAND += ("--exclude-path", "/v1/logs/tail")
TIMEOUT_S = 3000


def fuzzed(conf: Config, folder: Path, *options: str) -> str:
    """What schemathesis says of the API that is served; fails where an answer fails."""
    with served(conf, max_query_s=0.2, max_requests_per_s=1_000_000) as own:
        (_, token), *_ = tokens.tokens(own).by_role
        address = f"http://127.0.0.1:{own.api.port}/openapi.json"
        program = str(Path(sys.executable).with_name("schemathesis"))
        header = f"Authorization: Bearer {token}"
        done = subprocess.run(
            [program, *COMMAND, "-H", header, *options, address],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            cwd=folder,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-60_000:] + done.stderr[-2000:]
    return done.stdout


def test_every_answer_is_as_the_schema_says(api_conf: Config, tmp_path: Path) -> None:
    assert "Test cases:" in fuzzed(
        api_conf, tmp_path, "-n", "10", "--phases", "examples,coverage,fuzzing"
    )


@pytest.mark.slow
def test_every_answer_to_hundreds_is_as_the_schema_says(api_conf: Config, tmp_path: Path) -> None:
    assert "Test cases:" in fuzzed(api_conf, tmp_path, "-n", "500")
