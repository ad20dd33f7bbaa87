"""Every query of every dashboard, and both notebooks, on real servers after a real run.

What fails, or shows nothing after a run that had everything in it, would do so in an incident as
well.
"""

from dataclasses import replace
from typing import Any

import pytest
from monitoring.notebooks import lacking, render
from monitoring.observed import HOSTILE_SERVICES, Observed
from monitoring.panels import DASHBOARDS, Panel, PanelError, panels, variables

# Their metrics come from exporters that only docker-compose.yml starts: here it can be seen that
# Prometheus takes each query, not what it brings.
OF_EXPORTERS = ("servers",)
# Theirs come from databases whose changes are captured: test_captured_run has these.
OF_CHANGES = ("changes",)
# How panels are narrowed to the services that are chosen.
NARROWED = (
    "$__timeFilter(window_start) AND feed IN (${feed:sqlstring})"
    " AND HEX(service_name) IN (${service:sqlstring})"
)
OF_THE_SUITE = tuple(name for name in DASHBOARDS if name not in (*OF_EXPORTERS, *OF_CHANGES))

# This run has no warehouse: of such a panel, too, it is seen that Prometheus takes its query.
OF_WAREHOUSE = ("dead-letters: Time since the warehouse was loaded",)
SHOWN = [panel for panel in panels(OF_THE_SUITE) if panel.id not in OF_WAREHOUSE]
TAKEN = [panel for panel in panels(OF_THE_SUITE) if panel.id in OF_WAREHOUSE]

pytestmark = pytest.mark.slow  # all jobs for minutes, before the first of them


@pytest.mark.parametrize("panel", SHOWN, ids=lambda panel: panel.id)
def test_every_query_of_a_panel_has_something_to_show(observed: Observed, panel: Panel) -> None:
    answers = observed.grafana.run(panel)
    assert len(answers) == len(panel.targets) >= 1


@pytest.mark.parametrize("panel", [*panels(OF_EXPORTERS), *TAKEN], ids=lambda panel: panel.id)
def test_prometheus_takes_every_query_that_has_no_source_here(
    observed: Observed, panel: Panel
) -> None:
    observed.grafana.accepts(panel)


@pytest.mark.parametrize("dashboard", OF_THE_SUITE)
def test_every_variable_offers_this_run(observed: Observed, dashboard: str) -> None:
    offered = observed.grafana.values(dashboard)
    assert [*offered] == [variable["name"] for variable in variables(dashboard)]
    assert any(feed.startswith("seen_") for feed in offered["feed"])
    assert all(offered.values())


@pytest.mark.parametrize("name", ["explore", "operate"])
def test_every_chart_and_table_of_a_notebook_shows_something(observed: Observed, name: str) -> None:
    assert not list(lacking(render.executed(name, observed.pipe.file, "6h")))


def test_a_service_of_any_name_can_be_chosen_and_brings_its_own_figures(observed: Observed) -> None:
    grafana = observed.grafana
    offered = grafana.values("errors")
    digits = {name: name.encode().hex().upper() for name in HOSTILE_SERVICES.values()}
    assert set(digits.values()) <= set(offered["service"])
    counted = f"SELECT service_name, SUM(events) AS n FROM levels_by_minute WHERE {NARROWED}"
    assert any(NARROWED in str(panel.model) for panel in panels(("errors",)))
    for name, chosen_digits in digits.items():
        chosen = {**offered, "service": [chosen_digits]}
        statement = grafana.statement(f"{counted} GROUP BY service_name", chosen)
        assert grafana.rows(statement) == [{"service_name": name, "n": 1}]


def asking(text: str, source: str) -> Panel:
    """A panel of the health dashboard with one query."""
    target: dict[str, Any] = {"datasource": {"uid": source}, "format": "time_series"}
    target |= {"rawSql": text} if source == "mysql" else {"expr": text, "instant": False}
    return Panel("health", {"title": text, "targets": [target]})


BROKEN = {
    "no such metric": ("millrace_no_such_metric", "prometheus", "nothing to show"),
    "no such label": ('millrace_query_active{feed="nobody"}', "prometheus", "nothing to show"),
    "not a number": ("0 * millrace_query_active / 0", "prometheus", "nothing to show"),
    "no PromQL": ("sum by (", "prometheus", "parse error"),
    "no such variable": ('millrace_query_active{feed="$nobody"}', "prometheus", "no variable"),
    "no such table": ("SELECT 1 AS time, n FROM nowhere", "mysql", "nowhere"),
    "no rows": ("SELECT 1 AS time, feed FROM batches_none", "mysql", "batches_none"),
    "only nulls": ("SELECT 1 AS time, NULL AS value", "mysql", "nothing to show"),
    "no time": ("SELECT 1 AS value", "mysql", "no column is the time"),
    "not grouped": (
        "SELECT window_start AS time, SUM(events) FROM levels_by_minute",
        "mysql",
        "GROUP",
    ),
    "not quoted": ("SELECT 1 AS time FROM batches WHERE query IN ($feed)", "mysql", "quoted"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_query_that_is_broken_or_empty_is_seen(observed: Observed, fault: str) -> None:
    text, source, reason = BROKEN[fault]
    with pytest.raises(PanelError, match=reason):
        observed.grafana.run(asking(text, source))


def test_a_time_without_lines_is_seen_in_every_figure(observed: Observed) -> None:
    grafana = observed.grafana
    before = replace(
        grafana, start_s=grafana.start_s - 7200, end_s=grafana.start_s - 3600, _filled={}
    )
    before._filled.update({name: grafana.values(name) for name in OF_THE_SUITE})
    for panel in panels(("shop",)):
        with pytest.raises(PanelError, match="nothing to show"):
            before.run(panel)


def shown(observed: Observed, dashboard: str, title: str) -> float:
    """The number of a panel that shows one."""
    (panel,) = [panel for panel in panels((dashboard,)) if panel.title == title]
    ((answer,),) = [answer["found"] for answer in observed.grafana.run(panel)]
    return float(answer["value"][1])


def test_at_a_glance_a_run_that_is_well_is_healthy_caught_up_and_proven(observed: Observed) -> None:
    assert shown(observed, "health", "Healthy?") == 0
    assert shown(observed, "health", "Behind, in time") == 0
    assert shown(observed, "health", "Behind, in lines") == 0
    assert shown(observed, "health", "Each line there, once?") == 1


def test_at_a_glance_what_was_dropped_is_seen(observed: Observed) -> None:
    letters = sum(observed.pipe.letters(feed.name) for feed in observed.pipe.conf.feeds)
    # Prometheus extrapolates what a counter grew to the edges of the time shown.
    assert shown(observed, "health", "Dead letters") == pytest.approx(letters, rel=0.1)
    assert shown(observed, "health", "Not in the figures") > 0
