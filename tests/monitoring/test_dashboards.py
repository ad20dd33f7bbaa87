"""The dashboards as they are written: what they name is there, and each panel says what to do."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from monitoring.panels import DASHBOARDS, GRAFANA, ROOT, panels
from monitoring.tools import promtool
from prometheus_client import REGISTRY

from millrace.records import rates, tables, views
from millrace.telemetry import metrics

assert metrics.BUILD  # Importing it registers every metric.
_SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
    "summary": ("_sum", "_count"),
    "info": ("_info",),
}
METRICS = {
    family.name: {family.name + suffix for suffix in _SUFFIXES[family.type]}
    for family in REGISTRY.collect()
    if family.name.startswith("millrace_")
}
_MADE = re.compile(r"CREATE (?:TABLE IF NOT EXISTS|OR REPLACE VIEW) (\w+)")
TABLES = {
    name
    for statement in (*tables.STATEMENTS, *rates.STATEMENTS, *views.VIEWS)
    for name in _MADE.findall(statement)
}
_READ = re.compile(r"(?:FROM|JOIN) (\w+)")
_EXPORTERS = re.compile(r"(?<![\w.])(?:kafka|mongodb|mysql)_\w+")
_SENTENCE = re.compile(r"[A-Z0-9`][^\n]*[^.]\.")
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for file in (ROOT / "dashboards/alerts").glob("*.yaml")
    for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
PROVISIONED = yaml.safe_load((GRAFANA / "provisioning/datasources/millrace.yaml").read_text())
SOURCES = {source["uid"]: source["type"] for source in PROVISIONED["datasources"]}


def linked(panel: dict[str, Any]) -> list[str]:
    return [link["title"].removeprefix("Runbook: ") for link in panel["links"]]


def queries(dashboard: dict[str, Any], kind: str) -> Iterator[str]:
    """Every query of panels and variables to a kind of source."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            if target["datasource"]["type"] == kind:
                yield target["rawSql" if kind == "mysql" else "expr"]
    for variable in dashboard["templating"]["list"]:
        if variable.get("datasource", {}).get("type") == kind:
            yield variable["definition"]


def faults(dashboard: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a dashboard, a line each."""
    known = set().union(*METRICS.values())
    for query in queries(dashboard, "prometheus"):
        yield from (
            f"no metric {name}" for name in re.findall(r"millrace_\w+", query) if name not in known
        )
    for query in queries(dashboard, "mysql"):
        yield from (f"no table {name}" for name in _READ.findall(query) if name not in TABLES)
    asking = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    for panel in asking:
        yield from _panel_faults(panel)
    for one, other in combinations(dashboard["panels"], 2):
        if one["id"] == other["id"]:
            yield f"{one['title']}: the number of {other['title']}"
        if _overlap(one["gridPos"], other["gridPos"]):
            yield f"{one['title']}: in the place of {other['title']}"


def _panel_faults(panel: dict[str, Any]) -> Iterator[str]:
    title, description = panel["title"], panel.get("description", "")
    defaults = panel["fieldConfig"]["defaults"]
    if not defaults.get("unit"):
        yield f"{title}: no unit"
    if not _SENTENCE.fullmatch(description) or ". " in description:
        yield f"{title}: its description is not one sentence"
    for source in (panel["datasource"], *(target["datasource"] for target in panel["targets"])):
        if SOURCES.get(source["uid"]) != source["type"]:
            yield f"{title}: no source {source['uid']}"
    for alert in linked(panel):
        if alert not in ALERTS:
            yield f"{title}: no alert {alert}"
        elif not _has_limits(panel, ALERTS[alert]["expr"]):
            yield f"{title}: its limits are not those of {alert}"


def _has_limits(panel: dict[str, Any], expression: str) -> bool:
    """Whether the last limit that a line is held against is one that the alert knows."""
    limit = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
    if panel["type"] != "timeseries" or limit is None:
        return True
    return bool(re.search(rf"[<>]=? {re.escape(f'{limit:g}')}(?![\d.])", expression))


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[length] and other[start] < one[start] + one[length]
        for start, length in (("x", "w"), ("y", "h"))
    )


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_names_what_is_there_and_says_what_to_do(name: str) -> None:
    assert not list(faults(DASHBOARDS[name]))


def _first(dashboard: dict[str, Any]) -> dict[str, Any]:
    panel: dict[str, Any] = dashboard["panels"][1]
    return panel


PLANTED: dict[str, Callable[[dict[str, Any]], None]] = {
    "no metric millrace_lag": lambda d: _first(d)["targets"][0].update(expr="max(millrace_lag)"),
    "no metric millrace_lines": lambda d: _first(d)["targets"][0].update(expr="millrace_lines"),
    "no table nowhere": lambda d: _first(d)["targets"][0].update(
        datasource={"type": "mysql", "uid": "mysql"}, rawSql="SELECT 1 FROM nowhere"
    ),
    "no unit": lambda d: _first(d)["fieldConfig"]["defaults"].pop("unit"),
    "not one sentence": lambda d: _first(d).update(description="It is bad. Look."),
    "no source P1": lambda d: _first(d).update(datasource={"type": "prometheus", "uid": "P1"}),
    "no alert MillraceGone": lambda d: _first(d).update(links=[{"title": "Runbook: MillraceGone"}]),
    "its limits are not those": lambda d: _limited(d)["fieldConfig"]["defaults"][
        "thresholds"
    ].update(steps=[{"value": None}, {"value": 7}]),
    "the number of": lambda d: _first(d).update(id=d["panels"][2]["id"]),
    "in the place of": lambda d: _first(d).update(gridPos=d["panels"][2]["gridPos"]),
}


def _limited(dashboard: dict[str, Any]) -> dict[str, Any]:
    return next(p for p in dashboard["panels"] if p["title"] == "Time since the last progress")


@pytest.mark.parametrize("fault", PLANTED)
def test_what_is_wrong_with_a_dashboard_is_seen(fault: str) -> None:
    dashboard = deepcopy(DASHBOARDS["health"])
    PLANTED[fault](dashboard)
    assert any(fault in found for found in faults(dashboard))


def test_every_metric_is_on_a_dashboard() -> None:
    shown = " ".join(query for d in DASHBOARDS.values() for query in queries(d, "prometheus"))
    missing = {name for name, series in METRICS.items() if not any(one in shown for one in series)}
    assert not missing


def test_every_alert_is_linked_from_a_panel_that_shows_why() -> None:
    assert {alert for panel in panels() for alert in linked(panel.model)} == set(ALERTS)


def test_links_to_runbooks_are_anchors_of_the_alerts() -> None:
    for panel in panels():
        for link in panel.model["links"]:
            alert = link["title"].removeprefix("Runbook: ")
            anchor = ALERTS[alert]["annotations"]["runbook_url"].partition("#")[2]
            assert link["url"] == f"${{runbooks:raw}}#{anchor}"


def test_the_servers_dashboard_is_of_exporters_alone() -> None:
    for panel in panels(("servers",)):
        for target in panel.targets:
            is_of_exporters = _EXPORTERS.search(target["expr"]) or target["expr"].startswith("up{")
            assert is_of_exporters, panel.title
            assert "millrace_" not in target["expr"]


def test_names_by_which_grafana_knows_a_dashboard_are_fixed_and_of_no_instance() -> None:
    assert {d["uid"] for d in DASHBOARDS.values()} == {f"millrace-{name}" for name in DASHBOARDS}
    assert not [name for name, d in DASHBOARDS.items() if "id" in d or "version" in d]


def test_the_files_are_what_their_source_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dashboards.grafana.source", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    written = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    stored = {file.name: file.read_text(encoding="utf-8") for file in GRAFANA.glob("*.json")}
    assert stored == written, "run `make dashboards`"


def promtool_check(file: Path) -> subprocess.CompletedProcess[str]:
    command = [promtool(), "check", "config", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_prometheus_takes_its_configuration_and_the_rules_beside_it(tmp_path: Path) -> None:
    file = ROOT / "dashboards/prometheus/prometheus.yaml"
    done = promtool_check(file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules found" in done.stdout
    broken = tmp_path / "prometheus.yaml"
    broken.write_text(file.read_text().replace("scrape_interval", "scrape_intervall"))
    assert promtool_check(broken).returncode != 0
