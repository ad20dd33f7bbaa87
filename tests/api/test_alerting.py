"""From figures to an alert in a real Alertmanager: once, whatever is killed and whoever helps."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from api.alerting import Figures, alertmanager, alerts_at, last_minute
from api.worlds import MINUTE, app_feed

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import alert_states

FEED = app_feed("alerting_app")


@pytest.fixture
def figures(api_conf: Config) -> Figures:
    return Figures(api_conf, FEED)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[str]:
    with alertmanager(tmp_path) as address:
        yield address


def start_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_breach_comes_to_the_alertmanager_with_a_link_to_its_lines(
    figures: Figures, manager: str
) -> None:
    last = last_minute()
    figures.minute(last - MINUTE, failed=1)
    figures.minute(last, failed=9)
    rule = figures.rule(filter={"service_name": ["cart"]}, severity="critical")
    evaluator, deliverer = figures.evaluator(), figures.deliverer(manager)
    evaluator.step()
    assert evaluator.is_holder
    assert deliverer.step()
    (alert,) = alerts_at(manager)
    assert alert["labels"] == {
        "alertname": "Half of it fails",
        "rule": rule.id,
        "metric": "server_error_ratio",
        "severity": "critical",
        "feed": FEED.name,
        "service_name": "cart",
    }
    assert start_of(alert["startsAt"]) == last + MINUTE
    assert "server_error_ratio is 0.9 (> 0.5)" in alert["annotations"]["summary"]
    lines = alert["annotations"]["lines_url"]
    assert lines.startswith("http://127.0.0.1:8080/console/logs?")
    assert "service_name%3A%22cart%22" in lines
    state = alert_states.one(mongo.database(figures.conf.mongo), rule.id)
    assert state
    assert state.standing.latest.value == 0.9
