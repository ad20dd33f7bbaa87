"""Two APIs as users start them: one alert, and who is killed while it fires ends nothing."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from api.alerting import Figures, alertmanager, alerts_at, last_minute
from api.worlds import app_feed
from support.job_process import JobProcess
from support.pipeline import ROOT, wait_until
from support.places import free_port

from millrace.config import Config
from millrace.io import mongo
from millrace.records.alerts import HISTORY, LEASES

FEED = app_feed("alerting_processes")
_TIMEOUT_S = 300

pytestmark = pytest.mark.slow


@contextmanager
def api(file: Path, folder: Path, number: int, manager: str) -> Iterator[JobProcess]:
    """An API process that tells the Alertmanager at an address."""
    command = [str(ROOT / ".venv" / "bin" / "millrace"), "api", "--conf", str(file)]
    environment = {
        "MILLRACE__API__PORT": str(free_port()),
        "MILLRACE__API__ALERTMANAGER_URL": manager,
    }
    process = JobProcess(command, folder / f"api-{number}.log", environment)
    try:
        yield process
    finally:
        process.end()


def holder(conf: Config) -> int:
    """The process that evaluates; 0 where none has the lease."""
    row: dict[str, Any] = mongo.database(conf.mongo)[LEASES].find_one({"_id": "alerts"}) or {}
    return int((row.get("holder") or "-0-").split("-")[-2])


def test_an_api_is_killed_while_a_rule_fires(
    api_conf: Config, conf_file: Path, tmp_path: Path
) -> None:
    figures = Figures(api_conf, FEED)
    content = yaml.safe_load(conf_file.read_text())
    feed = FEED.model_dump(mode="json", include={"name", "topic", "format", "service_name"})
    file = tmp_path / "conf.yaml"
    file.write_text(yaml.safe_dump(content | {"feeds": [feed | {"max_lateness_s": 120}]}))
    figures.minute(last_minute(), failed=9)
    rule = figures.rule(no_data="keep")
    with ExitStack() as stack, alertmanager(tmp_path) as manager:
        for number in range(2):
            stack.enter_context(api(file, tmp_path, number, manager))
        wait_until(lambda: bool(alerts_at(manager)), "the alert", timeout_s=_TIMEOUT_S)
        (alert,) = alerts_at(manager)
        first = holder(figures.conf)
        os.kill(first, signal.SIGKILL)
        wait_until(
            lambda: holder(figures.conf) != first, "another to evaluate", timeout_s=_TIMEOUT_S
        )
        sent_at = alert["updatedAt"]
        wait_until(
            lambda: alerts_at(manager)[0]["updatedAt"] > sent_at,
            "it to be sent again",
            timeout_s=_TIMEOUT_S,
        )
        (same,) = alerts_at(manager)
    assert (same["startsAt"], same["fingerprint"]) == (alert["startsAt"], alert["fingerprint"])
    found = mongo.database(figures.conf.mongo)[HISTORY].find({"rule": rule.id})
    assert [one["kind"] for one in found] == ["firing"]
