"""From figures to an alert in a real Alertmanager: once, whatever is killed and whoever helps."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api.alerting import Figures, alertmanager, alerts_at, last_minute, silences_at
from api.worlds import MINUTE, app_feed
from support.pipeline import wait_until
from support.places import free_port

from millrace.config import Config
from millrace.io import mongo
from millrace.io.mongo import alert_rules, alert_states, leases
from millrace.io.mongo.alert_rules import StoredRule
from millrace.records.alerts import HISTORY, LEASES, STATES
from millrace.telemetry import metrics

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


def changes(figures: Figures, rule: StoredRule) -> list[dict[str, Any]]:
    """The history of a rule, the earliest first."""
    return list(mongo.database(figures.conf.mongo)[HISTORY].find({"rule": rule.id}).sort("at", 1))


def history(figures: Figures, rule: StoredRule) -> list[str]:
    return [one["kind"] for one in changes(figures, rule)]


def due_again(figures: Figures, rule: StoredRule) -> None:
    """As if the rule's last minute had been settled only now."""
    db = mongo.database(figures.conf.mongo)
    state = alert_states.one(db, rule.id)
    assert state
    before = state.standing.latest.until - MINUTE
    db[STATES].update_one({"_id": rule.id}, {"$set": {"standing.latest.until": before}})


def failures() -> float:
    (sample,) = (one for one in metrics.ALERT_FAILURES.collect()[0].samples)
    return sample.value


def test_a_breach_comes_to_the_alertmanager_with_a_link_to_its_lines(
    figures: Figures, manager: str
) -> None:
    starts = figures.breach()
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
    assert start_of(alert["startsAt"]) - MINUTE in starts
    assert "server_error_ratio is 0.9 (> 0.5)" in alert["annotations"]["summary"]
    lines = alert["annotations"]["lines_url"]
    assert lines.startswith("http://127.0.0.1:8080/console/logs?")
    assert "service_name%3A%22cart%22" in lines
    state = alert_states.one(mongo.database(figures.conf.mongo), rule.id)
    assert state
    assert state.standing.latest.value == 0.9


def test_what_fires_no_more_is_resolved(figures: Figures, manager: str) -> None:
    figures.breach()
    rule = figures.rule(no_data="keep")
    evaluator, deliverer = figures.evaluator(), figures.deliverer(manager)
    evaluator.step()
    assert deliverer.step()
    assert len(alerts_at(manager)) == 1
    assert alert_rules.delete(mongo.database(figures.conf.mongo), rule.id, 1)
    assert deliverer.step()
    assert alerts_at(manager) == []
    assert alert_states.every(mongo.database(figures.conf.mongo)) == {}


def test_of_two_evaluators_one_evaluates_and_one_alert_comes_of_it(
    figures: Figures, manager: str
) -> None:
    figures.breach()
    rule = figures.rule()
    one, other = figures.evaluator(), figures.evaluator()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: each.step(), [one, other] * 5))
    assert one.is_holder != other.is_holder
    for deliverer in (figures.deliverer(manager), figures.deliverer(manager)):
        assert deliverer.step()
    assert len(alerts_at(manager)) == 1
    assert history(figures, rule) == ["firing"]


def test_the_lease_goes_over_to_another_once_it_is_given_back(figures: Figures) -> None:
    one, other = figures.evaluator(), figures.evaluator()
    one.step()
    other.step()
    assert (one.is_holder, other.is_holder) == (True, False)
    one.release()
    other.step()
    one.step()
    assert (one.is_holder, other.is_holder) == (False, True)


def test_a_lease_that_nobody_renews_runs_out_by_the_servers_clock(figures: Figures) -> None:
    db = mongo.database(figures.conf.mongo)
    assert leases.hold(db, "tried", "one", 1)
    assert not leases.hold(db, "tried", "other", 1)
    assert leases.hold(db, "tried", "one", 1)
    wait_until(lambda: leases.hold(db, "tried", "other", 1), "the lease to run out", timeout_s=30)
    assert not leases.hold(db, "tried", "one", 1)


@pytest.mark.parametrize("point", ["add_history", "save"])
def test_what_is_killed_while_it_writes_a_firing_tells_it_once(
    figures: Figures, manager: str, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Killed before the history, or between it and the state: the next one does it again."""
    figures.breach()
    rule = figures.rule()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    evaluator = figures.evaluator()
    with monkeypatch.context() as patched:
        patched.setattr(alert_states, point, killed)
        with pytest.raises(KeyboardInterrupt):
            evaluator.step()
    again = figures.evaluator()
    mongo.database(figures.conf.mongo)[LEASES].delete_many({})  # as if it had run out
    again.step()
    assert again.is_holder
    assert history(figures, rule) == ["firing"]
    assert figures.deliverer(manager).step()
    assert len(alerts_at(manager)) == 1


def test_what_fires_when_all_is_killed_fires_on_and_is_not_new(
    figures: Figures, manager: str
) -> None:
    figures.breach()
    rule = figures.rule(no_data="keep")
    first = figures.evaluator()
    first.step()
    assert figures.deliverer(manager).step()
    (alert,) = alerts_at(manager)
    first.release()
    again = figures.evaluator()
    again.step()
    assert figures.deliverer(manager).step()
    (same,) = alerts_at(manager)
    assert (same["startsAt"], same["fingerprint"]) == (alert["startsAt"], alert["fingerprint"])
    assert history(figures, rule) == ["firing"]


def test_a_feed_that_falls_silent_has_no_data(figures: Figures, manager: str) -> None:
    figures.minute(last_minute() - 3 * MINUTE, failed=0)
    rule = figures.rule(no_data="alert", for_minutes=2)
    figures.rule(no_data="ok")
    figures.evaluate()
    assert figures.deliverer(manager).step()
    (alert,) = alerts_at(manager)
    assert alert["labels"]["rule"] == rule.id
    assert "no data of server_error_ratio" in alert["annotations"]["summary"]


def test_an_alertmanager_that_is_away_is_told_later(figures: Figures, tmp_path: Path) -> None:
    figures.breach()
    figures.rule()
    port = free_port()
    deliverer = figures.deliverer(f"http://127.0.0.1:{port}")
    before = failures()
    figures.evaluate()
    assert not deliverer.step()
    assert failures() == before + 1
    with alertmanager(tmp_path, port) as address:
        assert deliverer.step()
        assert len(alerts_at(address)) == 1


def test_a_silenced_rule_is_kept_silent_by_the_alertmanager(figures: Figures, manager: str) -> None:
    figures.breach()
    rule, db = figures.rule(no_data="keep"), mongo.database(figures.conf.mongo)
    figures.evaluate()
    until = datetime.now(UTC) + timedelta(hours=1)
    alert_rules.silence(db, rule.id, until)
    deliverer = figures.deliverer(manager)
    assert deliverer.step()
    (alert,) = alerts_at(manager)
    assert (alert["status"]["state"], len(alert["status"]["silencedBy"])) == ("suppressed", 1)
    alert_rules.silence(db, rule.id, until + timedelta(hours=1))
    assert deliverer.step()
    wait_until(lambda: len(silences_at(manager)) == 1, "one silence", timeout_s=30)
    alert_rules.silence(db, rule.id, None)
    assert deliverer.step()
    wait_until(lambda: not silences_at(manager), "no silence", timeout_s=30)


def test_what_was_told_of_an_open_minute_is_withdrawn_where_its_figures_change(
    figures: Figures, manager: str
) -> None:
    starts = figures.breach(2)  # With more the first of them would be closed.
    rule = figures.rule(no_data="keep")
    evaluator, deliverer = figures.evaluator(), figures.deliverer(manager)
    evaluator.step()
    assert deliverer.step()
    assert len(alerts_at(manager)) == 1
    for start in starts:
        figures.requests(start, succeeded=90)  # They took a while.
    due_again(figures, rule)
    evaluator.step()
    assert deliverer.step()
    assert alerts_at(manager) == []
    (change,) = changes(figures, rule)
    assert change["withdrawn_at"]
