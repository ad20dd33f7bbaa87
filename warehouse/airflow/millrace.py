"""The warehouse every ten minutes, for those who run Airflow: check, load, build, reconcile.

It runs the suite's own commands in MILLRACE_HOME, the folder of this repository, with the
configuration MILLRACE_CONF. Each is idempotent and goes on where it ended, so a run that failed is
simply followed by the next one. Without Airflow, `./spark-submit.sh warehouse --every 10m`
loads and builds.

A task that fails is told to those whom the environment names: by Slack where SLACK_API_URL is set,
by mail where SMTP_HOST and MILLRACE_MAIL_TO are.
"""

import json
import os
import smtplib
import ssl
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from airflow.sdk import dag, task

HOME = Path(os.environ.get("MILLRACE_HOME", Path(__file__).resolve().parents[2]))
CONF = os.environ.get("MILLRACE_CONF", "conf/local.yaml")
TIMEOUT_S = 30


def run(*command: str) -> None:
    """Runs a command of the suite; raises CalledProcessError where it fails, which says enough."""
    subprocess.run([*command, "--conf", CONF], cwd=HOME, check=True)


def tell(context: dict[str, Any]) -> None:
    """Tells by Slack and mail that a task has failed; one that cannot be reached stops no other."""
    failed = context["task_instance"]
    subject = f"millrace: {failed.dag_id}.{failed.task_id} failed"
    text = f"{subject}\nrun {failed.run_id}, try {failed.try_number}\n{context.get('exception')}"
    for way in (_by_slack, _by_mail):
        try:
            way(subject, text)
        except OSError as error:
            print(f"{subject} could not be told: {type(error).__name__}: {error}")


def _by_slack(subject: str, text: str) -> None:
    address = os.environ.get("SLACK_API_URL")
    if not address:
        return
    request = urllib.request.Request(
        address,
        data=json.dumps({"text": text}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=TIMEOUT_S).close()


def _by_mail(subject: str, text: str) -> None:
    host, to = os.environ.get("SMTP_HOST"), os.environ.get("MILLRACE_MAIL_TO")
    if not (host and to):
        return
    mail = EmailMessage()
    mail["Subject"], mail["To"] = subject, to
    mail["From"] = os.environ.get("SMTP_FROM", "millrace@localhost")
    mail.set_content(text)
    with smtplib.SMTP(host, int(os.environ.get("SMTP_PORT", "587")), timeout=TIMEOUT_S) as server:
        user = os.environ.get("SMTP_USER")
        if user:  # a password goes over TLS alone
            server.starttls(context=ssl.create_default_context())
            server.login(user, os.environ["SMTP_PASSWORD"])
        server.send_message(mail)


@dag(
    dag_id="millrace_warehouse",
    schedule="*/10 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a run loads all that is not loaded yet
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={"retries": 1, "retry_delay": timedelta(minutes=1), "on_failure_callback": tell},
    tags=["millrace"],
)
def warehouse() -> None:
    """Check, load, build, reconcile."""

    @task
    def check() -> None:
        run(".venv/bin/millrace", "check")

    @task
    def load() -> None:
        run("./spark-submit.sh", "warehouse", "--load-only")

    @task
    def build() -> None:
        run(".venv/bin/millrace", "warehouse", "build")

    @task
    def reconcile() -> None:
        run(".venv/bin/millrace", "reconcile", "--warehouse")

    check() >> load() >> build() >> reconcile()


warehouse()
