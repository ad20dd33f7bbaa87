"""The alerts: each is raised where it must be, is silent else, and says what to do."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from monitoring.tools import promtool
from prometheus_client import REGISTRY
from support.pipeline import ROOT

from millrace.telemetry import metrics

RULES = ROOT / "dashboards" / "alerts" / "millrace.yaml"
KUBERNETES = ROOT / "spark-k8s" / "components" / "monitoring"
RUNBOOKS = ROOT / "docs" / "runbooks.md"
# Text as it stands: elsewhere in YAML, 0x20 is a number of base 16.
CASES: dict[str, dict[str, dict[str, Any]]] = yaml.load(
    (Path(__file__).parent / "rules" / "cases.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)
_OF_KUBERNETES = "MillraceProofDoesNotHold"
_LABELS = {"millrace_job"}  # what an expression names beside metrics
_OTHERS = {"up", "process_start_time_seconds"}  # of Prometheus and of its client library
Rule = dict[str, Any]


def _groups(file: Path) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    return groups


def _kubernetes_rules() -> list[Rule]:
    objects = yaml.safe_load_all((KUBERNETES / "monitoring.yaml").read_text(encoding="utf-8"))
    (own,) = (item for item in objects if item["kind"] == "PrometheusRule")
    return [rule for group in own["spec"]["groups"] for rule in group["rules"]]


ALERTS: dict[str, Rule] = {rule["alert"]: rule for g in _groups(RULES) for rule in g["rules"]}
ALL_RULES = [*ALERTS.values(), *_kubernetes_rules()]


def _promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool(), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def _tests(alert: str, cases: dict[str, dict[str, Any]], rules: Path = RULES) -> dict[str, Any]:
    """The cases of an alert as promtool takes them."""
    return {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "name": name,
                "interval": "1m",
                "input_series": [
                    {"series": series, "values": values}
                    for series, values in case["series"].items()
                ],
                "alert_rule_test": [
                    {
                        "eval_time": case["at"],
                        "alertname": alert,
                        "exp_alerts": [_expected(alert, case)] if "labels" in case else [],
                    }
                ],
            }
            for name, case in cases.items()
        ],
    }


def _expected(alert: str, case: dict[str, Any]) -> dict[str, Any]:
    rule = ALERTS[alert]
    told = {key: case[key] for key in ("summary", "description")}
    return {
        "exp_labels": {**case["labels"], **rule["labels"]},
        "exp_annotations": {**told, "runbook_url": rule["annotations"]["runbook_url"]},
    }


def _run(folder: Path, content: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    file = folder / "tests.yaml"
    file.write_text(yaml.safe_dump(content))
    return _promtool("test", "rules", str(file))


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    kubernetes = tmp_path / "kubernetes.yaml"
    kubernetes.write_text(
        yaml.safe_dump({"groups": [{"name": "kubernetes", "rules": _kubernetes_rules()}]})
    )
    done = _promtool("check", "rules", str(RULES), str(kubernetes))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case_in_which_it_is_raised_and_one_in_which_it_is_not() -> None:
    kinds = {alert: {"labels" in case for case in cases.values()} for alert, cases in CASES.items()}
    assert kinds == {alert: {True, False} for alert in ALERTS}


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_is_raised_where_it_must_be_and_only_there(alert: str, tmp_path: Path) -> None:
    done = _run(tmp_path, _tests(alert, CASES[alert]))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", CASES)
def test_a_rule_that_never_fires_and_one_that_always_does_are_seen(
    alert: str, tmp_path: Path
) -> None:
    for expression, is_firing in (("vector(1) < 0", True), ("vector(1)", False)):
        planted = tmp_path / "rules.yaml"
        rule = {**ALERTS[alert], "expr": expression}
        planted.write_text(yaml.safe_dump({"groups": [{"name": "planted", "rules": [rule]}]}))
        cases = {n: case for n, case in CASES[alert].items() if ("labels" in case) == is_firing}
        for name, case in cases.items():
            done = _run(tmp_path, _tests(alert, {name: case}, planted))
            assert done.returncode == 1, f"{name}: {expression} goes unseen"


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: Rule) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["for"]
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks.md#{rule['alert'].lower()}"


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    headings = re.findall(r"^## (Millrace\w+)$", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(rule["alert"] for rule in ALL_RULES)


def test_every_metric_in_a_rule_is_one_that_jobs_have() -> None:
    known = _samples()
    for name, rule in ALERTS.items():
        found = set(re.findall(r"\b(?:millrace_\w+|\w+_seconds|up)\b", rule["expr"])) - _LABELS
        assert found, name
        assert found - known == set(), name


def test_the_runbooks_name_metrics_that_jobs_have() -> None:
    text = RUNBOOKS.read_text(encoding="utf-8")
    assert set(re.findall(r"\bmillrace_\w+", text)) - _LABELS - _samples() == set()


def _samples() -> set[str]:
    """The names of all series that a job may have."""
    assert metrics.LAG_LINES in REGISTRY._collector_to_names
    names = {name for own in REGISTRY._collector_to_names.values() for name in own}
    return names | _OTHERS


def test_kubernetes_has_the_same_rules() -> None:
    head, _, rules = (KUBERNETES / "rules.yaml").read_text(encoding="utf-8").partition("spec:\n")
    assert yaml.safe_load(head)["kind"] == "PrometheusRule"
    own = RULES.read_text(encoding="utf-8").splitlines(keepends=True)
    assert rules == "".join(f"  {line}" if line.strip() else line for line in own)


def test_kubernetes_alone_has_the_alert_of_its_pods() -> None:
    assert [rule["alert"] for rule in _kubernetes_rules()] == [_OF_KUBERNETES]
    assert _OF_KUBERNETES not in ALERTS
