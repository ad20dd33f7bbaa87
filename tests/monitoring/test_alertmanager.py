"""A real Alertmanager with the example's configuration: who hears of what, and of what not."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml
from monitoring.alertmanagers import running
from monitoring.receivers import MailReceiver, WebhookReceiver
from monitoring.tools import amtool
from support.pipeline import ROOT, wait_until

EXAMPLE = ROOT / "dashboards" / "alertmanager" / "alertmanager.yaml"
PASSWORD = "a password from a file"
_TIMEOUT_S = 30
# What is sent last, so that what was to come before it has come, or never will.
_LAST = {"alertname": "MillraceReconcileFailed", "feed": "last", "severity": "critical"}
_INGEST = {"query": "ingest-access", "feed": "access", "job": "millrace", "instance": "a:1"}
_NO_PROGRESS = {"alertname": "MillraceNoProgress", "severity": "critical", **_INGEST}
_JOB_DOWN = {"alertname": "MillraceJobDown", "severity": "critical", "millrace_job": "ingest"}
_KAFKA = {"alertname": "MillraceKafkaUnreachable", "severity": "critical", "job": "millrace"}


@dataclass(frozen=True)
class Told:
    """An Alertmanager, and those whom it tells."""

    address: str
    slack: WebhookReceiver
    mail: MailReceiver

    def post(self, *alerts: dict[str, str]) -> None:
        """Sends alerts as Prometheus does."""
        content = [{"labels": labels, "annotations": _annotations(labels)} for labels in alerts]
        request = Request(
            f"{self.address}/api/v2/alerts",
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=_TIMEOUT_S) as answer:
            assert answer.status == 200

    def titles(self) -> list[str]:
        """Of what has come to Slack."""
        return [post["attachments"][0]["title"] for post in list(self.slack.posts)]

    def titles_up_to_the_last(self) -> list[str]:
        """Those before that of ``_LAST``, which is sent by now."""
        self.post(_LAST)
        last = f"FIRING: {_LAST['alertname']} of {_LAST['feed']}"
        wait_until(lambda: last in self.titles(), "the last alert", timeout_s=_TIMEOUT_S)
        return [title for title in self.titles() if title != last]


def _annotations(labels: dict[str, str]) -> dict[str, str]:
    name = labels["alertname"]
    return {
        "summary": f"summary of {name}",
        "description": f"description of {name}",
        "runbook_url": f"docs/runbooks.md#{name.lower()}",
    }


def _configuration(folder: Path, slack: WebhookReceiver, mail: MailReceiver) -> Path:
    """The example with local addresses and without its delays."""
    content: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    secrets = {"slack_api_url_file": slack.address, "smtp_auth_password_file": PASSWORD}
    for name, text in secrets.items():
        secret = folder / name
        secret.write_text(text)
        content["global"][name] = str(secret)
    content["global"] |= {"smtp_smarthost": mail.address, "smtp_require_tls": False}
    for route in content["route"]["routes"]:
        route |= {"group_wait": "1s", "group_interval": "1s"}
    file = folder / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """The example's Alertmanager, which tells receivers on this machine."""
    with WebhookReceiver() as slack, MailReceiver() as mail:
        file = _configuration(tmp_path, slack, mail)
        with running(tmp_path, file) as address:
            yield Told(address, slack, mail)


def test_the_example_is_in_order() -> None:
    done = subprocess.run(
        [amtool(), "check-config", str(EXAMPLE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_holds_no_secret() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    names = ("api_url:", "password:", "token:", "credentials:", "hooks.slack.com")
    assert [name for name in names if name in text] == []


def test_what_is_critical_comes_by_slack_and_by_mail(told: Told) -> None:
    told.post(_NO_PROGRESS, {**_NO_PROGRESS, "query": "archive-access"})
    wait_until(lambda: bool(told.slack.posts and told.mail.mails), "told", timeout_s=_TIMEOUT_S)
    (post,), (mail,) = told.slack.posts, told.mail.mails
    assert told.titles() == ["FIRING: MillraceNoProgress of access"]
    assert post["channel"] == "#millrace"
    text = post["attachments"][0]["text"]
    assert text.count("summary of MillraceNoProgress. description of MillraceNoProgress") == 2
    assert "docs/runbooks.md#millracenoprogress" in text
    assert mail.recipients == ["on-call@example.com"]
    assert mail.login == ("millrace@example.com", PASSWORD)
    assert mail.message["Subject"].split() == ["FIRING:", "MillraceNoProgress", "access"]
    assert "docs/runbooks.md#millracenoprogress" in mail.text


def test_feeds_are_told_of_apart(told: Told) -> None:
    told.post(_NO_PROGRESS, {**_NO_PROGRESS, "query": "ingest-app", "feed": "app"})
    expected = ["FIRING: MillraceNoProgress of access", "FIRING: MillraceNoProgress of app"]
    wait_until(lambda: len(told.titles()) >= len(expected), "both", timeout_s=_TIMEOUT_S)
    assert sorted(told.titles_up_to_the_last()) == expected


def test_warnings_come_in_one_mail_and_never_by_slack(told: Told) -> None:
    names = ("MillraceLateLines", "MillraceDeadLetterRatio", "MillraceSinkRetries")
    told.post(*({"alertname": name, "feed": "app", "severity": "warning"} for name in names))
    wait_until(lambda: bool(told.mail.mails), "a mail", timeout_s=_TIMEOUT_S)
    assert told.titles_up_to_the_last() == []
    (mail,) = (mail for mail in told.mail.mails if mail.recipients == ["millrace@example.com"])
    assert mail.message["Subject"] == "millrace: 3 for the next working day"
    assert [name for name in names if f"{name} (firing)" not in mail.text] == []


@pytest.mark.parametrize(
    ("cause", "others", "is_told"),
    [
        (_JOB_DOWN, _NO_PROGRESS, False),
        (_JOB_DOWN, {**_NO_PROGRESS, "query": "archive-access"}, True),
        ({**_KAFKA, "instance": "a:1"}, _NO_PROGRESS, False),
        ({**_KAFKA, "instance": "a:1"}, {**_NO_PROGRESS, "alertname": "MillraceLagSeconds"}, False),
        ({**_KAFKA, "instance": "a:1"}, {**_NO_PROGRESS, "alertname": "MillraceQueryDown"}, True),
        ({**_KAFKA, "instance": "b:1"}, _NO_PROGRESS, True),
    ],
)
def test_what_follows_from_another_alert_is_not_told(
    told: Told, cause: dict[str, str], others: dict[str, str], is_told: bool
) -> None:
    told.post(cause)
    known = f"FIRING: {cause['alertname']}"
    wait_until(lambda: known in told.titles(), "the cause", timeout_s=_TIMEOUT_S)
    told.post(others)
    title = f"FIRING: {others['alertname']} of access"
    if is_told:
        wait_until(lambda: title in told.titles(), "the other", timeout_s=_TIMEOUT_S)
        return
    time.sleep(1)  # what is sent later than the others waits as long as they do
    assert title not in told.titles_up_to_the_last()
