"""The dashboards as Grafana reads them: each query, expanded as Grafana does it, and its answer."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pymysql
import yaml

from millrace.config import Mysql

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "dashboards" / "grafana"
DASHBOARDS: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(GRAFANA.glob("*.json"))
}
_SOURCES = yaml.safe_load((GRAFANA / "provisioning/datasources/millrace.yaml").read_text())
SESSION_ZONE: str = next(
    source["jsonData"]["timezone"] for source in _SOURCES["datasources"] if source["uid"] == "mysql"
)
# As Grafana escapes the values of a variable within a regular expression of PromQL.
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}]")
# Grafana looks for them in the whole query, strings included.
_MACRO = re.compile(r"\$(\w+)\(([^)]*)\)")
_MACROS = ("__timeFilter", "__timeFrom", "__timeTo", "__timeGroupAlias", "__timeGroup")
_REFUSED = re.compile(
    r"\s*show\s+grants|[\s,](session_user|current_user|system_user|user)\([^)]*\)([\s,;]|$)", re.I
)
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(\w+)")
_LABEL_VALUES = re.compile(r"label_values\((.+), (\w+)\)")
_TIMEOUT_S = 30
_SELECT = frozenset({"time", "time_sec"})

Values = Mapping[str, list[str]]


class PanelError(Exception):
    """A query that failed, or that has nothing to show."""


@dataclass(frozen=True)
class Panel:
    """A panel of a dashboard."""

    dashboard: str
    model: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.model["title"])

    @property
    def id(self) -> str:
        return f"{self.dashboard}: {self.title}"

    @property
    def targets(self) -> list[dict[str, Any]]:
        return list(self.model["targets"])


def panels(dashboards: Iterable[str] = tuple(DASHBOARDS)) -> list[Panel]:
    """Every panel that asks something."""
    return [
        Panel(name, model)
        for name in dashboards
        for model in DASHBOARDS[name]["panels"]
        if model["type"] != "row"
    ]


def variables(dashboard: str) -> list[dict[str, Any]]:
    """The variables of a dashboard that are filled by a query, in their order."""
    listed = DASHBOARDS[dashboard]["templating"]["list"]
    return [variable for variable in listed if variable["type"] == "query"]


@dataclass(frozen=True)
class Grafana:
    """Runs queries as Grafana does, of the time from ``start_s`` to ``end_s``."""

    prometheus: str
    mysql: Mysql
    start_s: int
    end_s: int
    step_s: int = 5
    scrape_s: int = 1
    _filled: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def values(self, dashboard: str) -> dict[str, list[str]]:
        """What its variables offer, all of it chosen; each is filled by those before it."""
        if dashboard not in self._filled:
            found: dict[str, list[str]] = {}
            for variable in variables(dashboard):
                found[variable["name"]] = self.options(variable, found)
            self._filled[dashboard] = found
        return self._filled[dashboard]

    def options(self, variable: dict[str, Any], chosen: Values) -> list[str]:
        """What a variable offers."""
        if variable["datasource"]["uid"] == "mysql":
            found = self.rows(self.statement(variable["query"], chosen))
            # A column of this name has what is written into queries; another what is shown.
            return [str(row.get("__value", next(iter(row.values())))) for row in found]
        match = _LABEL_VALUES.fullmatch(variable["query"]["query"])
        assert match, variable["query"]
        selector = {"match[]": self.expression(match[1], chosen)}
        return list(self._ask(f"label/{match[2]}/values", selector | self._span()))

    def run(self, panel: Panel) -> list[dict[str, Any]]:
        """What each query of a panel brings; raises PanelError where one fails or has nothing."""
        chosen = self.values(panel.dashboard)
        return [self._answer(target, chosen) for target in panel.targets]

    def accepts(self, panel: Panel) -> None:
        """Raises PanelError where Prometheus does not take a query, whatever it finds."""
        chosen = self.values(panel.dashboard)
        for target in panel.targets:
            self._ask("query", {"query": self.expression(target["expr"], chosen)})

    def _answer(self, target: dict[str, Any], chosen: Values) -> dict[str, Any]:
        is_mysql = target["datasource"]["uid"] == "mysql"
        query = (
            self.statement(target["rawSql"], chosen)
            if is_mysql
            else self.expression(target["expr"], chosen)
        )
        found = self.rows(query) if is_mysql else self._series(query, target["instant"])
        has_time = target["format"] == "time_series" and is_mysql
        if has_time and any(not _SELECT & row.keys() for row in found):
            raise PanelError(f"no column is the time: {query}")
        if not any(map(_is_something, found)):
            raise PanelError(f"nothing to show: {query}")
        return {"query": query, "found": found}

    def expression(self, text: str, chosen: Values) -> str:
        """PromQL, with Grafana's own variables and the dashboard's put in."""
        for name, value in self._own(f"{max(self.step_s + self.scrape_s, 4 * self.scrape_s)}s"):
            text = text.replace(name, value)
        return _VARIABLE.sub(lambda found: _in_promql(found, chosen), text)

    def statement(self, text: str, chosen: Values) -> str:
        """SQL, with Grafana's own variables, the dashboard's, and Grafana's macros put in."""
        for name, value in self._own("60s", interval_s=60):
            text = text.replace(name, value)
        text = _VARIABLE.sub(
            lambda found: found[0] if found[0].startswith("$__") else _in_sql(found, chosen), text
        )
        if _REFUSED.search(text):
            raise PanelError(f"Grafana refuses such a query: {text}")
        return _MACRO.sub(self._macro, text)

    def _own(self, rate: str, interval_s: int | None = None) -> Iterator[tuple[str, str]]:
        """The longer names first: one begins with another."""
        interval = interval_s or self.step_s
        yield "$__rate_interval", rate
        yield "$__interval_ms", str(interval * 1000)
        yield "$__interval", f"{interval}s"
        yield "$__range", f"{self.end_s - self.start_s}s"

    def _macro(self, found: re.Match[str]) -> str:
        if found[1] not in _MACROS:
            raise PanelError(f"unknown macro {found[1]}: {found.string}")
        name = found[1].removeprefix("__")
        column, *rest = [part.strip() for part in found[2].split(",")]
        start, end = f"FROM_UNIXTIME({self.start_s})", f"FROM_UNIXTIME({self.end_s})"
        if name in ("timeFrom", "timeTo"):
            return start if name == "timeFrom" else end
        if name == "timeFilter":
            return f"{column} BETWEEN {start} AND {end}"
        seconds = int(rest[0].removesuffix("s"))
        grouped = f"UNIX_TIMESTAMP({column}) DIV {seconds} * {seconds}"
        return f'{grouped} AS "time"' if name == "timeGroupAlias" else grouped

    def _series(self, expression: str, is_instant: bool) -> list[dict[str, Any]]:
        if is_instant:
            found = self._ask("query", {"query": expression, "time": self.end_s})
        else:
            span = self._span() | {"step": self.step_s}
            found = self._ask("query_range", {"query": expression} | span)
        return list(found["result"])

    def _span(self) -> dict[str, int]:
        return {"start": self.start_s, "end": self.end_s}

    def _ask(self, what: str, parameters: Mapping[str, object]) -> Any:
        try:
            with urlopen(
                f"{self.prometheus}/api/v1/{what}?{urlencode(parameters)}", timeout=_TIMEOUT_S
            ) as answer:
                return json.load(answer)["data"]
        except HTTPError as error:
            raise PanelError(f"{error.read().decode()}: {parameters}") from None

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """What MySQL answers to Grafana's session, as strict about groups as MySQL is by itself."""
        opened = pymysql.connect(
            host=self.mysql.host,
            port=self.mysql.port,
            user=self.mysql.user,
            password=self.mysql.password.get_secret_value(),
            database=self.mysql.database,
            init_command=f"SET time_zone = '{SESSION_ZONE}',"
            " sql_mode = CONCAT(@@sql_mode, ',ONLY_FULL_GROUP_BY')",
            cursorclass=pymysql.cursors.DictCursor,
        )
        try:
            with opened.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        except pymysql.MySQLError as error:
            raise PanelError(f"{error}: {statement}") from None
        finally:
            opened.close()


def _chosen(found: re.Match[str], chosen: Values) -> list[str]:
    name = found[1] or found[3]
    if name not in chosen:
        raise PanelError(f"no variable is named {name}")
    return chosen[name]


def _in_promql(found: re.Match[str], chosen: Values) -> str:
    values = [_SPECIAL.sub(r"\\\\\g<0>", value) for value in _chosen(found, chosen)]
    return values[0] if len(values) == 1 else f"({'|'.join(values)})"


def _in_sql(found: re.Match[str], chosen: Values) -> str:
    if found[2] != "sqlstring":
        raise PanelError(f"not quoted as SQL wants it: {found[0]}")
    return ",".join("'" + value.replace("'", "''") + "'" for value in _chosen(found, chosen))


def _is_something(found: Mapping[str, Any]) -> bool:
    """Whether a row or a series has a number or a text beside its time."""
    if isinstance(found.get("metric"), dict):
        points = found.get("values") or [found["value"]]
        return any(not isnan(float(value)) for _, value in points)
    return any(value is not None for name, value in found.items() if name not in _SELECT)
