"""Dashboards in Grafana's JSON model."""

from collections.abc import Iterator
from typing import Any

from dashboards.grafana.source.panel import Dashboard, Panel, Query, Row, Variable

# Grafana 11.5 and later, 12 among them, read it as it is; a newer one brings it up to date.
_SCHEMA_VERSION = 41
_COLUMNS = 24
_TAG = "millrace"
_ROW_HEIGHT = 1
# Where `docs/runbooks.md` can be read: of compose's Grafana, or wherever an operator says.
_RUNBOOKS = "/public/millrace/runbooks.md"

_LEGEND = {"displayMode": "list", "placement": "bottom", "showLegend": True}
_CALCULATED = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_EACH_ROW = {"calcs": [], "fields": "", "values": True}
_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}},
    "stat": {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "center",
        "reduceOptions": _CALCULATED,
        "textMode": "auto",
    },
    "table": {"cellHeight": "sm", "showHeader": True},
    "state-timeline": {"legend": _LEGEND, "mergeValues": True, "showValue": "never"},
    "bargauge": {"displayMode": "basic", "orientation": "horizontal", "showUnfilled": True},
    "piechart": {"legend": _LEGEND | {"values": ["percent"]}, "pieType": "donut"},
    "geomap": {
        "basemap": {"name": "Map", "type": "default"},
        "controls": {"mouseWheelZoom": True, "showAttribution": True, "showZoom": True},
        "tooltip": {"mode": "details"},
        "view": {"allLayers": True, "id": "zero", "lat": 20, "lon": 10, "zoom": 2},
    },
}


def dashboard(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana's file provider reads it."""
    return {
        "uid": f"millrace-{dashboard.name}",
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": [_TAG],
        "schemaVersion": _SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": f"now-{dashboard.hours}h", "to": "now"},
        "timezone": "browser",
        "links": [_links()],
        "annotations": {"list": []},
        "templating": {"list": [*map(_variable, dashboard.variables), _runbooks()]},
        "panels": list(_placed(dashboard.rows)),
    }


def _placed(rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    """Headings and panels with their places: a panel that does not fit begins a new line."""
    number, top = 0, 0
    for row in rows:
        number += 1
        place = {"h": _ROW_HEIGHT, "w": _COLUMNS, "x": 0, "y": top}
        heading = {"type": "row", "title": row.title, "collapsed": False, "panels": []}
        yield heading | {"id": number, "gridPos": place}
        top += _ROW_HEIGHT
        left = line_height = 0
        for panel in row.panels:
            number += 1
            if left + panel.width > _COLUMNS:
                top, left, line_height = top + line_height, 0, 0
            place = {"h": panel.height, "w": panel.width, "x": left, "y": top}
            yield _panel(panel) | {"id": number, "gridPos": place}
            left += panel.width
            line_height = max(line_height, panel.height)
        top += line_height


def _panel(panel: Panel) -> dict[str, Any]:
    sources = {query.source for query in panel.queries}
    (source,) = sources  # A panel asks one of them.
    options: dict[str, Any] = _OPTIONS[panel.kind] | panel.options
    if panel.kind in ("bargauge", "piechart"):
        options |= {"reduceOptions": _CALCULATED if source == "prometheus" else _EACH_ROW}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _datasource(source),
        "targets": [_target(query, chr(ord("A") + n)) for n, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": _overrides(panel)},
        "options": options,
        "links": [_runbook(alert) for alert in panel.alerts],
        # Figures are of a minute: a finer grouping would show holes.
        **({"interval": "1m"} if source == "mysql" else {}),
        **({"transformations": _TIDY} if _is_promql_table(panel) else {}),
    }


# A table of PromQL: one row a series, its labels as columns; time and value say nothing there.
_UNSAID = {"Time": True, "Value": True, "__name__": True}
_TIDY: list[dict[str, Any]] = [{"id": "organize", "options": {"excludeByName": _UNSAID}}]


def _is_promql_table(panel: Panel) -> bool:
    return panel.kind == "table" and panel.queries[0].source == "prometheus"


def _defaults(panel: Panel) -> dict[str, Any]:
    steps = [{"value": value, "color": colour} for value, colour in panel.steps]
    defaults: dict[str, Any] = {
        "unit": panel.unit,
        "thresholds": {"mode": "absolute", "steps": steps},
        "color": {"mode": "thresholds" if panel.kind in _BY_THRESHOLD else "palette-classic"},
    }
    if panel.words:
        words = {f"{value:g}": {"text": word} for value, word in panel.words.items()}
        defaults["mappings"] = [{"type": "value", "options": words}]
    if panel.kind == "timeseries":
        defaults |= {"min": 0, "custom": _drawing(panel)}
    if panel.most is not None:
        defaults["max"] = panel.most
    return defaults


_BY_THRESHOLD = ("stat", "state-timeline")


def _drawing(panel: Panel) -> dict[str, Any]:
    has_limit = len(panel.steps) > 1
    return {
        "drawStyle": "line",
        "fillOpacity": 30 if panel.stacked else 10,
        "showPoints": "auto",
        "stacking": {"mode": "normal" if panel.stacked else "none"},
        "thresholdsStyle": {"mode": "dashed" if has_limit else "off"},
    }


def _overrides(panel: Panel) -> list[dict[str, Any]]:
    return [
        {
            "matcher": {"id": "byName", "options": column},
            "properties": [{"id": "unit", "value": unit}],
        }
        for column, unit in panel.units.items()
    ]


def _target(query: Query, ref: str) -> dict[str, Any]:
    common = {"refId": ref, "datasource": _datasource(query.source), "editorMode": "code"}
    if query.source == "mysql":
        format = "table" if query.is_instant else "time_series"
        return common | {"format": format, "rawQuery": True, "rawSql": query.text}
    return common | {
        "expr": query.text,
        "legendFormat": query.legend or "__auto",
        "format": "table" if query.is_instant and not query.legend else "time_series",
        "instant": query.is_instant,
        "range": not query.is_instant,
    }


def _datasource(source: str) -> dict[str, str]:
    return {"type": source, "uid": source}


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "type": "query",
        "name": variable.name,
        "label": variable.label,
        "datasource": _datasource(variable.source),
        "definition": variable.query,
        "query": _variable_query(variable),
        "includeAll": True,
        "multi": True,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "refresh": 2,  # whenever the time shown changes
        "sort": 1,
    }


def _variable_query(variable: Variable) -> Any:
    if variable.source == "mysql":
        return variable.query
    return {"qryType": 1, "query": variable.query, "refId": "Variable"}


def _runbooks() -> dict[str, Any]:
    return {
        "type": "textbox",
        "name": "runbooks",
        "label": "Runbooks at",
        "query": _RUNBOOKS,
        "current": {"selected": True, "text": _RUNBOOKS, "value": _RUNBOOKS},
        "options": [{"selected": True, "text": _RUNBOOKS, "value": _RUNBOOKS}],
    }


def _runbook(alert: str) -> dict[str, Any]:
    url = f"${{runbooks:raw}}#{alert.lower()}"
    return {"title": f"Runbook: {alert}", "url": url, "targetBlank": True}


def _links() -> dict[str, Any]:
    return {
        "type": "dashboards",
        "title": "millrace",
        "tags": [_TAG],
        "asDropdown": True,
        "keepTime": True,
        "includeVars": True,
    }
