"""The figures of a report, and how far to trust them: all as the database stands at one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pymongo.errors import ExecutionTimeout
from pymysql.cursors import DictCursor

from millrace.api.buckets import Counting, Steps, buckets, counting
from millrace.api.figure_parameters import shown_keys
from millrace.api.service import Service
from millrace.config import Feed
from millrace.errors import one_line
from millrace.io.mongo import search
from millrace.io.mongo.standing import UnknownError
from millrace.io.mysql import figures, rate_anomalies
from millrace.io.mysql.figures import Chosen
from millrace.records.tables import (
    ANOMALIES,
    COUNTRIES,
    COUNTRY,
    COUNTRY_SENT,
    EVENT_TYPE,
    LATENCY,
    LATENESS,
    LEVEL,
    LEVELS,
    METHOD,
    PAYMENT_METHOD,
    QUERY,
    ROUTE,
    SEARCHES,
    SERVICE,
    SEVERITY,
    SHOP,
    STATUS_CLASS,
    TABLES,
    TRAFFIC,
    Key,
    Table,
)
from millrace.report.values import Part, Row, StepTrust, TableTrust

_STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080)
)
_MOST_STEPS = 60
_TOP = 15  # rows of a table that is ordered by what matters
_MOST = 50
_ALL = 20_000
_ROUTE = (SERVICE, METHOD, ROUTE)
_TIMES = ("sum_response_us", "requests", "timed_requests", "max_response_us")
_AMOUNTS = ("revenue", "events", "failed_amount")


def step_of(span: timedelta) -> timedelta:
    """The shortest usual step of which a span has few."""
    few = (step for step in _STEPS if span <= _MOST_STEPS * step)
    return next(few, -(-span // (_MOST_STEPS * _STEPS[-1])) * _STEPS[-1])


def part(read: Callable[[], Part]) -> Part:
    """What is read, or why it could not be in time; raises what else the servers' clients raise."""
    try:
        return read()
    except (figures.OutOfTimeError, search.OutOfTimeError, ExecutionTimeout):
        return Part(problem="the server needs longer than a query may take: ask for less time")
    except UnknownError as error:
        return Part(problem=one_line(error))


@dataclass(frozen=True)
class FigureParts:
    """Reads the figures of some feeds in some steps, each question by one cursor."""

    own: Service
    cursor: DictCursor
    feeds: Sequence[Feed]
    steps: Steps
    counted: dict[tuple[str, ...], Counting] = field(default_factory=dict)

    def read(self) -> tuple[dict[str, Part], dict[str, TableTrust]]:
        """All parts that the feeds have figures for, and the trust of each of the tables.

        Raises what pymysql raises where the server does not go on.
        """
        parts: dict[str, Part] = {}
        for name, table, keys, read in self._questions():
            shown = {key.name for key in shown_keys(self.own, table)}
            if self._feeds(table) and all(key.name in shown for key in keys):
                parts[name] = part(read)
        trust = {table.name: self._trust(table) for table in TABLES if self._feeds(table)}
        return parts, trust

    def _questions(self) -> list[tuple[str, Table, tuple[Key, ...], Callable[[], Part]]]:
        """Each part: its name, the table, the keys that it shows, and what reads it."""
        stepped, whole, top = self._stepped, self._whole, self._top
        return [
            ("lines", LEVELS, (), lambda: stepped(LEVELS, [])),
            ("levels", LEVELS, (LEVEL,), lambda: top(LEVELS, [LEVEL], ["events"], _MOST)),
            ("services", LEVELS, (SERVICE, LEVEL), self._services),
            ("lateness", LATENESS, (), lambda: stepped(LATENESS, [])),
            ("traffic", TRAFFIC, (STATUS_CLASS,), lambda: stepped(TRAFFIC, [STATUS_CLASS])),
            ("latency", LATENCY, (), lambda: stepped(LATENCY, [])),
            ("latency_all", LATENCY, (), lambda: whole(LATENCY)),
            ("routes_by_errors", TRAFFIC, (*_ROUTE, STATUS_CLASS), self._routes_by_errors),
            ("routes_by_time", TRAFFIC, _ROUTE, self._routes_by_time),
            ("countries", COUNTRIES, (COUNTRY,), self._countries),
            ("severities", ANOMALIES, (SEVERITY, SERVICE), self._severities),
            ("minutes", LEVELS, (SERVICE,), self._minutes),
            ("shop", SHOP, (), lambda: stepped(SHOP, [])),
            ("shop_all", SHOP, (), lambda: whole(SHOP)),
            *(
                (name, SHOP, (key,), lambda key=key: top(SHOP, [key], _AMOUNTS, _TOP))
                for name, key in (
                    ("shop_events", EVENT_TYPE),
                    ("shop_countries", COUNTRY_SENT),
                    ("shop_payments", PAYMENT_METHOD),
                )
            ),
            ("searches", SEARCHES, (QUERY,), self._searches),
        ]

    def _feeds(self, table: Table) -> list[str]:
        return [feed.name for feed in self.feeds if feed.layout in table.layouts]

    @property
    def _max_s(self) -> float:
        return self.own.conf.api.max_query_s

    def _chosen(self, table: Table, **keys: Sequence[str]) -> Chosen:
        return Chosen(table, self._feeds(table), self.steps.since, self.steps.until, keys)

    def _stepped(self, table: Table, by: Sequence[Key]) -> Part:
        return self._rows(self._chosen(table), by, self.steps.length)

    def _whole(self, table: Table) -> Part:
        return self._rows(self._chosen(table), [], self.steps.until - self.steps.since)

    def _rows(self, chosen: Chosen, by: Sequence[Key], step: timedelta) -> Part:
        names = [key.name for key in by]
        found = figures.rows(self.cursor, chosen, names, step, _ALL + 1, self._max_s)
        return Part(found[:_ALL], len(found) > _ALL)

    def _top(
        self, table: Table, by: Sequence[Key], of: Sequence[str], most: int, **keys: Sequence[str]
    ) -> Part:
        names = [key.name for key in by]
        chosen = self._chosen(table, **keys)
        found = figures.sums(self.cursor, chosen, names, of, most + 1, self._max_s)
        return Part(found[:most], len(found) > most)

    def _services(self) -> Part:
        names = ["feed", SERVICE.name, LEVEL.name]
        chosen = self._chosen(LEVELS)
        found = figures.sums(self.cursor, chosen, names, ["events"], _ALL + 1, self._max_s)
        return Part(found[:_ALL], len(found) > _ALL)

    def _routes_by_errors(self) -> Part:
        found = self._top(TRAFFIC, _ROUTE, ["requests"], _TOP, status_class=["5xx"])
        requests = self._of_routes(TRAFFIC, found.rows)
        rows = [
            {**row, "errors": row["requests"], "requests": requests[_route(row)]["requests"]}
            for row in found.rows
        ]
        return Part(rows, found.is_cut)

    def _routes_by_time(self) -> Part:
        found = self._top(TRAFFIC, _ROUTE, _TIMES, _TOP)
        times = self._of_routes(LATENCY, found.rows)
        rows = [
            {**row, "p95_ms": times.get(_route(row), {}).get("p95_ms")}
            for row in found.rows
            if row["sum_response_us"]
        ]
        return Part(rows, found.is_cut)

    def _of_routes(self, table: Table, rows: Sequence[Row]) -> dict[tuple[Any, ...], Row]:
        """The figures of a table over the whole time, by those routes."""
        names = sorted({row[ROUTE.name] for row in rows})
        if not names:
            return {}
        whole = self.steps.until - self.steps.since
        chosen = self._chosen(table, **{ROUTE.name: names})
        return {_route(row): row for row in self._rows(chosen, _ROUTE, whole).rows}

    def _countries(self) -> Part:
        found = self._top(COUNTRIES, [COUNTRY], ["requests", "bytes"], _TOP)
        every = self._top(COUNTRIES, [], ["requests"], 1).rows[0]["requests"]
        return Part([{**row, "all_requests": every} for row in found.rows], found.is_cut)

    def _severities(self) -> Part:
        return self._top(ANOMALIES, [SEVERITY, SERVICE], ["events", "max_score"], _MOST)

    def _minutes(self) -> Part:
        names = [feed.name for feed in self.feeds]
        span = self.steps.since, self.steps.until
        found = rate_anomalies.latest(self.cursor, names, *span, _MOST + 1)
        return Part(found[:_MOST], len(found) > _MOST)

    def _searches(self) -> Part:
        found = self._top(SEARCHES, [QUERY], ["empty_searches", "searches"], _TOP)
        rows = [row for row in found.rows if row["empty_searches"]]
        return Part(rows, found.is_cut and len(rows) == _TOP)

    def _trust(self, table: Table) -> TableTrust:
        feeds = [feed for feed in self.feeds if feed.layout in table.layouts]

        def read() -> Part:
            chosen, length = self._chosen(table), self.steps.length
            revised = figures.revised(self.cursor, chosen, length, self._max_s)
            known = self._counting(feeds)
            found = buckets(self.own, self.cursor, table, feeds, self.steps, revised, known)
            return Part([one.model_dump() for one in found])

        found = part(read)
        steps = [StepTrust(one["state"], one["proof"], one["late_lines"]) for one in found.rows]
        return TableTrust(steps, found.problem)

    def _counting(self, feeds: Sequence[Feed]) -> Counting:
        names = tuple(feed.name for feed in feeds)
        if names not in self.counted:
            self.counted[names] = counting(self.own, self.cursor, feeds)
        return self.counted[names]


def _route(row: Row) -> tuple[Any, ...]:
    return tuple(row[key.name] for key in _ROUTE)
