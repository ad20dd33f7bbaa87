"""The DAG of the warehouse in a real Airflow: its order, and who is told of what fails."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from monitoring.receivers import MailReceiver, WebhookReceiver

from millrace.setup.environments import installed

ROOT = Path(__file__).parents[2]
COMMANDS = (".venv/bin/millrace", "spark-submit.sh")
# In place of the suite's commands: it notes how it was called, and fails where it is told to.
COMMAND = """#!/bin/sh
echo "$(basename "$0") $*" >> calls
[ "$1" != "$FAIL_AT" ]
"""
CALLS = [
    "millrace check --conf conf/own.yaml",
    "spark-submit.sh warehouse --conf conf/own.yaml",
    "millrace warehouse build --conf conf/own.yaml",
    "millrace reconcile --warehouse --conf conf/own.yaml",
]


@dataclass(frozen=True)
class Airflow:
    """An Airflow whose database and suite are in a folder of its own."""

    folder: Path
    programs: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of Airflow."""
        own = {
            **os.environ,
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "warehouse" / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "MILLRACE_HOME": str(self.folder),
            "MILLRACE_CONF": "conf/own.yaml",
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
        }
        return subprocess.run(
            [str(self.programs / "airflow"), *arguments],
            env=own | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """How the suite's commands were called."""
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def airflow(tmp_path: Path) -> Airflow:
    """An Airflow with a new database, over commands that note their calls."""
    programs = installed(ROOT / ".venv-airflow", ROOT / "requirements-airflow.lock")
    for name in COMMANDS:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(COMMAND)
        file.chmod(0o755)
    made = Airflow(tmp_path, programs)
    done = made.run("db", "migrate")
    assert done.returncode == 0, done.stderr
    return made


def test_a_run_checks_loads_builds_and_reconciles(airflow: Airflow) -> None:
    done = airflow.run("dags", "test", "millrace_warehouse")
    assert done.returncode == 0, done.stdout + done.stderr
    assert airflow.calls == CALLS


def test_a_task_that_fails_ends_the_run_and_is_told_by_slack_and_mail(airflow: Airflow) -> None:
    with WebhookReceiver() as slack, MailReceiver() as mail:
        host, _, port = mail.address.partition(":")
        done = airflow.run(
            "dags",
            "test",
            "millrace_warehouse",
            FAIL_AT="warehouse",
            SLACK_API_URL=slack.address,
            SMTP_HOST=host,
            SMTP_PORT=port,
            MILLRACE_MAIL_TO="on-call@example.com",
        )
    assert done.returncode != 0
    assert set(airflow.calls) == set(CALLS[:2]), "nothing is built of a load that failed"
    subject = "millrace: millrace_warehouse.load failed"
    assert [post["text"].splitlines()[0] for post in slack.posts] == [subject], done.stdout
    (told,) = mail.mails
    assert (told.message["Subject"], told.recipients) == (subject, ["on-call@example.com"])


def test_airflow_finds_no_fault_in_the_file(airflow: Airflow) -> None:
    found = airflow.run("dags", "list-import-errors")
    assert "No data found" in found.stdout, found.stdout
