"""Jobs at work show no password: not on a command line, not in a log, not in what they write."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support.lines import recent
from support.pipeline import JOB_TIMEOUT_S, Pipeline, pipeline, wait_until

from millrace import config
from millrace.config import Config
from millrace.stack.servers import folders

pytestmark = pytest.mark.slow

LINES = 500
FEED = {"name": "unseen", "topic": "unseen", "format": "combined", "service_name": "web"}


@pytest.fixture(scope="module")
def pipe(
    servers: Config,
    conf_file: Path,
    country_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pipeline:
    """A feed with lines, whose jobs keep everything that Spark can keep."""
    folder = tmp_path_factory.mktemp("unseen")
    pipe = pipeline(folder, conf_file, FEED)
    content = yaml.safe_load(pipe.file.read_text())
    content["storage"]["event_logs"] = str(folder / "event-logs")
    pipe.file.write_text(yaml.safe_dump(content))
    pipe.send("unseen", recent("combined", LINES, seed=1, faults=2.0))
    return Pipeline(pipe.file, config.load(pipe.file))


@pytest.mark.parametrize("job", ["ingest", "aggregate", "archive"])
def test_a_job_shows_no_password_and_its_files_to_nobody(pipe: Pipeline, job: str) -> None:
    secrets = _secrets(pipe.conf)
    with pipe.running(job) as process:
        wait_until(lambda: _committed(pipe, job), "a batch is committed", timeout_s=JOB_TIMEOUT_S)
        running = dict(_command_lines(process.pid))
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=JOB_TIMEOUT_S)[1]
    assert process.returncode == 0, said[-2000:]
    assert not [line for line in running if any(secret in line for secret in secrets)]
    assert {umask for line, umask in running.items() if "java" in line} == {"0077"}
    assert not [secret for secret in secrets if secret in said]

    folder = pipe.file.parent
    files = [path for path in folder.rglob("*") if path.is_file() and path != pipe.file]
    files += folders(pipe.conf).logs.iterdir()
    assert any("event-logs" in file.parts for file in files)
    kept = [file for file in files if any(s.encode() in file.read_bytes() for s in secrets)]
    assert kept == []
    # Spark opens event logs to the group, within a folder that is closed to it.
    made = [folder / "event-logs", *(folder / "checkpoints").rglob("*")]
    made += (folder / "archive").rglob("*")
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def _secrets(conf: Config) -> list[str]:
    assert conf.mongo.password
    return [conf.mongo.password.get_secret_value(), conf.mysql.password.get_secret_value()]


def _committed(pipe: Pipeline, job: str) -> bool:
    return any((Path(pipe.conf.storage.checkpoints) / f"{job}-unseen" / "commits").glob("[0-9]*"))


def _command_lines(session: int) -> Iterator[tuple[str, str]]:
    """Those of every process of a session, each with its umask."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            words = (process / "cmdline").read_text().replace("\0", " ")
            (umask,) = re.findall(r"^Umask:\s+(\d+)", (process / "status").read_text(), re.M)
        except (OSError, ValueError):
            continue  # it ended meanwhile
        if int(fields[3]) == session:
            yield words, umask
